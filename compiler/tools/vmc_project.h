// A project: a folder with a file skua.toml, which says where its sources are and what is started. Everything
// that names files to vmc may name such a folder instead.
//
//     [project]
//     name = "greeter"
//     version = "0.1.0"
//     source = "src"          # folder from which module names count
//     main = "main"           # the module that `vmc run` starts
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "driver.h"

namespace skua::compiler {

struct Project {
    std::string folder;       // as it was named, "." for the current one
    std::string source_root;  // its folder of sources
    std::string main_file;    // of its main module
};

// The project of a folder. True with `out` empty if it has no skua.toml.
bool load_project(const std::string& folder, std::optional<Project>& out, Failure& failure);

// Replaces folders by the source files in and below them, in the order of their names; those whose name
// begins with a dot are left out. A folder given alone, and a project, also decide the source root if none
// was given. No arguments: the project of the current folder.
bool expand_sources(CompileOptions& options, Failure& failure);

// What `vmc run FILE` starts: of a folder, its project's main module.
bool find_main_file(CompileOptions& options, Failure& failure);

}  // namespace skua::compiler
