// The pass `comparisons`: each branch gets a comparison of its own, in its block. One that several branches
// share would be made a number, kept in a register and tested again, where comparing anew is one instruction
// with its branch. The last pass: `gvn` would merge them.
#include "opt/cfg.h"
#include "opt/facts.h"
#include "opt/passes.h"

namespace skua::jit {

void comparisons(Graph& graph) {
    Vector<std::uint8_t> as_value(graph.node_count(), 0), by_own_branch(graph.node_count(), 0);
    for (const auto& block : graph.blocks) {
        for (const Node* n : block->nodes) {
            for (const Node* in : n->all()) {
                if (n->op != Op::Branch) {
                    as_value[in->id] = 1;
                } else if (in->block == block.get()) {
                    by_own_branch[in->id] = 1;
                }
            }
        }
    }
    Vector<Node*> copied;
    for (const auto& block : graph.blocks) {
        Node* branch = block->terminator();
        if (branch->op != Op::Branch) continue;
        Node* condition = branch->in(0);
        if (!is_compare(condition->op) || condition->block == block.get() || as_value[condition->id])
            continue;
        Node* own = graph.new_node(condition->op, condition->type, condition->all());
        branch->inputs[0] = own;
        insert_at_end(block.get(), own);
        copied.push_back(condition);
    }
    for (Node* condition : copied) {
        if (!by_own_branch[condition->id]) std::erase(condition->block->nodes, condition);
    }
}

}  // namespace skua::jit
