// Slots have no types: the builder makes phis and loads of 64-bit words as I64 and puts a Bitcast where
// floating-point code reads them. Here those of them that only ever carry a float become floats.
//
// Optimistic: all I64 phis and loads of words are candidates; one is dropped if a use is neither a
// Bitcast to F64 nor a store nor a phi that is a candidate, or if an input of a phi can only be an integer.
#include <unordered_set>

#include "build/builder.h"

namespace skua::jit {
namespace {

bool is_word_load(const Node* n) {
    return n->op == Op::Load && n->type == Type::I64 && n->mem.rep == MemRep::W64 && n->mem.byteswap == 0;
}
bool is_plain_word_store(const Node* user, const Node* value) {
    return user->op == Op::Store && user->mem.rep == MemRep::W64 && !user->mem.reference &&
           user->mem.byteswap == 0 && user->in(user->input_count - 1) == value && user->in(0) != value &&
           (user->input_count == 2 || user->in(1) != value);
}

}  // namespace

void type_float_phis(Graph& graph) {
    HashMap<Node*, Vector<Node*>> uses;
    std::unordered_set<Node*> candidates;
    for (auto& block : graph.blocks) {
        for (Node* n : block->nodes) {
            if ((n->op == Op::Phi && n->type == Type::I64) || is_word_load(n) ||
                (n->op == Op::FrameSlot && n->type == Type::I64)) {
                candidates.insert(n);
            }
        }
    }
    for (auto& block : graph.blocks) {
        for (Node* n : block->nodes) {
            for (Node* input : n->all()) {
                if (candidates.contains(input)) uses[input].push_back(n);
            }
        }
    }
    bool changed = true;
    while (changed) {
        changed = false;
        for (auto it = candidates.begin(); it != candidates.end();) {
            Node* n = *it;
            bool fits = true, float_use = false;
            for (Node* user : uses[n]) {
                if (user->op == Op::Bitcast && user->type == Type::F64) {
                    float_use = true;
                } else if (user->op == Op::Phi && candidates.contains(user)) {
                    float_use = true;
                } else if (!is_plain_word_store(user, n)) {
                    fits = false;
                }
            }
            if (n->op == Op::Phi) {
                for (Node* input : n->all()) {
                    const bool is_float_bits = input->op == Op::Bitcast && input->in(0)->type == Type::F64;
                    if (!is_float_bits && !input->is_const() && !candidates.contains(input)) fits = false;
                }
            }
            if (fits && float_use) {
                ++it;
                continue;
            }
            it = candidates.erase(it);
            changed = true;
        }
    }
    if (candidates.empty()) return;
    for (Node* n : candidates) {
        n->type = Type::F64;
        if (n->op == Op::Load) n->mem.rep = MemRep::F64;
    }
    for (Node* n : candidates) {
        if (n->op == Op::Phi) {
            for (std::uint32_t i = 0; i < n->input_count; ++i) {
                Node*& input = n->inputs[i];
                if (candidates.contains(input)) continue;
                input = input->is_const() ? graph.constant(Type::F64, input->imm) : input->in(0);
            }
        }
        for (Node* user : uses[n]) {
            if (user->op == Op::Bitcast) user->replaced_by = n;
            if (user->op == Op::Store) user->mem.rep = MemRep::F64;
        }
    }
    graph.settle();
}

}  // namespace skua::jit
