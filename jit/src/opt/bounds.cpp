#include "opt/bounds.h"

#include <algorithm>
#include <limits>

#include "opt/facts.h"

namespace skua::jit {
namespace {

using Wide = Bounds::Wide;

constexpr int kFuelPerQuery = 400;
constexpr int kMaxDepth = 24;
constexpr std::uint32_t kMaxFactsTried = 24;  // of one node, the newest first
constexpr Wide kMax = std::numeric_limits<std::int64_t>::max();
constexpr Wide kMin = std::numeric_limits<std::int64_t>::min();

Wide type_max(const Node* n) {
    return n->type == Type::I32 ? Wide{std::numeric_limits<std::int32_t>::max()} : kMax;
}
Wide type_min(const Node* n) {
    return n->type == Type::I32 ? Wide{std::numeric_limits<std::int32_t>::min()} : kMin;
}

// What the operation alone says.
Wide highest(const Node* n) {
    if (!n) return 0;
    const Wide most = max_unsigned(n);
    return most <= type_max(n) ? most : type_max(n);
}
Wide lowest(const Node* n) {
    if (!n) return 0;
    return Wide{max_unsigned(n)} <= type_max(n) ? 0 : type_min(n);
}

bool positive_constant(const Node* n) {
    return n->is_const() && n->imm > 0;
}

}  // namespace

const Node* Bounds::canonical(const Node* n) {
    for (;;) {
        while (n->replaced_by) n = n->replaced_by;
        switch (n->op) {
            case Op::NullCheck:
            case Op::BoundsCheck:
            case Op::BytesCheck:
            case Op::DivCheck:
            case Op::CharCheck:
            case Op::SExt:
                n = n->in(0);
                break;
            default:
                return n;
        }
    }
}

Bounds::Bounds(const Graph& graph, const Vector<Block*>& order)
    : position_(graph.node_count(), 0),
      upper_(graph.node_count(), 0),
      lower_(graph.node_count(), 0),
      enter_(graph.blocks.size(), 0),
      leave_(graph.blocks.size(), 0),
      facts_(1),
      total_fuel_(100000 + 60 * std::int64_t{graph.node_count()}) {
    // Numbers of the dominator tree: parents come before children in the order.
    Vector<std::uint32_t> size(graph.blocks.size(), 1), next(graph.blocks.size(), 0);
    for (std::size_t i = order.size(); i-- > 1;) size[order[i]->idom->id] += size[order[i]->id];
    for (const Block* block : order) {
        const std::uint32_t at = block->idom ? next[block->idom->id] : 0;
        if (block->idom) next[block->idom->id] += size[block->id];
        enter_[block->id] = at;
        leave_[block->id] = at + size[block->id];
        next[block->id] = at + 1;
    }
    for (const Block* block : order) {
        add_branch_facts(*block);
        std::uint32_t at = 0;
        for (const Node* n : block->nodes) {
            position_[n->id] = at++;
            add_guard_facts(n, {block, at});
        }
    }
}

bool Bounds::dominates(const Block* a, const Block* b) const {
    return enter_[a->id] <= enter_[b->id] && enter_[b->id] < leave_[a->id];
}
bool Bounds::valid(const Fact& fact, Point at) const {
    if (fact.from.block == at.block) return fact.from.position <= at.position;
    return dominates(fact.from.block, at.block);
}
bool Bounds::fixed_at(const Node* n, const Node* phi) const {
    return !n || (n->block != phi->block && dominates(n->block, phi->block));
}

// ---- facts -----------------------------------------------------------------------------------------------

void Bounds::add_fact(const Node* x, const Node* y, std::int64_t c, Point from) {
    Wide sum = c;
    if (x) x = canonical(x);
    if (y) y = canonical(y);
    if (x && x->is_const()) {
        sum -= x->imm;
        x = nullptr;
    }
    if (y && y->is_const()) {
        sum += y->imm;
        y = nullptr;
    }
    if (sum < kMin || sum > kMax || x == y) return;
    Fact fact{x, y, static_cast<std::int64_t>(sum), from, 0, 0};
    const auto index = static_cast<std::uint32_t>(facts_.size());
    if (x) fact.next_upper = std::exchange(upper_[x->id], index);
    if (y) fact.next_lower = std::exchange(lower_[y->id], index);
    facts_.push_back(fact);
}

void Bounds::add_branch_facts(const Block& block) {
    if (block.preds.size() != 1) return;
    const Block* pred = block.preds[0];
    const Node* last = pred->terminator();
    if (last->op != Op::Branch || pred->succs[0] == pred->succs[1]) return;
    add_comparison(last->in(0), pred->succs[0] == &block, {&block, 0});
}

void Bounds::add_comparison(const Node* condition, bool holds, Point from) {
    while (condition->replaced_by) condition = condition->replaced_by;
    const Node* a = condition->input_count > 0 ? condition->in(0) : nullptr;
    const Node* b = condition->input_count > 1 ? condition->in(1) : nullptr;
    switch (condition->op) {
        case Op::Lt:
            if (holds) {
                add_fact(a, b, -1, from);
            } else {
                add_fact(b, a, 0, from);
            }
            return;
        case Op::Le:
            if (holds) {
                add_fact(a, b, 0, from);
            } else {
                add_fact(b, a, -1, from);
            }
            return;
        case Op::Eq:
        case Op::Ne:
            if ((condition->op == Op::Eq) != holds) return;
            add_fact(a, b, 0, from);
            add_fact(b, a, 0, from);
            return;
        case Op::LtU:
        case Op::LeU: {
            // Below a number that is not negative: not negative either.
            const bool strict = condition->op == Op::LtU;
            const Node* low = holds ? a : b;
            const Node* high = holds ? b : a;
            if (lowest(canonical(high)) < 0) return;
            add_fact(nullptr, low, 0, from);
            add_fact(low, high, strict == holds ? -1 : 0, from);
            return;
        }
        case Op::And:
            if (!holds || !is_bool(a) || !is_bool(b)) return;
            add_comparison(a, true, from);
            add_comparison(b, true, from);
            return;
        default:
            return;
    }
}

void Bounds::add_guard_facts(const Node* n, Point behind) {
    switch (n->op) {
        case Op::BoundsCheck:
        case Op::BytesCheck:
            // Lengths are not negative, whether they are loaded or what an array was made with.
            add_fact(nullptr, n->in(0), 0, behind);
            add_fact(n->in(0), n->in(1), n->op == Op::BytesCheck ? -n->imm : -1, behind);
            add_fact(nullptr, n->in(1), 0, behind);
            return;
        case Op::NewArray:
            add_fact(nullptr, n->in(0), 0, behind);
            add_fact(n->in(0), nullptr, static_cast<std::int64_t>(kMaxArrayLength), behind);
            return;
        default:
            return;
    }
}

// ---- proofs
// ------------------------------------------------------------------------------------------------

bool Bounds::less_equal(const Node* x, const Node* y, Wide c, Point at) {
    if (total_fuel_ <= 0) return false;
    fuel_ = kFuelPerQuery;
    const bool proven = prove(x, y, c, at, 0);
    total_fuel_ -= kFuelPerQuery - fuel_;
    return proven;
}

bool Bounds::keeps(const Node* phi, Wide low, const Node* y, Wide high, const Vector<Block*>& latches) {
    if (total_fuel_ <= 0) return false;
    if (y) y = canonical(y);
    if (y && y->is_const()) {
        high += y->imm;
        y = nullptr;
    }
    if (!fixed_at(y, phi)) return false;
    fuel_ = 2 * kFuelPerQuery;
    assumptions_.push_back({nullptr, phi, low});
    assumptions_.push_back({phi, y, high});
    bool all = true;
    for (std::uint32_t i = 0; i < phi->input_count && all; ++i) {
        const Block* pred = phi->block->preds[i];
        if (std::find(latches.begin(), latches.end(), pred) == latches.end()) continue;
        all = prove(nullptr, phi->in(i), low, at_end(pred), 0) && prove(phi->in(i), y, high, at_end(pred), 0);
    }
    assumptions_.resize(assumptions_.size() - 2);
    total_fuel_ -= 2 * kFuelPerQuery - fuel_;
    return all;
}

bool Bounds::prove(const Node* x, const Node* y, Wide c, Point at, int depth) {
    if (x) x = canonical(x);
    if (y) y = canonical(y);
    if (x && x->is_const()) {
        c -= x->imm;
        x = nullptr;
    }
    if (y && y->is_const()) {
        c += y->imm;
        y = nullptr;
    }
    if (x == y) return c >= 0;
    if (highest(x) <= lowest(y) + c) return true;
    if (--fuel_ <= 0 || depth > kMaxDepth) return false;
    for (const Assumption& known : assumptions_) {
        if (known.x == x && known.y == y && c >= known.c) return true;
    }
    std::uint32_t tried = 0;
    if (x) {
        for (std::uint32_t f = upper_[x->id]; f && tried < kMaxFactsTried;
             f = facts_[f].next_upper, ++tried) {
            const Fact fact = facts_[f];
            if (valid(fact, at) && prove(fact.y, y, c - fact.c, at, depth + 1)) return true;
        }
    }
    tried = 0;
    if (y) {
        for (std::uint32_t f = lower_[y->id]; f && tried < kMaxFactsTried;
             f = facts_[f].next_lower, ++tried) {
            const Fact fact = facts_[f];
            if (valid(fact, at) && prove(x, fact.x, c - fact.c, at, depth + 1)) return true;
        }
    }
    return (x && from_definition_of_x(x, y, c, at, depth + 1)) ||
           (y && from_definition_of_y(x, y, c, at, depth + 1));
}

// Whether an addition gives the sum, not the sum modulo its width.
bool Bounds::adds_exactly(const Node* add, Point at, int depth) {
    if (add->op == Op::AddChecked || add->op == Op::SubChecked) return true;
    const Node *a = add->in(0), *b = add->in(1);
    if (add->op == Op::Add && b->is_const()) {
        return b->imm >= 0 ? at_most(a, type_max(add) - b->imm, at, depth)
                           : at_least(a, type_min(add) - b->imm, at, depth);
    }
    const Wide half = type_max(add) / 2;
    for (const Node* in : {a, b}) {
        if (!at_most(in, half, at, depth) || !at_least(in, -half, at, depth)) return false;
    }
    return true;
}

bool Bounds::from_definition_of_x(const Node* x, const Node* y, Wide c, Point at, int depth) {
    switch (x->op) {
        case Op::Add:
        case Op::AddChecked: {
            const Node *a = x->in(0), *b = x->in(1);
            if (b->is_const()) return prove(a, y, c - b->imm, at, depth) && adds_exactly(x, at, depth);
            if (highest(b) < kMax / 2 && prove(a, y, c - highest(b), at, depth))
                return adds_exactly(x, at, depth);
            if (highest(a) < kMax / 2 && prove(b, y, c - highest(a), at, depth))
                return adds_exactly(x, at, depth);
            if (at_most(b, 0, at, depth) && prove(a, y, c, at, depth)) return adds_exactly(x, at, depth);
            if (at_most(a, 0, at, depth) && prove(b, y, c, at, depth)) return adds_exactly(x, at, depth);
            return false;
        }
        case Op::Sub:
        case Op::SubChecked: {
            const Node *a = x->in(0), *b = x->in(1);
            if (a->is_const()) {  // k - b <= y + c
                return !y && at_least(b, Wide{a->imm} - c, at, depth) && adds_exactly(x, at, depth);
            }
            return prove(a, y, c, at, depth) && not_negative(b, at, depth) && adds_exactly(x, at, depth);
        }
        case Op::Shl:
        case Op::Mul:
        case Op::MulChecked: {
            const Node *a = x->in(0), *b = x->in(1);
            if (!b->is_const() || b->imm < 0 || y || c < 0) return false;
            if (x->op == Op::Shl && b->imm > 62) return false;
            const Wide factor = x->op == Op::Shl ? Wide{1} << b->imm : Wide{b->imm};
            if (factor == 0) return c >= 0;
            return at_most(a, std::min(c, type_max(x)) / factor, at, depth) && not_negative(a, at, depth);
        }
        case Op::And:
            // Not above what is not negative of its inputs.
            return (not_negative(x->in(1), at, depth) && prove(x->in(1), y, c, at, depth)) ||
                   (not_negative(x->in(0), at, depth) && prove(x->in(0), y, c, at, depth));
        case Op::Shr:
        case Op::ShrU:
        case Op::Div:
        case Op::DivU: {
            const Node *a = x->in(0), *b = x->in(1);
            const bool shift = x->op == Op::Shr || x->op == Op::ShrU;
            if (!b->is_const() || (!shift && b->imm <= 0) || (shift && (b->imm < 0 || b->imm > 62)))
                return false;
            if (!not_negative(a, at, depth)) return false;
            if (prove(a, y, c, at, depth)) return true;
            const Wide factor = shift ? Wide{1} << b->imm : Wide{b->imm};
            return !y && c >= 0 && at_most(a, (c + 1) * factor - 1, at, depth);
        }
        case Op::Rem:
        case Op::RemU: {
            const Node *a = x->in(0), *b = x->in(1);
            if (x->op == Op::Rem && positive_constant(b) && prove(nullptr, y, c - (b->imm - 1), at, depth))
                return true;
            if (!not_negative(a, at, depth)) return false;
            if (prove(a, y, c, at, depth)) return true;
            return at_least(b, 1, at, depth) && prove(b, y, c + 1, at, depth);
        }
        case Op::Trunc:
            return at_most(x->in(0), std::numeric_limits<std::int32_t>::max(), at, depth) &&
                   at_least(x->in(0), std::numeric_limits<std::int32_t>::min(), at, depth) &&
                   prove(x->in(0), y, c, at, depth);
        case Op::ZExt:
            return not_negative(x->in(0), at, depth) && prove(x->in(0), y, c, at, depth);
        case Op::Phi: {
            if (!fixed_at(y, x)) return false;
            for (const Assumption& known : assumptions_) {
                if (known.x == x && known.y == y) return false;  // grows on its way round
            }
            assumptions_.push_back({x, y, c});
            bool all = true;
            for (std::uint32_t i = 0; i < x->input_count && all; ++i) {
                if (canonical(x->in(i)) == x) continue;
                all = prove(x->in(i), y, c, at_end(x->block->preds[i]), depth);
            }
            assumptions_.pop_back();
            return all;
        }
        default:
            return false;
    }
}

bool Bounds::from_definition_of_y(const Node* x, const Node* y, Wide c, Point at, int depth) {
    switch (y->op) {
        case Op::Add:
        case Op::AddChecked: {
            const Node *a = y->in(0), *b = y->in(1);
            if (b->is_const()) return prove(x, a, c + b->imm, at, depth) && adds_exactly(y, at, depth);
            if (not_negative(b, at, depth) && prove(x, a, c, at, depth)) return adds_exactly(y, at, depth);
            if (not_negative(a, at, depth) && prove(x, b, c, at, depth)) return adds_exactly(y, at, depth);
            return false;
        }
        case Op::Sub:
        case Op::SubChecked: {
            const Node *a = y->in(0), *b = y->in(1);
            if (a->is_const()) {  // x <= k - b + c
                return !x && at_most(b, Wide{a->imm} + c, at, depth) && adds_exactly(y, at, depth);
            }
            // 0 <= a - b + c
            return !x && prove(b, a, c, at, depth) && adds_exactly(y, at, depth);
        }
        case Op::Shl:
        case Op::Mul:
        case Op::MulChecked: {
            if (x || c < 0) return false;
            const Node *a = y->in(0), *b = y->in(1);
            if (y->op == Op::Shl) {
                return b->is_const() && b->imm >= 0 && b->imm < 62 && not_negative(a, at, depth) &&
                       at_most(a, type_max(y) >> static_cast<int>(b->imm), at, depth);
            }
            if (!not_negative(a, at, depth) || !not_negative(b, at, depth)) return false;
            if (y->op == Op::MulChecked) return true;
            if (positive_constant(b)) return at_most(a, type_max(y) / b->imm, at, depth);
            const Wide root = y->type == Type::I32 ? 46340 : 3037000499;
            return at_most(a, root, at, depth) && at_most(b, root, at, depth);
        }
        case Op::Shr:
        case Op::Div:
            if (x || c < 0 || (y->op == Op::Div && !positive_constant(y->in(1)))) return false;
            return not_negative(y->in(0), at, depth);
        case Op::Rem:
            if (!x && positive_constant(y->in(1)) && c >= y->in(1)->imm - 1) return true;
            return !x && c >= 0 && not_negative(y->in(0), at, depth);
        case Op::And:
            return !x && c >= 0 && (not_negative(y->in(0), at, depth) || not_negative(y->in(1), at, depth));
        case Op::Trunc:
            return at_most(y->in(0), std::numeric_limits<std::int32_t>::max(), at, depth) &&
                   at_least(y->in(0), std::numeric_limits<std::int32_t>::min(), at, depth) &&
                   prove(x, y->in(0), c, at, depth);
        case Op::ZExt:
            return not_negative(y->in(0), at, depth) && prove(x, y->in(0), c, at, depth);
        case Op::Phi: {
            if (!fixed_at(x, y)) return false;
            for (const Assumption& known : assumptions_) {
                if (known.x == x && known.y == y) return false;
            }
            assumptions_.push_back({x, y, c});
            bool all = true;
            for (std::uint32_t i = 0; i < y->input_count && all; ++i) {
                if (canonical(y->in(i)) == y) continue;
                all = prove(x, y->in(i), c, at_end(y->block->preds[i]), depth);
            }
            assumptions_.pop_back();
            return all;
        }
        default:
            return false;
    }
}

}  // namespace skua::jit
