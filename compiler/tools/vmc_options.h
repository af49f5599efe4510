// The command lines of vmc: what its commands have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "driver.h"

namespace skua::compiler {

enum class Command { Compile, Check, Run, Test, Pack };

struct Settings {
    CompileOptions compile;
    std::string output;
    std::string class_path;
    std::string archive_path;
    std::vector<std::string> plugin_path;  // each of them folders between colons
    std::string library;
    bool no_library = false;
    std::string format = "text";
    std::string color = "auto";
    std::vector<std::string> args;
    std::vector<std::string> run_options;  // for vmrun, as they stand on its command line
    std::string deterministic;             // a seed, or "true"; empty: not given
    std::string print_ir;                  // a pass, or "true", which CLI11 makes of none; empty: not given
};

void add_options(CLI::App& app, Settings& s, Command command);

// What `vmc run` and `vmc test` hand to vmrun, which checks the values.
void add_run_options(CLI::App& app, Settings& s);

// After parsing: puts the options into the forms in which they are used.
void settle_options(Settings& s);

// Whether what goes to this file descriptor is coloured.
bool use_color(const Settings& s, int fd);

// Is it a terminal on which a line can be written anew?
bool is_terminal(int fd);

}  // namespace skua::compiler
