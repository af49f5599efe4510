// Operators on primitives, ranges, and conversions between numbers.
#include <bit>

#include "lower/function_lowering.h"
#include "skua/classfile/check.h"

namespace skua::compiler {

using namespace ast;

namespace {

// The width in which a type is computed.
enum class Lane : std::uint8_t { I32, I64, F32, F64 };

Lane lane_of(const Type* t) {
    switch (t->kind) {
        case TypeKind::I64:
        case TypeKind::U64:
            return Lane::I64;
        case TypeKind::F32:
            return Lane::F32;
        case TypeKind::F64:
            return Lane::F64;
        default:
            return Lane::I32;
    }
}

bool is_narrow(const Type* t) {
    return t->is(TypeKind::I8) || t->is(TypeKind::I16) || t->is(TypeKind::U8) || t->is(TypeKind::U16);
}

Op by_lane(Lane lane, Op i32, Op i64, Op f32, Op f64) {
    switch (lane) {
        case Lane::I32:
            return i32;
        case Lane::I64:
            return i64;
        case Lane::F32:
            return f32;
        case Lane::F64:
            return f64;
    }
    return Op::Nop;
}

// The instruction of a binary operator; Nop if the type has none.
Op binary_op(BinaryOp op, const Type* t) {
    const Lane lane = lane_of(t);
    const bool is_signed = t->is_signed();
    switch (op) {
        case BinaryOp::Add:
            return by_lane(lane, Op::AddI32, Op::AddI64, Op::AddF32, Op::AddF64);
        case BinaryOp::Sub:
            return by_lane(lane, Op::SubI32, Op::SubI64, Op::SubF32, Op::SubF64);
        case BinaryOp::Mul:
            return by_lane(lane, Op::MulI32, Op::MulI64, Op::MulF32, Op::MulF64);
        case BinaryOp::Div:
            return is_signed || !t->is_integer()
                       ? by_lane(lane, Op::DivI32, Op::DivI64, Op::DivF32, Op::DivF64)
                       : by_lane(lane, Op::DivU32, Op::DivU64, Op::Nop, Op::Nop);
        case BinaryOp::Rem:
            return is_signed ? by_lane(lane, Op::RemI32, Op::RemI64, Op::Nop, Op::Nop)
                             : by_lane(lane, Op::RemU32, Op::RemU64, Op::Nop, Op::Nop);
        case BinaryOp::Shl:
            return by_lane(lane, Op::ShlI32, Op::ShlI64, Op::Nop, Op::Nop);
        case BinaryOp::Shr:
            return is_signed ? by_lane(lane, Op::ShrI32, Op::ShrI64, Op::Nop, Op::Nop)
                             : by_lane(lane, Op::ShrU32, Op::ShrU64, Op::Nop, Op::Nop);
        case BinaryOp::UShr:
            return by_lane(lane, Op::ShrU32, Op::ShrU64, Op::Nop, Op::Nop);
        case BinaryOp::BitAnd:
            return by_lane(lane, Op::AndI32, Op::AndI64, Op::Nop, Op::Nop);
        case BinaryOp::BitOr:
            return by_lane(lane, Op::OrI32, Op::OrI64, Op::Nop, Op::Nop);
        case BinaryOp::BitXor:
            return by_lane(lane, Op::XorI32, Op::XorI64, Op::Nop, Op::Nop);
        default:
            return Op::Nop;
    }
}

// Bitwise operators keep the range of a narrow type's values.
bool keeps_range(BinaryOp op) {
    return op == BinaryOp::BitAnd || op == BinaryOp::BitOr || op == BinaryOp::BitXor || op == BinaryOp::Rem;
}

}  // namespace

// ---- pieces --------------------------------------------------------------------------------------

Reg FunctionLowering::as_int32(Reg r, const Type* t) {
    if (!t->is(TypeKind::Char) && !t->is(TypeKind::Bool)) return r;
    const Reg out = temp(file_.program().types->i32);
    emit(Op::Retype, {out, r});
    return out;
}

void FunctionLowering::narrow(const Type* t, Reg dst, Reg src) {
    switch (t->kind) {
        case TypeKind::I8:
            emit(Op::NarrowI8, {dst, src});
            break;
        case TypeKind::I16:
            emit(Op::NarrowI16, {dst, src});
            break;
        case TypeKind::U8:
            emit(Op::NarrowU8, {dst, src});
            break;
        case TypeKind::U16:
            emit(Op::NarrowU16, {dst, src});
            break;
        default:
            move(dst, src);
            break;
    }
}

// dst = a op b, all of the integer or float type `t`; `count` is b's type if it is a shift's count.
void FunctionLowering::arithmetic(BinaryOp op, const Type* t, Reg dst, Reg a, Reg b, const Type* count) {
    const TypeContext& types = *file_.program().types;
    if (is_shift(op) && lane_of(count) != lane_of(t)) {
        const bool wide = lane_of(t) == Lane::I64;
        const Reg c = temp(wide ? types.int_ : types.i32);
        if (wide) {
            emit(count->is_signed() ? Op::SextI32I64 : Op::ZextU32I64, {c, b});
        } else {
            emit(Op::WrapI64I32, {c, b});
        }
        b = c;
    }
    if (!is_narrow(t)) {
        const Op instruction = binary_op(op, t);
        SKUA_CHECK(instruction != Op::Nop);
        emit(instruction, {dst, a, b});
        return;
    }
    if (op == BinaryOp::UShr && t->is_signed()) {
        // The bits shifted in are zeros at the narrow width.
        const Reg bits = temp(types.i32);
        const Type* unsigned_type = t->is(TypeKind::I8) ? types.u8 : types.u16;
        const Reg narrowed = temp(unsigned_type);
        narrow(unsigned_type, narrowed, a);
        emit(Op::ShrU32, {bits, narrowed, b});
        narrow(t, dst, bits);
        return;
    }
    const Reg wide = temp(types.i32);
    // Narrow values are kept extended, so the signed instructions serve the unsigned ones too.
    emit(binary_op(op, keeps_range(op) || op == BinaryOp::Div ? types.i32 : t), {wide, a, b});
    narrow(t, dst, wide);
}

// ---- unary and binary ------------------------------------------------------------------------------

void FunctionLowering::unary_into(UnaryExpr& e, Reg dst) {
    if (e.meaning == OperatorKind::Call) return call(*e.call, e.range, dst);
    if (e.op == UnaryOp::Not) return materialise(&e, dst);
    TempScope scope(code_);
    const Reg r = e.op == UnaryOp::NonNull ? exact(e.operand) : value(e.operand);
    const Type* t = e.type;
    const Lane lane = lane_of(t);
    switch (e.op) {
        case UnaryOp::Plus:
            move(dst, r);
            break;
        case UnaryOp::NonNull:
            emit_at(e.range, Op::Unwrap, {dst, r});
            break;
        case UnaryOp::Neg:
        case UnaryOp::BitNot: {
            const Op op = e.op == UnaryOp::Neg ? by_lane(lane, Op::NegI32, Op::NegI64, Op::NegF32, Op::NegF64)
                                               : by_lane(lane, Op::NotI32, Op::NotI64, Op::Nop, Op::Nop);
            if (is_narrow(t)) {
                const Reg wide = temp(file_.program().types->i32);
                emit(op, {wide, r});
                narrow(t, dst, wide);
            } else {
                emit(op, {dst, r});
            }
            break;
        }
        case UnaryOp::Not:
            break;
    }
}

void FunctionLowering::binary_into(BinaryExpr& e, Reg dst) {
    switch (e.meaning) {
        case OperatorKind::Call:
            return call(*e.call, e.op_range, dst);
        case OperatorKind::Concat:
            return concat_into(&e, dst);
        case OperatorKind::Coalesce:
            return coalesce_into(e, dst);
        case OperatorKind::Range:
            return range_into(e, dst);
        case OperatorKind::Logic: {
            // a && b: a, and if that decides nothing, b.
            const Label end = code_.new_label();
            into(e.left, dst);
            emit(e.op == BinaryOp::And ? Op::BrFalse : Op::BrTrue, {dst, end.id});
            into(e.right, dst);
            code_.bind(end);
            return;
        }
        case OperatorKind::Compare:
        case OperatorKind::Equals:
        case OperatorKind::NullTest:
        case OperatorKind::Identity:
            return compare_into(e, dst);
        default:
            break;
    }
    switch (e.op) {
        case BinaryOp::Lt:
        case BinaryOp::Le:
        case BinaryOp::Gt:
        case BinaryOp::Ge:
        case BinaryOp::Eq:
        case BinaryOp::Ne:
            return compare_into(e, dst);
        default:
            break;
    }
    TempScope scope(code_);
    const Reg a = stable(e.left, may_assign(e.right));
    const Reg b = value(e.right);
    place(e.op_range, false);
    arithmetic(e.op, e.type, dst, a, b, e.right->type);
}

void FunctionLowering::compare_into(BinaryExpr& e, Reg dst) {
    TempScope scope(code_);
    if (e.meaning == OperatorKind::NullTest) {
        Expr* operand = is_null(e.left) ? e.right : e.left;
        const Reg r = value(operand);
        if (e.op == BinaryOp::Eq || e.op == BinaryOp::Same) {
            emit(Op::IsNull, {dst, r});
        } else {
            const Reg null = temp(e.type);
            emit(Op::IsNull, {null, r});
            emit(Op::NotBool, {dst, null});
        }
        return;
    }
    if (e.meaning == OperatorKind::Equals && e.left->type->is_nullable_primitive())
        return materialise(&e, dst);
    if (e.meaning == OperatorKind::Equals || e.meaning == OperatorKind::Identity) {
        const bool negated = e.op == BinaryOp::Ne || e.op == BinaryOp::NotSame;
        const bool identity = e.meaning == OperatorKind::Identity;
        const Reg a =
            identity ? stable(e.left, may_assign(e.right)) : stable_exact(e.left, may_assign(e.right));
        const Reg b = identity ? value(e.right) : exact(e.right);
        const Reg equal = negated ? temp(e.type) : dst;
        emit_at(e.op_range, identity ? Op::EqRef : Op::Equals, {equal, a, b});
        if (negated) emit(Op::NotBool, {dst, equal});
        return;
    }
    const Type* t = e.left->type;
    BinaryOp op = e.op;
    Reg a = 0, b = 0;
    if (e.meaning == OperatorKind::Compare) {
        t = file_.program().types->int_;
        a = temp(t);
        call(*e.call, e.op_range, a);
        b = int_constant(0);
    } else {
        a = stable(e.left, may_assign(e.right));
        b = value(e.right);
        a = as_int32(a, t);
        b = as_int32(b, t);
    }
    if (op == BinaryOp::Gt || op == BinaryOp::Ge) {
        std::swap(a, b);
        op = op == BinaryOp::Gt ? BinaryOp::Lt : BinaryOp::Le;
    }
    const Lane lane = lane_of(t);
    Op o = Op::Nop;
    switch (op) {
        case BinaryOp::Eq:
            o = by_lane(lane, Op::EqI32, Op::EqI64, Op::EqF32, Op::EqF64);
            break;
        case BinaryOp::Ne:
            o = by_lane(lane, Op::NeI32, Op::NeI64, Op::NeF32, Op::NeF64);
            break;
        case BinaryOp::Lt:
            o = t->is(TypeKind::U32)   ? Op::LtU32
                : t->is(TypeKind::U64) ? Op::LtU64
                                       : by_lane(lane, Op::LtI32, Op::LtI64, Op::LtF32, Op::LtF64);
            break;
        default:
            o = t->is(TypeKind::U32)   ? Op::LeU32
                : t->is(TypeKind::U64) ? Op::LeU64
                                       : by_lane(lane, Op::LeI32, Op::LeI64, Op::LeF32, Op::LeF64);
            break;
    }
    emit(o, {dst, a, b});
}

// a..b is Range(a, b); a..=b is Range(a, b + 1), which must not overflow.
void FunctionLowering::range_into(BinaryExpr& e, Reg dst) {
    TempScope scope(code_);
    const Reg start = stable(e.left, may_assign(e.right));
    Reg end = argument(e.right);
    if (e.op == BinaryOp::RangeInclusive) {
        const Reg one = int_constant(1);
        const Reg next = fresh(file_.program().types->int_);
        emit_at(e.op_range, Op::AddCheckedI64, {next, end, one});
        end = next;
    }
    emit_list(Op::Pack, {dst}, {start, end});
}

// ---- conversions between numbers ---------------------------------------------------------------------

void FunctionLowering::convert_number(const Type* from, const Type* to, Reg src, Reg dst) {
    const TypeContext& types = *file_.program().types;
    if (from == to) return move(dst, src);
    if (to->is(TypeKind::Char)) {
        if (lane_of(from) == Lane::I64) {
            // A value that does not fit 32 bits must not wrap to a scalar.
            const Label fits = code_.new_label();
            const Reg low = temp(types.i32);
            const Reg back = temp(types.int_);
            emit(Op::WrapI64I32, {low, src});
            emit(Op::ZextU32I64, {back, low});
            emit(Op::BrEqI64, {back, src, fits.id});
            load_int(low, -1);
            code_.bind(fits);
            src = low;
        }
        emit(Op::CharI32, {dst, src});
        return;
    }
    if (from->is(TypeKind::Char) || from->is(TypeKind::Bool)) {
        if (to->is(TypeKind::I32) || to->is(TypeKind::U32)) {
            emit(Op::Retype, {dst, src});
        } else {
            convert_number(types.i32, to, as_int32(src, from), dst);
        }
        return;
    }
    const Lane source = lane_of(from);
    const Lane target = lane_of(to);
    if (to->is_float()) {
        const bool wide = target == Lane::F64;
        Op op = Op::Nop;
        switch (from->kind) {
            case TypeKind::F32:
                op = Op::F32ToF64;
                break;
            case TypeKind::F64:
                op = Op::F64ToF32;
                break;
            case TypeKind::I64:
                op = wide ? Op::I64ToF64 : Op::I64ToF32;
                break;
            case TypeKind::U64:
                op = wide ? Op::U64ToF64 : Op::U64ToF32;
                break;
            case TypeKind::U32:
                op = wide ? Op::U32ToF64 : Op::U32ToF32;
                break;
            default:
                op = wide ? Op::I32ToF64 : Op::I32ToF32;
                break;
        }
        emit(op, {dst, src});
        return;
    }
    if (from->is_float()) {
        if (source == Lane::F32) {
            const Reg wide = temp(types.float_);
            emit(Op::F32ToF64, {wide, src});
            src = wide;
        }
        switch (to->kind) {
            case TypeKind::I64:
                emit(Op::F64ToI64Sat, {dst, src});
                return;
            case TypeKind::U64:
                emit(Op::F64ToU64Sat, {dst, src});
                return;
            case TypeKind::I32:
                emit(Op::F64ToI32Sat, {dst, src});
                return;
            case TypeKind::U32:
                emit(Op::F64ToU32Sat, {dst, src});
                return;
            default:
                break;
        }
        const double bits = to->bits();
        const double low = !to->is_signed() ? 0.0 : bits == 8 ? -128.0 : -32768.0;
        const double high = to->is_signed() ? -low - 1 : bits == 8 ? 255.0 : 65535.0;
        const Reg low_limit = fresh(types.float_);
        const Reg high_limit = fresh(types.float_);
        const Reg above = temp(types.float_);
        const Reg within = temp(types.float_);
        const Reg whole = temp(types.i32);
        emit(Op::ConstF64, {low_limit, std::bit_cast<std::int64_t>(low)});
        emit(Op::MaxF64, {above, src, low_limit});
        emit(Op::ConstF64, {high_limit, std::bit_cast<std::int64_t>(high)});
        emit(Op::MinF64, {within, above, high_limit});
        emit(Op::F64ToI32Sat, {whole, within});
        narrow(to, dst, whole);
        return;
    }
    if (target == Lane::I64) {
        if (source == Lane::I64) {
            emit(Op::Retype, {dst, src});
        } else {
            emit(from->is_signed() ? Op::SextI32I64 : Op::ZextU32I64, {dst, src});
        }
        return;
    }
    if (source == Lane::I64) {
        if (!is_narrow(to)) {
            emit(Op::WrapI64I32, {dst, src});
            return;
        }
        const Reg low = temp(types.i32);
        emit(Op::WrapI64I32, {low, src});
        src = low;
    }
    if (is_narrow(to)) {
        narrow(to, dst, src);
    } else {
        emit(Op::Retype, {dst, src});
    }
}

}  // namespace skua::compiler
