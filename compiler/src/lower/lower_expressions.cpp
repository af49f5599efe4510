// Expressions: where values go, dispatch by kind.
#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

// ---- where values go -------------------------------------------------------------------------

Reg FunctionLowering::operand(Expr* expr, bool once) {
    if (expr->constant == nullptr) {
        const LocalSymbol* local = nullptr;
        if (plain_local(expr, local)) return storage(*local);
        if (const auto* paren = as<ParenExpr>(expr)) return operand(paren->inner, once);
        if (const auto* text = as<InterpolationExpr>(expr)) {  // "${s}" of a string s
            if (text->parts.size() == 1 && text->texts[0].empty() && text->texts[1].empty() &&
                text->parts[0].format_call == nullptr && text->parts[0].value->type->is(TypeKind::String)) {
                return operand(text->parts[0].value, once);
            }
        }
        if (const auto* hole = as<HoleExpr>(expr)) {
            if (auto it = holes_.find(hole); it != holes_.end()) return it->second;
        }
        if (const auto* convert = as<ConvertExpr>(expr); convert != nullptr &&
                                                         convert->conversion == ConversionKind::Upcast &&
                                                         !convert->operand->type->is(TypeKind::Null)) {
            return operand(convert->operand, once);
        }
        if (const auto* cast = as<CastExpr>(expr); cast != nullptr && cast->upcast && !cast->safe) {
            return operand(cast->operand, once);
        }
    }
    if (expr->constant != nullptr) return constant_operand(*expr->constant, expr->type, false);
    if (const auto* convert = as<ConvertExpr>(expr)) {
        if (const auto known = narrowed(*convert)) return *known;
    }
    const TypeIndex t = register_type(expr->type);
    if (const auto fixed = immutable(expr); fixed && code_.reachable()) {
        if (const auto known = code_.recall(fixed->variable, fixed->key)) return *known;
        const Reg r = code_.fresh(t);
        into(expr, r);
        code_.remember(fixed->variable, fixed->key, r, false);
        return r;
    }
    if (expr->type->is(TypeKind::Never) || expr->type->is(TypeKind::Void)) {
        effect(expr);
        return code_.fresh(t);  // never read: what would read it cannot be reached
    }
    const Reg r = once ? code_.fresh(t) : code_.temp(t);
    into(expr, r);
    return r;
}

TypeIndex FunctionLowering::register_type(const Type* t) {
    // The literal null where nothing says of which type: any nullable type serves.
    if (t->is(TypeKind::Null))
        return file_.builder().nullable(file_.builder().primitive(classfile::TypeKind::Bool));
    const bool absent = t->is(TypeKind::Never) || t->is(TypeKind::Void);
    return absent ? file_.builder().primitive(classfile::TypeKind::Bool) : type(t);
}

Reg FunctionLowering::value(Expr* expr) {
    return operand(expr, false);
}
Reg FunctionLowering::argument(Expr* expr) {
    return operand(expr, true);
}

// An operand that the linker does not take as an immediate: an index, or what is stored.
Reg FunctionLowering::plain_operand(Expr* expr) {
    return expr->constant != nullptr ? constant_operand(*expr->constant, expr->type, true) : value(expr);
}

void FunctionLowering::deliver(Expr* expr, std::int64_t dst) {
    if (expr->type->is(TypeKind::Never) || dst == kNowhere) {
        effect(expr);
        return;
    }
    if (dst != kReturn) {
        into(expr, static_cast<Reg>(dst));
        return;
    }
    if (expr->constant == nullptr) {
        if (auto* e = as<ParenExpr>(expr)) return deliver(e->inner, dst);
        if (auto* e = as<IfExpr>(expr)) return if_expr(*e, dst);
        if (auto* e = as<BlockExpr>(expr)) return block(*e, dst);
        if (auto* e = as<MatchExpr>(expr)) return match_expr(*e, dst);
    }
    const Reg r = exact(expr);
    emit(Op::Ret, {r});
}

