// Linked code to SSA: moves, arithmetic, conversions, comparisons.
#include "build/builder.h"

namespace skua::jit {

using vm::Instr;
using vm::LOp;

bool Builder::build_scalar(const Instr* pc, LOp op) {
    const std::uint32_t a = pc->a, b = pc->b, c = pc->c;
    const std::int64_t k = pc->sc();
    const auto bin = [&](Op o) { set(a, node(o, Type::I64, {get(b), get(c)})); };
    const auto bink = [&](Op o) { set(a, node(o, Type::I64, {get(b), i64(k)})); };
    const auto un = [&](Op o) { set(a, node(o, Type::I64, {get(b)})); };
    const auto bin32 = [&](Op o) { set32(a, node(o, Type::I32, {get32(b), get32(c)})); };
    const auto bink32 = [&](Op o) { set32(a, node(o, Type::I32, {get32(b), i32(k)})); };
    const auto un32 = [&](Op o) { set32(a, node(o, Type::I32, {get32(b)})); };
    const auto divide = [&](Op o) {
        Node* x = get(b);
        set(a, node(o, Type::I64, {x, guard(Op::DivCheck, Type::I64, {get(c)})}));
    };
    const auto divide32 = [&](Op o) {
        Node* x = get32(b);
        set32(a, node(o, Type::I32, {x, guard(Op::DivCheck, Type::I32, {get32(c)})}));
    };
    const auto checked = [&](Op o) { set(a, guard(o, Type::I64, {get(b), get(c)})); };
    const auto checked32 = [&](Op o) { set32(a, guard(o, Type::I32, {get32(b), get32(c)})); };
    const auto binf = [&](Op o) { set(a, node(o, Type::F64, {getf(b), getf(c)})); };
    const auto unf = [&](Op o) { set(a, node(o, Type::F64, {getf(b)})); };
    const auto binf32 = [&](Op o) { set(a, node(o, Type::F32, {getf32(b), getf32(c)})); };
    const auto unf32 = [&](Op o) { set(a, node(o, Type::F32, {getf32(b)})); };
    const auto cmpf = [&](Op o) { set(a, node(o, Type::I64, {getf(b), getf(c)})); };
    const auto cmpf32 = [&](Op o) { set(a, node(o, Type::I64, {getf32(b), getf32(c)})); };

    // Without a branch: the mask is all ones for a NaN.
    const auto canonical = [&](Node* bits, Node* is_nan, std::int64_t nan) {
        Node* mask = node(Op::Neg, Type::I64, {is_nan});
        return node(Op::Or, Type::I64,
                    {node(Op::And, Type::I64, {bits, node(Op::Not, Type::I64, {mask})}),
                     node(Op::And, Type::I64, {i64(nan), mask})});
    };

    switch (op) {
        case LOp::Mov:
            set(a, raw(b));
            break;
        case LOp::Mov2: {
            Node *x = raw(b), *y = raw(c);
            set(a, x);
            set(a + 1, y);
            break;
        }
        case LOp::MovN: {
            Vector<Node*> values;
            for (std::uint32_t i = 0; i < c; ++i) values.push_back(raw(b + i));
            for (std::uint32_t i = 0; i < c; ++i) set(a + i, values[i]);
            break;
        }
        case LOp::LdI:
            set(a, i64(pc->imm32()));
            break;
        case LOp::LdC:
            set(a, i64(static_cast<std::int64_t>(pc[1].word)));
            break;
        case LOp::LdStr: {
            Mem mem;
            mem.key = 1;  // a literal's root, see known_class
            set(a, load(pointer(pc[1].pointer), nullptr, mem));
            break;
        }
        case LOp::Zero:
            for (std::uint32_t i = 0; i < b; ++i) set(a + i, i64(0));
            break;

        case LOp::Add:
            bin(Op::Add);
            break;
        case LOp::Sub:
            bin(Op::Sub);
            break;
        case LOp::Mul:
            bin(Op::Mul);
            break;
        case LOp::MulHi:
            bin(Op::MulHi);
            break;
        case LOp::MulHiU:
            bin(Op::MulHiU);
            break;
        case LOp::Div:
            divide(Op::Div);
            break;
        case LOp::Rem:
            divide(Op::Rem);
            break;
        case LOp::DivU:
            divide(Op::DivU);
            break;
        case LOp::RemU:
            divide(Op::RemU);
            break;
        case LOp::And:
            bin(Op::And);
            break;
        case LOp::Or:
            bin(Op::Or);
            break;
        case LOp::Xor:
            bin(Op::Xor);
            break;
        case LOp::Shl:
            bin(Op::Shl);
            break;
        case LOp::Shr:
            bin(Op::Shr);
            break;
        case LOp::ShrU:
            bin(Op::ShrU);
            break;
        case LOp::Rotl:
            bin(Op::Rotl);
            break;
        case LOp::Rotr:
            bin(Op::Rotr);
            break;
        case LOp::Neg:
            un(Op::Neg);
            break;
        case LOp::Not:
            un(Op::Not);
            break;
        case LOp::Clz:
            un(Op::Clz);
            break;
        case LOp::Ctz:
            un(Op::Ctz);
            break;
        case LOp::Popcnt:
            un(Op::Popcnt);
            break;
        case LOp::Bswap:
            un(Op::Bswap);
            break;
        case LOp::AddK:
            bink(Op::Add);
            break;
        case LOp::MulK:
            bink(Op::Mul);
            break;
        case LOp::AndK:
            bink(Op::And);
            break;
        case LOp::OrK:
            bink(Op::Or);
            break;
        case LOp::XorK:
            bink(Op::Xor);
            break;
        case LOp::ShlK:
            bink(Op::Shl);
            break;
        case LOp::ShrK:
            bink(Op::Shr);
            break;
        case LOp::ShrUK:
            bink(Op::ShrU);
            break;
        case LOp::DivK:
            bink(Op::Div);
            break;
        case LOp::RemK:
            bink(Op::Rem);
            break;
        case LOp::SubFromK:
            set(a, node(Op::Sub, Type::I64, {i64(k), get(b)}));
            break;
        case LOp::Add32:
            bin32(Op::Add);
            break;
        case LOp::Sub32:
            bin32(Op::Sub);
            break;
        case LOp::Mul32:
            bin32(Op::Mul);
            break;
        case LOp::Div32:
            divide32(Op::Div);
            break;
        case LOp::Rem32:
            divide32(Op::Rem);
            break;
        case LOp::DivU32:
            divide32(Op::DivU);
            break;
        case LOp::RemU32:
            divide32(Op::RemU);
            break;
        case LOp::Shl32:
            bin32(Op::Shl);
            break;
        case LOp::Shr32:
            bin32(Op::Shr);
            break;
        case LOp::ShrU32:
            bin32(Op::ShrU);
            break;
        case LOp::Rotl32:
            bin32(Op::Rotl);
            break;
        case LOp::Rotr32:
            bin32(Op::Rotr);
            break;
        case LOp::Neg32:
            un32(Op::Neg);
            break;
        case LOp::Clz32:
            un32(Op::Clz);
            break;
        case LOp::Ctz32:
            un32(Op::Ctz);
            break;
        case LOp::Popcnt32:
            un32(Op::Popcnt);
            break;
        case LOp::Bswap32:
            un32(Op::Bswap);
            break;
        case LOp::Add32K:
            bink32(Op::Add);
            break;
        case LOp::Mul32K:
            bink32(Op::Mul);
            break;
        case LOp::Shl32K:
            bink32(Op::Shl);
            break;
        case LOp::Shr32K:
            bink32(Op::Shr);
            break;
        case LOp::ShrU32K:
            bink32(Op::ShrU);
            break;
        case LOp::Rotl32K:
            bink32(Op::Rotl);
            break;
        case LOp::Rotr32K:
            bink32(Op::Rotr);
            break;
        case LOp::AddChecked:
            checked(Op::AddChecked);
            break;
        case LOp::SubChecked:
            checked(Op::SubChecked);
            break;
        case LOp::MulChecked:
            checked(Op::MulChecked);
            break;
        case LOp::AddCheckedU:
            checked(Op::AddCheckedU);
            break;
        case LOp::SubCheckedU:
            checked(Op::SubCheckedU);
            break;
        case LOp::MulCheckedU:
            checked(Op::MulCheckedU);
            break;
        case LOp::AddChecked32:
            checked32(Op::AddChecked);
            break;
        case LOp::SubChecked32:
            checked32(Op::SubChecked);
            break;
        case LOp::MulChecked32:
            checked32(Op::MulChecked);
            break;
        case LOp::AddCheckedU32:
            checked32(Op::AddCheckedU);
            break;
        case LOp::SubCheckedU32:
            checked32(Op::SubCheckedU);
            break;
        case LOp::MulCheckedU32:
            checked32(Op::MulCheckedU);
            break;

        case LOp::AddF:
            binf(Op::FAdd);
            break;
        case LOp::SubF:
            binf(Op::FSub);
            break;
        case LOp::MulF:
            binf(Op::FMul);
            break;
        case LOp::DivF:
            binf(Op::FDiv);
            break;
        case LOp::MinF:
            binf(Op::FMin);
            break;
        case LOp::MaxF:
            binf(Op::FMax);
            break;
        case LOp::NegF:
            unf(Op::FNeg);
            break;
        case LOp::CanonF:
            set(a, canonical(get(b), node(Op::FNe, Type::I64, {getf(b), getf(b)}), 0x7FF8000000000000));
            break;
        case LOp::CanonF32:
            set(a, canonical(get(b), node(Op::FNe, Type::I64, {getf32(b), getf32(b)}), 0x7FC00000));
            break;
        case LOp::SqrtF:
            unf(Op::FSqrt);
            break;
        case LOp::AbsF:
            unf(Op::FAbs);
            break;
        case LOp::FloorF:
            unf(Op::FFloor);
            break;
        case LOp::CeilF:
            unf(Op::FCeil);
            break;
        case LOp::TruncF:
            unf(Op::FTrunc);
            break;
        case LOp::RoundF:
            unf(Op::FRound);
            break;
        case LOp::AddF32:
            binf32(Op::FAdd);
            break;
        case LOp::SubF32:
            binf32(Op::FSub);
            break;
        case LOp::MulF32:
            binf32(Op::FMul);
            break;
        case LOp::DivF32:
            binf32(Op::FDiv);
            break;
        case LOp::NegF32:
            unf32(Op::FNeg);
            break;
        case LOp::SqrtF32:
            unf32(Op::FSqrt);
            break;
        case LOp::AbsF32:
            unf32(Op::FAbs);
            break;

        case LOp::Zext32:
            set(a, node(Op::ZExt, Type::I64, {get32(b)}));
            break;
        case LOp::Wrap32:
            set32(a, get32(b));
            break;
        case LOp::NarrowI8:
            un(Op::SExt8);
            break;
        case LOp::NarrowI16:
            un(Op::SExt16);
            break;
        case LOp::NarrowU8:
            un(Op::ZExt8);
            break;
        case LOp::NarrowU16:
            un(Op::ZExt16);
            break;
        case LOp::CharCheck:
            set(a, guard(Op::CharCheck, Type::I64, {node(Op::ZExt, Type::I64, {get32(b)})}));
            break;
        case LOp::IntToF:
            set(a, node(Op::IntToF, Type::F64, {get(b)}));
            break;
        case LOp::UIntToF:
            set(a, node(Op::UIntToF, Type::F64, {get(b)}));
            break;
        case LOp::U32ToF:
            set(a, node(Op::IntToF, Type::F64, {node(Op::ZExt, Type::I64, {get32(b)})}));
            break;
        case LOp::IntToF32:
            set(a, node(Op::IntToF, Type::F32, {get(b)}));
            break;
        case LOp::UIntToF32:
            set(a, node(Op::UIntToF, Type::F32, {get(b)}));
            break;
        case LOp::U32ToF32:
            set(a, node(Op::IntToF, Type::F32, {node(Op::ZExt, Type::I64, {get32(b)})}));
            break;
        case LOp::F32ToF:
            set(a, node(Op::FToF, Type::F64, {getf32(b)}));
            break;
        case LOp::FToF32:
            set(a, node(Op::FToF, Type::F32, {getf(b)}));
            break;
        case LOp::FToI32:
            set32(a, node(Op::FToI32, Type::I32, {getf(b)}));
            break;
        case LOp::FToU32:
            set32(a, node(Op::FToU32, Type::I32, {getf(b)}));
            break;
        case LOp::FToI64:
            set(a, node(Op::FToI64, Type::I64, {getf(b)}));
            break;
        case LOp::FToU64:
            set(a, node(Op::FToU64, Type::I64, {getf(b)}));
            break;
        case LOp::FToI64Trap:
            set(a, guard(Op::FToI64Checked, Type::I64, {getf(b)}));
            break;
        case LOp::FToU64Trap:
            set(a, guard(Op::FToU64Checked, Type::I64, {getf(b)}));
            break;

        case LOp::Eq:
            bin(Op::Eq);
            break;
        case LOp::Ne:
            bin(Op::Ne);
            break;
        case LOp::Lt:
            bin(Op::Lt);
            break;
        case LOp::Le:
            bin(Op::Le);
            break;
        case LOp::LtU:
            bin(Op::LtU);
            break;
        case LOp::LeU:
            bin(Op::LeU);
            break;
        case LOp::EqK:
            bink(Op::Eq);
            break;
        case LOp::NeK:
            bink(Op::Ne);
            break;
        case LOp::LtK:
            bink(Op::Lt);
            break;
        case LOp::LeK:
            bink(Op::Le);
            break;
        case LOp::GtK:
            set(a, node(Op::Lt, Type::I64, {i64(k), get(b)}));
            break;
        case LOp::GeK:
            set(a, node(Op::Le, Type::I64, {i64(k), get(b)}));
            break;
        case LOp::EqF:
            cmpf(Op::FEq);
            break;
        case LOp::NeF:
            cmpf(Op::FNe);
            break;
        case LOp::LtF:
            cmpf(Op::FLt);
            break;
        case LOp::LeF:
            cmpf(Op::FLe);
            break;
        case LOp::EqF32:
            cmpf32(Op::FEq);
            break;
        case LOp::NeF32:
            cmpf32(Op::FNe);
            break;
        case LOp::LtF32:
            cmpf32(Op::FLt);
            break;
        case LOp::LeF32:
            cmpf32(Op::FLe);
            break;
        case LOp::NotB:
            set(a, node(Op::Xor, Type::I64, {get(b), i64(1)}));
            break;
        default:
            return false;
    }
    return true;
}

}  // namespace skua::jit
