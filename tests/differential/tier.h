// The one place that knows tiers: what the interpreter polls, and the compiler.
#pragma once

#include "configurations.h"
#include "skua/vm/vm.h"

namespace skua::differential {

// Whether this build has the compiling tier.
bool tier_available();

// Before anything is linked.
void use_tier(vm::Vm& vm, const Configuration& configuration);

}  // namespace skua::differential
