// Checks what the head of ir.h promises, and the number and types of inputs that ops.def implies.
#pragma once

#include <string>

#include "ir/ir.h"

namespace skua::jit {

// Empty if the graph is sound, else what is wrong first. Recomputes the orders of order.h. Blocks that
// cannot be reached are only checked for their edges.
[[nodiscard]] std::string verify_graph(Graph& graph);

}  // namespace skua::jit
