// Expressions: dispatch by kind, names, members, conversions, literals of arrays and maps.
#include "lower/function_lowering.h"

#include <cmath>

namespace skua::compiler {

using namespace ast;
using classfile::FieldStep;

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
        if (const auto* convert = as<ConvertExpr>(expr);
            convert != nullptr && convert->conversion == ConversionKind::Upcast) {
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
    const TypeIndex t = type(expr->type);
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

Reg FunctionLowering::value(Expr* expr) { return operand(expr, false); }
Reg FunctionLowering::argument(Expr* expr) { return operand(expr, true); }

// An operand that the linker does not take as an immediate: an index, or what is stored.
Reg FunctionLowering::plain_operand(Expr* expr) {
    return expr->constant != nullptr ? constant_operand(*expr->constant, expr->type, true) : value(expr);
}

// The narrowed value of a variable, computed once for all the code that the first use dominates.
std::optional<Reg> FunctionLowering::narrowed(const ConvertExpr& e) {
    if (e.conversion != ConversionKind::NarrowNonNull && e.conversion != ConversionKind::NarrowCast) return std::nullopt;
    const LocalSymbol* local = nullptr;
    if (!plain_local(e.operand, local)) return std::nullopt;
    if (const auto known = code_.recall(local, e.type)) return known;
    if (!code_.reachable()) return std::nullopt;
    const Reg r = fresh(e.type);
    emit_at(e.range, e.conversion == ConversionKind::NarrowNonNull ? Op::Unwrap : Op::Cast, {r, storage(*local)});
    code_.remember(local, e.type, r, local->assigned);
    return r;
}

const LocalSymbol* FunctionLowering::constant_variable(const Expr* expr) const {
    for (;;) {
        if (const auto* paren = as<ParenExpr>(expr)) {
            expr = paren->inner;
        } else if (const auto* convert = as<ConvertExpr>(expr);
                   convert != nullptr && (convert->conversion == ConversionKind::NarrowNonNull ||
                                          convert->conversion == ConversionKind::NarrowCast)) {
            expr = convert->operand;
        } else {
            break;
        }
    }
    const LocalSymbol* local = nullptr;
    return plain_local(expr, local) && !local->assigned ? local : nullptr;
}

std::optional<FunctionLowering::Immutable> FunctionLowering::immutable(Expr* expr) const {
    const FieldSymbol* field = nullptr;
    const Expr* object = nullptr;
    if (const auto* name = as<NameExpr>(expr)) {
        field = name->field;
        object = name->receiver;
        if (name->value != ValueKind::Field && name->value != ValueKind::StaticField) return std::nullopt;
    } else if (const auto* member = as<MemberExpr>(expr)) {
        field = member->field;
        object = member->object;
        if (member->value == ValueKind::ArrayLength) {
            const LocalSymbol* local = constant_variable(object);
            static const char length = 0;
            return local != nullptr ? std::optional(Immutable{local, &length}) : std::nullopt;
        }
        if (member->value != ValueKind::Field && member->value != ValueKind::StaticField) return std::nullopt;
    } else {
        return std::nullopt;
    }
    if (field->is_mutable() || initialiser_) return std::nullopt;
    if (field->is_static()) return Immutable{field, nullptr};
    const LocalSymbol* local = object != nullptr ? constant_variable(object) : nullptr;
    // A struct variable may be changed in part.
    if (local == nullptr || (field->owner->is_struct() && local->is_var)) return std::nullopt;
    return Immutable{local, field};
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
        case ExprKind::Interpolation: concat_into(expr, dst); break;
        case ExprKind::Name: name_into(*as<NameExpr>(expr), dst); break;
        case ExprKind::This: move(dst, storage(*as<ThisExpr>(expr)->local)); break;
        case ExprKind::Super: move(dst, storage(*as<SuperExpr>(expr)->local)); break;
        case ExprKind::Member: member_into(*as<MemberExpr>(expr), dst); break;
        case ExprKind::Call: call(*as<CallExpr>(expr)->call, expr->range, dst); break;
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
        case ExprKind::Unary: unary_into(*as<UnaryExpr>(expr), dst); break;
        case ExprKind::Binary: binary_into(*as<BinaryExpr>(expr), dst); break;
        case ExprKind::Is: materialise(expr, dst); break;
        case ExprKind::Cast: {
            auto& e = *as<CastExpr>(expr);
            TempScope scope(code_);
            const Reg r = value(e.operand);
            if (e.upcast) {
                if (code_.type_of(r) != code_.type_of(dst) && e.safe && !e.operand->type->is(TypeKind::Nullable)) {
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
        case ExprKind::ArrayRepeat: array_repeat_into(*as<ArrayRepeatExpr>(expr), dst); break;
        case ExprKind::MapLiteral: map_literal_into(*as<MapLiteralExpr>(expr), dst); break;
        case ExprKind::Lambda: lambda_into(*as<LambdaExpr>(expr), dst); break;
        case ExprKind::Block: block(*as<BlockExpr>(expr), dst); break;
        case ExprKind::If: if_expr(*as<IfExpr>(expr), dst); break;
        case ExprKind::Match: match_expr(*as<MatchExpr>(expr), dst); break;
        case ExprKind::Try: try_expr(*as<TryExpr>(expr), dst); break;
        case ExprKind::Paren: into(as<ParenExpr>(expr)->inner, dst); break;
        case ExprKind::Convert: convert_into(*as<ConvertExpr>(expr), dst); break;
        case ExprKind::Hole: {
            const auto* hole = as<HoleExpr>(expr);
            if (auto it = element_holes_.find(hole); it != element_holes_.end()) {
                emit_at(expr->range, Op::ArrayGet, {dst, it->second.array, it->second.index});
            } else {
                move(dst, holes_.at(hole));
            }
            break;
        }
        case ExprKind::SafeAccess: safe_access(*as<SafeAccessExpr>(expr), dst, true); break;
        case ExprKind::TypeApply: into(as<TypeApplyExpr>(expr)->base, dst); break;
        case ExprKind::Assign:
        case ExprKind::Return:
        case ExprKind::Break:
        case ExprKind::Continue:
        case ExprKind::Throw:
        case ExprKind::Error: effect(expr); break;
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
        case ExprKind::Error: return;
        case ExprKind::Paren: return effect(as<ParenExpr>(expr)->inner);
        case ExprKind::Call: return call(*as<CallExpr>(expr)->call, expr->range, kNowhere);
        case ExprKind::Assign: return assign(*as<AssignExpr>(expr));
        case ExprKind::Block: return block(*as<BlockExpr>(expr), kNowhere);
        case ExprKind::If: return if_expr(*as<IfExpr>(expr), kNowhere);
        case ExprKind::Match: return match_expr(*as<MatchExpr>(expr), kNowhere);
        case ExprKind::Try: return try_expr(*as<TryExpr>(expr), kNowhere);
        case ExprKind::Return: return return_expr(*as<ReturnExpr>(expr));
        case ExprKind::Break: return exit_loop(as<BreakExpr>(expr)->loop, false);
        case ExprKind::Continue: return exit_loop(as<ContinueExpr>(expr)->loop, true);
        case ExprKind::Throw: {
            TempScope scope(code_);
            const Reg r = value(as<ThrowExpr>(expr)->value);
            emit_at(expr->range, Op::Throw, {r});
            return;
        }
        case ExprKind::SafeAccess: return safe_access(*as<SafeAccessExpr>(expr), 0, false);
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
        default: break;
    }
    if (expr->type->is(TypeKind::Void) || expr->type->is(TypeKind::Never)) {
        // Only operands can have an effect: a conversion of something that does not return.
        if (auto* e = as<ConvertExpr>(expr)) effect(e->operand);
        else if (auto* m = as<MemberExpr>(expr)) member_into(*m, 0);
        return;
    }
    TempScope scope(code_);
    into(expr, code_.fresh(type(expr->type)));
}

// ---- names and members ----------------------------------------------------------------------------

void FunctionLowering::name_into(NameExpr& e, Reg dst) {
    switch (e.value) {
        case ValueKind::Local:
            if (e.local->in_cell) {
                emit(Op::GetField, {dst, storage(*e.local), file_.field_path({file_.cell_value(e.local->type)})});
            } else {
                move(dst, storage(*e.local));
            }
            break;
        case ValueKind::Field:
        case ValueKind::StaticField: {
            PathBase base;
            if (find_path(&e, base)) path_into(&e, base, dst);
            break;
        }
        case ValueKind::Property: call(*e.call, e.range, dst); break;
        // Analysis has made lambdas of bound methods and constructors; what is left is a function's own.
        case ValueKind::FunctionValue: closure_into(*e.function, e.owner, e.type_args, dst); break;
        default: break;
    }
}

void FunctionLowering::member_into(MemberExpr& e, Reg dst) {
    switch (e.value) {
        case ValueKind::Field:
        case ValueKind::StaticField:
        case ValueKind::TupleElement: {
            PathBase base;
            if (find_path(&e, base)) path_into(&e, base, dst);
            break;
        }
        case ValueKind::Property: call(*e.call, e.name.range, dst); break;
        case ValueKind::ArrayLength: {
            TempScope scope(code_);
            const Reg array = value(e.object);
            emit_at(e.name.range, Op::ArrayLen, {dst, array});
            break;
        }
        case ValueKind::FunctionValue: closure_into(*e.function, e.owner, e.type_args, dst); break;
        default: break;
    }
}

// Follows `a.b.c` down to where its path begins: an object, a static field, an element of an array,
// or a value in a register. `base.steps` are the steps from there, outermost first.
bool FunctionLowering::find_path(Expr* expr, PathBase& base) {
    while (const auto* paren = as<ParenExpr>(expr)) expr = paren->inner;
    if (expr->constant != nullptr) return false;
    if (auto* e = as<NameExpr>(expr)) {
        if (e->value == ValueKind::StaticField) {
            base.kind = PathBase::Kind::Static;
            base.steps.push_back(file_.field_step(*e->field, e->owner));
            return true;
        }
        if (e->value != ValueKind::Field) return false;
        if (e->field->owner->is_struct()) {
            if (!find_path(e->receiver, base)) {
                base.kind = PathBase::Kind::Value;
                base.object = e->receiver;
            }
        } else {
            base.kind = PathBase::Kind::Object;
            base.object = e->receiver;
        }
        base.steps.push_back(file_.field_step(*e->field, e->owner));
        return true;
    }
    if (auto* e = as<MemberExpr>(expr)) {
        if (e->value == ValueKind::StaticField) {
            base.kind = PathBase::Kind::Static;
            base.steps.push_back(file_.field_step(*e->field, e->owner));
            return true;
        }
        const bool tuple = e->value == ValueKind::TupleElement;
        if (!tuple && e->value != ValueKind::Field) return false;
        if (tuple || e->field->owner->is_struct()) {
            if (!find_path(e->object, base)) {
                base.kind = PathBase::Kind::Value;
                base.object = e->object;
            }
            base.steps.push_back(tuple ? file_.tuple_step(e->owner != nullptr ? e->owner : e->object->type, e->index)
                                       : file_.field_step(*e->field, e->owner));
        } else {
            base.kind = PathBase::Kind::Object;
            base.object = e->object;
            base.steps.push_back(file_.field_step(*e->field, e->owner));
        }
        return true;
    }
    if (auto* e = as<IndexExpr>(expr); e != nullptr && e->call == nullptr) {
        base.kind = PathBase::Kind::Element;
        base.object = e->object;
        base.index = e->index;
        return true;
    }
    if (auto* e = as<HoleExpr>(expr)) {
        auto it = element_holes_.find(e);
        if (it == element_holes_.end()) return false;
        base.kind = PathBase::Kind::Element;
        base.hole = &it->second;
        return true;
    }
    return false;
}

void FunctionLowering::path_into(Expr* expr, PathBase& base, Reg dst) {
    TempScope scope(code_);
    const std::int64_t path = file_.field_path(std::move(base.steps));
    switch (base.kind) {
        case PathBase::Kind::Value: {
            const Reg r = value(base.object);
            emit(Op::Extract, {dst, r, path});
            break;
        }
        case PathBase::Kind::Object: {
            const Reg r = value(base.object);
            emit_at(expr->range, Op::GetField, {dst, r, path});
            break;
        }
        case PathBase::Kind::Static: emit_at(expr->range, Op::GetStatic, {dst, path}); break;
        case PathBase::Kind::Element: {
            Reg array = 0, index = 0;
            if (base.hole != nullptr) {
                array = base.hole->array;
                index = base.hole->index;
            } else {
                array = stable(base.object, may_assign(base.index));
                index = plain_operand(base.index);
            }
            emit_at(expr->range, Op::ArrayGetField, {dst, array, index, path});
            break;
        }
    }
}

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
            // A register takes values of subtypes; but `cast` and its like go by the register's type.
            switch (e.operand->kind) {
                case ExprKind::Call:
                case ExprKind::Member:
                case ExprKind::Index: return into(e.operand, dst);
                default: break;
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
        case ConversionKind::Discard: effect(e.operand); break;
    }
}

void FunctionLowering::materialise(Expr* condition, Reg dst) {
    while (const auto* paren = as<ParenExpr>(condition)) condition = paren->inner;
    if (auto* e = as<IsExpr>(condition); e != nullptr && condition->constant == nullptr && !e->always && !e->negated) {
        TempScope scope(code_);
        const Reg r = value(e->operand);
        emit(Op::Is, {dst, r, type(e->target->type)});
        return;
    }
    if (auto* e = as<UnaryExpr>(condition); e != nullptr && condition->constant == nullptr && e->op == UnaryOp::Not) {
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
    const bool zero = c != nullptr && (c->kind == Constant::Kind::Null ||
                                       (c->kind == Constant::Kind::Float && c->floating == 0 && !std::signbit(c->floating)) ||
                                       (c->kind != Constant::Kind::Float && c->kind != Constant::Kind::String &&
                                        c->integer == 0 && !e.type->element()->is_float() &&
                                        !e.type->element()->is(TypeKind::Nullable)));
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

// ---- null ---------------------------------------------------------------------------------------------------

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
