// The files of a native plugin's project, for `vmc new --plugin`: source, Skua module, test, builds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skua::compiler {

enum class PluginLanguage : std::uint8_t { Cpp, C };

struct TemplateFile {
    std::string path;  // below the project's folder
    std::string text;
};

// `name` can be that of a module.
std::vector<TemplateFile> plugin_project(std::string_view name, PluginLanguage language);

}  // namespace skua::compiler
