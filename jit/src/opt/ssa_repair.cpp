#include "opt/ssa_repair.h"

#include <algorithm>

namespace skua::jit {
Node* SsaRepair::get(const Vector<Node*>& of, const Block* block) {
    Node* value = block->id < of.size() ? of[block->id] : nullptr;
    return value ? resolve(value) : nullptr;
}

void SsaRepair::set(Vector<Node*>& of, const Block* block, Node* value) {
    if (of.size() <= block->id) of.resize(graph_.blocks.size(), nullptr);
    of[block->id] = value;
    touched_.push_back(block->id);
}

void SsaRepair::start(Type type) {
    type_ = type;
    for (const std::uint32_t id : touched_) {
        if (id < ends_.size()) ends_[id] = nullptr;
        if (id < starts_.size()) starts_[id] = nullptr;
    }
    touched_.clear();
}

Node* SsaRepair::at_end(Block* block) {
    // Straight lines are walked, not recursed into.
    Vector<Block*> passed;
    Node* value = nullptr;
    for (Block* at = block;; at = at->preds[0]) {
        if ((value = get(ends_, at)) || (value = get(starts_, at))) break;
        passed.push_back(at);
        if (at->preds.size() != 1) {
            value = at_start(at);
            break;
        }
    }
    for (const Block* at : passed) set(ends_, at, value);
    return value;
}

Node* SsaRepair::at_start(Block* block) {
    if (Node* known = get(starts_, block)) return known;
    if (block->preds.empty()) return graph_.constant(type_, 0);  // never executed
    if (block->preds.size() == 1) {
        Node* value = at_end(block->preds[0]);
        set(starts_, block, value);
        return value;
    }
    Node* phi = graph_.new_node(Op::Phi, type_);
    phi->block = block;
    set(starts_, block, phi);
    Node* same = nullptr;
    bool trivial = true;
    for (std::size_t i = 0; i < block->preds.size(); ++i) {
        Node* value = at_end(block->preds[i]);
        graph_.add_input(phi, value);
        if (value == phi || value == same) continue;
        if (same) trivial = false;
        same = value;
    }
    if (trivial && same) {
        phi->replaced_by = same;
        return resolve(same);
    }
    phis_.push_back(phi);
    return phi;
}

void SsaRepair::finish() {
    for (Node* phi : phis_) phi->block->nodes.insert(phi->block->nodes.begin(), phi);
    phis_.clear();
}

Clone clone_blocks(Graph& graph, const Vector<Block*>& originals) {
    Clone clone;
    clone.nodes.assign(graph.node_count(), nullptr);
    clone.blocks.assign(graph.blocks.size(), nullptr);
    for (const Block* block : originals) {
        Block* copy = graph.new_block();
        copy->cold = block->cold;
        clone.blocks[block->id] = copy;
        for (const Node* n : block->nodes) {
            Node* made = graph.append(copy, graph.new_node(n->op, n->type, n->all()));
            made->imm = n->imm;
            made->ptr = n->ptr;
            made->site = n->site;
            made->mem = n->mem;
            clone.nodes[n->id] = made;
        }
    }
    for (Block* block : originals) {
        Block* copy = clone.blocks[block->id];
        Vector<bool> kept;
        for (const Block* pred : block->preds) {
            Block* inside = pred->id < clone.blocks.size() ? clone.blocks[pred->id] : nullptr;
            kept.push_back(inside != nullptr);
            if (inside) copy->preds.push_back(inside);
        }
        for (Node* n : copy->nodes) {
            if (n->op == Op::Phi) {
                std::uint32_t count = 0;
                for (std::uint32_t i = 0; i < n->input_count; ++i) {
                    if (kept[i]) n->inputs[count++] = n->inputs[i];
                }
                n->input_count = count;
            }
            for (std::uint32_t i = 0; i < n->input_count; ++i) n->inputs[i] = clone.of(n->inputs[i]);
        }
        for (Block* succ : block->succs) {
            Block* inside = succ->id < clone.blocks.size() ? clone.blocks[succ->id] : nullptr;
            copy->succs.push_back(inside ? inside : succ);
            if (inside) continue;
            const auto which = static_cast<std::uint32_t>(
                std::find(succ->preds.begin(), succ->preds.end(), block) - succ->preds.begin());
            succ->preds.push_back(copy);
            for (Node* phi : succ->nodes) {
                if (phi->op != Op::Phi) break;
                graph.add_input(phi, clone.of(phi->in(which)));
            }
        }
    }
    return clone;
}

void repair_uses(Graph& graph, const Clone& clone, const Vector<Block*>& originals, Entered entered) {
    // By id, the originals of all whose uses are looked at.
    Vector<const Node*> original_of(graph.node_count(), nullptr);
    for (const Block* block : originals) {
        for (const Node* n : block->nodes) {
            original_of[n->id] = n;
            if (entered == Entered::Anywhere) original_of[clone.nodes[n->id]->id] = n;
        }
    }
    Vector<bool> inside(graph.blocks.size(), false);
    for (const Block* block : originals) {
        inside[block->id] = true;
        inside[clone.blocks[block->id]->id] = true;
    }
    struct Use {
        Node* user;
        std::uint32_t input, next;
    };
    Vector<Use> uses(1);
    Vector<std::uint32_t> first(clone.nodes.size(), 0);  // by the original's id
    for (auto& owner : graph.blocks) {
        for (Node* n : owner->nodes) {
            for (std::uint32_t i = 0; i < n->input_count; ++i) {
                const Node* original = original_of[n->in(i)->id];
                if (!original) continue;
                const Block* where = n->op == Op::Phi ? n->block->preds[i] : n->block;
                const bool of_copy = n->in(i) != original;
                if (of_copy ? where == n->in(i)->block : inside[where->id]) continue;
                uses.push_back({n, i, first[original->id]});
                first[original->id] = static_cast<std::uint32_t>(uses.size() - 1);
            }
        }
    }
    SsaRepair repair(graph);
    for (Block* block : originals) {
        for (Node* n : Vector<Node*>(block->nodes)) {
            if (first[n->id] == 0) continue;
            repair.start(n->type);
            repair.define(block, n);
            repair.define(clone.blocks[block->id], clone.nodes[n->id]);
            for (std::uint32_t u = first[n->id]; u; u = uses[u].next) {
                Node* user = uses[u].user;
                user->inputs[uses[u].input] = user->op == Op::Phi
                                                  ? repair.at_end(user->block->preds[uses[u].input])
                                                  : repair.at_start(user->block);
            }
        }
    }
    repair.finish();
}

}  // namespace skua::jit
