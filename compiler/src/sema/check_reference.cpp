// What a name or member refers to, used as a value: functions, properties, fields, safe access.
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

// `obj.method` or `Point` as a value: a lambda that calls it.
const Type* BodyChecker::function_value(Expr*& slot, Ref& ref, const Type* expected) {
    auto* f = static_cast<FunctionSymbol*>(ref.symbol);
    a_.ensure_signature(f);
    a_.warn_deprecated(f, f->flags, f->module, module_, slot->range);
    bool bound = ref.receiver != nullptr;
    // Where a function of fewer parameters is wanted, defaults take the place of the others.
    const Type* wanted = expected;
    while (wanted != nullptr && wanted->is(TypeKind::Nullable)) wanted = wanted->inner();
    const bool by_default = wanted != nullptr && wanted->is(TypeKind::Function) && ref.type_args.empty() &&
                            wanted->params().size() < f->params.size() &&
                            f->params[wanted->params().size()].has_default;
    if (bound || by_default || f->role == FunctionRole::Intrinsic || f->role == FunctionRole::LocalFunction ||
        f->has(classfile::kVariadic) || f->role == FunctionRole::Constructor ||
        f->role == FunctionRole::StructNew) {
        SourceRange range = slot->range;
        auto name_expr = [&](std::string_view name) {
            auto* n = a_.make<NameExpr>(range);
            n->name = name;
            return n;
        };
        const Type* shape = expected;
        while (shape != nullptr && shape->is(TypeKind::Nullable)) shape = shape->inner();
        if (shape != nullptr && !shape->is(TypeKind::Function)) shape = nullptr;
        std::vector<LambdaParam> params;
        std::vector<Argument> args;
        std::size_t count = shape != nullptr ? shape->params().size() : f->params.size();
        Substitution s = a_.substitution(ref.owner);
        for (std::size_t i = 0; i < count; ++i) {
            auto* p = a_.make<BindingPattern>(range);
            p->name = {a_.text("p" + std::to_string(i) + "$"), range};
            LambdaParam param;
            param.pattern = p;
            if (shape == nullptr || shape->params()[i]->has_infer) {
                const Type* type = i < f->params.size() ? t_.substitute(f->params[i].type, s) : t_.error;
                if (type->has_vars && !f->type_params.empty()) type = nullptr;
                if (type != nullptr) {
                    auto* node = a_.make<NamedTypeNode>(range);
                    node->type = type;
                    param.type = node;
                }
            }
            params.push_back(param);
            Argument arg;
            arg.value = name_expr(p->name.text);
            args.push_back(arg);
        }
        auto* call = a_.make<CallExpr>(range);
        auto* lambda = a_.make<LambdaExpr>(range);
        call->args = a_.arena.copy(args);
        lambda->params = a_.arena.copy(params);
        lambda->body = call;
        bool simple = !bound || is<ThisExpr>(ref.receiver) || is<SuperExpr>(ref.receiver);
        if (!bound) {
            // The callee as it was written, not yet resolved again.
            if (auto* n = as<NameExpr>(slot)) {
                call->callee = name_expr(n->name);
            } else if (auto* m = as<MemberExpr>(slot)) {
                auto* again = a_.make<MemberExpr>(range);
                again->object = m->object;
                again->name = m->name;
                call->callee = again;
            } else {
                auto* apply = static_cast<TypeApplyExpr*>(slot);
                auto* again = a_.make<TypeApplyExpr>(range);
                again->base = apply->base;
                again->args = apply->args;
                call->callee = again;
            }
            slot = lambda;
            return check(slot, expected);
        }
        auto* member = a_.make<MemberExpr>(range);
        member->name = {f->name, range};
        if (simple) {
            member->object = a_.make<ThisExpr>(range);
            if (auto* super = as<SuperExpr>(ref.receiver)) {
                auto* again = a_.make<SuperExpr>(range);
                again->of = super->of;
                member->object = again;
            }
            call->callee = member;
            slot = lambda;
            return check(slot, expected);
        }
        // { let r$ = receiver; (a) => r$.method(a) }
        auto* let = a_.make<LetStmt>(range);
        auto* binding = a_.make<BindingPattern>(range);
        binding->name = {"r$", range};
        let->pattern = binding;
        let->init = ref.receiver;
        member->object = name_expr("r$");
        call->callee = member;
        auto* last = a_.make<ExprStmt>(range);
        last->expr = lambda;
        auto* block = a_.make<BlockExpr>(range);
        Stmt* statements[] = {let, last};
        block->statements = a_.arena.copy(std::span<Stmt* const>(statements));
        slot = block;
        ScopeGuard scope(*this);
        return check_block(block, expected);
    }
    Inference inference(a_);
    std::vector<const Type*> vars;
    std::vector<const Type*> owner_vars;
    for (std::size_t i = 0; i < f->type_params.size(); ++i) {
        vars.push_back(i < ref.type_args.size() ? ref.type_args[i] : inference.fresh(f->type_params[i]));
    }
    const Type* owner = ref.owner;
    if (owner != nullptr && owner->is(TypeKind::Named) && owner == owner->symbol->self &&
        !owner->args.empty() && type_ != owner->symbol) {
        for (TypeParamSymbol* p : owner->symbol->type_params) owner_vars.push_back(inference.fresh(p));
        owner = t_.named(owner->symbol, owner_vars);
    }
    Substitution s{owner != nullptr ? owner->args : std::span<const Type* const>{}, vars};
    std::vector<const Type*> params;
    for (const ParamSymbol& p : f->params) params.push_back(t_.substitute(p.type, s));
    const Type* declared_result = a_.result_type(f);
    const Type* type = t_.function(params, t_.substitute(declared_result, s));
    if (type->has_infer) {
        const Type* shape = expected;
        while (shape != nullptr && shape->is(TypeKind::Nullable)) shape = shape->inner();
        if (shape != nullptr && shape->is(TypeKind::Function) && shape->params().size() == params.size()) {
            for (std::size_t i = 0; i < params.size(); ++i) {
                if (!shape->params()[i]->has_infer)
                    inference.unify(type->params()[i], shape->params()[i], true);
            }
            if (!shape->result()->has_infer) inference.unify(type->result(), shape->result(), true);
        }
        if (TypeParamSymbol* missing = inference.finish()) {
            a_.error(slot->range,
                     "type argument " + quote(missing->name) + " of " + quote(f->name) + " is not known here",
                     "write it: `" + std::string(f->name) + "<int>`, for example");
            return t_.error;
        }
        type = inference.apply(type);
        for (const Type*& v : vars) v = inference.apply(v);
        if (owner != nullptr) owner = inference.apply(owner);
    }
    auto fill = [&](auto* e) {
        e->value = ValueKind::FunctionValue;
        e->function = f;
        e->owner = f->owner != nullptr ? owner : nullptr;
        e->type_args = t_.list(vars);
    };
    Expr* target = slot;
    if (auto* apply = as<TypeApplyExpr>(slot)) slot = target = apply->base;
    if (auto* n = as<NameExpr>(target)) fill(n);
    if (auto* m = as<MemberExpr>(target)) fill(m);
    return type;
}

