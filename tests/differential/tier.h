// The one place that knows the compiling tier.
#pragma once

#include "configurations.h"
#include "skua/vm/vm.h"

namespace skua::differential {

inline constexpr bool kTierAvailable = false;

inline void use_tier(vm::Vm&, const Configuration&) {}

}  // namespace skua::differential
