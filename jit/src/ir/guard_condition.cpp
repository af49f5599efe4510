#include "ir/guard_condition.h"

namespace skua::jit {
namespace {

Node* no_overflow(Graph& graph, const MakeNode& make, Op op, Type type, Node* x, Node* y) {
    const auto wide = [&](Op o, Node* a, Node* b) { return make(o, Type::I64, {a, b}); };
    const auto k = [&](std::int64_t value) { return graph.constant(Type::I64, value); };
    const bool is_signed = op == Op::AddChecked || op == Op::SubChecked || op == Op::MulChecked;
    const Op plain = op == Op::AddChecked || op == Op::AddCheckedU   ? Op::Add
                     : op == Op::SubChecked || op == Op::SubCheckedU ? Op::Sub
                                                                     : Op::Mul;
    if (type == Type::I32) {
        const Op extend = is_signed ? Op::SExt : Op::ZExt;
        Node* r = wide(plain, make(extend, Type::I64, {x}), make(extend, Type::I64, {y}));
        return wide(Op::Eq, make(extend, Type::I64, {make(Op::Trunc, Type::I32, {r})}), r);
    }
    switch (op) {
        case Op::AddChecked: {
            Node* r = wide(Op::Add, x, y);
            return wide(Op::Le, k(0),
                        wide(Op::And, make(Op::Not, Type::I64, {wide(Op::Xor, x, y)}), wide(Op::Xor, x, r)));
        }
        case Op::SubChecked: {
            Node* r = wide(Op::Sub, x, y);
            return wide(Op::Le, k(0), wide(Op::And, wide(Op::Xor, x, y), wide(Op::Xor, x, r)));
        }
        case Op::MulChecked:
            return wide(Op::Eq, wide(Op::MulHi, x, y), wide(Op::Shr, wide(Op::Mul, x, y), k(63)));
        case Op::AddCheckedU:
            return wide(Op::LeU, x, wide(Op::Add, x, y));
        case Op::SubCheckedU:
            return wide(Op::LeU, y, x);
        default:
            return wide(Op::Eq, wide(Op::MulHiU, x, y), k(0));
    }
}

}  // namespace

Node* guard_condition(Graph& graph, const MakeNode& make, Op op, Type type, std::span<Node* const> in,
                      std::int64_t imm, const void* ptr) {
    const auto both = [&](Node* a, Node* b) { return make(Op::And, Type::I64, {a, b}); };
    const auto flag = [&](Op o, Node* a, Node* b) { return make(o, Type::I64, {a, b}); };
    const auto k = [&](std::int64_t value) { return graph.constant(Type::I64, value); };
    const auto f64 = [&](std::int64_t bits) { return graph.constant(Type::F64, bits); };
    constexpr std::int64_t kTwo63 = 0x43E0000000000000, kTwo64 = 0x43F0000000000000;
    constexpr auto kMinusTwo63 = static_cast<std::int64_t>(0xC3E0000000000000),
                   kMinusOne = static_cast<std::int64_t>(0xBFF0000000000000);
    switch (op) {
        case Op::NullCheck:
            return in[0];
        case Op::BoundsCheck:
            return flag(Op::LtU, in[0], in[1]);
        case Op::BytesCheck: {
            // Lengths are not negative: index <=u length - width, and the width fits.
            Node* last = make(Op::Sub, Type::I64, {in[1], k(imm)});
            return both(flag(Op::Le, k(imm), in[1]), flag(Op::LeU, in[0], last));
        }
        case Op::DivCheck:
            return flag(Op::Ne, in[0], graph.constant(type, 0));
        case Op::CharCheck: {
            Node* surrogate = make(Op::Sub, Type::I64, {in[0], k(0xD800)});
            return both(flag(Op::LeU, in[0], k(0x10FFFF)), flag(Op::LtU, k(0x7FF), surrogate));
        }
        case Op::CastCheck: {
            Node* is = make(Op::Is, Type::I64, {in[0]});
            is->ptr = ptr;
            return make(Op::Or, Type::I64, {is, flag(Op::Eq, in[0], k(0))});
        }
        case Op::FToI64Checked:
            return both(flag(Op::FLe, f64(kMinusTwo63), in[0]), flag(Op::FLt, in[0], f64(kTwo63)));
        case Op::FToU64Checked:
            return both(flag(Op::FLt, f64(kMinusOne), in[0]), flag(Op::FLt, in[0], f64(kTwo64)));
        default:
            return no_overflow(graph, make, op, type, in[0], in[1]);
    }
}

}  // namespace skua::jit
