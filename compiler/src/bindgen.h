// From what a plugin says of itself to the Skua side of it: modules that declare its natives, with
// documentation, and classes around its handles. docs/plugin-tools.md shows both sides.
#pragma once

#include <string>
#include <vector>

#include "plugin_description.h"

namespace skua::compiler {

// Stands in the first lines of what is generated, so that nothing else is overwritten.
inline constexpr std::string_view kBindgenMark = "Made by `vmc bindgen`";

struct GeneratedModule {
    std::string name;  // "company.checksum"
    std::string text;
};

struct Bindings {
    std::vector<GeneratedModule> modules;  // in the order of their first natives
    std::vector<std::string> left_out;     // what cannot be declared, and why
};

Bindings generate_bindings(const PluginDescription& plugin);

}  // namespace skua::compiler
