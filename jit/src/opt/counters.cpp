#include "opt/counters.h"

#include <algorithm>

#include "opt/facts.h"

namespace skua::jit {
namespace {

constexpr int kMaxBranchesBack = 8;

// The least value of n that the condition allows where it is `holds`; `least` is -1 if it says nothing.
struct Lowest {
    std::int64_t least;
    bool is_unsigned;
};
Lowest lowest_by(const Node* condition, bool holds, const Node* n) {
    constexpr Lowest kNothing{-1, false};
    if (condition == n) return holds ? Lowest{1, true} : kNothing;
    if (condition->input_count != 2) return kNothing;
    Node *a = behind_checks(condition->in(0)), *b = behind_checks(condition->in(1));
    const bool is_unsigned = condition->op == Op::LtU || condition->op == Op::LeU;
    switch (condition->op) {
        case Op::Ne:
        case Op::Eq:
            if (holds != (condition->op == Op::Ne)) return kNothing;
            return (a == n && b->is_const(0)) || (b == n && a->is_const(0)) ? Lowest{1, true} : kNothing;
        case Op::Lt:
        case Op::LtU:
        case Op::Le:
        case Op::LeU: {
            // constant < n, or not n < constant
            const Node* constant = holds ? a : b;
            if ((holds ? b : a) != n || !constant->is_const() || constant->imm < 0 ||
                constant->imm == INT64_MAX)
                return kNothing;
            const bool strict = (condition->op == Op::Lt || condition->op == Op::LtU) == holds;
            return {constant->imm + (strict ? 1 : 0), is_unsigned};
        }
        default:
            return kNothing;
    }
}

// What `next` adds to the phi, or null.
Node* step_of(const InLoop& inside, const Node* next, const Node* phi) {
    if (next->op != Op::Add) return nullptr;
    for (std::uint32_t i : {1u, 0u}) {
        if (behind_checks(next->in(1 - i)) != phi) continue;
        Node* step = invariant_value(inside, next->in(i));
        if (!step || (step->is_const() && (step->imm <= 0 || step->imm > kMaxStep))) return nullptr;
        return step;
    }
    return nullptr;
}

}  // namespace

Node* behind_checks(Node* n) {
    while (is_check(n->op) && n->op != Op::CastCheck) n = n->in(0);
    return n;
}

Node* invariant_value(const InLoop& inside, Node* n) {
    n = behind_checks(n);
    return inside.invariant(n) ? n : nullptr;
}

std::uint32_t pred_index(const Block* block, const Block* pred) {
    const auto& preds = block->preds;
    return static_cast<std::uint32_t>(std::find(preds.begin(), preds.end(), pred) - preds.begin());
}

bool known_at_least(const Block* block, Node* n, std::int64_t least, bool is_unsigned) {
    for (int i = 0; i < kMaxBranchesBack && block->preds.size() == 1; ++i) {
        const Block* from = block->preds[0];
        const Node* last = from->terminator();
        if (last->op == Op::Branch && from->succs[0] != from->succs[1]) {
            const Lowest known = lowest_by(last->in(0), from->succs[0] == block, n);
            if (known.least >= least && (is_unsigned || !known.is_unsigned)) return true;
        }
        block = from;
    }
    return false;
}

bool is_innermost(const Loop& loop) {
    return std::all_of(loop.blocks.begin(), loop.blocks.end(),
                       [&](const Block* block) { return block->loop == loop.header; });
}

bool find_counters(const Loop& loop, const InLoop& inside, const Block* before, Vector<Counter>& counters) {
    if (loop.latches.size() != 1) return false;
    const Block* at = loop.latches[0];
    while (at->succs.size() == 1 && at->preds.size() == 1 && at != loop.header &&
           at->preds[0]->succs.size() == 1)
        at = at->preds[0];
    // `at` is entered by the branch that stays in the loop, or is that block itself.
    const Block* branch = at->preds.size() == 1 && at != loop.header ? at->preds[0] : nullptr;
    if (!branch || branch->terminator()->op != Op::Branch) return false;
    const Node* condition = branch->terminator()->in(0);
    const bool is_unsigned = condition->op == Op::LtU || condition->op == Op::LeU;
    const bool or_equal = condition->op == Op::Le || condition->op == Op::LeU;
    if ((!is_unsigned && condition->op != Op::Lt && !or_equal) || condition->in(0)->type != Type::I64)
        return false;
    // The loop goes on if compared < limit (or <=), or unless limit <= compared (or <).
    const bool straight = branch->succs[0] == at;
    const bool inclusive = or_equal == straight;
    Node* compared = behind_checks(condition->in(straight ? 0 : 1));
    Node* limit = invariant_value(inside, condition->in(straight ? 1 : 0));
    if (!limit) return false;
    const auto latch = pred_index(loop.header, loop.latches[0]), entry = pred_index(loop.header, before);
    for (Node* phi : loop.header->nodes) {
        if (phi->op != Op::Phi) break;
        if (phi->type != Type::I64) continue;
        Node* next = behind_checks(phi->in(latch));
        Node* step = step_of(inside, next, phi);
        if (!step) continue;
        if (compared == next) {
            counters.push_back({phi, phi->in(entry), next, limit, step, inclusive, is_unsigned});
        } else if (compared == phi && !inclusive && step->is_const(1)) {
            // i < limit, so i + 1 <= limit
            counters.push_back({phi, phi->in(entry), next, limit, step, true, is_unsigned});
        }
    }
    return true;
}

}  // namespace skua::jit
