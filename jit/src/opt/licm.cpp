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

// Fields that are accessed, by object: where one was read, it can be read again.
class Accesses {
public:
    explicit Accesses(const Graph& graph) : first_(graph.node_count(), 0), all_(1) {
        for (const auto& block : graph.blocks) {
            for (const Node* n : block->nodes) {
                const bool has_no_index = n->input_count == (n->op == Op::Load ? 1u : 2u);
                if ((n->op != Op::Load && n->op != Op::Store) || !has_no_index || n->in(0)->is_const())
                    continue;
                all_.push_back({n, first_[n->in(0)->id]});
                first_[n->in(0)->id] = static_cast<std::uint32_t>(all_.size() - 1);
            }
        }
    }
    // Whether every way to the end of `block` has accessed all that the load reads.
    [[nodiscard]] bool done_before(const Node* load, const Block* block) const {
        for (std::uint32_t i = first_[load->in(0)->id]; i; i = all_[i].next) {
            const Node* n = all_[i].access;
            if (n->mem.disp == load->mem.disp && mem_size(n->mem.rep) == mem_size(load->mem.rep) &&
                dominates(n->block, block))
                return true;
        }
        return false;
    }

private:
    struct Access {
        const Node* access;
        std::uint32_t next;
    };
    Vector<std::uint32_t> first_;  // in all_, by object; 0: none
    Vector<Access> all_;
};

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
        return (always && clean) || good_address(n, always);
    }

    // Callable wherever its inputs are: where a handler covers it, a null was excluded by a branch, and the
    // guard behind it, which always holds, may be gone.
    static bool good_inputs(const Node* n) {
        if (static_cast<const RuntimeEntry*>(n->ptr)->takes_null) return true;
        return std::all_of(n->inputs, n->inputs + n->input_count, is_not_null);
    }

    // Readable wherever its inputs are. An object may be of another class than the access says where that
    // was not tested yet, but no object has less than 16 bytes.
    bool good_address(const Node* n, bool always) const {
        const Node* base = n->in(0);
        if (base->is_const()) return n->input_count == 1;
        if (n->input_count == 1 && accesses_.done_before(n, before_)) return true;
        if (!is_not_null(base)) return false;
        if (n->input_count == 1) {
            if (always && n->mem.alias == Alias::Field) return true;
            return n->mem.disp >= 0 && n->mem.disp + static_cast<std::int32_t>(mem_size(n->mem.rep)) <= 16;
        }
        const Node* index = n->in(1);
        return index->op == Op::BoundsCheck && is_length_load(index->in(1)) && index->in(1)->in(0) == base &&
               (n->mem.alias == Alias::Element || n->mem.alias == Alias::Constant) && n->mem.disp >= 16 &&
               n->mem.disp < 16 + static_cast<std::int32_t>(n->mem.stride);
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
