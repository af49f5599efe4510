// Names, members and paths of fields; values that are known already.
#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

// ---- known values ------------------------------------------------------------------------------

// The narrowed value of a variable, computed once for all the code that the first use dominates.
std::optional<Reg> FunctionLowering::narrowed(const ConvertExpr& e) {
    if (e.conversion != ConversionKind::NarrowNonNull && e.conversion != ConversionKind::NarrowCast)
        return std::nullopt;
    const LocalSymbol* local = nullptr;
    if (!plain_local(e.operand, local)) return std::nullopt;
    if (const auto known = code_.recall(local, e.type)) return known;
    if (!code_.reachable()) return std::nullopt;
    const Reg r = fresh(e.type);
    emit_at(e.range, e.conversion == ConversionKind::NarrowNonNull ? Op::Unwrap : Op::Cast,
            {r, storage(*local)});
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

// ---- names and members ----------------------------------------------------------------------------

void FunctionLowering::name_into(NameExpr& e, Reg dst) {
    switch (e.value) {
        case ValueKind::Local:
            if (e.local->in_cell) {
                emit(Op::GetField,
                     {dst, storage(*e.local), file_.field_path({file_.cell_value(e.local->type)})});
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
        case ValueKind::Property:
            call(*e.call, e.range, dst);
            break;
        // Analysis has made lambdas of bound methods and constructors; what is left is a function's own.
        case ValueKind::FunctionValue:
            closure_into(*e.function, e.owner, e.type_args, dst);
            break;
        default:
            break;
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
        case ValueKind::Property:
            call(*e.call, e.name.range, dst);
            break;
        case ValueKind::ArrayLength: {
            TempScope scope(code_);
            const Reg array = value(e.object);
            emit_at(e.name.range, Op::ArrayLen, {dst, array});
            break;
        }
        case ValueKind::FunctionValue:
            closure_into(*e.function, e.owner, e.type_args, dst);
            break;
        default:
            break;
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
            base.steps.push_back(
                tuple ? file_.tuple_step(e->owner != nullptr ? e->owner : e->object->type, e->index)
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
        case PathBase::Kind::Static:
            emit_at(expr->range, Op::GetStatic, {dst, path});
            break;
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

}  // namespace skua::compiler
