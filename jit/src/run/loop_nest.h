// Loops as linked code shows them: by its back edges.
#pragma once

#include "skua/vm/linked_code.h"

namespace skua::jit {

// The header of the outermost loop around `header`, which is a loop header of the body; `header` itself if
// there is no loop around it. Loops that do not lie in one piece may be missed.
const vm::Instr* outermost_loop(const vm::LinkedBody& body, const vm::Instr* header);

}  // namespace skua::jit
