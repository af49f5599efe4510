// The pass `divide`: division and remainder by a constant become multiplications and shifts.
//
// Granlund and Montgomery, "Division by Invariant Integers using Multiplication" (PLDI 1994); the constants
// by the short computations of Warren, Hacker's Delight, chapter 10. 32-bit division multiplies in 64 bits.
// Runs late: other passes know divisions, not what becomes of them.
#include <bit>

#include "opt/passes.h"

namespace skua::jit {
namespace {

using UWide = unsigned __int128;

struct SignedMagic {
    std::int64_t multiplier;
    int shift;
};

// For |d| >= 2, not a power of two: x / d = (high half of x * multiplier, plus or minus x) >> shift.
SignedMagic signed_magic(std::int64_t d, int bits) {
    const UWide two = UWide{1} << (bits - 1);
    const UWide ad =
        d < 0 ? static_cast<UWide>(0) - static_cast<UWide>(static_cast<__int128>(d)) : static_cast<UWide>(d);
    const UWide t = two + (d < 0 ? 1 : 0);
    const UWide anc = t - 1 - t % ad;
    int p = bits - 1;
    UWide q1 = two / anc, r1 = two - q1 * anc, q2 = two / ad, r2 = two - q2 * ad, delta = 0;
    do {
        ++p;
        q1 *= 2, r1 *= 2;
        if (r1 >= anc) ++q1, r1 -= anc;
        q2 *= 2, r2 *= 2;
        if (r2 >= ad) ++q2, r2 -= ad;
        delta = ad - r2;
    } while (q1 < delta || (q1 == delta && r1 == 0));
    auto m = static_cast<std::int64_t>(q2 + 1);
    if (bits == 32) m = static_cast<std::int32_t>(m);
    return {d < 0 ? -m : m, p - bits};
}

struct UnsignedMagic {
    std::uint64_t multiplier;
    bool add;  // the multiplier has a 65th bit
    int shift;
};

// For d >= 3, not a power of two.
UnsignedMagic unsigned_magic(std::uint64_t d) {
    const int shift = 64 - std::countl_zero(d - 1);  // 2^shift >= d
    const UWide numerator = UWide{1} << (64 + shift - 1);
    // ceil(2^(64 + shift) / d), of which the 65th bit is implied; numerator is half of that power.
    UWide q = numerator / d, r = numerator % d;
    q *= 2, r *= 2;
    if (r >= d) ++q, r -= d;
    if (r != 0) ++q;
    return {static_cast<std::uint64_t>(q), true, shift};
}

class Divider {
public:
    explicit Divider(Graph& graph) : graph_(graph) {}

    void run() {
        bool changed = false;
        for (auto& block : graph_.blocks) {
            out_.clear();
            bool here = false;
            block_ = block.get();
            for (Node* n : block->nodes) {
                if (Node* replacement = divided(n)) {
                    n->replaced_by = replacement;
                    here = true;
                }
                out_.push_back(n);
            }
            if (here) block->nodes = out_;
            changed |= here;
        }
        if (!changed) return;
        auto& first = graph_.entry()->nodes;
        first.insert(first.begin(), constants_.begin(), constants_.end());
        graph_.settle();
    }

private:
    Node* node(Op op, Type type, std::initializer_list<Node*> inputs) {
        Node* n = graph_.new_node(op, type, inputs);
        n->block = block_;
        out_.push_back(n);
        return n;
    }
    Node* i64(std::int64_t value) { return made(Type::I64, value); }
    // Not through Graph::constant, which would insert into the entry block that may be under way.
    Node* made(Type type, std::int64_t value) {
        Node* n = graph_.new_node(Op::Const, type);
        n->imm = type == Type::I32 ? static_cast<std::int32_t>(value) : value;
        n->block = graph_.entry();
        constants_.push_back(n);
        return n;
    }

    Node* divided(Node* n) {
        const bool remainder = n->op == Op::Rem || n->op == Op::RemU;
        if (n->op != Op::Div && n->op != Op::DivU && !remainder) return nullptr;
        const Node* divisor = n->in(1);
        while (divisor->op == Op::DivCheck) divisor = divisor->in(0);
        if (!divisor->is_const() || divisor->imm == 0) return nullptr;
        const bool is_signed = n->op == Op::Div || n->op == Op::Rem;
        const Type t = n->type;
        Node* x = n->in(0);
        Node* quotient = is_signed
                             ? signed_quotient(x, t, divisor->imm)
                             : unsigned_quotient(x, t,
                                                 t == Type::I32 ? static_cast<std::uint32_t>(divisor->imm)
                                                                : static_cast<std::uint64_t>(divisor->imm));
        if (!quotient || !remainder) return quotient;
        return node(Op::Sub, t, {x, node(Op::Mul, t, {quotient, made(t, divisor->imm)})});
    }

