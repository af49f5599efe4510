// Subtype questions: which supertypes a type has, and what may be used where.
#include "verify/type_context.h"

namespace skua::vm {

namespace cf = classfile;

std::string_view rule_name(Rule rule) {
    static constexpr std::string_view kNames[] = {
#define SKUA_RULE(number, text) #number,
#include "verify/rules.def"
#undef SKUA_RULE
    };
    return kNames[static_cast<std::size_t>(rule)];
}

NamedSort named_sort(const Type* type) {
    const TypeDef* def = Loader::try_resolve(type);
    if (!def) return NamedSort::Missing;
    switch (def->kind) {
        case cf::DeclKind::Class:
        case cf::DeclKind::Interface:
            return NamedSort::Reference;
        case cf::DeclKind::Struct:
            return NamedSort::Value;
        default:
            return NamedSort::None;
    }
}

bool is_plain_reference(const Type* type) {
    switch (type->kind) {
        case TypeKind::String:
        case TypeKind::Array:
        case TypeKind::Function:
            return true;
        case TypeKind::Named: {
            const NamedSort sort = named_sort(type);
            return sort == NamedSort::Reference || sort == NamedSort::Missing;
        }
        default:
            return false;
    }
}

bool has_no_objects(const Type* type) {
    if (type->kind != TypeKind::Named) return false;
    TypeDef* def = Loader::try_resolve(type);
    return !def || supertypes_of(*def).missing;
}

bool same_module(const TypeDef& a, const TypeDef& b) {
    return &a.loader == &b.loader && a.module() == b.module();
}

bool type_accessible(const TypeDef& from, const TypeDef& type) {
    // Built-in types have no visibility, and the members of a module have their own.
    if (type.kind == cf::DeclKind::Module || type.kind == cf::DeclKind::Extension) return true;
    return &from == &type || type.has(cf::kPublic) || same_module(from, type);
}

namespace {

// `type` is an instantiation of `def`: what it has as `target`, from the flattened list.
const Type* from_list(TypeTable& types, TypeDef& def, const TypeDef& target,
                      std::span<const Type* const> args) {
    for (const Type* open : supertypes_of(def).types)
        if (open->def.load(std::memory_order_acquire) == &target) return types.substitute(open, args, {});
    return nullptr;
}

}  // namespace

const Type* find_supertype(const TypeContext& context, const Type* type, const TypeDef& target) {
    switch (type->kind) {
        case TypeKind::Named: {
            TypeDef* def = Loader::try_resolve(type);
            if (def == &target) return type;
            if (!def || def->type_param_count() != type->args.size()) return nullptr;
            return from_list(context.types, *def, target, type->args);
        }
        case TypeKind::ClassVar:
        case TypeKind::FuncVar: {
            const std::vector<cf::TypeParam>* params = nullptr;
            if (type->kind == TypeKind::ClassVar && context.owner) params = &context.owner->file.type_params;
            if (type->kind == TypeKind::FuncVar && context.function)
                params = &context.function->decl->type_params;
            if (!params || type->index >= params->size()) return nullptr;
            TypeDef& file_owner = context.function ? *context.function->owner : *context.owner;
            for (cf::TypeIndex index : (*params)[type->index].bounds) {
                const Type* bound = file_owner.pool_type(index);  // Named, says the reader
                if (const Type* found = find_supertype(context, bound, target)) return found;
            }
            return nullptr;
        }
        case TypeKind::Function:
        case TypeKind::Nullable:
        case TypeKind::Tuple:
        case TypeKind::Void:
            return nullptr;
        default: {  // primitives, string, arrays
            auto extension = context.loader.extension_of(type->kind);
            if (!extension || (*extension)->kind != cf::DeclKind::Extension) return nullptr;
            if ((*extension)->type_param_count() != type->args.size()) return nullptr;
            return from_list(context.types, **extension, target, type->args);
        }
    }
}

// What a function takes or gives as `from` is a `to` as it is: a reference is one with null, too.
static bool passes_as(const TypeContext& context, const Type* from, const Type* to) {
    if (to->kind == TypeKind::Nullable && is_plain_reference(from) && is_plain_reference(to->elem()))
        return assignable(context, from, to->elem());
    return assignable(context, from, to);
}

bool assignable(const TypeContext& context, const Type* from, const Type* to) {
    if (from == to) return true;
    // Null is all that moves here, and what would make an object of `from` throws: the answer cannot matter.
    if (is_plain_reference(from) && has_no_objects(from)) return is_plain_reference(to);
    switch (to->kind) {
        case TypeKind::Named: {
            if (from->kind != TypeKind::Named) return false;
            const TypeDef* target = Loader::try_resolve(to);
            if (!target || (target->kind != cf::DeclKind::Class && target->kind != cf::DeclKind::Interface))
                return false;
            if (named_sort(from) != NamedSort::Reference) return false;  // a struct needs a box
            return find_supertype(context, from, *target) == to;
        }
        case TypeKind::Nullable:
            return from->kind == TypeKind::Nullable && is_plain_reference(from->elem()) &&
                   is_plain_reference(to->elem()) && assignable(context, from->elem(), to->elem());
        case TypeKind::Function: {
            if (from->kind != TypeKind::Function || from->args.size() != to->args.size()) return false;
            for (std::size_t i = 0; i < to->fn_params().size(); ++i)
                if (!passes_as(context, to->fn_params()[i], from->fn_params()[i])) return false;
            return passes_as(context, from->fn_result(), to->fn_result());
        }
        default:
            return false;
    }
}

bool is_error_type(const TypeContext& context, const Type* type) {
    if (type->kind != TypeKind::Named) return false;
    if (has_no_objects(type)) return true;
    const TypeDef* error = context.loader.try_load("std.core.Error");
    return error && named_sort(type) == NamedSort::Reference &&
           find_supertype(context, type, *error) != nullptr;
}

bool within_bounds(const TypeContext& context, TypeDef& file_owner, std::span<const cf::TypeParam> params,
                   std::span<const Type* const> args, std::span<const Type* const> class_args,
                   std::span<const Type* const> func_args, TypeFault& fault) {
    for (std::size_t i = 0; i < params.size(); ++i) {
        for (cf::TypeIndex index : params[i].bounds) {
            const Type* bound = context.types.substitute(file_owner.pool_type(index), class_args, func_args);
            if (!bound) {
                fault = {Rule::V004, "a bound of type parameter " +
                                         std::string(file_owner.file.str(params[i].name)) +
                                         " is nested too deeply"};
                return false;
            }
            const TypeDef* target = Loader::try_resolve(bound);
            if (!target || has_no_objects(args[i]) || find_supertype(context, args[i], *target) == bound)
                continue;
            fault = {Rule::V002, "type argument " + type_text(args[i]) + " is not within the bound " +
                                     type_text(bound) + " of type parameter " +
                                     std::string(file_owner.file.str(params[i].name))};
            return false;
        }
    }
    return true;
}

bool well_formed(const TypeContext& context, const Type* type, TypeFault& fault) {
    if (type->args.empty() && type->kind != TypeKind::Named) return true;
    if (type->well_formed.load(std::memory_order_relaxed)) return true;
    for (const Type* arg : type->args)
        if (!well_formed(context, arg, fault)) return false;
    if (type->kind == TypeKind::Named) {
        if (TypeDef* def = Loader::try_resolve(type)) {
            if (named_sort(type) == NamedSort::None) {
                fault = {Rule::V001, type_text(type) + " is not a class, interface or struct"};
                return false;
            }
            if (def->type_param_count() != type->args.size()) {
                fault = {Rule::V001, type_text(type) + " has " + std::to_string(type->args.size()) +
                                         " type arguments, expected " +
                                         std::to_string(def->type_param_count())};
                return false;
            }
            if (!within_bounds(context, *def, def->file.type_params, type->args, type->args, {}, fault))
                return false;
        }
    }
    if (!type->open) type->well_formed.store(true, std::memory_order_relaxed);
    return true;
}

// ---- the public questions -----------------------------------------------------------------------

Result<const Type*> as_supertype(TypeTable& types, Loader& loader, const Type* type, const TypeDef& target) {
    if (type->kind == TypeKind::Named)
        if (auto def = Loader::resolve(type); !def) return std::move(def).error();
    return find_supertype({types, loader}, type, target);
}

Result<bool> is_assignable(FunctionDef* context, TypeDef& owner, const Type* from, const Type* to) {
    return assignable({owner.types, owner.loader, &owner, context}, from, to);
}

Result<void> check_type(TypeTable& types, Loader& loader, const Type* type) {
    TypeFault fault;
    if (well_formed({types, loader}, type, fault)) return {};
    Diagnostic d;
    d.rule = rule_name(fault.rule);
    d.message = std::move(fault.message);
    return d;
}

}  // namespace skua::vm