void FunctionLowering::into(Expr* expr, Reg dst) {
    if (expr->constant != nullptr) {
        load_constant(*expr->constant, expr->type, dst);
        return;
    }
    if (expr->type->is(TypeKind::Never)) {
        effect(expr);
        return;
    }
    switch (expr->kind) {
        case ExprKind::Literal: {
            auto& e = *as<LiteralExpr>(expr);
            Constant c = e.value;
            if (c.kind == Constant::Kind::Int) c.integer = static_cast<std::int64_t>(e.magnitude);
            load_constant(c, e.type, dst);
            break;
        }
        case ExprKind::Interpolation:
            concat_into(expr, dst);
            break;
        case ExprKind::Name:
            name_into(*as<NameExpr>(expr), dst);
            break;
        case ExprKind::This:
            move(dst, storage(*as<ThisExpr>(expr)->local));
            break;
        case ExprKind::Super:
            move(dst, storage(*as<SuperExpr>(expr)->local));
            break;
        case ExprKind::Member:
            member_into(*as<MemberExpr>(expr), dst);
            break;
        case ExprKind::Call:
            if (as<CallExpr>(expr)->call == nullptr) return effect(expr);
            call(*as<CallExpr>(expr)->call, expr->range, dst);
            break;
        case ExprKind::Index: {
            auto& e = *as<IndexExpr>(expr);
            if (e.call != nullptr) {
                call(*e.call, e.range, dst);
                break;
            }
            TempScope scope(code_);
            const Reg array = stable(e.object, may_assign(e.index));
            const Reg index = plain_operand(e.index);
            emit_at(e.range, Op::ArrayGet, {dst, array, index});
            break;
        }
        case ExprKind::Unary:
            unary_into(*as<UnaryExpr>(expr), dst);
            break;
        case ExprKind::Binary:
            binary_into(*as<BinaryExpr>(expr), dst);
            break;
        case ExprKind::Is:
            materialise(expr, dst);
            break;
        case ExprKind::Cast: {
            auto& e = *as<CastExpr>(expr);
            TempScope scope(code_);
            const Reg r = value(e.operand);
            if (e.upcast) {
                if (code_.type_of(r) != code_.type_of(dst) && e.safe &&
                    !e.operand->type->is(TypeKind::Nullable)) {
                    emit(Op::Wrap, {dst, r});
                } else {
                    move(dst, r);
                }
            } else {
                emit_at(e.range, e.safe ? Op::CastOrNull : Op::Cast, {dst, r});
            }
            break;
        }
        case ExprKind::Tuple: {
            const std::vector<Reg> parts = arguments(as<TupleExpr>(expr)->elements);
            emit_list(Op::Pack, {dst}, parts);
            break;
        }
        case ExprKind::ArrayLiteral: {
            const std::vector<Reg> elements = arguments(as<ArrayLiteralExpr>(expr)->elements);
            place(expr->range, false);
            emit_list(Op::ArrayLit, {dst}, elements);
            break;
        }
        case ExprKind::ArrayRepeat:
            array_repeat_into(*as<ArrayRepeatExpr>(expr), dst);
            break;
        case ExprKind::MapLiteral:
            map_literal_into(*as<MapLiteralExpr>(expr), dst);
            break;
        case ExprKind::Lambda:
            lambda_into(*as<LambdaExpr>(expr), dst);
            break;
        case ExprKind::Block:
            block(*as<BlockExpr>(expr), dst);
            break;
        case ExprKind::If:
            if_expr(*as<IfExpr>(expr), dst);
            break;
        case ExprKind::Match:
            match_expr(*as<MatchExpr>(expr), dst);
            break;
        case ExprKind::Try:
            try_expr(*as<TryExpr>(expr), dst);
            break;
        case ExprKind::Paren:
            into(as<ParenExpr>(expr)->inner, dst);
            break;
        case ExprKind::Convert:
            convert_into(*as<ConvertExpr>(expr), dst);
            break;
        case ExprKind::Hole: {
            const auto* hole = as<HoleExpr>(expr);
            if (auto it = element_holes_.find(hole); it != element_holes_.end()) {
                emit_at(expr->range, Op::ArrayGet, {dst, it->second.array, it->second.index});
            } else {
                move(dst, holes_.at(hole));
            }
            break;
        }
        case ExprKind::SafeAccess:
            safe_access(*as<SafeAccessExpr>(expr), dst, true);
            break;
        case ExprKind::TypeApply:
            into(as<TypeApplyExpr>(expr)->base, dst);
            break;
        case ExprKind::Assign:
        case ExprKind::Return:
        case ExprKind::Break:
        case ExprKind::Continue:
        case ExprKind::Throw:
        case ExprKind::Error:
            effect(expr);
            break;
    }
}

