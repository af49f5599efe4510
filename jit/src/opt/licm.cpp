// The pass `licm`: what does not change in a loop is computed in front of it.
//
// Pure operations may always be; others only if it makes no difference that they happen earlier:
//   - a guard, if it is executed whenever the loop is entered and nothing that anybody could observe comes
//     before it: then its exception is the first thing either way;
//   - a load, if the loop does not write its partition and its address is good in front of the loop: because
//   of
//     what its inputs are, or because it is executed whenever the loop is entered, behind nothing but guards
//     that were hoisted before it;
//   - a call that depends on nothing but its inputs, if it takes them wherever they are available.
#include <algorithm>

#include "opt/cfg.h"
#include "opt/facts.h"
#include "opt/loops.h"
#include "opt/memory.h"
#include "opt/passes.h"
#include "opt/readable.h"
#include "run/runtime_entry.h"

namespace skua::jit {
namespace {

// A division that cannot trap wherever its inputs are available.
bool divides_safely(const Node* n) {
    const Node* divisor = n->in(1);
    return divisor->op == Op::DivCheck || (divisor->is_const() && divisor->imm != 0);
}
bool is_division(Op op) {
    return op == Op::Div || op == Op::Rem || op == Op::DivU || op == Op::RemU;
}

bool is_pure_call(const Node* n) {
    if (n->op != Op::CallRuntime) return false;
    const auto* entry = static_cast<const RuntimeEntry*>(n->ptr);
    return entry->throws == RuntimeEntry::Throws::Never && !entry->clobbers && entry->leaf;
}

// Comparisons that only branches use: with these they are one instruction where they are, and a register for
// as long as the loop takes where they are not.
Vector<bool> fused_with_branches(const Graph& graph) {
    Vector<bool> fused(graph.node_count(), false);
    for (const auto& block : graph.blocks) {
        for (const Node* n : block->nodes) fused[n->id] = is_compare(n->op);
    }
    for (const auto& block : graph.blocks) {
        for (const Node* n : block->nodes) {
            if (n->op == Op::Branch) continue;
            for (const Node* in : n->all()) fused[in->id] = false;
        }
    }
    return fused;
}

class Hoister {
public:
    Hoister(Graph& graph, const Partitions& partitions, const Accesses& accesses, const Vector<bool>& fused,
            const Loop& loop, Block* before)
        : partitions_(partitions),
          accesses_(accesses),
          fused_(fused),
          loop_(loop),
          before_(before),
          inside_(graph, loop),
          written_(partitions.written_by(loop)) {}

    void run() {
        // From the header on as long as there is only one way: what is executed whenever the loop is entered.
        bool clean = true;
        Block* block = loop_.header;
        Vector<Block*> always;
        for (;;) {
            always.push_back(block);
            block_nodes(block, true, clean);
            if (block->succs.size() != 1) break;
            block = block->succs[0];
            if (!inside_.has(block) || block == loop_.header || block->preds.size() != 1) break;
        }
        Vector<Block*> rest = loop_.blocks;
        std::sort(rest.begin(), rest.end(),
                  [](const Block* a, const Block* b) { return a->order < b->order; });
        for (Block* other : rest) {
            if (std::find(always.begin(), always.end(), other) != always.end()) continue;
            bool never = false;
            block_nodes(other, false, never);
        }
    }

private:
    void block_nodes(Block* block, bool always, bool& clean) {
        Vector<Node*> kept;
        kept.reserve(block->nodes.size());
        for (Node* n : block->nodes) {
            if (may_hoist(n, always, clean)) {
                insert_at_end(before_, n);
                continue;
            }
            kept.push_back(n);
            const OpInfo& op = info(n->op);
            if (op.guard || op.store || op.allocates || (op.call && !is_pure_call(n))) clean = false;
        }
        block->nodes = std::move(kept);
    }

    bool may_hoist(const Node* n, bool always, bool clean) const {
        if (n->op == Op::Phi || n->op == Op::Result || info(n->op).terminator || fused_[n->id]) return false;
        for (const Node* in : n->all()) {
            if (!inside_.invariant(in)) return false;
        }
        if (is_division(n->op)) return divides_safely(n) || (always && clean);
        if (info(n->op).pure || n->op == Op::Is) return !n->is_const();
        if (is_pure_call(n)) return (always && clean) || good_inputs(n);
        if (info(n->op).guard) return always && clean;
        if (n->op != Op::Load || written_.has(partitions_.of(n))) return false;
        return (always && clean) || is_readable(n, before_, always, accesses_);
    }

    // Callable wherever its inputs are: where a handler covers it, a null was excluded by a branch, and the
    // guard behind it, which always holds, may be gone.
    static bool good_inputs(const Node* n) {
        if (static_cast<const RuntimeEntry*>(n->ptr)->takes_null) return true;
        return std::all_of(n->inputs, n->inputs + n->input_count, is_not_null);
    }

    const Partitions& partitions_;
    const Accesses& accesses_;
    const Vector<bool>& fused_;
    const Loop& loop_;
    Block* before_;
    InLoop inside_;
    Partitions::Set written_;
};

}  // namespace

void licm(Graph& graph) {
    const auto loops = find_loops(graph);
    if (loops.empty()) return;
    bool made = false;
    for (const Loop& loop : loops) {
        if (find_preheader(loop)) continue;
        make_preheader(graph, loop);
        made = true;
    }
    // A preheader that was made belongs to the loops around.
    const auto current = made ? find_loops(graph) : loops;
    const Partitions partitions(graph);
    const Accesses accesses(graph);
    const Vector<bool> fused = fused_with_branches(graph);
    for (const Loop& loop : current) {
        if (Block* before = find_preheader(loop))
            Hoister(graph, partitions, accesses, fused, loop, before).run();
    }
    graph.settle();
}

}  // namespace skua::jit
