// The pass `hot_loops`: a loop that calls only on rare ways gets an inner loop without them.
//
//     loop { usual; if (rare) { call }; tail }
//
// becomes
//
//     loop {
//         loop { usual; if (rare) leave; tail }
//         call; tail
//     }
//
// A call may write all memory, so that nothing that is loaded could be kept over it. In the inner loop it
// can: the passes behind this one move loads, guards and tests of bounds in front of it, and what they need
// is done anew only after a rare way was taken.
#include <algorithm>

#include "ir/order.h"
#include "opt/block_rank.h"
#include "opt/cfg.h"
#include "opt/frequency.h"
#include "opt/loops.h"
#include "opt/memory.h"
#include "opt/passes.h"
#include "opt/ssa_repair.h"

namespace skua::jit {
namespace {

constexpr std::size_t kMaxNodes = 120;  // on the usual way
constexpr int kMaxLoops = 24;           // of a graph

bool writes_memory(const Block* block) {
    return std::any_of(block->nodes.begin(), block->nodes.end(), clobbers_memory);
}

class HotLoop {
public:
    // `rank`: of rank_blocks.
    HotLoop(Graph& graph, const Loop& loop, const Vector<std::uint32_t>& rank)
        : graph_(graph), loop_(loop), usual_(graph.blocks.size(), false) {
        for (const Block* block : loop.blocks) usual_[block->id] = rank[block->id] == rank[loop.header->id];
    }

    bool run() {
        if (loop_.header->cold || !is_wanted()) return false;
        find_tail();
        const bool rare_latch = !std::all_of(loop_.latches.begin(), loop_.latches.end(),
                                             [&](const Block* latch) { return is_usual(latch); });
        if (tail_.empty() && !rare_latch) return false;
        separate();
        return true;
    }

private:
    // The usual way is short and has neither calls nor loops; some other way through the loop writes memory.
    bool is_wanted() const {
        std::size_t nodes = 0;
        bool rare_writes = false;
        for (const Block* block : loop_.blocks) {
            const bool writes = writes_memory(block);
            if (!is_usual(block)) {
                rare_writes |= writes;
                continue;
            }
            nodes += block->nodes.size();
            if (writes || block->loop != loop_.header || nodes > kMaxNodes) return false;
        }
        return rare_writes && std::any_of(loop_.latches.begin(), loop_.latches.end(),
                                          [&](const Block* latch) { return is_usual(latch); });
    }

    bool is_usual(const Block* block) const { return block->id < usual_.size() && usual_[block->id]; }

    // The part of the usual way that rare ways come back to, the header aside, which others come to as well.
    void find_tail() {
        Vector<bool> seen(graph_.blocks.size(), false);
        seen[loop_.header->id] = true;
        const auto add = [&](Block* block) {
            if (seen[block->id]) return;
            seen[block->id] = true;
            tail_.push_back(block);
        };
        for (Block* block : loop_.blocks) {
            if (!is_usual(block)) continue;
            for (const Block* pred : block->preds) {
                if (!is_usual(pred)) add(block);
            }
        }
        for (std::size_t i = 0; i < tail_.size(); ++i) {
            for (Block* succ : tail_[i]->succs) {
                if (is_usual(succ)) add(succ);
            }
        }
    }

    void separate() {
        Vector<Block*> usual_latches;
        for (Block* latch : loop_.latches) {
            if (is_usual(latch)) usual_latches.push_back(latch);
        }
        const Clone clone = clone_blocks(graph_, tail_);
        for (Block* block : tail_) {
            for (Block* pred : Vector<Block*>(block->preds)) {
                if (!is_usual(pred)) redirect(pred, block, clone);
            }
        }
        // All ways back but the usual one lead to the outer loop's header.
        merge_preds(graph_, loop_.header, usual_latches);
        repair_uses(graph_, clone, tail_, Entered::Anywhere);
        Vector<Block*> both = tail_;
        for (const Block* block : tail_) both.push_back(clone.blocks[block->id]);
        for (const Block* block : both) {
            for (Node* phi : block->nodes) {
                if (phi->op == Op::Phi && phi->input_count == 1) phi->replaced_by = phi->in(0);
            }
        }
        graph_.settle();
        for (Block* from : both) {
            for (Block* to : Vector<Block*>(from->succs)) {
                if (from->succs.size() > 1 && to->preds.size() > 1) split_edge(graph_, from, to);
            }
        }
    }

    void redirect(Block* from, Block* to, const Clone& clone) {
        Block* copy = clone.blocks[to->id];
        const auto which = static_cast<std::uint32_t>(std::find(to->preds.begin(), to->preds.end(), from) -
                                                      to->preds.begin());
        for (Node* phi : to->nodes) {
            if (phi->op != Op::Phi) break;
            graph_.add_input(clone.nodes[phi->id], phi->in(which));
        }
        copy->preds.push_back(from);
        remove_pred(from, to);
        *std::find(from->succs.begin(), from->succs.end(), to) = copy;
    }

    Graph& graph_;
    const Loop& loop_;
    Vector<bool> usual_;  // by block id
    Vector<Block*> tail_;
};

}  // namespace

void hot_loops(Graph& graph) {
    Vector<Loop> loops;
    const auto order = reverse_post_order(graph, &loops);
    if (loops.empty()) return;
    const auto rank = rank_blocks(order, estimate_frequencies(order, graph.blocks.size()));
    int made = 0;
    // Loops that are changed have no loops in common: the usual way of one contains none.
    for (const Loop& loop : loops) {
        if (made < kMaxLoops && HotLoop(graph, loop, rank).run()) ++made;
    }
    if (made > 0) graph.drop_unreachable();
}

}  // namespace skua::jit
