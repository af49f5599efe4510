// Selection: arithmetic, conversions, comparisons, guards.
#include <bit>

#include "emit/leaf_functions.h"
#include "emit/selector.h"

namespace skua::jit {
namespace {

constexpr Cond condition_of(Op op) {
    switch (op) {
        case Op::Eq:
            return Cond::E;
        case Op::Ne:
            return Cond::NE;
        case Op::Lt:
            return Cond::L;
        case Op::Le:
            return Cond::LE;
        case Op::LtU:
            return Cond::B;
        default:
            return Cond::BE;
    }
}

constexpr Cond swapped(Cond c) {
    switch (c) {
        case Cond::L:
            return Cond::G;
        case Cond::LE:
            return Cond::GE;
        case Cond::B:
            return Cond::A;
        case Cond::BE:
            return Cond::AE;
        default:
            return c;  // E, NE
    }
}

}  // namespace

// The last operand of the current instruction. Whatever must be made for it was made before the
// instruction began: call operands that may need code first through prepare_last.
void Selector::last_operand(const Node* n) {
    const Node* o = origin(n);
    std::int64_t imm = 0;
    if (immediate(o, imm)) {
        lir_.insts.back().imm = imm;
        return;
    }
    if (folded_[n->id] && n->op == Op::Load) {
        set_address(pending_);
        return;
    }
    if (o->is_const() && is_float(o->type)) {
        lir_.insts.back().pool = o;
        return;
    }
    use(pending_value_, true);
}

// Makes what last_operand will name.
void Selector::prepare_last(const Node* n) {
    const Node* o = origin(n);
    std::int64_t imm = 0;
    if (immediate(o, imm)) return;
    if (folded_[n->id] && n->op == Op::Load) {
        pending_ = address(n);
        return;
    }
    if (o->is_const() && is_float(o->type)) return;
    pending_value_ = reg(n);
}

void Selector::binary(MOp op, const Node* n) {
    const Node *x = n->in(0), *y = n->in(1);
    if (info(n->op).commutative && origin(x)->is_const()) std::swap(x, y);
    prepare_last(y);
    const VReg first = reg(x);
    Inst& in = add(op, n, size_of(n->type));
    in.def = def_of(n);
    use(first);
    last_operand(y);
    // The result takes the first operand's place before the second is read.
    Inst& now = lir_.insts.back();
    for (std::uint32_t i = now.first_use + 1; i < lir_.uses.size(); ++i) {
        if (class_of(n->type) == RegClass::Gp && lir_.uses[i].v != first) lir_.uses[i].late = true;
    }
}

void Selector::shift(const Node* n, MOp by_immediate, MOp by_register, bool fixed_count) {
    const Node* count = origin(n->in(1));
    if (count->is_const()) {
        const VReg first = reg(n->in(0));
        Inst& in = add(by_immediate, n, size_of(n->type));
        in.imm = count->imm & (size_of(n->type) * 8 - 1);
        in.def = def_of(n);
        use(first);
        return;
    }
    const VReg first = reg(n->in(0));
    const VReg by = fixed_count ? kNoVReg : reg(n->in(1));
    Inst& in = add(by_register, n, size_of(n->type));
    in.def = def_of(n);
    use(first, false, false);
    if (fixed_count) {
        use_fixed(n->in(1), gp::rcx);
        // The result must not be made in rcx.
        lir_.insts.back().clobbers_gp = 1u << gp::rcx;
    } else {
        use(by);
    }
}

void Selector::multiply(const Node* n) {
    const Node *x = n->in(0), *y = n->in(1);
    if (origin(x)->is_const()) std::swap(x, y);
    std::int64_t k = 0;
    if (!immediate(origin(y), k)) {
        binary(MOp::IMul, n);
        return;
    }
    const VReg first = reg(x);
    if (k == 3 || k == 5 || k == 9) {
        Inst& in = add(MOp::Lea, n, size_of(n->type));
        in.def = def_of(n);
        Address a;
        a.base = a.index = first;
        a.shift = static_cast<std::uint8_t>(std::countr_zero(static_cast<std::uint64_t>(k - 1)));
        set_address(a);
        return;
    }
    if (k > 0 && std::has_single_bit(static_cast<std::uint64_t>(k))) {
        Inst& in = add(MOp::ShlImm, n, size_of(n->type));
        in.imm = std::countr_zero(static_cast<std::uint64_t>(k));
        in.def = def_of(n);
        use(first);
        return;
    }
    Inst& in = add(MOp::IMulImm, n, size_of(n->type));
    in.imm = k;
    in.def = def_of(n);
    use(first, true);
}

void Selector::divide(const Node* n) {
    const bool is_signed = n->op == Op::Div || n->op == Op::Rem;
    const bool remainder = n->op == Op::Rem || n->op == Op::RemU;
    const VReg by = reg(n->in(1));
    Inst& in = add(is_signed ? (remainder ? MOp::Rem : MOp::Div) : (remainder ? MOp::RemU : MOp::DivU), n,
                   size_of(n->type));
    in.def = def_of(n);
    in.def_fixed = remainder ? gp::rdx : gp::rax;
    in.clobbers_gp = 1u << gp::rax | 1u << gp::rdx;
    use_fixed(n->in(0), gp::rax);
    use(by, false, true);
}

void Selector::leaf_call(const Node* n, const void* function) {
    Inst& in = add(MOp::CallLeaf, n);
    in.imm = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(function));
    in.def = def_of(n);
    in.def_fixed = is_float(n->type) ? Reg{0} : gp::rax;
    clobber();
    for (std::uint32_t i = 0; i < n->input_count; ++i) {
        use_fixed(n->in(i), is_float(n->in(i)->type) ? static_cast<Reg>(i) : i == 0 ? gp::rdi : gp::rsi);
    }
}

