// Random structured programs as graphs: arithmetic, guards, objects, arrays, calls, branches, loops.
//
// Parameters: two arrays of words (perhaps the same), an array of u32, an object of class A or null, three
// integers. The same seed gives the same graph.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "evaluator.h"
#include "ir/ir.h"

namespace skua::jit::test {

std::unique_ptr<Graph> random_graph(std::uint64_t seed);

// Arguments number `variant` for such a graph, their objects in `memory`.
std::vector<std::int64_t> random_arguments(std::uint64_t variant, Memory& memory);

}  // namespace skua::jit::test
