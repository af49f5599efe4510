// Makes one instruction of several that often follow each other; each saves a dispatch.
#pragma once

#include "link/linked_flow.h"

namespace skua::vm {

// The last pass: wants exact liveness (compute_liveness) and leaves it stale.
void fuse(LinkedFlow& flow);

}  // namespace skua::vm
