// Calls of functions, methods, constructors, conversions and function values.
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

// Whether no version of another module can put an override between the class and the one above it that
// declares the method: all of them are in this module, which is compiled as a whole.
bool BodyChecker::overrides_are_known(const TypeSymbol* cls, const TypeSymbol* declares) const {
    while (cls != declares && cls->module == module_ && cls->super != nullptr) cls = cls->super->symbol;
    return cls == declares;
}

// Which kind of call reaches the function for a receiver of this static type; `owner` is the
// type that declares it.
void BodyChecker::choose_call(CallInfo& info, FunctionSymbol* f, const Type* owner, Expr*& receiver,
                              bool through_super) {
    info.function = f;
    info.owner = owner;
    info.receiver = receiver;
    info.kind = CallKind::Direct;
    if (f->role == FunctionRole::Intrinsic) {
        info.kind = CallKind::Intrinsic;
        info.intrinsic = f->name;
        return;
    }
    if (f->role == FunctionRole::LocalFunction) {
        info.kind = CallKind::Local;
        return;
    }
    if (receiver == nullptr || f->owner == nullptr || f->role != FunctionRole::Method) return;
    const Type* type = receiver->type;
    if (f->owner->is_interface()) {
        // Of the interface itself: what is private nobody overrides.
        if (through_super || f->has(classfile::kPrivate)) {
            convert_silently(receiver, owner);
            info.receiver = receiver;
        } else if (type->is_interface()) {
            info.kind = CallKind::Interface;
        } else if (type->is_class()) {
            convert_silently(receiver, owner);
            info.receiver = receiver;
            info.kind = CallKind::Interface;
        } else {
            info.kind = CallKind::Constrained;
        }
        return;
    }
    if (through_super || !f->owner->is_class()) return;
    bool dispatched = f->has(classfile::kOpen) || f->has(classfile::kAbstract);
    // No class below a closed one can override it.
    if (dispatched && type->is_class() && !type->symbol->has(classfile::kOpen) &&
        overrides_are_known(type->symbol, f->owner))
        dispatched = false;
    // A private method cannot be overridden.
    if (f->has(classfile::kPrivate)) dispatched = false;
    if (dispatched) info.kind = CallKind::Virtual;
}

