#include "opt/cfg.h"

#include <algorithm>

#include "ir/order.h"
#include "opt/facts.h"

namespace skua::jit {

void remove_pred(Block* from, Block* to) {
    const auto it = std::find(to->preds.begin(), to->preds.end(), from);
    const auto i = static_cast<std::uint32_t>(it - to->preds.begin());
    to->preds.erase(it);
    for (Node* phi : to->nodes) {
        if (phi->op != Op::Phi) break;
        std::copy(phi->inputs + i + 1, phi->inputs + phi->input_count, phi->inputs + i);
        --phi->input_count;
    }
}

void make_jump(Graph& graph, Block* block, std::size_t which) {
    Block* to = block->succs[which];
    for (std::size_t i = 0; i < block->succs.size(); ++i) {
        if (i != which) remove_pred(block, block->succs[i]);
    }
    block->succs.assign(1, to);
    block->nodes.pop_back();
    graph.append(block, graph.new_node(Op::Jump, Type::Void));
}

Block* split_edge(Graph& graph, Block* from, Block* to) {
    Block* between = graph.new_block();
    graph.append(between, graph.new_node(Op::Jump, Type::Void));
    between->preds.push_back(from);
    between->succs.push_back(to);
    between->cold = to->cold;
    *std::find(from->succs.begin(), from->succs.end(), to) = between;
    *std::find(to->preds.begin(), to->preds.end(), from) = between;
    return between;
}

void insert_at_end(Block* block, Node* node) {
    node->block = block;
    block->nodes.insert(block->nodes.end() - 1, node);
}

bool fold_branches(Graph& graph) {
    bool changed = false;
    for (auto& owner : graph.blocks) {
        Block* block = owner.get();
        const Node* last = block->terminator();
        if ((last->op != Op::Branch && last->op != Op::Switch) || !last->in(0)->is_const()) continue;
        const std::int64_t value = last->in(0)->imm;
        std::size_t which = value ? 0 : 1;
        if (last->op == Op::Switch) {
            const auto offset = static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(last->imm);
            which = static_cast<std::size_t>(std::min<std::uint64_t>(offset, block->succs.size() - 1));
        }
        make_jump(graph, block, which);
        changed = true;
    }
    return changed;
}

bool merge_blocks(Graph& graph) {
    bool changed = false;
    for (auto& owner : graph.blocks) {
        Block* block = owner.get();
        if (block->nodes.empty()) continue;
        while (block->succs.size() == 1 && block->terminator()->op == Op::Jump) {
            Block* next = block->succs[0];
            if (next->preds.size() != 1 || next == block) break;
            block->nodes.pop_back();
            for (Node* n : next->nodes) {
                if (n->op == Op::Phi) {
                    n->replaced_by = n->in(0);
                    continue;
                }
                n->block = block;
                block->nodes.push_back(n);
            }
            block->succs = next->succs;
            for (Block* succ : block->succs)
                std::replace(succ->preds.begin(), succ->preds.end(), next, block);
            block->cold = block->cold || next->cold;
            next->nodes.clear();
            next->succs.clear();
            next->preds.clear();
            changed = true;
        }
    }
    return changed;
}

bool fold_diamonds(Graph& graph) {
    bool changed = false;
    for (auto& owner : graph.blocks) {
        Block* join = owner.get();
        if (join->preds.size() != 2) continue;
        Block *a = join->preds[0], *b = join->preds[1];
        if (a == b || !is_empty(a) || !is_empty(b) || a->preds.size() != 1 || b->preds != a->preds) continue;
        Block* top = a->preds[0];
        if (top->terminator()->op != Op::Branch) continue;
        Node* condition = top->terminator()->in(0);
        const bool a_if_true = top->succs[0] == a;
        bool all = true;
        for (Node* phi : join->nodes) {
            if (phi->op != Op::Phi) break;
            Node* if_true = phi->in(a_if_true ? 0 : 1);
            Node* if_false = phi->in(a_if_true ? 1 : 0);
            if (if_true == if_false) {
                phi->replaced_by = if_true;
                continue;
            }
            const bool straight = if_true->is_const(1) && if_false->is_const(0);
            const bool inverse = if_true->is_const(0) && if_false->is_const(1);
            if (phi->type != Type::I64 || (!straight && !inverse)) {
                all = false;
                continue;
            }
            Node* value = condition;
            if (inverse || !is_bool(condition)) {
                Node* zero = graph.constant(Type::I64, 0);
                value = graph.new_node(straight ? Op::Ne : Op::Eq, Type::I64, {condition, zero});
                insert_at_end(top, value);
            }
            phi->replaced_by = value;
            changed = true;
        }
        if (all) {
            make_jump(graph, top, 0);
            changed = true;
        }
    }
    return changed;
}

}  // namespace skua::jit
