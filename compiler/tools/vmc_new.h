// `vmc new NAME`: the files of a small project that runs and has a test; `vmc new --plugin NAME`: of a
// plugin.
#pragma once

#include <optional>
#include <string>

#include "driver.h"

namespace skua::compiler {

// Makes the folder `path`, whose last part is the project's name. Nothing that exists is touched. `message`
// says what was made and what to do next.
std::optional<Failure> make_project(const std::string& path, std::string& message);

// The same for a native plugin, "cpp" or "c".
std::optional<Failure> make_plugin_project(const std::string& path, const std::string& language,
                                           std::string& message);

}  // namespace skua::compiler