const Type* BodyChecker::call_function(CallInfo*& info, Ref& ref, FunctionSymbol* f, List<Argument> args,
                                       SourceRange range, SourceRange name_range, const Type* expected) {
    a_.ensure_signature(f);
    bool making = f->role == FunctionRole::Constructor || f->role == FunctionRole::StructNew;
    std::string_view shown_name = making ? f->owner->name : f->name;
    if (f->role == FunctionRole::Intrinsic && !ref.universal && !module_->name.starts_with("std.")) {
        a_.error(name_range, "intrinsics can only be used by the standard library");
        check_all_quietly(args);
        return t_.error;
    }
    // Too little is known of what it wants.
    const Decl* declaration = making ? static_cast<const Decl*>(f->owner->decl) : f->decl;
    if (declaration != nullptr && a_.is_incomplete(making ? f->owner->decl->header : f->decl->header)) {
        check_all_quietly(args);
        if (making) return f->owner->type_params.empty() ? f->owner->self : t_.error;
        const Type* known = a_.result_type(f);
        return f->type_params.empty() && !known->has_vars && !known->is(TypeKind::Void) ? known : t_.error;
    }
    a_.warn_deprecated(f, f->flags, f->module, module_, name_range, shown_name);
    std::vector<CallArg> placed;
    std::vector<std::vector<Expr**>> slots;
    if (!place_arguments(f->params, f->has(classfile::kVariadic), shown_name, args, range, placed, slots)) {
        check_all_quietly(args);
        if (making && ref.has_type_args) return ref.type;
        if (making && f->owner->type_params.empty()) return f->owner->self;
        if (f->type_params.empty() && f->result != nullptr && !f->result->has_vars)
            return f->result->is(TypeKind::Void) ? t_.error : f->result;
        return t_.error;
    }
    Inference inference(a_);
    const Type* owner = ref.owner;
    if (making) owner = ref.type != nullptr ? ref.type : f->owner->self;
    // The type arguments of a constructor's or static function's type are found like its own.
    bool open_owner = owner != nullptr && owner->is(TypeKind::Named) && !owner->args.empty() &&
                      owner == owner->symbol->self && !ref.has_type_args && ref.receiver == nullptr &&
                      (making || f->this_type == nullptr);
    if (open_owner) {
        std::vector<const Type*> owner_vars;
        for (TypeParamSymbol* p : owner->symbol->type_params) {
            owner_vars.push_back(inference.fresh(p));
            // Within the type's own code its own parameters are the likely meaning.
            if (type_ == owner->symbol && !making) inference.hint(owner_vars.back(), t_.var(p));
        }
        owner = t_.named(owner->symbol, owner_vars);
    }
    std::vector<const Type*> vars;
    std::size_t own_first = 0;
    if (f->role == FunctionRole::Extension && !ref.type_args.empty() &&
        ref.type_args.size() < f->type_params.size()) {
        own_first = f->type_params.size() - ref.type_args.size();
    }
    if (!ref.type_args.empty() && ref.type_args.size() + own_first != f->type_params.size()) {
        a_.error(name_range, quote(f->name) + " takes " + std::to_string(f->type_params.size()) +
                                 " type argument" + (f->type_params.size() == 1 ? "" : "s") + ", found " +
                                 std::to_string(ref.type_args.size()));
        check_all_quietly(args);
        return t_.error;
    }
    bool same_generic = f->role == FunctionRole::LocalFunction;  // its type parameters are those around it
    for (std::size_t i = 0; i < f->type_params.size(); ++i) {
        if (same_generic) {
            vars.push_back(t_.var(f->type_params[i]));
        } else if (!ref.type_args.empty() && i >= own_first) {
            vars.push_back(ref.type_args[i - own_first]);
        } else {
            vars.push_back(inference.fresh(f->type_params[i]));
        }
    }
    Substitution s{
        owner != nullptr && owner->is(TypeKind::Named) ? owner->args : std::span<const Type* const>{}, vars};
    if (f->role == FunctionRole::Extension && ref.receiver != nullptr) {
        inference.unify(t_.substitute(f->this_type, s), ref.receiver->type);
    }
    const Type* declared_result = making ? f->owner->self : a_.result_type(f);
    const Type* result = t_.substitute(declared_result, s);
    if (expected != nullptr && !expected->has_error && result->has_infer) inference.hint(result, expected);
    std::vector<const Type*> param_types;
    for (const ParamSymbol& p : f->params) param_types.push_back(t_.substitute(p.type, s));
    check_arguments(f->params, param_types, placed, slots, &inference, shown_name);
    TypeParamSymbol* missing = inference.finish();
    bool arguments_failed = false;
    for (auto& list : slots) {
        for (Expr** slot : list) arguments_failed |= (*slot)->type->has_error;
    }
    if (missing != nullptr) {
        if (!arguments_failed && (expected == nullptr || !expected->has_error)) {
            const std::size_t count = making ? f->owner->type_params.size() : f->type_params.size();
            a_.error(
                name_range,
                "type argument " + quote(missing->name) + " of " + quote(shown_name) + " is not known here",
                making && f->owner->enum_of != nullptr
                    ? "write the type: `let x: " + std::string(f->owner->enum_of->name) +
                          "<int> = ...`, for example"
                    : "write it: `" + std::string(shown_name) + "<" +
                          (count <= 1   ? "int"
                           : count == 2 ? "string, int"
                                        : "...") +
                          ">(...)`, for example");
        }
        return t_.error;
    }
    if (arguments_failed && result->has_infer) return t_.error;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const Type* t = inference.apply(param_types[i]);
        if (placed[i].kind == CallArg::Kind::Variadic) t = t->is(TypeKind::Array) ? t->element() : t;
        for (Expr** slot : slots[i]) {
            widen_result(*slot, t);
            coerce(*slot, t, "argument " + quote(f->params[i].name));
        }
    }
    for (const Type*& v : vars) v = inference.apply(v);
    if (owner != nullptr) owner = inference.apply(owner);
    result = inference.apply(result);
    Substitution all{
        owner != nullptr && owner->is(TypeKind::Named) ? owner->args : std::span<const Type* const>{}, vars};
    if (open_owner) a_.check_bounds(owner->symbol->type_params, owner->args, all, name_range);
    if (!same_generic && !a_.check_bounds(f->type_params, vars, all, name_range))
        return result->is(TypeKind::Void) ? t_.void_ : t_.error;
    if (result->has_error) return t_.error;

    info = a_.make<CallInfo>();
    for (std::size_t i = 0; i < placed.size(); ++i) {
        if (placed[i].kind == CallArg::Kind::Value) placed[i].value = *slots[i][0];
        if (placed[i].kind == CallArg::Kind::Variadic) {
            std::vector<Expr*> elements;
            for (Expr** slot : slots[i]) elements.push_back(*slot);
            placed[i].elements = a_.arena.copy(elements);
            info->variadic_type = inference.apply(param_types[i]);
        }
    }
    info->args = a_.arena.copy(placed);
    info->type_args = t_.list(vars);
    info->result = result;
    if (making) {
        info->function = f;
        info->owner = owner;
        info->kind = f->role == FunctionRole::Constructor ? CallKind::Constructor : CallKind::StructNew;
        return result;
    }
    if (f->role == FunctionRole::Extension && ref.receiver != nullptr) {
        coerce(ref.receiver, t_.substitute(f->this_type, all), "receiver");
    }
    choose_call(*info, f, f->owner != nullptr ? owner : nullptr, ref.receiver, ref.through_super);
    if (ref.through_super && f->has(classfile::kAbstract))
        a_.error(name_range, "method " + quote(f->name) + " of " +
                                 (f->owner->is_interface() ? quote(owner) : "the superclass") +
                                 " is abstract: it has no body to call");
    return result;
}

