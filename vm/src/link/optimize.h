// Cleans linked code up after translation and inlining, which pass values through many slots.
#pragma once

#include "skua/vm/linked_code.h"

namespace skua::vm {

// Computes what is known (fold.h), reads through copies, computes into the final slot, drops moves and
// loads of constants that nobody reads.
// What the code does, where it throws and what positions say of it stay the same. Bodies with handlers
// are left alone: there, every slot may be read at every instruction that throws. `slots`: of the frame.
void optimize_linked(LinkedBody& body, std::uint32_t slots);

}  // namespace skua::vm
