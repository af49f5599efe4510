// Makes a program that differs smaller: instructions become nop while the difference stays (any function
// remains valid, since every register always holds a value of its type); of a Skua source, lines go.
#pragma once

#include <cstdint>
#include <string>

#include "program.h"
#include "runner.h"

namespace skua::differential {

// Prints the result. Exit code: 0 if something differed.
int minimise(const RunOptions& options, Kind kind, std::uint64_t seed, const std::string& configuration);

}  // namespace skua::differential