const Type* BodyChecker::call_conversion(CallExpr* e, const Type* target) {
    std::string name = to_string(target);
    if (e->args.size() != 1 || !e->args[0].name.text.empty() || e->args[0].spread) {
        a_.error(e->range, quote(name) + "(...) takes one value, found " + std::to_string(e->args.size()));
        check_all_quietly(e->args);
        return target;
    }
    Expr*& slot = e->args[0].value;
    const Type* hint = target->is_float() && is_flexible(slot) && !has_bit_operator(slot) ? target : nullptr;
    const Type* from = check_value(slot, hint);
    if (from->has_error) return target;
    if (target->is(TypeKind::String)) warn_opaque_text(slot);
    if (from->is(TypeKind::Never)) {
        a_.error(slot->range, "this never has a value that " + quote(name) + "(...) could convert");
        return target;
    }
    e->call = a_.make<CallInfo>();
    e->call->kind = target->is(TypeKind::String) ? CallKind::ToText : CallKind::Numeric;
    e->call->result = target;
    CallArg arg;
    arg.value = slot;
    e->call->args = a_.arena.list<CallArg>({arg});
    bool ok = target->is(TypeKind::String) ? !from->is(TypeKind::Null)
              : target->is_integer()       ? from->is_primitive()
              : target->is_float()         ? from->is_number()
              : target->is(TypeKind::Char) ? from->is_integer() || from->is(TypeKind::Char)
                                           : from == target;
    if (!ok) {
        std::string hint_text;
        if (from->is(TypeKind::String) && target->is_number())
            hint_text = "parse it: `" + name + ".parse(...)`";
        if (target->is(TypeKind::Bool) && from->is_number()) hint_text = "compare it: `... != 0`";
        if (from->is(TypeKind::Nullable)) hint_text = "it may be null: test it first";
        a_.error(slot->range, quote(from) + " cannot be converted to " + quote(target), hint_text);
    }
    return target;
}

