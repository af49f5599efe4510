// `vmc run`: compiled classes to an archive in memory, and vmrun started on it.
#pragma once

#include <string>
#include <vector>

#include "driver.h"

namespace skua::compiler {

struct RunRequest {
    std::string library;  // std.ska that the program was compiled against; empty: vmrun's own
    std::vector<std::string> class_path;
    std::vector<std::string> options;  // further ones of vmrun's
    std::vector<std::string> args;
};

// Replaces this process by `vmrun`, the program beside this one, with --allow for each capability
// that the sources name. Returns only if that fails.
Failure run_program(const Compilation& compilation, const RunRequest& request);

// The folder of this program, "/usr/bin" for example; empty if it cannot be found out.
std::string program_folder();

}  // namespace skua::compiler
