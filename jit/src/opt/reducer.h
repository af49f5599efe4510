// The inside of the pass `simplify`: one node at a time becomes a simpler one, from its inputs alone.
// By area: reduce_integer.cpp, reduce_compare.cpp, reduce_guard.cpp (guards, memory, type tests).
#pragma once

#include <utility>

#include "ir/ir.h"

namespace skua::jit {

class Reducer {
public:
    explicit Reducer(Graph& graph) : graph_(graph) {}

    // Reduces all nodes of a block, in order. True if anything changed. The caller settles.
    bool run(Block& block);
    // Has a branch's condition been inverted, its successors being swapped? Since it was asked last.
    bool swapped_edges() { return std::exchange(swapped_edges_, false); }

private:
    // What the node may be replaced by, or null. May append new nodes to the block in front of it, and
    // change the node itself (changed_).
    Node* reduce(Node* n);
    Node* reduce_integer(Node* n);
    Node* reduce_shift(Node* n);
    Node* reduce_rotate(Node* n);
    Node* reduce_divide(Node* n);
    Node* reduce_convert(Node* n);
    Node* narrow(Node* n);
    Node* reduce_float(Node* n);
    Node* reduce_compare(Node* n);
    Node* narrow_compare(Node* n);
    Node* invert(const Node* compare);  // null if it has no inverse
    Node* reduce_guard(Node* n);
    Node* reduce_memory(Node* n);
    Node* reduce_phi(Node* n);
    void reduce_branch(Node* n);

    // A new node at this place, reduced itself.
    Node* make(Op op, Type type, std::initializer_list<Node*> inputs);
    Node* constant(Type type, std::int64_t bits) { return graph_.constant(type, bits); }
    Node* i64(std::int64_t value) { return graph_.constant(Type::I64, value); }

    Graph& graph_;
    Block* block_ = nullptr;
    bool changed_ = false, swapped_edges_ = false;
    int depth_ = 0;
};

}  // namespace skua::jit
