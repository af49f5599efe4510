#include "lower/file_lowering.h"

#include <cassert>

namespace skua::compiler {

using classfile::FieldStep;
using classfile::MethodRef;

FileLowering::FileLowering(const Program& program, ModuleSymbol& module, TypeSymbol* type)
    : program_(program), module_(module), type_(type) {}

TypeIndex FileLowering::type(const Type* type) {
    if (auto it = types_.find(type); it != types_.end()) return it->second;
    TypeIndex index = 0;
    switch (type->kind) {
        case TypeKind::String:
            index = builder_.string_type();
            break;
        case TypeKind::Array:
            index = builder_.array(this->type(type->element()));
            break;
        case TypeKind::Var:
            index = type->param->of_function ? builder_.func_var(type->param->index)
                                             : builder_.class_var(type->param->index);
            break;
        case TypeKind::Nullable:
            index = builder_.nullable(this->type(type->inner()));
            break;
        case TypeKind::Named:
        case TypeKind::Function:
        case TypeKind::Tuple: {
            std::vector<TypeIndex> args;
            args.reserve(type->args.size());
            for (const Type* arg : type->args) args.push_back(this->type(arg));
            if (type->kind == TypeKind::Named) {
                index = builder_.named(type->symbol->qualified_name, std::move(args));
            } else if (type->kind == TypeKind::Tuple) {
                index = builder_.tuple(std::move(args));
            } else {
                const TypeIndex result = args.back();
                args.pop_back();
                index = builder_.function(std::move(args), result);
            }
            break;
        }
        default:
            assert(type->kind <= TypeKind::Char || type->kind == TypeKind::Void ||
                   type->kind == TypeKind::Never);
            // Primitives have the same order in both enumerations. A value of type Never is never
            // there, so it may pass for nothing.
            index = type->is_primitive() ? builder_.primitive(static_cast<classfile::TypeKind>(type->kind))
                                         : builder_.void_type();
            break;
    }
    types_.emplace(type, index);
    return index;
}

TypeIndex FileLowering::owner_type(const TypeSymbol* owner, const ModuleSymbol* module,
                                   const Type* instance) {
    if (owner == nullptr) return builder_.named(module->name);
    if (instance != nullptr && instance->is(TypeKind::Named) && instance->symbol == owner)
        return type(instance);
    std::vector<TypeIndex> args;
    if (owner->type_kind == TypeSymbolKind::Extension && instance != nullptr) {
        // The extended type itself is given; the only generic built-in type is the array.
        if (instance->is(TypeKind::Array) && !owner->type_params.empty())
            args.push_back(type(instance->element()));
    } else {
        for (std::uint32_t i = 0; i < owner->type_params.size(); ++i) args.push_back(builder_.class_var(i));
    }
    return builder_.named(owner->qualified_name, std::move(args));
}

FieldStep FileLowering::field_step(const FieldSymbol& field, const Type* owner) {
    return {owner_type(field.owner, field.module, owner), str(field.name), type(field.type)};
}

FieldStep FileLowering::tuple_step(const Type* tuple, std::uint32_t index) {
    return {type(tuple), str(std::to_string(index)), type(tuple->args[index])};
}

std::int64_t FileLowering::field_path(std::vector<FieldStep> steps) {
    return builder_.field_path({std::move(steps)});
}

const Type* FileLowering::receiver_type(const FunctionSymbol& function) {
    if (function.role == FunctionRole::StructNew) return nullptr;
    if (function.this_type != nullptr) return function.this_type;
    if (function.role == FunctionRole::Constructor) return function.owner->self;
    return nullptr;
}

std::vector<TypeIndex> FileLowering::signature(const FunctionSymbol& function) {
    std::vector<TypeIndex> params;
    const bool closure =
        function.role == FunctionRole::Lambda || function.role == FunctionRole::LocalFunction;
    // A lambda reaches `this` through its captures.
    if (const Type* receiver = receiver_type(function); receiver != nullptr && !closure)
        params.push_back(type(receiver));
    for (const ParamSymbol& param : function.params) params.push_back(type(param.type));
    for (const LocalSymbol* capture : function.captures) params.push_back(type(storage_type(*capture)));
    return params;
}

std::int64_t FileLowering::method(const FunctionSymbol& function, const Type* owner,
                                  std::span<const Type* const> type_args) {
    MethodRef ref;
    ref.owner = owner_type(function.owner, function.module, owner);
    ref.name = str(function.link_name);
    for (const Type* arg : type_args) ref.type_args.push_back(type(arg));
    ref.params = signature(function);
    const bool constructor = function.role == FunctionRole::Constructor;
    ref.result = constructor || function.result == nullptr ? void_type() : type(function.result);
    return builder_.method_ref(std::move(ref));
}

std::string FileLowering::default_name(const FunctionSymbol& function, std::size_t index) {
    const std::size_t position = index + (receiver_type(function) != nullptr ? 1 : 0);
    return std::string(function.link_name) + "$default$" + std::to_string(position);
}

std::int64_t FileLowering::default_method(const FunctionSymbol& function, std::size_t index,
                                          const Type* owner, std::span<const Type* const> type_args) {
    MethodRef ref;
    ref.owner = owner_type(function.owner, function.module, owner);
    ref.name = str(default_name(function, index));
    for (const Type* arg : type_args) ref.type_args.push_back(type(arg));
    if (const Type* receiver = receiver_type(function)) ref.params.push_back(type(receiver));
    for (std::size_t i = 0; i < index; ++i) ref.params.push_back(type(function.params[i].type));
    ref.result = type(function.params[index].type);
    return builder_.method_ref(std::move(ref));
}

const Type* FileLowering::cell_type(const Type* value) {
    const Type* args[] = {value};
    return program_.types->named(program_.cell, args);
}

const Type* FileLowering::error_type() {
    return program_.types->named(program_.error);
}

FieldStep FileLowering::cell_value(const Type* value) {
    return {type(cell_type(value)), str("value"), builder_.class_var(0)};
}

const Type* FileLowering::storage_type(const LocalSymbol& local) {
    return local.in_cell ? cell_type(local.type) : local.type;
}

std::vector<classfile::TypeParam> FileLowering::type_params(std::span<TypeParamSymbol* const> params) {
    std::vector<classfile::TypeParam> out;
    for (const TypeParamSymbol* param : params) {
        classfile::TypeParam entry;
        entry.name = str(param->name);
        for (const Type* bound : param->bounds) entry.bounds.push_back(type(bound));
        out.push_back(std::move(entry));
    }
    return out;
}

void FileLowering::request(const FunctionSymbol& function) {
    if (seen_.insert(&function).second) requested_.push_back(&function);
}

void FileLowering::fail(std::string message, std::string_view function) {
    if (failure_) return;
    Diagnostic diagnostic;
    diagnostic.message = std::move(message);
    diagnostic.file = source().path();
    diagnostic.type = type_ != nullptr ? std::string(type_->qualified_name) : std::string(module_.name);
    diagnostic.function = std::string(function);
    diagnostic.hint = "split the function into smaller ones";
    failure_ = std::move(diagnostic);
}

}  // namespace skua::compiler
