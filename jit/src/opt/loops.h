// What the passes on loops share.
#pragma once

#include <vector>

#include "ir/ir.h"
#include "ir/order.h"

namespace skua::jit {

// All loops, inner ones first, with fresh orders.
Vector<Loop> find_loops(Graph& graph);

// The block that alone leads into the loop from outside; made if there are several. Orders become stale, the
// loop stays as it is.
Block* make_preheader(Graph& graph, const Loop& loop);
// The same, null if there is none.
[[nodiscard]] Block* find_preheader(const Loop& loop);
// A new block between the header and its predecessors other than `kept`, with phis of what comes from them.
Block* merge_preds(Graph& graph, Block* header, const Vector<Block*>& kept);

// Blocks of a loop, by id.
class InLoop {
public:
    InLoop(const Graph& graph, const Loop& loop) : inside_(graph.blocks.size(), false) {
        for (const Block* block : loop.blocks) inside_[block->id] = true;
    }
    [[nodiscard]] bool has(const Block* block) const {
        return block->id < inside_.size() && inside_[block->id];
    }
    [[nodiscard]] bool invariant(const Node* n) const { return !has(n->block); }

private:
    Vector<bool> inside_;
};

}  // namespace skua::jit
