// Conditions as control flow: fused compare-and-branch, short circuit without bools.
#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

void FunctionLowering::branch(Expr* e, Label target, bool sense) {
    if (e->constant != nullptr) {
        if ((e->constant->integer != 0) == sense) code_.jump(target);
        return;
    }
    if (e->type->is(TypeKind::Never)) return effect(e);
    switch (e->kind) {
        case ExprKind::Paren:
            return branch(as<ParenExpr>(e)->inner, target, sense);
        case ExprKind::Unary:
            if (auto& unary = *as<UnaryExpr>(e);
                unary.op == UnaryOp::Not && unary.meaning != OperatorKind::Call) {
                return branch(unary.operand, target, !sense);
            }
            break;
        case ExprKind::Binary: {
            auto& binary = *as<BinaryExpr>(e);
            switch (binary.op) {
                case BinaryOp::And:
                case BinaryOp::Or: {
                    // The outcome that the left operand decides alone.
                    const bool decisive = binary.op == BinaryOp::Or;
                    if (decisive == sense) {
                        branch(binary.left, target, sense);
                        branch(binary.right, target, sense);
                    } else {
                        const Label decided = code_.new_label();
                        branch(binary.left, decided, decisive);
                        branch(binary.right, target, sense);
                        code_.bind(decided);
                    }
                    return;
                }
                case BinaryOp::Lt:
                case BinaryOp::Le:
                case BinaryOp::Gt:
                case BinaryOp::Ge:
                case BinaryOp::Eq:
                case BinaryOp::Ne:
                case BinaryOp::Same:
                case BinaryOp::NotSame:
                    if (binary.meaning != OperatorKind::Call) return branch_binary(binary, target, sense);
                    break;
                default:
                    break;
            }
            break;
        }
        case ExprKind::Is:
            return branch_is(*as<IsExpr>(e), target, sense);
        default:
            break;
    }
    TempScope scope(code_);
    const Reg r = value(e);
    emit(sense ? Op::BrTrue : Op::BrFalse, {r, target.id});
}

void FunctionLowering::branch_binary(BinaryExpr& e, Label target, bool sense) {
    TempScope scope(code_);
    switch (e.meaning) {
        case OperatorKind::NullTest: {
            const bool wants_null = (e.op == BinaryOp::Eq || e.op == BinaryOp::Same) == sense;
            const Reg r = value(is_null(e.left) ? e.right : e.left);
            emit(wants_null ? Op::BrNull : Op::BrNonNull, {r, target.id});
            return;
        }
        case OperatorKind::Identity: {
            const bool wants_same = (e.op == BinaryOp::Same || e.op == BinaryOp::Eq) == sense;
            const Reg a = stable(e.left, may_assign(e.right));
            const Reg b = value(e.right);
            emit(wants_same ? Op::BrEqRef : Op::BrNeRef, {a, b, target.id});
            return;
        }
        case OperatorKind::Equals: {
            if (e.left->type->is_nullable_primitive())
                return branch_nullable_equal(e, target, (e.op == BinaryOp::Eq) == sense);
            const Reg a = stable_exact(e.left, may_assign(e.right));
            const Reg b = exact(e.right);
            const Reg equal = temp(e.type);
            emit_at(e.op_range, Op::Equals, {equal, a, b});
            emit((e.op == BinaryOp::Eq) == sense ? Op::BrTrue : Op::BrFalse, {equal, target.id});
            return;
        }
        case OperatorKind::Compare: {
            const Type* t = file_.program().types->int_;
            const Reg order = temp(t);
            call(*e.call, e.op_range, order);
            branch_compare(e.op, t, order, int_constant(0), target, sense);
            return;
        }
        default:
            break;
    }
    const Reg a = stable(e.left, may_assign(e.right));
    const Reg b = value(e.right);
    branch_primitive(e.op, e.left->type, a, b, target, sense);
}

// Values of a type `T?`, T being primitive: null is compared here, the rest as any two T.
void FunctionLowering::branch_nullable_equal(BinaryExpr& e, Label target, bool if_equal) {
    const auto wrapped = [](Expr* side) {  // what is no null before it is converted to `T?`
        auto* c = as<ConvertExpr>(side);
        return c != nullptr && c->conversion == ConversionKind::Wrap ? c->operand : nullptr;
    };
    Expr* const left = wrapped(e.left);
    Expr* const right = wrapped(e.right);
    const Type* t = e.left->type->inner();
    Reg a = stable_exact(left != nullptr ? left : e.left, may_assign(e.right));
    Reg b = exact(right != nullptr ? right : e.right);
    const Label end = code_.new_label();
    const Label left_null = code_.new_label();
    const Label differ = if_equal ? end : target;
    const auto unwrap = [&](Reg side, Label null) {
        emit(Op::BrNull, {side, null.id});
        const Reg inner = fresh(t);
        emit(Op::Unwrap, {inner, side});
        return inner;
    };
    const Reg other = b;
    const bool open = left == nullptr && right == nullptr;  // both may be null
    if (left == nullptr) a = unwrap(a, open ? left_null : differ);
    if (right == nullptr) b = unwrap(b, differ);
    branch_primitive(BinaryOp::Eq, t, a, b, target, if_equal);
    if (open) {
        code_.jump(end);
        code_.bind(left_null);
        emit(if_equal ? Op::BrNull : Op::BrNonNull, {other, target.id});
    }
    code_.bind(end);
}

