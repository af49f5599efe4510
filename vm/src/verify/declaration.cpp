// Rules V100.. on a declaration itself: header, type parameters, fields, flags, natives.
#include "verify/declaration.h"

#include <algorithm>

#include "verify/dispatch.h"

namespace skua::vm {

namespace cf = classfile;

void DeclarationChecker::fail(Rule rule, std::string message, const FunctionDef* function) {
    Diagnostic d;
    d.rule = rule_name(rule);
    d.message = std::move(message);
    d.file = type_.file_name;
    d.type = type_.name;
    if (function) d.function = function->name;
    errors_->push_back(std::move(d));
}

void DeclarationChecker::wants_type(const Type* type, const FunctionDef* function) {
    TypeContext context = context_;
    context.function = function;
    TypeFault fault;
    if (!well_formed(context, type, fault)) fail(fault.rule, std::move(fault.message), function);
}

void DeclarationChecker::run(std::vector<Diagnostic>& errors) {
    errors_ = &errors;
    header();
    fields();
    functions();
    const TypeDef::Supertypes& above = supertypes_of(type_);
    if (!above.ok) {
        errors.push_back(above.failure);
        return;
    }
    for (FunctionDef& f : type_.functions) overrides(f);
    completeness();
}

void DeclarationChecker::header() {
    if (type_.kind == cf::DeclKind::Enum)
        fail(Rule::V100, "declarations of kind enum are reserved for a later version");
    type_params(type_.file.type_params, nullptr);

    if (type_.super) {
        wants_type(type_.super, nullptr);
        if (const TypeDef* super = Loader::try_resolve(type_.super)) {
            if (!super->has(cf::kOpen) && !super->has(cf::kAbstract))
                fail(Rule::V101, "superclass " + type_text(type_.super) + " is not open");
            else if (!type_accessible(type_, *super))
                fail(Rule::V101, "superclass " + type_text(type_.super) + " is private to its module");
        }
    }
    for (const Type* interface : type_.interfaces) {
        wants_type(interface, nullptr);
        const TypeDef* def = Loader::try_resolve(interface);
        if (def && !type_accessible(type_, *def))
            fail(Rule::V101, "interface " + type_text(interface) + " is private to its module");
    }
    if (type_.kind != cf::DeclKind::Class && type_.kind != cf::DeclKind::Interface &&
        type_.has(cf::kOpen | cf::kAbstract))
        fail(Rule::V104, "only a class can be open or abstract");
    if (type_.kind == cf::DeclKind::Extension) {
        const Type* self = nullptr;
        for (int k = 0; k <= static_cast<int>(TypeKind::Array); ++k) {
            const auto kind = static_cast<TypeKind>(k);
            const Type* type = kind == TypeKind::Array ? type_.types.array(type_.types.class_var(0))
                                                       : type_.types.simple(kind);
            const std::string name = kind == TypeKind::Array ? "array" : type_text(type);
            if (type_.name == "std.core." + name) self = type;
        }
        if (!self)
            fail(Rule::V113, "an extension cannot be named " + std::string(type_.name));
        else if (type_.type_param_count() != self->args.size())
            fail(Rule::V113, "the extension has " + std::to_string(type_.type_param_count()) +
                                 " type parameters, expected " + std::to_string(self->args.size()));
    }
}

void DeclarationChecker::type_params(std::span<const cf::TypeParam> params, const FunctionDef* function) {
    for (const cf::TypeParam& param : params) {
        for (cf::TypeIndex index : param.bounds) {
            const Type* bound = type_.pool_type(index);
            wants_type(bound, function);
            const TypeDef* def = Loader::try_resolve(bound);
            if (def && def->kind != cf::DeclKind::Interface)
                fail(Rule::V116, "bound " + type_text(bound) + " is not an interface", function);
        }
    }
}

void DeclarationChecker::fields() {
    int budget = 1024;
    std::vector<const Type*> path{type_.self};
    bool contained = true;
    for (const FieldDef& field : type_.fields) {
        const std::string name = "field '" + std::string(field.name) + "'";
        wants_type(field.type, nullptr);
        if (field.is_static()) {
            if (field.type->open) fail(Rule::V115, "static " + name + " has type " + type_text(field.type));
        } else if (type_.kind == cf::DeclKind::Struct && contained) {
            contained = contains(field.type, path, budget);
            if (!contained)
                fail(Rule::V110, name + " of type " + type_text(field.type) +
                                     (budget < 0 ? " brings the struct above 1024 values"
                                                 : " contains the struct itself, or nests without end"));
        }
    }
}

bool DeclarationChecker::contains(const Type* type, std::vector<const Type*>& path, int& budget) {
    if (--budget < 0) return false;
    switch (type->kind) {
        case TypeKind::Nullable:
            return is_plain_reference(type->elem()) || contains(type->elem(), path, budget);
        case TypeKind::Tuple:
            return std::all_of(type->args.begin(), type->args.end(),
                               [&](const Type* part) { return contains(part, path, budget); });
        case TypeKind::Named:
            break;
        default:
            return true;
    }
    TypeDef* def = Loader::try_resolve(type);
    if (!def || def->kind != cf::DeclKind::Struct) return true;
    if (std::find(path.begin(), path.end(), type) != path.end() || path.size() > 64) return false;
    path.push_back(type);
    for (const FieldDef& field : def->fields) {
        if (field.is_static()) continue;
        const Type* part = type_.types.substitute(field.type, type->args, {});
        if (!part || !contains(part, path, budget)) return false;
    }
    path.pop_back();
    return true;
}

void DeclarationChecker::functions() {
    for (FunctionDef& f : type_.functions) {
        // The types of its signature are checked with its code: here they would load classes that
        // a run may never need.
        function_flags(f);
        if (f.is_native()) native_signature(f);
    }
}

void DeclarationChecker::function_flags(FunctionDef& f) {
    const bool in_class = type_.kind == cf::DeclKind::Class;
    const bool in_interface = type_.kind == cf::DeclKind::Interface;
    const bool virtual_flags = f.has(cf::kOpen | cf::kAbstract | cf::kOverride);
    if (virtual_flags) {
        if (!f.is_instance() || f.has(cf::kPrivate | cf::kConstructor))
            fail(Rule::V104,
                 "a static or private function or a constructor cannot be open, abstract or an override", &f);
        if (!f.decl->type_params.empty())
            fail(Rule::V109, "the method has type parameters and is open, abstract or an override", &f);
    }
    if (f.has(cf::kOpen) && !in_class && !in_interface)
        fail(Rule::V104, "only a method of a class can be open", &f);
    if (f.is_abstract() && !in_interface && !(in_class && type_.has(cf::kAbstract)))
        fail(Rule::V104, "the method is abstract, but its type is not", &f);
    if (f.has(cf::kConstructor) && !in_class) fail(Rule::V104, "only a class has constructors", &f);
    if (f.name == "init" && in_class && !f.has(cf::kConstructor) && f.is_instance())
        fail(Rule::V104, "the function init of a class must be its constructor", &f);
    if (f.name == "static$init" && (f.is_instance() || !f.params.empty() || !f.result->is(TypeKind::Void) ||
                                    !f.decl->type_params.empty() || !f.decl->has_code))
        fail(Rule::V112, "static$init is not static, or has parameters, a result or no code", &f);

    if (!f.is_instance()) return;
    const Type* wanted = type_.self;
    if (type_.kind == cf::DeclKind::Extension) {
        for (int k = 0; k <= static_cast<int>(TypeKind::String); ++k) {
            const Type* simple = type_.types.simple(static_cast<TypeKind>(k));
            if (type_.name == "std.core." + type_text(simple)) wanted = simple;
        }
        if (type_.name == "std.core.array") wanted = type_.types.array(type_.types.class_var(0));
    }
    if (f.params.empty() || f.params[0] != wanted)
        fail(Rule::V105,
             "the first parameter of an instance method is " +
                 (f.params.empty() ? "missing" : type_text(f.params[0])) + ", expected " + type_text(wanted),
             &f);
}

void DeclarationChecker::native_signature(FunctionDef& f) {
    // Structs among them go by address (native/value_call.h).
    const auto accepted = [](const Type* type, auto&& self) -> bool {
        if (type->open || type->is(TypeKind::Void)) return false;
        switch (type->kind) {
            case TypeKind::Array:
            case TypeKind::Nullable:
                return self(type->elem(), self);
            case TypeKind::Tuple:
                return std::all_of(type->args.begin(), type->args.end(),
                                   [&](const Type* part) { return self(part, self); });
            case TypeKind::Named:
                return named_sort(type) != NamedSort::None;
            default:
                return true;
        }
    };
    if (f.params.size() > 12)
        fail(Rule::V111,
             "the native function has " + std::to_string(f.params.size()) +
                 " parameters, at most 12 are possible",
             &f);
    if (!f.decl->type_params.empty()) fail(Rule::V111, "a native function cannot have type parameters", &f);
    for (const Type* param : f.params)
        if (!accepted(param, accepted))
            fail(Rule::V111, "a native function cannot take a " + type_text(param), &f);
    if (!f.result->is(TypeKind::Void) && !accepted(f.result, accepted))
        fail(Rule::V111, "a native function cannot return a " + type_text(f.result), &f);
}

}  // namespace skua::vm
