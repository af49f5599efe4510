// Slots have no types: the builder makes phis and loads as I64 and puts a Bitcast where floating-point code
// reads them. Here those of them that only ever carry a float become floats.
//
// Optimistic: all I64 phis and loads of words (32-bit words for F32) are candidates; one is dropped if a use
// is neither a Bitcast to the float nor a store nor a phi that is a candidate, or if an input of a phi can
// only be an integer.
#include <algorithm>

#include "build/builder.h"

namespace skua::jit {
namespace {

bool is_word_load(const Node* n, MemRep word) {
    return n->op == Op::Load && n->type == Type::I64 && n->mem.rep == word && n->mem.byteswap == 0;
}
bool is_plain_word_store(const Node* user, const Node* value, MemRep word) {
    return user->op == Op::Store && user->mem.rep == word && !user->mem.reference &&
           user->mem.byteswap == 0 && user->in(user->input_count - 1) == value && user->in(0) != value &&
           (user->input_count == 2 || user->in(1) != value);
}

// Those that carry floats of this type, which in memory is `real` and is loaded as `word` where nobody knows.
void type_floats(Graph& graph, Type type, MemRep word, MemRep real) {
    // By node; uses are chains.
    struct Use {
        Node* user;
        std::uint32_t next;
    };
    Vector<std::uint8_t> candidate(graph.node_count(), 0);
    Vector<std::uint32_t> first_use(graph.node_count(), 0);
    Vector<Use> uses(1);
    Vector<Node*> candidates;
    bool any_float = false;
    for (auto& block : graph.blocks) {
        for (Node* n : block->nodes) {
            if ((n->op == Op::Phi && n->type == Type::I64) || is_word_load(n, word) ||
                (n->op == Op::FrameSlot && n->type == Type::I64)) {
                candidate[n->id] = 1;
                candidates.push_back(n);
            }
            any_float = any_float || (n->op == Op::Bitcast && n->type == type);
        }
    }
    if (!any_float) return;
    const auto is_candidate = [&](const Node* n) {
        return n->id < candidate.size() && candidate[n->id] != 0;
    };
    for (auto& block : graph.blocks) {
        for (Node* n : block->nodes) {
            for (Node* input : n->all()) {
                if (!is_candidate(input)) continue;
                uses.push_back({n, first_use[input->id]});
                first_use[input->id] = static_cast<std::uint32_t>(uses.size() - 1);
            }
        }
    }
    const auto stays = [&](const Node* n) {
        bool float_use = false;
        for (std::uint32_t u = first_use[n->id]; u; u = uses[u].next) {
            const Node* user = uses[u].user;
            if ((user->op == Op::Bitcast && user->type == type) ||
                (user->op == Op::Phi && is_candidate(user))) {
                float_use = true;
            } else if (!is_plain_word_store(user, n, word)) {
                return false;
            }
        }
        if (!float_use || n->op != Op::Phi) return float_use;
        return std::all_of(n->inputs, n->inputs + n->input_count, [&](const Node* input) {
            const bool is_float_bits = input->op == Op::Bitcast && input->in(0)->type == type;
            return is_float_bits || input->is_const() || is_candidate(input);
        });
    };
    while (std::erase_if(candidates, [&](const Node* n) {
        if (stays(n)) return false;
        candidate[n->id] = 0;
        return true;
    })) {
    }
    if (candidates.empty()) return;
    for (Node* n : candidates) {
        n->type = type;
        if (n->op == Op::Load) n->mem.rep = real;
    }
    for (Node* n : candidates) {
        if (n->op == Op::Phi) {
            for (std::uint32_t i = 0; i < n->input_count; ++i) {
                Node*& input = n->inputs[i];
                if (is_candidate(input)) continue;
                input = input->is_const() ? graph.constant(type, input->imm) : input->in(0);
            }
        }
        for (std::uint32_t u = first_use[n->id]; u; u = uses[u].next) {
            Node* user = uses[u].user;
            if (user->op == Op::Bitcast) user->replaced_by = n;
            if (user->op == Op::Store) user->mem.rep = real;
        }
    }
    graph.settle();
}

}  // namespace

void type_float_phis(Graph& graph) {
    type_floats(graph, Type::F64, MemRep::W64, MemRep::F64);
    type_floats(graph, Type::F32, MemRep::U32, MemRep::F32);
}

}  // namespace skua::jit
