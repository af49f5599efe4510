// Algebraic identities of integer and floating arithmetic.
#include <bit>
#include <cmath>

#include "opt/constants.h"
#include "opt/facts.h"
#include "opt/reducer.h"

namespace skua::jit {
namespace {

int width(const Node* n) {
    return n->type == Type::I32 ? 32 : 64;
}

// The bits of a constant in the node's width, unsigned.
std::uint64_t bits(const Node* c) {
    return c->type == Type::I32 ? static_cast<std::uint32_t>(c->imm) : static_cast<std::uint64_t>(c->imm);
}

// x op (constant), as which both inputs of an associative operation may be seen.
bool has_constant(const Node* n, Op op) {
    return n->op == op && n->in(1)->is_const();
}

// The low half is there already, or bitwise operations on low halves give it.
bool low_half_is_free(const Node* n, int depth) {
    switch (n->op) {
        case Op::SExt:
        case Op::ZExt:
        case Op::Const:
            return true;
        case Op::And:
        case Op::Or:
        case Op::Xor:
            return depth > 0 && low_half_is_free(n->in(0), depth - 1) &&
                   low_half_is_free(n->in(1), depth - 1);
        case Op::Not:
            return depth > 0 && low_half_is_free(n->in(0), depth - 1);
        default:
            return false;
    }
}

}  // namespace

Node* Reducer::reduce_integer(Node* n) {
    const Type t = n->type;
    Node* x = n->in(0);
    if (n->input_count == 1) {
        if ((n->op == Op::Neg || n->op == Op::Not || n->op == Op::Bswap) && x->op == n->op) return x->in(0);
        if (n->op == Op::Neg && x->op == Op::Sub) return make(Op::Sub, t, {x->in(1), x->in(0)});
        return nullptr;
    }
    Node* y = n->in(1);
    const bool k = y->is_const();
    // (x op c) op d
    const bool associative =
        n->op == Op::Add || n->op == Op::Mul || n->op == Op::And || n->op == Op::Or || n->op == Op::Xor;
    if (associative && k && has_constant(x, n->op)) {
        const auto c = fold(n->op, t, t, x->in(1)->imm, y->imm);
        return make(n->op, t, {x->in(0), constant(t, *c)});
    }
    switch (n->op) {
        case Op::Add:
            if (y->is_const(0)) return x;
            if (y->op == Op::Neg) return make(Op::Sub, t, {x, y->in(0)});
            if (x->op == Op::Neg) return make(Op::Sub, t, {y, x->in(0)});
            if (x->op == Op::Sub && x->in(1) == y) return x->in(0);
            if (y->op == Op::Sub && y->in(1) == x) return y->in(0);
            // Constants outwards, where they meet others or become displacements.
            if (has_constant(x, Op::Add) && !k)
                return make(Op::Add, t, {make(Op::Add, t, {x->in(0), y}), x->in(1)});
            if (has_constant(y, Op::Add))
                return make(Op::Add, t, {make(Op::Add, t, {x, y->in(0)}), y->in(1)});
            if (k && x->op == Op::Sub && x->in(0)->is_const()) {
                const auto c = fold(Op::Add, t, t, x->in(0)->imm, y->imm);
                return make(Op::Sub, t, {constant(t, *c), x->in(1)});
            }
            return nullptr;
        case Op::Sub:
            if (x == y) return constant(t, 0);
            if (k) return make(Op::Add, t, {x, constant(t, *fold(Op::Neg, t, t, y->imm, 0))});
            if (x->is_const(0)) return make(Op::Neg, t, {y});
            if (y->op == Op::Neg) return make(Op::Add, t, {x, y->in(0)});
            if (x->op == Op::Add && x->in(0) == y) return x->in(1);
            if (x->op == Op::Add && x->in(1) == y) return x->in(0);
            if (x->op == Op::Sub && x->in(0) == y) return make(Op::Neg, t, {x->in(1)});
            if (y->op == Op::Sub && y->in(0) == x) return y->in(1);
            if (has_constant(y, Op::Add)) {
                if (y->in(0) == x) return constant(t, *fold(Op::Neg, t, t, y->in(1)->imm, 0));
                if (x->is_const()) {
                    const auto c = fold(Op::Sub, t, t, x->imm, y->in(1)->imm);
                    return make(Op::Sub, t, {constant(t, *c), y->in(0)});
                }
            }
            if (has_constant(x, Op::Add))
                return make(Op::Add, t, {make(Op::Sub, t, {x->in(0), y}), x->in(1)});
            return nullptr;
        case Op::Mul:
            if (!k) return nullptr;
            if (y->imm == 0) return y;
            if (y->imm == 1) return x;
            if (y->imm == -1) return make(Op::Neg, t, {x});
            if (std::has_single_bit(bits(y)))
                return make(Op::Shl, t, {x, constant(t, std::countr_zero(bits(y)))});
            return nullptr;
        case Op::And:
            if (x == y) return x;
            if (!k) return nullptr;
            if (y->imm == 0) return y;
            if (y->imm == -1) return x;
            // Bits that are not there anyway.
            if (std::has_single_bit(bits(y) + 1) && max_unsigned(x) <= bits(y)) return x;
            if (t == Type::I64 && y->imm == 0xFF) return make(Op::ZExt8, t, {x});
            if (t == Type::I64 && y->imm == 0xFFFF) return make(Op::ZExt16, t, {x});
            if (t == Type::I64 && y->imm == 0xFFFFFFFF)
                return make(Op::ZExt, t, {make(Op::Trunc, Type::I32, {x})});
            return nullptr;
        case Op::Or:
        case Op::Xor:
            if (x == y) return n->op == Op::Or ? x : constant(t, 0);
            if (k) {
                if (y->imm == 0) return x;
                if (y->imm == -1) return n->op == Op::Or ? y : make(Op::Not, t, {x});
                if (n->op == Op::Xor && y->imm == 1 && is_compare(x->op)) return invert(x);
            }
            return reduce_rotate(n);
        default:
            return nullptr;
    }
}

// (x >>> c) | (x << (width - c)), c a constant or not: counts are taken modulo the width.
Node* Reducer::reduce_rotate(Node* n) {
    Node *left = n->in(0), *right = n->in(1);
    if (left->op != Op::Shl) std::swap(left, right);
    if (left->op != Op::Shl || right->op != Op::ShrU || left->in(0) != right->in(0)) return nullptr;
    Node *up = left->in(1), *down = right->in(1);
    const std::int64_t w = width(n);
    if (up->is_const() && down->is_const()) {
        const std::int64_t u = up->imm & (w - 1), d = down->imm & (w - 1);
        if (u == 0 || u + d != w) return nullptr;
        return make(Op::Rotl, n->type, {left->in(0), up});
    }
    // With a count of 0 both shifts leave x as it is, and x ^ x is not x.
    if (n->op == Op::Xor) return nullptr;
    const auto complements = [&](const Node* a, const Node* b) {
        return (a->op == Op::Sub && a->in(1) == b && a->in(0)->is_const() &&
                (a->in(0)->imm & (w - 1)) == 0) ||
               (a->op == Op::Neg && a->in(0) == b);
    };
    if (complements(down, up)) return make(Op::Rotl, n->type, {left->in(0), up});
    if (complements(up, down)) return make(Op::Rotr, n->type, {left->in(0), down});
    return nullptr;
}

Node* Reducer::reduce_shift(Node* n) {
    const Type t = n->type;
    Node *x = n->in(0), *y = n->in(1);
    const std::int64_t w = width(n);
    if (x->is_const(0)) return x;
    if (!y->is_const()) {
        // The hardware takes counts modulo the width, too.
        if (y->op == Op::And && y->in(1)->is_const() && (y->in(1)->imm & (w - 1)) == w - 1)
            return make(n->op, t, {x, y->in(0)});
        return nullptr;
    }
    const std::int64_t count = y->imm & (w - 1);
    if (count == 0) return x;
    if (count != y->imm) return make(n->op, t, {x, constant(t, count)});
    if (n->op == Op::Rotr) return make(Op::Rotl, t, {x, constant(t, w - count)});
    if (x->op == n->op && x->in(1)->is_const()) {
        const std::int64_t sum = count + (x->in(1)->imm & (w - 1));
        if (n->op == Op::Rotl) return make(Op::Rotl, t, {x->in(0), constant(t, sum & (w - 1))});
        if (sum < w) return make(n->op, t, {x->in(0), constant(t, sum)});
        if (n->op == Op::Shr) return make(Op::Shr, t, {x->in(0), constant(t, w - 1)});
        return constant(t, 0);
    }
    // Through the lowest bits and back: they become 0, nothing else changes.
    if (n->op == Op::Shl && (x->op == Op::ShrU || x->op == Op::Shr) && x->in(1)->is_const(count)) {
        const auto mask = static_cast<std::int64_t>(~std::uint64_t{0} << count);
        return make(Op::And, t, {x->in(0), constant(t, mask)});
    }
    if (n->op == Op::ShrU && max_unsigned(x) >> count == 0) return constant(t, 0);
    if (n->op == Op::Shr && max_unsigned(x) < (std::uint64_t{1} << (w - 1)))
        return make(Op::ShrU, t, {x, y});  // one form for what both do alike
    return nullptr;
}

Node* Reducer::reduce_divide(Node* n) {
    const Type t = n->type;
    Node *x = n->in(0), *y = n->in(1);
    if (y->op == Op::DivCheck && y->in(0)->is_const()) y = y->in(0);
    if (!y->is_const() || y->imm == 0) return nullptr;
    const std::uint64_t d = bits(y);
    const bool rest = n->op == Op::Rem || n->op == Op::RemU;
    if (d == 1) return rest ? constant(t, 0) : x;
    if (n->op == Op::DivU && std::has_single_bit(d))
        return make(Op::ShrU, t, {x, constant(t, std::countr_zero(d))});
    if (n->op == Op::RemU && std::has_single_bit(d))
        return make(Op::And, t, {x, constant(t, static_cast<std::int64_t>(d - 1))});
    const bool is_signed = n->op == Op::Div || n->op == Op::Rem;
    if (!is_signed) return nullptr;
    if (y->imm == -1) return rest ? constant(t, 0) : make(Op::Neg, t, {x});
    // What is not negative divides as unsigned, which is simpler.
    const std::uint64_t highest = std::uint64_t{1} << (width(n) - 1);
    if (y->imm > 0 && max_unsigned(x) < highest) return make(rest ? Op::RemU : Op::DivU, t, {x, y});
    return nullptr;
}

Node* Reducer::reduce_float(Node* n) {
    Node* x = n->in(0);
    switch (n->op) {
        case Op::FNeg:
            return x->op == Op::FNeg ? x->in(0) : nullptr;
        case Op::FAbs:
            if (x->op == Op::FAbs) return x;
            return x->op == Op::FNeg ? make(Op::FAbs, n->type, {x->in(0)}) : nullptr;
        case Op::FMul: {
            // The sum is ready earlier, and the same to the bit.
            const std::int64_t two = n->type == Type::F64 ? std::bit_cast<std::int64_t>(2.0)
                                                          : std::int64_t{std::bit_cast<std::int32_t>(2.0f)};
            return n->in(1)->is_const() && n->in(1)->imm == two ? make(Op::FAdd, n->type, {x, x}) : nullptr;
        }
        case Op::FDiv: {
            // By a power of two: its inverse is exact, and the products are the quotients.
            const Node* y = n->in(1);
            if (!y->is_const() || n->type != Type::F64) return nullptr;
            const double d = std::bit_cast<double>(y->imm);
            int exponent = 0;
            const double fraction = std::frexp(d, &exponent);
            if (std::fabs(fraction) != 0.5 || exponent < -1000 || exponent > 1000) return nullptr;
            return make(Op::FMul, n->type, {x, constant(n->type, std::bit_cast<std::int64_t>(1.0 / d))});
        }
        default:
            return nullptr;
    }
}

Node* Reducer::reduce_convert(Node* n) {
    Node* x = n->in(0);
    switch (n->op) {
        case Op::Bitcast:
            if (x->op == Op::Bitcast && x->in(0)->type == n->type) {
                // I64 to F32 and back drops the high half.
                return n->type != Type::I64 || x->type == Type::F64 || max_unsigned(x->in(0)) <= 0xFFFFFFFFu
                           ? x->in(0)
                           : nullptr;
            }
            return nullptr;
        case Op::Trunc:
            if (x->op == Op::SExt || x->op == Op::ZExt) return x->in(0);
            return narrow(n);
        case Op::SExt:
            if (x->op == Op::Trunc && fits_i32(x->in(0))) return x->in(0);
            if (x->op == Op::Trunc && x->in(0)->op == Op::ZExt8) return x->in(0);
            return nullptr;
        case Op::ZExt:
            if (x->op == Op::Trunc && max_unsigned(x->in(0)) <= 0xFFFFFFFFu) return x->in(0);
            return nullptr;
        case Op::ZExt8:
        case Op::ZExt16: {
            const std::uint64_t mask = n->op == Op::ZExt8 ? 0xFF : 0xFFFF;
            if (max_unsigned(x) <= mask) return x;
            // Only the low bits are looked at.
            if (x->op == Op::SExt8 || (x->op == Op::SExt16 && mask == 0xFFFF)) {
                return x->op == Op::SExt8 && mask == 0xFFFF ? nullptr : make(n->op, Type::I64, {x->in(0)});
            }
            if ((x->op == Op::SExt || x->op == Op::ZExt) && x->in(0)->op == Op::Trunc)
                return make(n->op, Type::I64, {x->in(0)->in(0)});
            if (x->op == Op::And && x->in(1)->is_const() &&
                (static_cast<std::uint64_t>(x->in(1)->imm) & mask) == mask)
                return make(n->op, Type::I64, {x->in(0)});
            return nullptr;
        }
        case Op::SExt8:
            if (x->op == Op::SExt8 || (x->op == Op::Load && x->mem.rep == MemRep::I8) ||
                max_unsigned(x) < 0x80)
                return x;
            return nullptr;
        case Op::SExt16:
            if (x->op == Op::SExt8 || x->op == Op::SExt16 || max_unsigned(x) < 0x8000 ||
                (x->op == Op::Load && (x->mem.rep == MemRep::I8 || x->mem.rep == MemRep::I16)))
                return x;
            return nullptr;
        default:
            return nullptr;
    }
}

// Trunc(op(SExt a, SExt b)) computes in 32 bits, where that saves the extensions.
Node* Reducer::narrow(Node* n) {
    Node* x = n->in(0);
    const auto is_free = [](const Node* in) { return low_half_is_free(in, 4); };
    const auto low = [&](Node* in) { return make(Op::Trunc, Type::I32, {in}); };
    switch (x->op) {
        case Op::And:
        case Op::Or:
        case Op::Xor:
        case Op::Add:
        case Op::Sub:
        case Op::Mul:
            if (!is_free(x->in(0)) && !is_free(x->in(1))) return nullptr;
            // A constant alone saves nothing, and x may be used in full as well.
            if ((x->in(0)->is_const() || x->in(1)->is_const()) && !(is_free(x->in(0)) && is_free(x->in(1)))) {
                return nullptr;
            }
            return make(x->op, Type::I32, {low(x->in(0)), low(x->in(1))});
        case Op::Not:
        case Op::Neg:
            return is_free(x->in(0)) ? make(x->op, Type::I32, {low(x->in(0))}) : nullptr;
        case Op::Shl:
            if (!is_free(x->in(0)) || !x->in(1)->is_const() || x->in(1)->imm >= 32) return nullptr;
            return make(Op::Shl, Type::I32, {low(x->in(0)), constant(Type::I32, x->in(1)->imm)});
        default:
            return nullptr;
    }
}

}  // namespace skua::jit