bool Selector::select_integer(const Node* n) {
    const auto unary = [&](MOp op, bool any = false) {
        const VReg x = reg(n->in(0));
        Inst& in = add(op, n, size_of(n->type));
        in.def = def_of(n);
        use(x, any);
    };
    switch (n->op) {
        case Op::Add:
            binary(MOp::Add, n);
            return true;
        case Op::Sub:
            binary(MOp::Sub, n);
            return true;
        case Op::Mul:
            multiply(n);
            return true;
        case Op::And:
            if (const Node* inverse = folded_not(n)) {
                const VReg not_these = reg(inverse->in(0)), those = reg(n->in(n->in(0) == inverse ? 1 : 0));
                add(MOp::AndNot, n, size_of(n->type)).def = def_of(n);
                use(not_these);
                use(those);
                return true;
            }
            binary(MOp::And, n);
            return true;
        case Op::Or:
            binary(MOp::Or, n);
            return true;
        case Op::Xor:
            binary(MOp::Xor, n);
            return true;
        case Op::Shl:
            shift(n, MOp::ShlImm, MOp::Shlx, false);
            return true;
        case Op::Shr:
            shift(n, MOp::SarImm, MOp::Sarx, false);
            return true;
        case Op::ShrU:
            shift(n, MOp::ShrImm, MOp::Shrx, false);
            return true;
        case Op::Rotl:
            shift(n, MOp::RolImm, MOp::RolCl, true);
            return true;
        case Op::Rotr:
            shift(n, MOp::RorImm, MOp::RorCl, true);
            return true;
        case Op::Neg:
            unary(MOp::Neg);
            return true;
        case Op::Not:
            unary(MOp::Not);
            return true;
        case Op::Bswap:
            unary(MOp::Bswap);
            return true;
        case Op::Clz:
            unary(MOp::Lzcnt, true);
            return true;
        case Op::Ctz:
            unary(MOp::Tzcnt, true);
            return true;
        case Op::Popcnt:
            unary(MOp::Popcnt, true);
            return true;
        case Op::SExt:
            unary(MOp::MovSx32, true);
            return true;
        case Op::ZExt:
            unary(MOp::MovZx32, true);
            return true;
        case Op::SExt8:
            unary(MOp::MovSx8);
            return true;
        case Op::SExt16:
            unary(MOp::MovSx16);
            return true;
        case Op::ZExt8:
            unary(MOp::MovZx8);
            return true;
        case Op::ZExt16:
            unary(MOp::MovZx16);
            return true;
        case Op::MulHi:
        case Op::MulHiU: {
            const VReg by = reg(n->in(1));
            Inst& in = add(n->op == Op::MulHi ? MOp::MulHi : MOp::MulHiU, n);
            in.def = def_of(n);
            in.def_fixed = gp::rdx;
            in.clobbers_gp = 1u << gp::rax | 1u << gp::rdx;
            use_fixed(n->in(0), gp::rax);
            use(by, false, true);
            return true;
        }
        case Op::Div:
        case Op::Rem:
        case Op::DivU:
        case Op::RemU:
            divide(n);
            return true;
        case Op::Select:
            choose(n);
            return true;
        case Op::Eq:
        case Op::Ne:
        case Op::Lt:
        case Op::Le:
        case Op::LtU:
        case Op::LeU:
            compare_operands(n, MOp::SetCmp, MOp::SetTest, n);
            lir_.insts.back().def = def_of(n);
            return true;
        default:
            return false;
    }
}

