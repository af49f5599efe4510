// Computes at link time what is known then: constants that reach instructions through inlined calls,
// branches that are decided, values that were computed or loaded before.
#pragma once

#include "link/linked_flow.h"

namespace skua::vm {

// One pass over the blocks, each with what is known at the end of its only predecessor. Instructions are
// replaced by others of the same length or simpler ones; moves and constants it leaves unread are
// for the caller to drop. True if a branch was decided: some code may be unreachable now.
bool fold(LinkedFlow& flow);

}  // namespace skua::vm
