// `vmc run`: compiled classes to an archive in memory, and vmrun started on it. `vmc test` starts vmrun
// in the same way, once for each test.
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

// The compiled program as an archive in a file without a name, which processes started later can open as
// /proc/self/fd/N. -1 after a failure.
int open_program_archive(const Compilation& compilation, Failure& failure);

// The path of vmrun, the grants, and what of the request concerns every start; the class path begins
// with `first`.
std::vector<std::string> vmrun_command(const Compilation& compilation, const RunRequest& request,
                                       const std::string& first);

// Pointers to the words, and a null, as exec wants them.
std::vector<char*> exec_words(std::vector<std::string>& command);

// The folder of this program, "/usr/bin" for example; empty if it cannot be found out.
std::string program_folder();

}  // namespace skua::compiler