void Selector::choose(const Node* n) {
    const Node* condition = n->in(0);
    const VReg yes = reg(n->in(1)), no = reg(n->in(2));
    if (folded_[condition->id]) {
        compare_operands(condition, MOp::CmpSelect, MOp::TestSelect, n);
    } else {
        const VReg v = reg(condition);
        add(MOp::TestSelect, n).cond = Cond::NE;
        use(v);
    }
    // The result takes the place of `no` before anything is compared.
    Inst& in = lir_.insts.back();
    in.def = def_of(n);
    for (std::uint32_t i = in.first_use; i < lir_.uses.size(); ++i) lir_.uses[i].late = true;
    use(no);
    use(yes, true, true);
}

// `owner`: the node that the instruction stands for (the comparison or its branch).
void Selector::compare_operands(const Node* compare, MOp compare_op, MOp test_op, const Node* owner) {
    const Node *x = compare->in(0), *y = compare->in(1);
    Cond cond = condition_of(compare->op);
    const std::uint8_t size = size_of(x->type);
    if (origin(x)->is_const() && !origin(y)->is_const() && !folded_[y->id]) {
        std::swap(x, y);
        cond = swapped(cond);
    }
    if ((cond == Cond::E || cond == Cond::NE) && origin(y)->is_const() && origin(y)->imm == 0) {
        const VReg v = reg(x);
        Inst& in = add(test_op, owner, size);
        in.cond = cond;
        use(v);
        return;
    }
    prepare_last(y);
    const VReg first = reg(x);
    Inst& in = add(compare_op, owner, size);
    in.cond = cond;
    use(first);
    last_operand(y);
}

void Selector::float_compare_operands(const Node* compare, MOp op, const Node* owner) {
    const Node *x = compare->in(0), *y = compare->in(1);
    Cond cond = compare->op == Op::FEq ? Cond::E : Cond::NE;
    bool parity = true;  // unordered is told apart by the parity flag
    if (compare->op == Op::FLt || compare->op == Op::FLe) {
        // x < y as y > x: "above" is false for unordered operands.
        std::swap(x, y);
        cond = compare->op == Op::FLt ? Cond::A : Cond::AE;
        parity = false;
    }
    prepare_last(y);
    const VReg first = reg(x);
    Inst& in = add(op, owner, size_of(x->type));
    in.cond = cond;
    in.imm = parity;
    use(first);
    const std::int64_t keep = in.imm;
    last_operand(y);
    lir_.insts.back().imm = keep;
}

bool Selector::select_float(const Node* n) {
    const auto unary = [&](MOp op, std::uint8_t size) -> Inst& {
        const VReg x = reg(n->in(0));
        add(op, n, size).def = def_of(n);
        use(x);
        return lir_.insts.back();
    };
    switch (n->op) {
        case Op::FAdd:
            binary(MOp::FAdd, n);
            return true;
        case Op::FSub:
            binary(MOp::FSub, n);
            return true;
        case Op::FMul:
            binary(MOp::FMul, n);
            return true;
        case Op::FDiv:
            binary(MOp::FDiv, n);
            return true;
        case Op::FNeg:
            unary(MOp::FNeg, size_of(n->type));
            return true;
        case Op::FAbs:
            unary(MOp::FAbs, size_of(n->type));
            return true;
        case Op::FSqrt:
            unary(MOp::FSqrt, size_of(n->type));
            return true;
        case Op::FFloor:
            unary(MOp::FRound, size_of(n->type)).imm = 9;
            return true;
        case Op::FCeil:
            unary(MOp::FRound, size_of(n->type)).imm = 10;
            return true;
        case Op::FTrunc:
            unary(MOp::FRound, size_of(n->type)).imm = 11;
            return true;
        case Op::FRound:
            unary(MOp::FRound, size_of(n->type)).imm = 8;
            return true;
        case Op::FMin:
            leaf_call(n, leaf::fmin());
            return true;
        case Op::FMax:
            leaf_call(n, leaf::fmax());
            return true;
        case Op::IntToF:
            unary(MOp::CvtIntToF, size_of(n->type));
            return true;
        case Op::UIntToF:
            leaf_call(n, n->type == Type::F64 ? leaf::u64_to_f64() : leaf::u64_to_f32());
            return true;
        case Op::FToF:
            unary(MOp::CvtFToF, size_of(n->type));
            return true;
        case Op::FToI64:
            unary(MOp::CvtFToI64, 8);
            return true;
        case Op::FToI32:
            unary(MOp::CvtFToI32, 8);
            return true;
        case Op::FToU64:
            leaf_call(n, leaf::f64_to_u64());
            return true;
        case Op::FToU32:
            leaf_call(n, leaf::f64_to_u32());
            return true;
        case Op::Bitcast:
            if (is_float(n->type)) {
                unary(MOp::MovGpToXmm, size_of(n->type));
            } else {
                unary(MOp::MovXmmToGp, size_of(n->in(0)->type));
            }
            return true;
        case Op::FEq:
        case Op::FNe:
        case Op::FLt:
        case Op::FLe:
            float_compare_operands(n, MOp::SetFCmp, n);
            lir_.insts.back().def = def_of(n);
            return true;
        default:
            return false;
    }
}