void FunctionLowering::effect(Expr* expr) {
    if (expr->constant != nullptr || !code_.reachable()) return;
    switch (expr->kind) {
        case ExprKind::Literal:
        case ExprKind::This:
        case ExprKind::Super:
        case ExprKind::Lambda:
        case ExprKind::Hole:
        case ExprKind::Error:
            return;
        case ExprKind::Paren:
            return effect(as<ParenExpr>(expr)->inner);
        case ExprKind::Call: {
            auto& e = *as<CallExpr>(expr);
            // What is called never comes to a value: `break(x)`.
            if (e.call == nullptr) return effect(e.callee);
            return call(*e.call, expr->range, kNowhere);
        }
        case ExprKind::Assign:
            return assign(*as<AssignExpr>(expr));
        case ExprKind::Block:
            return block(*as<BlockExpr>(expr), kNowhere);
        case ExprKind::If:
            return if_expr(*as<IfExpr>(expr), kNowhere);
        case ExprKind::Match:
            return match_expr(*as<MatchExpr>(expr), kNowhere);
        case ExprKind::Try:
            return try_expr(*as<TryExpr>(expr), kNowhere);
        case ExprKind::Return:
            return return_expr(*as<ReturnExpr>(expr));
        case ExprKind::Break:
            return exit_loop(as<BreakExpr>(expr)->loop, false);
        case ExprKind::Continue:
            return exit_loop(as<ContinueExpr>(expr)->loop, true);
        case ExprKind::Throw: {
            TempScope scope(code_);
            const Reg r = value(as<ThrowExpr>(expr)->value);
            emit_at(expr->range, Op::Throw, {r});
            return;
        }
        case ExprKind::SafeAccess:
            return safe_access(*as<SafeAccessExpr>(expr), 0, false);
        case ExprKind::Convert: {
            auto& e = *as<ConvertExpr>(expr);
            if (e.conversion == ConversionKind::Discard || e.conversion == ConversionKind::Wrap ||
                e.conversion == ConversionKind::Upcast) {
                return effect(e.operand);
            }
            break;
        }
        case ExprKind::Name: {
            auto& e = *as<NameExpr>(expr);
            if (e.value == ValueKind::Local) return;
            break;
        }
        case ExprKind::Binary: {
            auto& e = *as<BinaryExpr>(expr);
            if (e.meaning == OperatorKind::Logic) {
                const Label end = code_.new_label();
                branch(e.left, end, e.op == BinaryOp::Or);
                effect(e.right);
                code_.bind(end);
                return;
            }
            if (e.meaning == OperatorKind::Call) return call(*e.call, e.range, kNowhere);
            break;
        }
        case ExprKind::Index:
            if (auto& e = *as<IndexExpr>(expr); e.call != nullptr) return call(*e.call, e.range, kNowhere);
            break;
        default:
            break;
    }
    if (expr->type->is(TypeKind::Void) || expr->type->is(TypeKind::Never)) {
        // Only operands can have an effect: a conversion of something that does not return.
        if (auto* e = as<ConvertExpr>(expr))
            effect(e->operand);
        else if (auto* m = as<MemberExpr>(expr))
            member_into(*m, 0);
        else if (auto* b = as<BinaryExpr>(expr))
            effect(b->left), effect(b->right);
        else if (auto* u = as<UnaryExpr>(expr))
            effect(u->operand);
        return;
    }
    TempScope scope(code_);
    into(expr, fresh(expr->type));
}

}  // namespace skua::compiler