    Node* signed_quotient(Node* x, Type t, std::int64_t d) {
        if (d == 1) return x;
        if (d == -1) return node(Op::Neg, t, {x});
        const int bits = t == Type::I32 ? 32 : 64;
        const std::uint64_t magnitude =
            d < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(d) : static_cast<std::uint64_t>(d);
        if (std::has_single_bit(magnitude)) {
            const int k = std::countr_zero(magnitude);
            if (k >= bits - 1) return nullptr;  // the smallest number: let the machine divide
            // Towards zero: negative numbers get 2^k - 1 first.
            Node* sign = node(Op::Shr, t, {x, made(t, bits - 1)});
            Node* bias = node(Op::ShrU, t, {sign, made(t, bits - k)});
            Node* q = node(Op::Shr, t, {node(Op::Add, t, {x, bias}), made(t, k)});
            return d < 0 ? node(Op::Neg, t, {q}) : q;
        }
        const SignedMagic magic = signed_magic(d, bits);
        if (t == Type::I32) {
            Node* wide = node(Op::SExt, Type::I64, {x});
            Node* product = node(Op::Mul, Type::I64, {wide, i64(magic.multiplier)});
            Node* high = node(Op::Shr, Type::I64, {product, i64(32)});
            if (d > 0 && magic.multiplier < 0) high = node(Op::Add, Type::I64, {high, wide});
            if (d < 0 && magic.multiplier > 0) high = node(Op::Sub, Type::I64, {high, wide});
            Node* q = magic.shift ? node(Op::Shr, Type::I64, {high, i64(magic.shift)}) : high;
            q = node(Op::Add, Type::I64, {q, node(Op::ShrU, Type::I64, {q, i64(63)})});
            return node(Op::Trunc, Type::I32, {q});
        }
        Node* high = node(Op::MulHi, Type::I64, {x, i64(magic.multiplier)});
        if (d > 0 && magic.multiplier < 0) high = node(Op::Add, Type::I64, {high, x});
        if (d < 0 && magic.multiplier > 0) high = node(Op::Sub, Type::I64, {high, x});
        Node* q = magic.shift ? node(Op::Shr, Type::I64, {high, i64(magic.shift)}) : high;
        return node(Op::Add, Type::I64, {q, node(Op::ShrU, Type::I64, {q, i64(63)})});
    }

    Node* unsigned_quotient(Node* x, Type t, std::uint64_t d) {
        if (d == 1) return x;
        if (std::has_single_bit(d)) return node(Op::ShrU, t, {x, made(t, std::countr_zero(d))});
        if (t == Type::I32) {
            // Exact for all 32-bit dividends: the error of the rounded reciprocal stays below 2^-32.
            const std::uint64_t reciprocal = ~std::uint64_t{0} / d + 1;
            Node* wide = node(Op::ZExt, Type::I64, {x});
            Node* q = node(Op::MulHiU, Type::I64, {wide, i64(static_cast<std::int64_t>(reciprocal))});
            return node(Op::Trunc, Type::I32, {q});
        }
        if (d > std::uint64_t{1} << 63)
            return node(Op::LeU, Type::I64, {i64(static_cast<std::int64_t>(d)), x});
        const UnsignedMagic magic = unsigned_magic(d);
        Node* high = node(Op::MulHiU, Type::I64, {x, i64(static_cast<std::int64_t>(magic.multiplier))});
        // (x + high) >> shift without the carry out of 64 bits.
        Node* half = node(Op::ShrU, Type::I64, {node(Op::Sub, Type::I64, {x, high}), i64(1)});
        Node* sum = node(Op::Add, Type::I64, {half, high});
        return magic.shift > 1 ? node(Op::ShrU, Type::I64, {sum, i64(magic.shift - 1)}) : sum;
    }

    Graph& graph_;
    Block* block_ = nullptr;
    Vector<Node*> out_;  // of the block under way
    Vector<Node*> constants_;
};

}  // namespace

void divide(Graph& graph) {
    Divider(graph).run();
}

}  // namespace skua::jit
