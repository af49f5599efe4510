// Rules V106..V108 and V114: how a type's methods stand to those of its supertypes.
#include "verify/declaration.h"
#include "verify/dispatch.h"

namespace skua::vm {

namespace cf = classfile;

namespace {

std::string method_text(const FunctionDef& f) {
    return "method " + f.qualified_name();
}

}  // namespace

void DeclarationChecker::overrides(FunctionDef& f) {
    if (!f.is_instance()) return;
    bool found = false;
    bool class_seen = false;
    for (const Type* super : supertypes_of(type_).types) {
        TypeDef* def = super->def.load(std::memory_order_acquire);
        FunctionDef* above = def->find_function(f.name);
        if (!above || !is_dispatched(*above)) continue;
        if (!is_dispatched(f)) {  // dispatch goes by name: nothing else may have it
            if (!is_in_way(*above)) continue;
            fail(Rule::V106,
                 "the name is that of " + method_text(*above) +
                     ", which a constructor or a method that is "
                     "private or has type parameters cannot override",
                 &f);
            return;
        }
        if (def->kind == cf::DeclKind::Class) {
            if (class_seen) continue;  // the nearest one has been compared with the others
            class_seen = true;
            if (!can_be_overridden(*above)) {
                // A class may have a method of the same name as a closed one above, unless that one
                // is itself found by name: two methods.
                if (f.has(cf::kOverride) || is_in_way(*above))
                    fail(Rule::V106, method_text(*above) + " is not open, so it cannot be overridden", &f);
                found = true;
                continue;
            }
            if (!f.has(cf::kOverride))
                fail(Rule::V106, "the method overrides " + method_text(*above) + " without being an override",
                     &f);
        }
        found = true;
        compare(f, type_.self, *above, super);
    }
    if (f.has(cf::kOverride) && !found)
        fail(Rule::V106, "the method is an override, but no supertype has a method to override", &f);
}

void DeclarationChecker::compare(const FunctionDef& f, const Type* f_owner, const FunctionDef& above,
                                 const Type* above_owner) {
    const auto type_in = [&](const Type* type, const Type* owner) {
        return type_.types.substitute(type, owner->args, {});
    };
    const FunctionDef* at = f.owner == &type_ ? &f : nullptr;
    if (f.params.size() != above.params.size()) {
        fail(Rule::V107,
             method_text(f) + " has " + std::to_string(f.params.size()) + " parameters, but " +
                 method_text(above) + " has " + std::to_string(above.params.size()),
             at);
        return;
    }
    for (std::size_t i = 1; i < f.params.size(); ++i) {
        const Type* ours = type_in(f.params[i], f_owner);
        const Type* theirs = type_in(above.params[i], above_owner);
        if (ours && ours == theirs) continue;
        fail(Rule::V107,
             "parameter " + std::to_string(i) + " of " + method_text(f) + " is " + type_text(ours) +
                 ", but that of " + method_text(above) + " is " + type_text(theirs),
             at);
        return;
    }
    const Type* ours = type_in(f.result, f_owner);
    const Type* theirs = type_in(above.result, above_owner);
    if (!ours || !theirs || !assignable(context_, ours, theirs))
        fail(Rule::V107,
             "the result of " + method_text(f) + " is " + type_text(ours) + ", but that of " +
                 method_text(above) + " is " + type_text(theirs),
             at);
}

void DeclarationChecker::completeness() {
    if (type_.kind == cf::DeclKind::Interface || type_.kind == cf::DeclKind::Module ||
        type_.has(cf::kAbstract))
        return;
    for (const Type* super : supertypes_of(type_).types) {
        TypeDef* def = super->def.load(std::memory_order_acquire);
        const bool interface = def->kind == cf::DeclKind::Interface;
        for (FunctionDef& method : def->functions) {
            if (!is_dispatched(method) || (!interface && !method.is_abstract())) continue;
            const Implementation found = find_implementation_of(type_, method);
            if (found.ambiguous) {
                fail(Rule::V114, "several interfaces have a default for " + method_text(method) +
                                     ", one of them " + found.function->qualified_name() +
                                     "; the type must have its own");
            } else if (!found.function) {
                fail(Rule::V108, method_text(method) + " is not implemented, and the type is not abstract");
            } else if (found.function->owner != &type_ && found.function->owner != def) {
                // Own ones are compared by overrides(), a default is its own match.
                compare(*found.function, found.owner, method, super);
            }
        }
    }
}

}  // namespace skua::vm
