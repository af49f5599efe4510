// The pass `latches`: a loop that ends in a test polls in front of it, not on the way back. Then nothing is
// left on that way, and the branch leads straight to the header: an iteration has one jump less. The poll is
// executed once more, when the loop ends.
#include <algorithm>

#include "opt/cfg.h"
#include "opt/loops.h"
#include "opt/passes.h"

namespace skua::jit {

void latches(Graph& graph) {
    for (const Loop& loop : find_loops(graph)) {
        for (Block* latch : loop.latches) {
            if (latch->nodes.size() != 2 || latch->nodes[0]->op != Op::Poll ||
                latch->nodes[1]->op != Op::Jump || latch->preds.size() != 1)
                continue;
            Block* test = latch->preds[0];
            if (test->terminator()->op != Op::Branch || test->loop != loop.header) continue;
            Node* poll = latch->nodes[0];
            latch->nodes.erase(latch->nodes.begin());
            insert_at_end(test, poll);
        }
    }
    graph.settle();
}

}  // namespace skua::jit