const Type* BodyChecker::call_type(Expr*&, CallExpr* e, Ref& ref, const Type* expected) {
    if (!ref.type->is(TypeKind::Named)) {
        if (ref.type->is(TypeKind::Var)) {
            a_.error(e->callee->range, "a type parameter has no constructor",
                     "take a function that makes one: `make: () -> " + to_string(ref.type) + "`");
            check_all_quietly(e->args);
            return t_.error;
        }
        return call_conversion(e, ref.type);
    }
    TypeSymbol* symbol = ref.type->symbol;
    a_.ensure_members(symbol);
    FunctionSymbol* ctor = symbol->constructor;
    if (ctor == nullptr || symbol->has(classfile::kAbstract)) {
        std::string_view kind = symbol->is_interface() ? "interface"
                                : symbol->is_enum      ? "enum"
                                                       : "abstract class";
        a_.error(
            e->callee->range,
            quote(symbol->name) + " is an " + std::string(kind) + ": no objects can be made of it itself",
            symbol->is_interface() ? "make one of a class that implements it"
            : symbol->is_enum      ? "name one of its cases"
                                   : "");
        check_all_quietly(e->args);
        return symbol->type_params.empty() ? symbol->self : t_.error;
    }
    return call_function(e->call, ref, ctor, e->args, e->range, e->callee->range, expected);
}

const Type* BodyChecker::call_value(CallExpr* e, const Type* type, Expr* callee, const Type*) {
    if (type->has_error || type->is(TypeKind::Never)) {
        check_all_quietly(e->args);
        return t_.error;
    }
    if (!type->is(TypeKind::Function)) {
        std::string hint;
        auto* m = as<MemberExpr>(callee);
        auto* n = as<NameExpr>(callee);
        if ((m != nullptr && (m->value == ValueKind::Property || m->value == ValueKind::ArrayLength)) ||
            (n != nullptr && n->value == ValueKind::Property)) {
            hint = quote(m != nullptr ? m->name.text : n->name) + " is a property: leave out the `()`";
        } else if (type->is_class() && type->symbol->is_enum && m != nullptr &&
                   a_.find_case(type->symbol, m->name.text) != nullptr) {
            hint = "a case without payload is written without `()`";
        } else if (type->is(TypeKind::Nullable) && type->inner()->is(TypeKind::Function)) {
            hint = "it may be null: test it first";
        }
        a_.error(callee->range, "this is not a function: it is of type " + quote(type), hint);
        check_all_quietly(e->args);
        return t_.error;
    }
    std::vector<ParamSymbol> params;
    for (const Type* p : type->params()) {
        ParamSymbol symbol;
        symbol.type = p;
        params.push_back(symbol);
    }
    for (Argument& a : e->args) {
        if (!a.name.text.empty() || a.spread) {
            a_.error(a.name.text.empty() ? a.value->range : a.name.range,
                     "the parameters of a function value have no names");
            check_all_quietly(e->args);
            return type->result();
        }
    }
    std::vector<CallArg> placed;
    std::vector<std::vector<Expr**>> slots;
    if (e->args.size() != params.size()) {
        a_.error(e->range, "this function takes " + std::to_string(params.size()) + " argument" +
                               (params.size() == 1 ? "" : "s") + ", found " + std::to_string(e->args.size()) +
                               ": it is of type " + quote(type));
        check_all_quietly(e->args);
        return type->result();
    }
    place_arguments(params, false, "function value", e->args, e->range, placed, slots);
    check_arguments({}, type->params(), placed, slots, nullptr, "the function");
    for (std::size_t i = 0; i < placed.size(); ++i) placed[i].value = *slots[i][0];
    e->call = a_.make<CallInfo>();
    e->call->kind = CallKind::Closure;
    e->call->closure = callee;
    e->call->args = a_.arena.copy(placed);
    e->call->result = type->result();
    return type->result();
}

