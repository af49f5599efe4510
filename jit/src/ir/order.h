// Orders of a graph's blocks, computed on demand and stored in the blocks; any change of the graph's
// edges makes them stale.
#pragma once

#include <vector>

#include "ir/ir.h"

namespace skua::jit {

// Reverse post order from the entry; sets Block::order. Unreachable blocks are not in it.
Vector<Block*> depth_first_order(Graph& graph);
// The same, but the blocks of a loop are contiguous: each loop's blocks are listed before what follows its
// exits. Sets dominators and loops, too (Block::idom, dom_depth, loop, loop_depth), and hands out the loops.
struct Loop;
Vector<Block*> reverse_post_order(Graph& graph, Vector<Loop>* loops = nullptr);

// Block::idom and dom_depth (Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm). Needs order.
void compute_dominators(const Vector<Block*>& order);
[[nodiscard]] bool dominates(const Block* a, const Block* b);

// Natural loops: Block::loop and loop_depth. An irreducible cycle has no header and counts as no loop.
// Needs dominators.
struct Loop {
    Block* header;
    Vector<Block*> blocks;    // header first
    Vector<Block*> latches;   // sources of back edges
    Block* parent = nullptr;  // header of the loop around it
};
Vector<Loop> compute_loops(const Vector<Block*>& order);  // inner loops before outer ones

}  // namespace skua::jit
