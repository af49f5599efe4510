// Implicit conversions, conditions as values, literals of arrays and maps, operators on null.
#include <cmath>

#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

// ---- conversions --------------------------------------------------------------------------------------

void FunctionLowering::convert_into(ConvertExpr& e, Reg dst) {
    TempScope scope(code_);
    switch (e.conversion) {
        case ConversionKind::Wrap: {
            const Reg r = value(e.operand);
            emit(Op::Wrap, {dst, r});
            break;
        }
        case ConversionKind::Upcast: {
            // A block whose value is null: no register of its own type could become one of another `T?`.
            if (e.operand->type->is(TypeKind::Null)) {
                effect(e.operand);
                emit(Op::ConstNull, {dst});
                break;
            }
            // A register takes values of subtypes; but `cast` and its like go by the register's type.
            switch (e.operand->kind) {
                case ExprKind::Call:
                case ExprKind::Member:
                case ExprKind::Index:
                    return into(e.operand, dst);
                default:
                    break;
            }
            const Reg r = value(e.operand);
            move(dst, r);
            break;
        }
        case ConversionKind::Box: {
            const Reg r = argument(e.operand);
            emit_at(e.range, Op::Box, {dst, r});
            break;
        }
        case ConversionKind::NarrowNonNull: {
            if (const auto known = narrowed(e)) return move(dst, *known);
            const Reg r = value(e.operand);
            emit_at(e.range, Op::Unwrap, {dst, r});
            break;
        }
        case ConversionKind::NarrowCast: {
            if (const auto known = narrowed(e)) return move(dst, *known);
            const Reg r = value(e.operand);
            emit_at(e.range, Op::Cast, {dst, r});
            break;
        }
        case ConversionKind::MapNullable: {
            const Label null = code_.new_label();
            const Label end = code_.new_label();
            const Reg r = value(e.operand);
            emit(Op::BrNull, {r, null.id});
            const Reg inner = fresh(e.operand->type->inner());
            emit(Op::Unwrap, {inner, r});
            bind_hole(e.hole, inner);
            const Reg converted = exact(e.inner);
            emit(Op::Wrap, {dst, converted});
            code_.jump(end);
            code_.bind(null);
            emit(Op::ConstNull, {dst});
            code_.bind(end);
            break;
        }
        case ConversionKind::Discard:
            effect(e.operand);
            break;
    }
}

void FunctionLowering::materialise(Expr* condition, Reg dst) {
    while (const auto* paren = as<ParenExpr>(condition)) condition = paren->inner;
    if (auto* e = as<IsExpr>(condition);
        e != nullptr && condition->constant == nullptr && !e->always && !e->negated) {
        TempScope scope(code_);
        const Reg r = value(e->operand);
        emit(Op::Is, {dst, r, type(e->target->type)});
        return;
    }
    if (auto* e = as<UnaryExpr>(condition);
        e != nullptr && condition->constant == nullptr && e->op == UnaryOp::Not) {
        const Expr* inner = e->operand;
        while (const auto* paren = as<ParenExpr>(inner)) inner = paren->inner;
        const auto* logic = as<BinaryExpr>(inner);
        if (logic == nullptr || logic->meaning != OperatorKind::Logic) {
            TempScope scope(code_);
            const Reg r = value(e->operand);
            emit(Op::NotBool, {dst, r});
            return;
        }
    }
    const Label no = code_.new_label();
    const Label end = code_.new_label();
    branch(condition, no, false);
    load_int(dst, 1);
    code_.jump(end);
    code_.bind(no);
    load_int(dst, 0);
    code_.bind(end);
}

// ---- arrays and maps ------------------------------------------------------------------------------------

void FunctionLowering::array_repeat_into(ArrayRepeatExpr& e, Reg dst) {
    TempScope scope(code_);
    const Reg element = stable(e.value, may_assign(e.count));
    const Reg count = plain_operand(e.count);
    emit_at(e.range, Op::ArrayNew, {dst, count});
    // A new array is full of zeros, which is the value asked for more often than not.
    const Constant* c = e.value->constant;
    const bool zero =
        c != nullptr &&
        (c->kind == Constant::Kind::Null ||
         (c->kind == Constant::Kind::Float && c->floating == 0 && !std::signbit(c->floating)) ||
         (c->kind != Constant::Kind::Float && c->kind != Constant::Kind::String && c->integer == 0 &&
          !e.type->element()->is_float() && !e.type->element()->is(TypeKind::Nullable)));
    if (!zero) {
        const Reg from = int_constant(0);
        emit(Op::ArrayFill, {dst, from, count, element});
    }
}

void FunctionLowering::map_literal_into(MapLiteralExpr& e, Reg dst) {
    TempScope scope(code_);
    const Reg map = dst;
    call(*e.create, e.range, map);
    for (const MapEntryNode& entry : e.entries) {
        TempScope entry_scope(code_);
        const Reg key = stable(entry.key, may_assign(entry.value));
        const Reg value = argument(entry.value);
        bind_hole(e.map_hole, map);
        bind_hole(e.key_hole, key);
        bind_hole(e.value_hole, value);
        call(*e.set, entry.key->range, kNowhere);
    }
}

// ---- null
// ---------------------------------------------------------------------------------------------------

void FunctionLowering::safe_access(SafeAccessExpr& e, Reg dst, bool wanted) {
    TempScope scope(code_);
    const Label null = code_.new_label();
    const Label end = code_.new_label();
    const Reg receiver = value(e.receiver);
    emit(Op::BrNull, {receiver, null.id});
    const Reg inner = fresh(e.receiver->type->inner());
    emit(Op::Unwrap, {inner, receiver});
    bind_hole(e.hole, inner);
    if (wanted && !e.body->type->is(TypeKind::Void)) {
        into(e.body, dst);
        code_.jump(end);
        code_.bind(null);
        emit(Op::ConstNull, {dst});
    } else {
        effect(e.body);
        code_.bind(null);
    }
    code_.bind(end);
}

void FunctionLowering::coalesce_into(BinaryExpr& e, Reg dst) {
    TempScope scope(code_);
    const Label null = code_.new_label();
    const Label end = code_.new_label();
    const Reg left = value(e.left);
    emit(Op::BrNull, {left, null.id});
    if (e.present == e.hole) {
        emit(Op::Unwrap, {dst, left});
    } else {
        const Reg inner = fresh(e.hole->type);
        emit(Op::Unwrap, {inner, left});
        bind_hole(e.hole, inner);
        into(e.present, dst);
    }
    code_.jump(end);
    code_.bind(null);
    into(e.right, dst);
    code_.bind(end);
}

}  // namespace skua::compiler
