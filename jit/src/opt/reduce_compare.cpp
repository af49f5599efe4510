// Comparisons: identities, inversion, 32-bit operands.
#include <limits>

#include "opt/constants.h"
#include "opt/facts.h"
#include "opt/reducer.h"

namespace skua::jit {

Node* Reducer::invert(const Node* compare) {
    Node *x = compare->in(0), *y = compare->in(1);
    switch (compare->op) {
        case Op::Eq:
            return make(Op::Ne, Type::I64, {x, y});
        case Op::Ne:
            return make(Op::Eq, Type::I64, {x, y});
        case Op::Lt:
            return make(Op::Le, Type::I64, {y, x});
        case Op::Le:
            return make(Op::Lt, Type::I64, {y, x});
        case Op::LtU:
            return make(Op::LeU, Type::I64, {y, x});
        case Op::LeU:
            return make(Op::LtU, Type::I64, {y, x});
        case Op::FEq:
            return make(Op::FNe, Type::I64, {x, y});
        case Op::FNe:
            return make(Op::FEq, Type::I64, {x, y});
        default:
            return nullptr;  // not less is not greater or equal: NaN
    }
}

Node* Reducer::reduce_compare(Node* n) {
    Node *x = n->in(0), *y = n->in(1);
    const Type t = x->type;
    if (is_float(t)) return nullptr;
    if (x == y) return i64(n->op == Op::Eq || n->op == Op::Le || n->op == Op::LeU);

    const bool equality = n->op == Op::Eq || n->op == Op::Ne;
    if (equality && y->is_const()) {
        const bool eq = n->op == Op::Eq;
        if (t == Type::I64 && (y->imm == 0 || y->imm == 1) && is_bool(x)) {
            if ((y->imm == 1) == eq) return x;
            if (is_compare(x->op)) {
                if (Node* inverse = invert(x)) return inverse;
            }
        }
        if (y->imm == 0 && is_not_null(x) && !x->is_const()) return i64(!eq);
        if (static_cast<std::uint64_t>(y->imm) > max_unsigned(x) && t == Type::I64) return i64(!eq);
        if (y->imm == 0 && (x->op == Op::Sub || x->op == Op::Xor))
            return make(n->op, Type::I64, {x->in(0), x->in(1)});
        if (x->op == Op::Add && x->in(1)->is_const()) {
            const auto c = fold(Op::Sub, t, t, y->imm, x->in(1)->imm);
            return make(n->op, Type::I64, {x->in(0), constant(t, *c)});
        }
        if (x->op == Op::Neg && y->imm == 0) return make(n->op, Type::I64, {x->in(0), y});
    }
    if (equality && (x->op == Op::New || x->op == Op::NewArray) &&
        (y->op == Op::New || y->op == Op::NewArray))
        return i64(n->op == Op::Ne);

    // What the possible values decide. Both below the sign bit: signed and unsigned agree.
    if (!equality) {
        const std::uint64_t top = t == Type::I32 ? 0x7FFFFFFFu : ~std::uint64_t{0} >> 1;
        const std::uint64_t mx = max_unsigned(x), my = max_unsigned(y);
        const bool is_signed = n->op == Op::Lt || n->op == Op::Le;
        if (!is_signed || (mx <= top && my <= top)) {
            if (x->is_const()) {
                const auto c = static_cast<std::uint64_t>(x->imm);
                if (c <= top && (n->op == Op::Lt || n->op == Op::LtU) && c >= my) return i64(0);
                if (c <= top && (n->op == Op::Le || n->op == Op::LeU) && c > my) return i64(0);
                if (c == 0 && (n->op == Op::Le || n->op == Op::LeU)) return i64(1);
                if (c == 0 && n->op == Op::LtU) return make(Op::Ne, Type::I64, {y, x});
            }
            if (y->is_const()) {
                const auto c = static_cast<std::uint64_t>(y->imm);
                if (c <= top && (n->op == Op::Lt || n->op == Op::LtU) && c > mx) return i64(1);
                if (c <= top && (n->op == Op::Le || n->op == Op::LeU) && c >= mx) return i64(1);
                if (c == 0 && (n->op == Op::Lt || n->op == Op::LtU)) return i64(0);
                if (c == 1 && n->op == Op::LtU) return make(Op::Eq, Type::I64, {x, constant(t, 0)});
            }
        }
        if (is_signed && x->is_const(0) && n->op == Op::Le && my <= top) return i64(1);
        if (is_signed && y->is_const(0) && n->op == Op::Lt && mx <= top) return i64(0);
    }
    return t == Type::I64 ? narrow_compare(n) : nullptr;
}

// Sign extension keeps both orders, zero extension makes either the unsigned one.
Node* Reducer::narrow_compare(Node* n) {
    Node *x = n->in(0), *y = n->in(1);
    const auto half = [&](Node* in, Op extension) -> Node* {
        if (in->op == extension) return in->in(0);
        if (!in->is_const()) return nullptr;
        const bool fits = extension == Op::SExt ? in->imm == static_cast<std::int32_t>(in->imm)
                                                : in->imm == static_cast<std::uint32_t>(in->imm);
        return fits ? constant(Type::I32, in->imm) : nullptr;
    };
    for (const Op extension : {Op::SExt, Op::ZExt}) {
        if (x->op != extension && y->op != extension) continue;
        Node *a = half(x, extension), *b = half(y, extension);
        if (!a || !b) continue;
        Op op = n->op;
        if (extension == Op::ZExt && op == Op::Lt) op = Op::LtU;
        if (extension == Op::ZExt && op == Op::Le) op = Op::LeU;
        return make(op, Type::I64, {a, b});
    }
    return nullptr;
}

}  // namespace skua::jit
