// Names for printed code.
#pragma once

#include <string>

#include "emit/lir.h"

namespace skua::jit {

// "Add v12: v3 v7", for comments in --print-asm.
std::string describe(const Inst& in);

}  // namespace skua::jit