const Type* BodyChecker::use_ref(Expr*& slot, Ref& ref, const Type* expected) {
    auto* name = as<NameExpr>(slot);
    auto* member = as<MemberExpr>(slot);
    switch (ref.kind) {
        case Ref::Kind::Error:
            return t_.error;
        case Ref::Kind::Value:
            return slot->type;
        case Ref::Kind::Local: {
            auto* local = static_cast<LocalSymbol*>(ref.symbol);
            if (name == nullptr) return t_.error;
            name->value = ValueKind::Local;
            name->local = local;
            return local->type == nullptr ? t_.error : narrow(slot, local->type);
        }
        case Ref::Kind::Global: {
            auto* field = static_cast<FieldSymbol*>(ref.symbol);
            warn_deprecated_field(field, member != nullptr ? member->name.range : slot->range);
            const Type* type = t_.substitute(a_.field_type(field), a_.substitution(ref.owner));
            if (name != nullptr)
                name->value = ValueKind::StaticField, name->field = field, name->owner = ref.owner,
                name->constant = field->constant;
            if (member != nullptr)
                member->value = ValueKind::StaticField, member->field = field, member->owner = ref.owner,
                member->constant = field->constant;
            if (type->has_error) return t_.error;
            return type;
        }
        case Ref::Kind::ArrayLength:
            member->value = ValueKind::ArrayLength;
            member->object = ref.receiver;
            return t_.int_;
        case Ref::Kind::TupleElement:
            member->value = ValueKind::TupleElement;
            member->object = ref.receiver;
            member->index = ref.index;
            member->owner = ref.owner;
            return ref.owner->args[ref.index];
        case Ref::Kind::Function: {
            auto* f = static_cast<FunctionSymbol*>(ref.symbol);
            if (f->has(classfile::kProperty)) {
                CallInfo* info = nullptr;
                const Type* type = call_function(info, ref, f, {}, slot->range, slot->range, expected);
                if (name != nullptr) name->value = ValueKind::Property, name->call = info;
                if (member != nullptr) member->value = ValueKind::Property, member->call = info;
                return type;
            }
            return function_value(slot, ref, expected);
        }
        case Ref::Kind::Member: {
            if (ref.symbol->kind == SymbolKind::Field) {
                auto* field = static_cast<FieldSymbol*>(ref.symbol);
                warn_deprecated_field(field, member != nullptr ? member->name.range : slot->range);
                const Type* type = t_.substitute(a_.field_type(field), a_.substitution(ref.owner));
                if (type->has_error) return t_.error;
                if (name != nullptr) {
                    name->value = ValueKind::Field;
                    name->field = field;
                    name->owner = ref.owner;
                    name->receiver = ref.receiver;
                } else if (member != nullptr) {
                    member->value = ValueKind::Field;
                    member->field = field;
                    member->owner = ref.owner;
                    member->object = ref.receiver;
                }
                return narrow(slot, type);
            }
            auto* f = static_cast<FunctionSymbol*>(ref.symbol);
            if (!f->has(classfile::kProperty)) return function_value(slot, ref, expected);
            CallInfo* info = nullptr;
            const Type* type = call_function(info, ref, f, {}, slot->range, slot->range, expected);
            if (name != nullptr) name->value = ValueKind::Property, name->call = info;
            if (member != nullptr) member->value = ValueKind::Property, member->call = info;
            return type;
        }
        case Ref::Kind::Type: {
            if (ref.symbol != nullptr && ref.symbol->kind == SymbolKind::Case &&
                static_cast<CaseSymbol*>(ref.symbol)->params.empty()) {
                // A case without payload of a generic enum: an object of its own.
                a_.ensure_members(ref.type->symbol);
                a_.ensure_signature(ref.type->symbol->constructor);
                if (ref.type->symbol->constructor->params.empty()) {
                    auto* call = a_.make<CallExpr>(slot->range);
                    call->callee = slot;
                    const Type* type = call_function(call->call, ref, ref.type->symbol->constructor, {},
                                                     slot->range, slot->range, expected);
                    slot = call;
                    return as_enum(slot, type);
                }
            }
            const Type* shape =
                expected != nullptr && expected->is(TypeKind::Nullable) ? expected->inner() : expected;
            if (ref.type->is(TypeKind::Named) && ref.type->symbol->constructor != nullptr &&
                shape != nullptr && shape->is(TypeKind::Function)) {
                a_.ensure_members(ref.type->symbol);
                ref.symbol = ref.type->symbol->constructor;
                return function_value(slot, ref, expected);
            }
            std::string type_name =
                to_string(ref.type->is(TypeKind::Named) && !ref.has_type_args ? ref.type : ref.type);
            if (ref.type->is(TypeKind::Named)) type_name = std::string(ref.type->symbol->name);
            if (ref.symbol != nullptr && ref.symbol->kind == SymbolKind::Case) {
                a_.error(slot->range, "case " + quote(type_name) + " has a payload",
                         "give it: `" + type_name + "(...)`");
                return t_.error;
            }
            a_.error(slot->range, quote(type_name) + " is a type, expected a value",
                     ref.type->is(TypeKind::Var) ? ""
                     : shape != nullptr && shape->is(TypeKind::Function)
                         ? "write a function that calls it: `x => " + type_name + "(x)`"
                         : "to make one, call it: `" + type_name + "(...)`");
            return t_.error;
        }
        case Ref::Kind::Module:
            a_.error(slot->range, quote(ref.symbol->name) + " is a module, expected a value",
                     "name something in it: `" +
                         std::string(ref.symbol->name.substr(ref.symbol->name.rfind('.') + 1)) + ".name`");
            return t_.error;
    }
    return t_.error;
}