bool Selector::select_guard(const Node* n) {
    const auto checked = [&](MOp op, Cond cond) {
        binary(op, n);
        lir_.insts.back().cond = cond;
    };
    // Others only throw: they need no frame.
    lir_.calls |= n->op == Op::CastCheck;
    switch (n->op) {
        case Op::NullCheck:
        case Op::DivCheck: {
            const VReg v = reg(n->in(0));
            Inst& in = add(MOp::TestTrap, n, size_of(n->in(0)->type));
            in.cond = Cond::E;
            use(v);
            return true;
        }
        case Op::BoundsCheck: {
            const Node *index = n->in(0), *length = n->in(1);
            std::int64_t k = 0;
            if (immediate(origin(index), k) && k >= 0 && !origin(length)->is_const() &&
                !folded_[length->id]) {
                // length <=u index
                const VReg v = reg(length);
                Inst& in = add(MOp::CmpTrap, n);
                in.cond = Cond::BE;
                in.imm = k;
                use(v);
                return true;
            }
            prepare_last(length);
            const VReg v = reg(index);
            Inst& in = add(MOp::CmpTrap, n);
            in.cond = Cond::AE;
            use(v);
            last_operand(length);
            return true;
        }
        case Op::BytesCheck: {
            const VReg length = reg(n->in(1));
            const VReg index = reg(n->in(0));
            Inst& in = add(MOp::BytesTrap, n);
            in.imm = n->imm;
            in.temp = lir_.new_vreg(RegClass::Gp);
            use(index);
            use(length, true);
            return true;
        }
        case Op::CharCheck: {
            const VReg v = reg(n->in(0));
            Inst& in = add(MOp::CharTrap, n);
            in.temp = lir_.new_vreg(RegClass::Gp);
            use(v);
            return true;
        }
        case Op::CastCheck: {
            const VReg v = reg(n->in(0));
            add(MOp::CastTrap, n);
            use(v);
            return true;
        }
        case Op::AddChecked:
            checked(MOp::AddTrap, Cond::O);
            return true;
        case Op::SubChecked:
            checked(MOp::SubTrap, Cond::O);
            return true;
        case Op::MulChecked:
            checked(MOp::MulTrap, Cond::O);
            return true;
        case Op::AddCheckedU:
            checked(MOp::AddTrap, Cond::B);
            return true;
        case Op::SubCheckedU:
            checked(MOp::SubTrap, Cond::B);
            return true;
        case Op::MulCheckedU: {
            const VReg by = reg(n->in(1));
            Inst& in = add(MOp::MulTrapU, n, size_of(n->type));
            in.cond = Cond::O;
            in.def = def_of(n);
            in.def_fixed = gp::rax;
            in.clobbers_gp = 1u << gp::rax | 1u << gp::rdx;
            use_fixed(n->in(0), gp::rax);
            use(by, false, true);
            return true;
        }
        case Op::FToI64Checked:
        case Op::FToU64Checked: {
            const VReg v = reg(n->in(0));
            Inst& in = add(n->op == Op::FToI64Checked ? MOp::FToI64Trap : MOp::FToU64Trap, n);
            in.def = def_of(n);
            in.temp = n->op == Op::FToI64Checked ? kNoVReg : lir_.new_vreg(RegClass::Gp);
            use(v, false, true);
            return true;
        }
        default:
            return false;
    }
}

}  // namespace skua::jit
