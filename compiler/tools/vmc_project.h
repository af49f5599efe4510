// A project: a folder with a file skua.toml, which says where its sources are and what is started. Everything
// that names files to vmc may name such a folder instead.
//
//     [project]
//     name = "greeter"
//     version = "0.1.0"
//     source = "src"          # folder from which module names count
//     main = "main"           # the module that `vmc run` starts; without it and src/main.skua, a library
//     capabilities = ["fs.read:data"]   # beside those that its sources name
//     plugin-path = ["build"]           # folders of native plugins
//
//     [dependencies]          # other archives: docs/packages.md
//     json = "^1.2"
//     report = { version = ">=2 <3", sha256 = "...", passes = ["fs.read:data"] }
//
//     [plugins]               # native ones
//     sqlite = "^1.0"
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "driver.h"
#include "skua/classfile/archive.h"

namespace skua::compiler {

struct Project {
    std::string folder;                    // as it was named, "." for the current one
    std::string file;                      // its skua.toml
    std::string source_root;               // its folder of sources
    std::string main_file;                 // of its main module
    bool is_library = false;               // it names no main module, and the usual one is not there
    std::vector<std::string> plugin_path;  // folders of plugins
    // Name, version, main module, capabilities, what of them is passed on, dependencies, plugins.
    classfile::Manifest manifest;
};

// The project of a folder. True with `out` empty if it has no skua.toml.
bool load_project(const std::string& folder, std::optional<Project>& out, Failure& failure);

// Replaces folders by the source files in and below them, in the order of their names; those whose name
// begins with a dot are left out. A folder given alone, and a project, also decide the source root if none
// was given. No arguments: the project of the current folder. The projects are added to `projects`.
bool expand_sources(CompileOptions& options, std::vector<Project>& projects, Failure& failure);

// What `vmc run FILE` starts: of a folder, its project's main module.
bool find_main_file(CompileOptions& options, std::vector<Project>& projects, Failure& failure);

// What the projects need is added to what their sources say that they need.
void add_capabilities(const std::vector<Project>& projects, Compilation& compilation);

}  // namespace skua::compiler
