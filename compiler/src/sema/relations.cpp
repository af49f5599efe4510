// Relations between types: inheritance, implicit conversion, the common type of two.
//
// Generic types are invariant, so a supertype is found by walking up and substituting. Walks
// keep what they have visited: a program may form large diamonds of interfaces.
#include <algorithm>

#include "sema/analyzer.h"

namespace skua::compiler {

Substitution Analyzer::substitution(const Type* owner) const {
    if (owner == nullptr) return {};
    if (owner->is(TypeKind::Named)) return {owner->args, {}};
    return {};
}

const Type* Analyzer::extension_of(const Type* type) {
    std::string_view name;
    if (type->is(TypeKind::Array)) {
        name = "array";
    } else if (type->is_primitive() || type->is(TypeKind::String)) {
        static constexpr std::string_view kNames[] = {"i8",  "i16", "i32", "i64",  "u8",   "u16",   "u32",
                                                      "u64", "f32", "f64", "bool", "char", "string"};
        name = kNames[static_cast<std::size_t>(type->kind)];
    } else {
        return nullptr;
    }
    auto it = extension_cache_.find(name);
    if (it == extension_cache_.end()) it = extension_cache_.emplace(name, core_if_present(name)).first;
    if (it->second == nullptr) return nullptr;
    if (name != "array") return types.named(it->second);
    return types.named(it->second, type->args);
}

std::vector<const Type*> Analyzer::direct_supers(const Type* type) {
    std::vector<const Type*> out;
    if (type->is(TypeKind::Var)) {
        out.assign(type->param->bounds.begin(), type->param->bounds.end());
        return out;
    }
    const Type* named = type->is(TypeKind::Named) ? type : extension_of(type);
    if (named == nullptr) return out;
    TypeSymbol* symbol = named->symbol;
    ensure_supers(symbol);
    Substitution s = substitution(named);
    if (symbol->super != nullptr) out.push_back(types.substitute(symbol->super, s));
    for (const Type* i : symbol->interfaces) out.push_back(types.substitute(i, s));
    return out;
}

const Type* Analyzer::as_instance_of(const Type* type, TypeSymbol* target) {
    if (type->is(TypeKind::Named) && type->symbol == target) return type;
    std::vector<const Type*> seen{type};
    for (std::size_t i = 0; i < seen.size() && seen.size() < 1000; ++i) {
        for (const Type* super : direct_supers(seen[i])) {
            if (super->is(TypeKind::Named) && super->symbol == target) return super;
            if (std::find(seen.begin(), seen.end(), super) == seen.end()) seen.push_back(super);
        }
    }
    return nullptr;
}

bool Analyzer::implements(const Type* type, const Type* interface_type) {
    if (type->has_error || interface_type->has_error || type == interface_type) return true;
    if (!interface_type->is(TypeKind::Named)) return false;
    return as_instance_of(type, interface_type->symbol) == interface_type;
}

bool Analyzer::is_subtype(const Type* from, const Type* to) {
    if (from == to) return true;
    if (!to->is(TypeKind::Named) || !(to->is_class() || to->is_interface())) return false;
    return as_instance_of(from, to->symbol) == to;
}

bool Analyzer::can_convert(const Type* from, const Type* to) {
    if (from == to || from->has_error || to->has_error || from->is(TypeKind::Never)) return true;
    if (to->is(TypeKind::Nullable)) {
        if (from->is(TypeKind::Null)) return true;
        if (from->is(TypeKind::Nullable) && can_convert(from->inner(), to->inner())) return true;
        return can_convert(from, to->inner());
    }
    if (from->is(TypeKind::Function) && to->is(TypeKind::Function)) {
        // One representation on both sides, or equal: see docs/contracts.md.
        if (from->args.size() != to->args.size()) return false;
        const auto is_object = [](const Type* t) { return t->is_class() || t->is_interface(); };
        const auto same_shape = [&](const Type* a, const Type* b) {
            if (a == b) return true;
            if (b->is(TypeKind::Nullable)) {  // a reference is one with null, too
                b = b->inner();
                if (a->is(TypeKind::Nullable)) a = a->inner();
            }
            if (is_object(a) && is_object(b)) return is_subtype(a, b);
            if (a->is(TypeKind::Function) && b->is(TypeKind::Function)) return can_convert(a, b);
            return a == b && (is_object(a) || a->is(TypeKind::String) || a->is(TypeKind::Array));
        };
        for (std::size_t i = 0; i < from->params().size(); ++i) {
            if (!same_shape(to->params()[i], from->params()[i])) return false;
        }
        return from->result() == to->result() || from->result()->is(TypeKind::Never) ||
               same_shape(from->result(), to->result());
    }
    if (!to->is(TypeKind::Named)) return false;
    if (to->is_interface()) return implements(from, to);
    return to->is_class() && from->is(TypeKind::Named) && is_subtype(from, to);
}

const Type* Analyzer::join(const Type* a, const Type* b) {
    if (a == b || b->is(TypeKind::Never) || a->has_error) return a;
    if (a->is(TypeKind::Never) || b->has_error) return b;
    if (a->is(TypeKind::Null))
        return b->is(TypeKind::Null) ? a : b->is(TypeKind::Nullable) ? b : types.nullable(b);
    if (b->is(TypeKind::Null)) return a->is(TypeKind::Nullable) ? a : types.nullable(a);
    if (can_convert(a, b)) return b;
    if (can_convert(b, a)) return a;
    if (a->is(TypeKind::Nullable) || b->is(TypeKind::Nullable)) {
        const Type* inner =
            join(a->is(TypeKind::Nullable) ? a->inner() : a, b->is(TypeKind::Nullable) ? b->inner() : b);
        return inner == nullptr ? nullptr : types.nullable(inner);
    }
    if (a->is(TypeKind::Void) || b->is(TypeKind::Void)) return nullptr;
    // The nearest common class, else the first common interface.
    std::vector<const Type*> seen{a};
    const Type* interface_found = nullptr;
    for (std::size_t i = 0; i < seen.size() && seen.size() < 1000; ++i) {
        for (const Type* super : direct_supers(seen[i])) {
            if (std::find(seen.begin(), seen.end(), super) != seen.end()) continue;
            seen.push_back(super);
            if (!can_convert(b, super)) continue;
            if (super->is_class()) return super;
            // That both can be shown or hashed is no reason to put them together.
            bool universal = super->symbol->module != nullptr && super->symbol->module->name == "std.core" &&
                             (super->symbol->name == "Display" || super->symbol->name == "Hashable");
            if (interface_found == nullptr && !universal) interface_found = super;
        }
    }
    return interface_found;
}

}  // namespace skua::compiler