// a?.b: the member of the value if there is one.
const Type* BodyChecker::check_safe(Expr*& slot, MemberExpr* member, const Type* expected) {
    const Type* object = check_value(member->object);
    if (object->has_error) return t_.error;
    member->safe = false;
    object = forget_non_null(member->object);
    if (!object->is(TypeKind::Nullable)) {
        a_.sink.warning(WarningKind::Needless, member->name.range, quote(object) + " is never null",
                        "write `." + std::string(member->name.text) + "`");
        if (is<CallExpr>(slot)) return check_call(slot, static_cast<CallExpr*>(slot), expected);
        return dispatch(slot, expected);
    }
    auto* safe = a_.make<SafeAccessExpr>(slot->range);
    safe->receiver = member->object;
    safe->hole = hole(object->inner(), member->object->range);
    member->object = safe->hole;
    safe->body = slot;
    const Type* wanted =
        expected != nullptr && expected->is(TypeKind::Nullable) ? expected->inner() : nullptr;
    const Type* type = check(safe->body, wanted);
    slot = safe;
    if (type->has_error) return t_.error;
    if (type->is(TypeKind::Void) || type->is(TypeKind::Never)) return t_.void_;
    const Type* result = type->is(TypeKind::Nullable) ? type : t_.nullable(type);
    coerce(safe->body, result);
    return result;
}

}  // namespace skua::compiler
