// Runs programs in a child process, so that the program that kills it is known and the others go on.
#pragma once

#include <string>
#include <vector>

#include "configurations.h"
#include "program.h"

namespace skua::differential {

struct RunOptions {
    std::string library;  // std.ska
    double seconds = 20;  // for one program; then it is killed
    unsigned jobs = 1;    // children at a time
    unsigned vary = 0;    // Plan's
};

// What a program did: its output, error output and exit code as one text. A crash or a timeout is
// such a text too.
using Outcome = std::string;

// All programs under each of the configurations: [configuration][program]. All programs of one
// configuration share a machine as long as none of them crashes. An empty outcome: not run.
std::vector<std::vector<Outcome>> run(const RunOptions& options,
                                      const std::vector<Configuration>& configurations,
                                      const std::vector<Program>& programs,
                                      const std::vector<std::uint64_t>& seeds);

// Does work in a child for each of `count` items and collects what it says of each; an item whose
// child died says why.
std::vector<std::string> in_children(const RunOptions& options, std::size_t count,
                                     std::string (*work)(std::size_t item, void* data), void* data);

}  // namespace skua::differential
