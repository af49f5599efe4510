// Changing a graph's edges, and the clean-ups of control flow that simplify does.
#pragma once

#include "ir/ir.h"

namespace skua::jit {

// Takes the edge out of to->preds and the phis, not out of from->succs.
void remove_pred(Block* from, Block* to);
// The block's terminator becomes a jump to its successor number `which`; the other edges go.
void make_jump(Graph& graph, Block* block, std::size_t which);
// A block with nothing but a jump, in the middle of an edge; the phis of `to` keep their inputs.
Block* split_edge(Graph& graph, Block* from, Block* to);
// In front of the block's terminator.
void insert_at_end(Block* block, Node* node);
[[nodiscard]] inline bool is_empty(const Block* block) {
    return block->nodes.size() == 1 && block->nodes[0]->op == Op::Jump;
}

// Each returns whether it changed anything; the caller drops unreachable blocks and settles.
bool fold_branches(Graph& graph);  // conditions that are constants
bool merge_blocks(Graph& graph);   // a block into its only predecessor, which has no other successor
bool fold_diamonds(Graph& graph);  // phi(1, 0) of a branch's two sides is its condition
bool thread_jumps(Graph& graph);   // past branches on a phi, from where the phi is constant

}  // namespace skua::jit
