// Dead code: values that nobody uses, loads, runtime calls without effects, and fresh objects of which
// nothing is done but storing into them. Guards stay: they throw.
#pragma once

#include "ir/ir.h"

namespace skua::jit {

// True if anything went. Leaves the graph settled.
bool eliminate_dead_code(Graph& graph);

}  // namespace skua::jit
