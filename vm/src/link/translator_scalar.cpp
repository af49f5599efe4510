// Integer and floating-point instructions, conversions, comparisons, constants.
#include <limits>

#include "link/translator.h"
#include "link/translator_operands.h"

namespace skua::vm {

using classfile::Op;
using Kind = ImmediateForm;

namespace {

// Instructions that translate to one linked instruction over the same operands.
LOp direct(Op op) {
    switch (op) {
// A table:
// clang-format off
#define SAME(P, L) \
    case Op::P: return LOp::L;
        SAME(AddI32, Add32) SAME(SubI32, Sub32) SAME(MulI32, Mul32) SAME(DivI32, Div32) SAME(RemI32, Rem32)
        SAME(DivU32, DivU32) SAME(RemU32, RemU32) SAME(AndI32, And) SAME(OrI32, Or) SAME(XorI32, Xor)
        SAME(ShlI32, Shl32) SAME(ShrI32, Shr32) SAME(ShrU32, ShrU32) SAME(RotlI32, Rotl32) SAME(RotrI32, Rotr32)
        SAME(NegI32, Neg32) SAME(NotI32, Not) SAME(ClzI32, Clz32) SAME(CtzI32, Ctz32) SAME(PopcntI32, Popcnt32)
        SAME(BswapI32, Bswap32)
        SAME(AddI64, Add) SAME(SubI64, Sub) SAME(MulI64, Mul) SAME(MulHiI64, MulHi) SAME(MulHiU64, MulHiU)
        SAME(DivI64, Div) SAME(RemI64, Rem) SAME(DivU64, DivU) SAME(RemU64, RemU) SAME(AndI64, And) SAME(OrI64, Or)
        SAME(XorI64, Xor) SAME(ShlI64, Shl) SAME(ShrI64, Shr) SAME(ShrU64, ShrU) SAME(RotlI64, Rotl) SAME(RotrI64, Rotr)
        SAME(NegI64, Neg) SAME(NotI64, Not) SAME(ClzI64, Clz) SAME(CtzI64, Ctz) SAME(PopcntI64, Popcnt) SAME(BswapI64, Bswap)
        SAME(AddCheckedI32, AddChecked32) SAME(SubCheckedI32, SubChecked32) SAME(MulCheckedI32, MulChecked32)
        SAME(AddCheckedU32, AddCheckedU32) SAME(SubCheckedU32, SubCheckedU32) SAME(MulCheckedU32, MulCheckedU32)
        SAME(AddCheckedI64, AddChecked) SAME(SubCheckedI64, SubChecked) SAME(MulCheckedI64, MulChecked)
        SAME(AddCheckedU64, AddCheckedU) SAME(SubCheckedU64, SubCheckedU) SAME(MulCheckedU64, MulCheckedU)
        SAME(AddF32, AddF32) SAME(SubF32, SubF32) SAME(MulF32, MulF32) SAME(DivF32, DivF32) SAME(NegF32, NegF32)
        SAME(SqrtF32, SqrtF32) SAME(AbsF32, AbsF32)
        SAME(AddF64, AddF) SAME(SubF64, SubF) SAME(MulF64, MulF) SAME(DivF64, DivF) SAME(MinF64, MinF) SAME(MaxF64, MaxF)
        SAME(NegF64, NegF) SAME(SqrtF64, SqrtF) SAME(AbsF64, AbsF) SAME(FloorF64, FloorF) SAME(CeilF64, CeilF)
        SAME(TruncF64, TruncF) SAME(RoundF64, RoundF)
        SAME(SextI32I64, Mov) SAME(ZextU32I64, Zext32) SAME(WrapI64I32, Wrap32) SAME(NarrowI8, NarrowI8)
        SAME(NarrowI16, NarrowI16) SAME(NarrowU8, NarrowU8) SAME(NarrowU16, NarrowU16) SAME(CharI32, CharCheck)
        SAME(I32ToF32, IntToF32) SAME(U32ToF32, U32ToF32) SAME(I64ToF32, IntToF32) SAME(U64ToF32, UIntToF32)
        SAME(I32ToF64, IntToF) SAME(U32ToF64, U32ToF) SAME(I64ToF64, IntToF) SAME(U64ToF64, UIntToF)
        SAME(F32ToF64, F32ToF) SAME(F64ToF32, FToF32) SAME(F64ToI32Sat, FToI32) SAME(F64ToU32Sat, FToU32)
        SAME(F64ToI64Sat, FToI64) SAME(F64ToU64Sat, FToU64) SAME(F64ToI64Trap, FToI64Trap) SAME(F64ToU64Trap, FToU64Trap)
        SAME(BitsF64I64, Mov) SAME(BitsI64F64, Mov) SAME(BitsF32I32, Wrap32) SAME(BitsI32F32, Zext32)
        SAME(EqI32, Eq) SAME(NeI32, Ne) SAME(LtI32, Lt) SAME(LeI32, Le) SAME(LtU32, LtU) SAME(LeU32, LeU)
        SAME(EqI64, Eq) SAME(NeI64, Ne) SAME(LtI64, Lt) SAME(LeI64, Le) SAME(LtU64, LtU) SAME(LeU64, LeU)
        SAME(EqF32, EqF32) SAME(NeF32, NeF32) SAME(LtF32, LtF32) SAME(LeF32, LeF32)
        SAME(EqF64, EqF) SAME(NeF64, NeF) SAME(LtF64, LtF) SAME(LeF64, LeF) SAME(EqRef, Eq) SAME(NotBool, NotB)
#undef SAME
        default: return LOp::Count;
        // clang-format on
    }
}

Immediate shift(LOp op, unsigned column, std::int64_t value, int mask) {
    if (column != 2) return {};
    return {(value & mask) == value ? Kind::Binary : Kind::None, op};
}
Immediate either(LOp op, std::int64_t value) {
    return {fits16(value) ? Kind::Binary : Kind::None, op};
}
Immediate divisor(LOp op, unsigned column, std::int64_t value) {
    return {column == 2 && fits16(value) && value != 0 && value != -1 ? Kind::Binary : Kind::None, op};
}
Immediate compare(LOp normal, LOp swapped, unsigned column, std::int64_t value) {
    if (!fits16(value)) return {};
    return column == 2 ? Immediate{Kind::Binary, normal} : Immediate{Kind::Swapped, swapped};
}
Immediate compare_branch(LOp normal, LOp swapped, unsigned column, std::int64_t value) {
    if (!fits16(value)) return {};
    return column == 1 ? Immediate{Kind::Compare, normal} : Immediate{Kind::Compare, swapped};
}

}  // namespace

Immediate immediate_of(Op op, unsigned column, std::int64_t value) {
    using enum LOp;
    switch (op) {
        case Op::AddI64:
            return either(AddK, value);
        case Op::MulI64:
            return either(MulK, value);
        case Op::AddI32:
            return either(Add32K, value);
        case Op::MulI32:
            return either(Mul32K, value);
        case Op::AndI64:
        case Op::AndI32:
            return either(AndK, value);
        case Op::OrI64:
        case Op::OrI32:
            return either(OrK, value);
        case Op::XorI64:
        case Op::XorI32:
            return either(XorK, value);
        case Op::SubI64:
            if (column == 2) return {fits16(value) && fits16(-value) ? Kind::Negated : Kind::None, AddK};
            return {fits16(value) ? Kind::From : Kind::None, SubFromK};
        case Op::SubI32:
            return {column == 2 && fits16(value) && fits16(-value) ? Kind::Negated : Kind::None, Add32K};
        case Op::DivI64:
        case Op::DivI32:
            return divisor(DivK, column, value);
        case Op::RemI64:
        case Op::RemI32:
            return divisor(RemK, column, value);
        case Op::ShlI64:
            return shift(ShlK, column, value, 63);
        case Op::ShrI64:
            return shift(ShrK, column, value, 63);
        case Op::ShrU64:
            return shift(ShrUK, column, value, 63);
        case Op::ShlI32:
            return shift(Shl32K, column, value, 31);
        case Op::ShrI32:
            return shift(Shr32K, column, value, 31);
        case Op::ShrU32:
            return shift(ShrU32K, column, value, 31);
        case Op::RotlI32:
            return shift(Rotl32K, column, value, 31);
        case Op::RotrI32:
            return shift(Rotr32K, column, value, 31);
        case Op::EqI64:
        case Op::EqI32:
            return compare(EqK, EqK, column, value);
        case Op::NeI64:
        case Op::NeI32:
            return compare(NeK, NeK, column, value);
        case Op::LtI64:
        case Op::LtI32:
            return compare(LtK, GtK, column, value);
        case Op::LeI64:
        case Op::LeI32:
            return compare(LeK, GeK, column, value);
        case Op::BrEqI64:
        case Op::BrEqI32:
            return compare_branch(JEqK, JEqK, column, value);
        case Op::BrNeI64:
        case Op::BrNeI32:
            return compare_branch(JNeK, JNeK, column, value);
        case Op::BrLtI64:
        case Op::BrLtI32:
            return compare_branch(JLtK, JGtK, column, value);
        case Op::BrLeI64:
        case Op::BrLeI32:
            return compare_branch(JLeK, JGeK, column, value);
        case Op::Move:
        case Op::Retype:
        case Op::Wrap:
            return {column == 1 ? Kind::Move : Kind::None, Mov};
        default:
            return {};
    }
}

std::int64_t canonical_constant(Rep rep, std::int64_t value) {
    switch (rep) {
        case Rep::I8:
            return static_cast<std::int8_t>(value);
        case Rep::U8:
            return static_cast<std::uint8_t>(value);
        case Rep::I16:
            return static_cast<std::int16_t>(value);
        case Rep::U16:
            return static_cast<std::uint16_t>(value);
        case Rep::I32:
            return static_cast<std::int32_t>(value);
        case Rep::W32:
            return static_cast<std::uint32_t>(value);
        default:
            return value;
    }
}

bool Translator::immediate(const Instruction& in, unsigned column, std::int64_t& value) {
    const RegInfo& r = reg(in, column);
    if (!r.is_constant || !constant_reaches(r, current_)) return false;
    if (immediate_form(in.op, column, r.constant) == Kind::None) return false;
    value = r.constant;
    return true;
}

Result<void> Translator::translate_scalar(const Instruction& in, bool& handled) {
    handled = true;
    std::int64_t k = 0;
    switch (in.op) {
        case Op::Nop:
            return {};
        case Op::ConstInt: {
            const RegInfo& dst = reg(in, 0);
            if (!dst.folded)
                out_.emit_load(slot_of(dst), canonical_constant(dst.layout->leaves[0].rep, operand(in, 1)));
            return {};
        }
        case Op::ConstF64:
            out_.emit_word(LOp::LdC, slot(in, 0), 0, 0, static_cast<std::uint64_t>(operand(in, 1)));
            return {};
        case Op::ConstF32:
            out_.emit_word(LOp::LdC, slot(in, 0), 0, 0, static_cast<std::uint32_t>(operand(in, 1)));
            return {};
        case Op::Retype:
            if (immediate(in, 1, k)) {
                out_.emit_load(slot(in, 0), k);
            } else {
                emit_move(slot(in, 0), slot(in, 1), 1);
            }
            return {};
        default:
            break;
    }
    if (vm_.determinism() && (in.op == Op::BitsF64I64 || in.op == Op::BitsF32I32)) {
        const bool wide = in.op == Op::BitsF64I64;
        out_.emit(wide ? LOp::CanonF : LOp::CanonF32, slot(in, 0), slot(in, 1), 0);
        if (!wide) out_.emit(LOp::Wrap32, slot(in, 0), slot(in, 0), 0);
        return {};
    }
    const LOp op = direct(in.op);
    if (op == LOp::Count) {
        handled = false;
        return {};
    }
    const auto& info = classfile::op_info(in.op);
    if (info.operand_count == 2) {
        if (op == LOp::Mov) {
            emit_move(slot(in, 0), slot(in, 1), 1);
        } else {
            out_.emit(op, slot(in, 0), slot(in, 1), 0);
        }
        return {};
    }
    // In the order in which find_constants visits columns: of two constants it folds the first.
    for (unsigned column : {1u, 2u}) {
        if (!immediate(in, column, k)) continue;
        const Immediate form = immediate_of(in.op, column, k);
        const std::int64_t shown = form.form == Kind::Negated ? -k : k;
        out_.emit(form.op, slot(in, 0), slot(in, 3 - column), static_cast<std::uint16_t>(shown));
        return {};
    }
    out_.emit(op, slot(in, 0), slot(in, 1), slot(in, 2));
    return {};
}

}  // namespace skua::vm
