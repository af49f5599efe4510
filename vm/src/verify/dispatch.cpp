// Which function of a type stands for a method of one of its supertypes.
#include "verify/dispatch.h"

#include "verify/type_context.h"

namespace skua::vm {

namespace cf = classfile;

bool is_dispatched(const FunctionDef& f) {
    return f.is_instance() && !f.has(cf::kPrivate) && !f.has(cf::kConstructor) && f.decl->type_params.empty();
}

bool is_in_way(const FunctionDef& f) {
    return is_dispatched(f) &&
           (f.owner->kind == cf::DeclKind::Interface || f.has(cf::kOpen | cf::kAbstract | cf::kOverride));
}

bool can_be_overridden(const FunctionDef& f) {
    return is_dispatched(f) && (f.owner->kind == cf::DeclKind::Interface || f.has(cf::kOpen | cf::kAbstract));
}

namespace {

// A method of this name in the type itself, then in its superclasses, nearest first.
Implementation find_in_classes(TypeDef& type, std::string_view name) {
    if (FunctionDef* own = type.find_function(name); own && own->is_instance()) return {own, type.self};
    for (const Type* super : supertypes_of(type).types) {
        TypeDef* def = super->def.load(std::memory_order_acquire);
        if (def->kind != cf::DeclKind::Class) break;  // classes come first
        FunctionDef* found = def->find_function(name);
        if (found && found->is_instance() && !found->has(cf::kPrivate)) return {found, super};
    }
    return {};
}

bool is_subtype(TypeDef& below, const TypeDef& above) {
    if (&below == &above) return true;
    for (const Type* t : supertypes_of(below).types)
        if (t->def.load(std::memory_order_acquire) == &above) return true;
    return false;
}

}  // namespace

Implementation find_implementation_of(TypeDef& type, FunctionDef& method) {
    Implementation found = find_in_classes(type, method.name);
    if (found.function) {
        // A constructor, or a method that is private or has type parameters, is in the way of any other.
        if (!is_dispatched(*found.function)) return {};
        if (!found.function->is_abstract() || type.has(cf::kAbstract)) return found;
        return {};
    }
    if (method.owner->kind != cf::DeclKind::Interface) return {};

    // The most specific declaration among the interfaces that refine the method's own.
    Implementation best;
    bool unique = true;
    for (const Type* super : supertypes_of(type).types) {
        TypeDef* def = super->def.load(std::memory_order_acquire);
        if (def->kind != cf::DeclKind::Interface || !is_subtype(*def, *method.owner)) continue;
        FunctionDef* candidate = def->find_function(method.name);
        if (!candidate || !is_dispatched(*candidate)) continue;
        if (!best.function || is_subtype(*def, *best.function->owner)) {
            best = {candidate, super};
            unique = true;
        } else if (!is_subtype(*best.function->owner, *def)) {
            unique = false;
        }
    }
    if (!unique) {
        best.ambiguous = true;
        return best;
    }
    if (best.function && best.function->is_abstract()) return {};
    return best;
}

}  // namespace skua::vm
