// The pass `simplify`: local rules (reducer.h), control flow (cfg.h) and dead code (dce.h), until nothing
// changes or it has gone round often enough.
#include "ir/order.h"
#include "opt/cfg.h"
#include "opt/dce.h"
#include "opt/passes.h"
#include "opt/reducer.h"

namespace skua::jit {

void simplify(Graph& graph) {
    constexpr int kMaxRounds = 8;
    Reducer reducer(graph);
    Vector<Block*> order;  // empty: edges have changed
    for (int round = 0; round < kMaxRounds; ++round) {
        bool changed = false;
        // Predecessors first, so that what is known of inputs is known.
        if (order.empty()) order = reverse_post_order(graph);
        for (Block* block : order) changed |= reducer.run(*block);
        if (changed) graph.settle();
        bool edges = fold_branches(graph);
        edges |= fold_diamonds(graph);
        if (edges) {
            graph.drop_unreachable();
            graph.settle();
        }
        const bool threaded = thread_jumps(graph);
        const bool merged = merge_blocks(graph);
        if (threaded || merged) {
            graph.drop_unreachable();
            graph.settle();
        }
        if (!changed && !edges && !threaded && !merged) break;
        if (edges || threaded || merged || reducer.swapped_edges()) order.clear();
    }
    eliminate_dead_code(graph);
}

}  // namespace skua::jit