// Operands of one primitive type.
void FunctionLowering::branch_primitive(BinaryOp op, const Type* t, Reg a, Reg b, Label target, bool sense) {
    a = as_int32(a, t);
    b = as_int32(b, t);
    if (t->is(TypeKind::F32)) {
        const Reg r = temp(file_.program().types->bool_);
        if (op == BinaryOp::Gt || op == BinaryOp::Ge) {
            std::swap(a, b);
            op = op == BinaryOp::Gt ? BinaryOp::Lt : BinaryOp::Le;
        }
        emit(op == BinaryOp::Eq   ? Op::EqF32
             : op == BinaryOp::Ne ? Op::NeF32
             : op == BinaryOp::Lt ? Op::LtF32
                                  : Op::LeF32,
             {r, a, b});
        emit(sense ? Op::BrTrue : Op::BrFalse, {r, target.id});
        return;
    }
    branch_compare(op, t, a, b, target, sense);
}

// Operands of one primitive type other than f32; char and bool as i32 already.
void FunctionLowering::branch_compare(BinaryOp op, const Type* t, Reg a, Reg b, Label target, bool sense) {
    if (op == BinaryOp::Gt || op == BinaryOp::Ge) {
        std::swap(a, b);
        op = op == BinaryOp::Gt ? BinaryOp::Lt : BinaryOp::Le;
    }
    if (t->is(TypeKind::F64)) {
        // The negation of a < b is not b <= a, because of NaN.
        const Op o = op == BinaryOp::Eq   ? (sense ? Op::BrEqF64 : Op::BrNeF64)
                     : op == BinaryOp::Ne ? (sense ? Op::BrNeF64 : Op::BrEqF64)
                     : op == BinaryOp::Lt ? (sense ? Op::BrLtF64 : Op::BrNltF64)
                                          : (sense ? Op::BrLeF64 : Op::BrNleF64);
        emit(o, {a, b, target.id});
        return;
    }
    if (!sense) {
        switch (op) {
            case BinaryOp::Eq:
                op = BinaryOp::Ne;
                break;
            case BinaryOp::Ne:
                op = BinaryOp::Eq;
                break;
            case BinaryOp::Lt:
                op = BinaryOp::Le;
                std::swap(a, b);
                break;
            default:
                op = BinaryOp::Lt;
                std::swap(a, b);
                break;
        }
    }
    const bool wide = t->is(TypeKind::I64) || t->is(TypeKind::U64);
    const bool unsigned_order = t->is(TypeKind::U32) || t->is(TypeKind::U64);
    Op o = Op::Nop;
    switch (op) {
        case BinaryOp::Eq:
            o = wide ? Op::BrEqI64 : Op::BrEqI32;
            break;
        case BinaryOp::Ne:
            o = wide ? Op::BrNeI64 : Op::BrNeI32;
            break;
        case BinaryOp::Lt:
            o = unsigned_order ? (wide ? Op::BrLtU64 : Op::BrLtU32) : (wide ? Op::BrLtI64 : Op::BrLtI32);
            break;
        default:
            o = unsigned_order ? (wide ? Op::BrLeU64 : Op::BrLeU32) : (wide ? Op::BrLeI64 : Op::BrLeI32);
            break;
    }
    emit(o, {a, b, target.id});
}

void FunctionLowering::branch_is(IsExpr& e, Label target, bool sense) {
    const bool wanted = sense != e.negated;
    TempScope scope(code_);
    if (e.always) {
        if (!e.operand->type->is(TypeKind::Nullable)) {
            effect(e.operand);
            if (wanted) code_.jump(target);
        } else {
            const Reg r = value(e.operand);
            emit(wanted ? Op::BrNonNull : Op::BrNull, {r, target.id});
        }
        return;
    }
    const Reg r = value(e.operand);
    emit(wanted ? Op::BrIs : Op::BrIsNot, {r, type(e.target->type), target.id});
}

}  // namespace skua::compiler
