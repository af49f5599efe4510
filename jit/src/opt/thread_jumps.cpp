// Where a branch tests a phi, the ways on which the phi's value is known need no branch: they lead on to
// where it would go. An iterator's end (null) leaves its loop so, without passing the test that elements
// pass.
#include <algorithm>
#include <optional>

#include "ir/order.h"
#include "opt/cfg.h"
#include "opt/facts.h"
#include "opt/ssa_repair.h"

namespace skua::jit {
namespace {

// A way into the block and the successor that it takes there.
struct Way {
    Block *from, *to;
    Vector<Node*> values;  // of the block's phis, in order
};

std::optional<bool> truth(const Node* value) {
    if (value->is_const()) return value->imm != 0;
    if (is_not_null(value)) return true;
    return std::nullopt;
}

// Nothing but phis and a branch on one of them.
const Node* tested_phi(const Block* block) {
    const Node* last = block->terminator();
    if (last->op != Op::Branch || last->in(0)->op != Op::Phi || last->in(0)->block != block) return nullptr;
    return block->nodes[block->nodes.size() - 2]->op == Op::Phi ? last->in(0) : nullptr;
}

Vector<Way> known_ways(const Block* block, const Node* phi) {
    Vector<Way> ways;
    for (std::uint32_t i = 0; i < phi->input_count; ++i) {
        const auto taken = truth(phi->in(i));
        Block* from = block->preds[i];
        if (!taken || from->succs.size() != 1) continue;
        Block* to = block->succs[*taken ? 0 : 1];
        if (to == block || to->nodes[0]->op == Op::Phi) continue;
        Way way{from, to, {}};
        for (const Node* n : block->nodes) {
            if (n->op == Op::Phi) way.values.push_back(n->in(i));
        }
        ways.push_back(std::move(way));
    }
    return ways;
}

// The phis' uses behind the block, which another way reaches now.
void repair(Graph& graph, Block* block, const Vector<Way>& ways) {
    Vector<Node*> phis;
    Vector<std::uint32_t> index(graph.node_count(), 0);  // one more than the phi's
    for (Node* n : block->nodes) {
        if (n->op != Op::Phi) break;
        phis.push_back(n);
        index[n->id] = static_cast<std::uint32_t>(phis.size());
    }
    struct Use {
        Node* user;
        std::uint32_t input;
    };
    Vector<Vector<Use>> uses(phis.size());
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
    SsaRepair repair(graph);
    for (std::size_t p = 0; p < phis.size(); ++p) {
        if (uses[p].empty()) continue;
        repair.start(phis[p]->type);
        repair.define(block, phis[p]);
        for (const Way& way : ways) repair.define(way.from, way.values[p]);
        for (const Use& use : uses[p]) {
            use.user->inputs[use.input] = use.user->op == Op::Phi
                                              ? repair.at_end(use.user->block->preds[use.input])
                                              : repair.at_start(use.user->block);
        }
    }
    repair.finish();
}

}  // namespace

bool thread_jumps(Graph& graph) {
    const auto tests_phi = [](const auto& block) {
        return block->nodes.size() >= 2 && tested_phi(block.get());
    };
    if (std::none_of(graph.blocks.begin(), graph.blocks.end(), tests_phi)) return false;
    bool changed = false;
    for (Block* block : reverse_post_order(graph)) {
        if (block->nodes.size() < 2) continue;
        const Node* phi = tested_phi(block);
        // A loop with two entries would be no loop to anyone.
        if (!phi || std::any_of(block->preds.begin(), block->preds.end(),
                                [&](const Block* pred) { return pred->order >= block->order; }))
            continue;
        const Vector<Way> ways = known_ways(block, phi);
        if (ways.empty()) continue;
        for (const Way& way : ways) {
            // `to` had the block as its only predecessor: the edge is critical from now on.
            const auto edge = std::find(way.to->preds.begin(), way.to->preds.end(), block);
            if (edge != way.to->preds.end()) split_edge(graph, block, way.to);
            remove_pred(way.from, block);
            way.from->succs[0] = way.to;
            way.to->preds.push_back(way.from);
        }
        repair(graph, block, ways);
        changed = true;
    }
    return changed;
}

}  // namespace skua::jit
