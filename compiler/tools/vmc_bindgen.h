// vmc bindgen: writes the Skua side of a plugin.
#pragma once

#include <optional>
#include <string>

#include "driver.h"

namespace skua::compiler {

struct BindgenRequest {
    std::string plugin;  // its file
    std::string output;  // a file, or a folder for all modules; empty: to standard output
    bool check = false;  // writes nothing: is the output what would be written?
    bool force = false;  // also over files that are not its own
};

// `text`: what goes to standard output. `notes`: what is worth knowing, for standard error.
std::optional<Failure> generate(const BindgenRequest& request, std::string& text, std::string& notes);

}  // namespace skua::compiler