const Type* BodyChecker::check_call(Expr*& slot, CallExpr* e, const Type* expected) {
    Expr* inner = e->callee;
    if (auto* apply = as<TypeApplyExpr>(inner)) inner = apply->base;
    if (auto* m = as<MemberExpr>(inner); m != nullptr && m->safe) return check_safe(slot, m, expected);
    Ref ref = resolve_ref(e->callee);
    SourceRange name_range = e->callee->range;
    if (auto* m = as<MemberExpr>(inner)) name_range = m->name.range;
    switch (ref.kind) {
        case Ref::Kind::Error: {
            // A call of something unknown: its arguments are still looked at.
            if (e->callee->type == nullptr) e->callee->type = t_.error;
            check_all_quietly(e->args);
            return t_.error;
        }
        case Ref::Kind::Function: {
            auto* f = static_cast<FunctionSymbol*>(ref.symbol);
            if (f->has(classfile::kProperty)) break;
            const Type* type = call_function(e->call, ref, f, e->args, e->range, name_range, expected);
            if (e->call != nullptr && f->name == "assert" && f->module->name == "std.core" &&
                e->args.size() == 1)
                explain_assert(slot, e);
            if (e->call != nullptr && f->module->name == "std.io" && f->name.find("print") != f->name.npos &&
                e->args.size() == 1 && !e->args[0].spread)
                warn_opaque_text(e->args[0].value);
            return type;
        }
        case Ref::Kind::Member:
            if (ref.symbol->kind == SymbolKind::Function) {
                auto* f = static_cast<FunctionSymbol*>(ref.symbol);
                if (f->role == FunctionRole::Intrinsic) {
                    // x.hash(), x.toString(), x.equals(y) of any type: the receiver is the first argument.
                    std::vector<Argument> args(1);
                    args[0].value = ref.receiver;
                    args.insert(args.end(), e->args.begin(), e->args.end());
                    ref.receiver = nullptr;
                    ref.universal = true;
                    return call_function(e->call, ref, f, a_.arena.copy(args), e->range, name_range,
                                         expected);
                }
                if (!f->has(classfile::kProperty))
                    return call_function(e->call, ref, f, e->args, e->range, name_range, expected);
            }
            break;
        case Ref::Kind::Type: {
            const Type* type = call_type(slot, e, ref, expected);
            return as_enum(slot, type);
        }
        default:
            break;
    }
    const Type* type = use_ref(e->callee, ref, nullptr);
    e->callee->type = type;
    return call_value(e, type, e->callee, expected);
}

CallInfo* BodyChecker::call_member(Expr* receiver, std::string_view name, std::initializer_list<Expr*> args,
                                   SourceRange range, const Type** result) {
    Ref ref = member_of_value(receiver, {name, range}, false);
    if (ref.kind != Ref::Kind::Member || ref.symbol->kind != SymbolKind::Function) {
        if (ref.kind == Ref::Kind::Member)
            a_.error(range, quote(name) + " of " + quote(receiver->type) + " is not a function");
        return nullptr;
    }
    std::vector<Argument> list;
    for (Expr* e : args) {
        Argument a;
        a.value = e;
        list.push_back(a);
    }
    CallInfo* info = nullptr;
    const Type* type = call_function(info, ref, static_cast<FunctionSymbol*>(ref.symbol), a_.arena.copy(list),
                                     range, range, nullptr);
    if (type->has_error) return nullptr;
    if (result != nullptr) *result = type;
    return info;
}

CallInfo* BodyChecker::call_library(std::string_view module, std::string_view name,
                                    std::initializer_list<Expr*> args, SourceRange range) {
    ModuleSymbol* m = a_.find_module(module);
    Symbol* symbol = m != nullptr ? a_.find_in_module(m, name) : nullptr;
    if (symbol == nullptr || symbol->kind != SymbolKind::Function) {
        a_.error(range,
                 "this needs `" + std::string(module) + "." + std::string(name) +
                     "`, which is not on the class path",
                 "give the standard library with --class-path");
        return nullptr;
    }
    std::vector<Argument> list;
    for (Expr* e : args) {
        Argument a;
        a.value = e;
        list.push_back(a);
    }
    Ref ref;
    ref.kind = Ref::Kind::Function;
    ref.symbol = symbol;
    CallInfo* info = nullptr;
    call_function(info, ref, static_cast<FunctionSymbol*>(symbol), a_.arena.copy(list), range, range,
                  nullptr);
    return info;
}

}  // namespace skua::compiler
