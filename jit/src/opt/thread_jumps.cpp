// Where a branch tests a phi, or what is computed from phis, the ways on which the condition is known need no
// branch: they lead on to where it would go. An iterator's end (null) leaves its loop so, without passing the
// test that elements pass.
#include <algorithm>
#include <optional>

#include "ir/literals.h"
#include "ir/order.h"
#include "opt/cfg.h"
#include "opt/constants.h"
#include "opt/facts.h"
#include "opt/ssa_repair.h"

namespace skua::jit {
namespace {

constexpr std::size_t kMaxSpared = 4;  // nodes that a way is spared

// A way into the block and the successor that it takes there.
struct Way {
    Block *from, *to;
    Vector<Node*>
        values;  // of the block's nodes but the last, in order; null: not known, and needed by no one
};

std::optional<bool> truth(const Node* value) {
    if (value->is_const()) return value->imm != 0;
    if (is_not_null(value)) return true;
    return std::nullopt;
}

// Nothing but phis, a few values that are computed from them without any effect, and a branch.
bool may_be_passed_by(const Block* block) {
    const Node* last = block->terminator();
    if (last->op != Op::Branch || last->in(0)->block != block || block->nodes[0]->op != Op::Phi) return false;
    std::size_t computed = 0;
    for (const Node* n : block->nodes) {
        if (n->op == Op::Phi || n == last) continue;
        const bool length = n->op == Op::Load && n->mem.alias == Alias::Constant && n->in(0)->op == Op::Phi;
        if (++computed > kMaxSpared || n->input_count == 0 || n->input_count > 2 ||
            !(info(n->op).pure || length))
            return false;
    }
    return true;
}

// The values of a block's nodes on one of the ways into it.
class WayIn {
public:
    WayIn(Graph& graph, const Block* block, std::uint32_t way) : graph_(graph), block_(block), way_(way) {
        for (const Node* n : block->nodes) {
            if (n != block->terminator()) values_.push_back(value(n));
        }
    }
    Vector<Node*>& values() { return values_; }
    Node* of(Node* n) const {
        if (n->block != block_) return n;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (block_->nodes[i] == n) return values_[i];
        }
        return nullptr;  // of a later one
    }

private:
    Node* value(const Node* n) const {
        if (n->op == Op::Phi) return n->in(way_);
        Node* x = of(n->in(0));
        Node* y = n->input_count == 2 ? of(n->in(1)) : x;
        if (!x || !y) return nullptr;
        if (n->op == Op::Load) {
            const auto length = literal_length(n, x);
            return length ? graph_.constant(n->type, *length) : nullptr;
        }
        if (!x->is_const() || !y->is_const()) return nullptr;
        const auto folded = fold(n->op, n->type, x->type, x->imm, y->imm);
        return folded ? graph_.constant(n->type, *folded) : nullptr;
    }

    Graph& graph_;
    const Block* block_;
    std::uint32_t way_;
    Vector<Node*> values_;
};

struct UseElsewhere {
    Node* user;
    std::uint32_t input;
};
// By node of the block: where it is used elsewhere.
Vector<Vector<UseElsewhere>> uses_elsewhere(const Graph& graph, const Block* block) {
    Vector<std::uint32_t> index(graph.node_count(), 0);  // one more than the node's
    for (std::size_t i = 0; i < block->nodes.size(); ++i)
        index[block->nodes[i]->id] = static_cast<std::uint32_t>(i + 1);
    Vector<Vector<UseElsewhere>> uses(block->nodes.size());
    for (const auto& owner : graph.blocks) {
        for (Node* n : owner->nodes) {
            for (std::uint32_t i = 0; i < n->input_count; ++i) {
                const Node* value = n->in(i);
                if (value->id >= index.size() || index[value->id] == 0) continue;
                const Block* where = n->op == Op::Phi ? n->block->preds[i] : n->block;
                if (where != block) uses[index[value->id] - 1].push_back({n, i});
            }
        }
    }
    return uses;
}

Vector<Way> known_ways(Graph& graph, Block* block) {
    Vector<Way> ways;
    for (std::uint32_t i = 0; i < block->preds.size(); ++i) {
        Block* from = block->preds[i];
        if (from->succs.size() != 1) continue;
        WayIn in(graph, block, i);
        const Node* condition = in.of(block->terminator()->in(0));
        const auto taken = condition ? truth(condition) : std::nullopt;
        if (!taken) continue;
        Block* to = block->succs[*taken ? 0 : 1];
        if (to == block || to->nodes[0]->op == Op::Phi) continue;
        ways.push_back({from, to, std::move(in.values())});
    }
    return ways;
}

// The values' uses behind the block, which another way reaches now.
void repair(Graph& graph, Block* block, const Vector<Way>& ways, const Vector<Vector<UseElsewhere>>& uses) {
    SsaRepair repair(graph);
    for (std::size_t i = 0; i < uses.size(); ++i) {
        if (uses[i].empty()) continue;
        repair.start(block->nodes[i]->type);
        repair.define(block, block->nodes[i]);
        for (const Way& way : ways) repair.define(way.from, way.values[i]);
        for (const UseElsewhere& use : uses[i]) {
            use.user->inputs[use.input] = use.user->op == Op::Phi
                                              ? repair.at_end(use.user->block->preds[use.input])
                                              : repair.at_start(use.user->block);
        }
    }
    repair.finish();
}

}  // namespace

bool thread_jumps(Graph& graph) {
    bool changed = false;
    const auto passed_by = [](const auto& block) { return may_be_passed_by(&*block); };
    if (std::none_of(graph.blocks.begin(), graph.blocks.end(), passed_by)) return false;
    for (Block* block : reverse_post_order(graph)) {
        // A loop with two entries would be no loop to anyone.
        if (!may_be_passed_by(block) ||
            std::any_of(block->preds.begin(), block->preds.end(),
                        [&](const Block* pred) { return pred->order >= block->order; }))
            continue;
        Vector<Way> ways = known_ways(graph, block);
        if (ways.empty()) continue;
        const auto uses = uses_elsewhere(graph, block);
        std::erase_if(ways, [&](const Way& way) {
            for (std::size_t i = 0; i < way.values.size(); ++i)
                if (!way.values[i] && !uses[i].empty()) return true;
            return false;
        });
        if (ways.empty()) continue;
        for (const Way& way : ways) {
            // `to` had the block as its only predecessor: the edge is critical from now on.
            const auto edge = std::find(way.to->preds.begin(), way.to->preds.end(), block);
            if (edge != way.to->preds.end()) split_edge(graph, block, way.to);
            remove_pred(way.from, block);
            way.from->succs[0] = way.to;
            way.to->preds.push_back(way.from);
        }
        repair(graph, block, ways, uses);
        changed = true;
    }
    return changed;
}

}  // namespace skua::jit
