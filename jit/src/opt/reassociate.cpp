// The pass `reassociate`: in a + b + c + ... what is known last is added last.
//
//     ((h + s) + k) + w, where s is computed from the round before,    becomes    ((h + k) + w) + s
//
// Then a chain that goes from round to round of a loop is as short as it can be. Of associative and
// commutative integer operations; what is known last is what stands on most operations of the block. Behind
// the passes that look at how sums are made.
#include <algorithm>

#include "opt/dce.h"
#include "opt/passes.h"

namespace skua::jit {
namespace {

constexpr std::size_t kMaxLeaves = 16;

bool is_associative(const Node* n) {
    if (n->type != Type::I64 && n->type != Type::I32) return false;
    return n->op == Op::Add || n->op == Op::And || n->op == Op::Or || n->op == Op::Xor;
}

class Reassociate {
public:
    explicit Reassociate(Graph& graph)
        : graph_(graph), uses_(graph.node_count(), 0), inner_(graph.node_count(), false) {
        for (const auto& block : graph.blocks) {
            for (const Node* n : block->nodes) {
                for (const Node* in : n->all()) ++uses_[in->id];
            }
        }
        depth_.assign(graph.node_count(), 0);
    }

    // Whether anything was changed.
    bool run(Block* block) {
        nodes_.clear();
        for (const Node* n : block->nodes) {
            depth_[n->id] = n->op == Op::Phi ? 0 : depth_of(n, block);
            if (!is_associative(n)) continue;
            for (const Node* in : n->all()) {
                if (is_part(in, n)) inner_[in->id] = true;
            }
        }
        bool changed = false;
        for (Node* n : block->nodes) {
            if (is_associative(n) && !inner_[n->id]) changed |= rebuild(n);
            nodes_.push_back(n);
        }
        if (changed) std::swap(block->nodes, nodes_);
        return changed;
    }

private:
    [[nodiscard]] std::uint32_t depth_of(const Node* n, const Block* block) const {
        std::uint32_t most = 0;
        for (const Node* in : n->all()) {
            if (in->block == block) most = std::max(most, depth_[in->id] + 1);
        }
        return most;
    }
    // Whether `in` is there only for `user`, which does the same.
    [[nodiscard]] bool is_part(const Node* in, const Node* user) const {
        return in->op == user->op && in->type == user->type && in->block == user->block && uses_[in->id] == 1;
    }

    void collect(const Node* n, Vector<Node*>& leaves) const {
        for (Node* in : n->all()) {
            if (is_part(in, n) && leaves.size() < kMaxLeaves) {
                collect(in, leaves);
            } else {
                leaves.push_back(in);
            }
        }
    }

    bool rebuild(Node* root) {
        Vector<Node*> leaves;
        collect(root, leaves);
        if (leaves.size() < 3 || leaves.size() > kMaxLeaves) return false;
        // Constants are operands of their own instruction, or offsets of an address.
        if (std::any_of(leaves.begin(), leaves.end(), [](const Node* n) { return n->is_const(); }))
            return false;
        const auto depth = [&](const Node* n) { return n->block == root->block ? depth_[n->id] : 0; };
        std::stable_sort(leaves.begin(), leaves.end(),
                         [&](const Node* a, const Node* b) { return depth(a) < depth(b); });
        // From the front: two at a time, as soon as both are there.
        std::uint32_t ready = std::max(depth(leaves[0]), depth(leaves[1])) + 1;
        for (std::size_t i = 2; i < leaves.size(); ++i) ready = std::max(ready, depth(leaves[i])) + 1;
        if (ready >= depth_[root->id]) return false;
        Node* sum = leaves[0];
        for (std::size_t i = 1; i < leaves.size(); ++i) {
            sum = graph_.new_node(root->op, root->type, {sum, leaves[i]});
            sum->block = root->block;
            nodes_.push_back(sum);
        }
        root->replaced_by = sum;
        return true;
    }

    Graph& graph_;
    Vector<std::uint32_t> uses_, depth_;  // by node
    Vector<bool> inner_;                  // by node: part of a longer sum
    Vector<Node*> nodes_;                 // of the block at hand
};

}  // namespace

void reassociate(Graph& graph) {
    Reassociate pass(graph);
    bool changed = false;
    for (const auto& block : graph.blocks) {
        if (!block->cold) changed |= pass.run(block.get());
    }
    if (!changed) return;
    graph.settle();
    eliminate_dead_code(graph);  // the sums in between
}

}  // namespace skua::jit
