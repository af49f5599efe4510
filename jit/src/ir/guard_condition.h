// What a guard checks, as a condition made of plain operations.
#pragma once

#include <functional>
#include <span>

#include "ir/ir.h"

namespace skua::jit {

// Puts a node where the condition is computed.
using MakeNode = std::function<Node*(Op, Type, std::initializer_list<Node*>)>;

// Not 0 if and only if a guard `op` of type `type` with these inputs, this immediate and this pointer lets
// pass.
Node* guard_condition(Graph& graph, const MakeNode& make, Op op, Type type, std::span<Node* const> in,
                      std::int64_t imm, const void* ptr);

}  // namespace skua::jit
