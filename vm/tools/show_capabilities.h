// vmrun --show-capabilities: what a program and its archives say they need, and what they would get.
#pragma once

#include <string>

#include "run_options.h"
#include "skua/vm/vm.h"

namespace skua::vmrun {

// For people, or as one JSON object (options.as_json). The class path and all grants are set up.
std::string capabilities_text(vm::Vm& machine, const vm::CodeSource& program, const RunOptions& options);

}  // namespace skua::vmrun
