// Where an open type stands: what its variables are bounded by. And the questions that the
// verifier asks about types there. Private to vm.
#pragma once

#include <string>

#include "skua/vm/loader.h"
#include "skua/vm/verifier.h"

namespace skua::vm {

enum class Rule : std::uint16_t {
#define SKUA_RULE(number, text) number,
#include "verify/rules.def"
#undef SKUA_RULE
};

[[nodiscard]] std::string_view rule_name(Rule rule);  // "V012"

struct TypeContext {
    TypeTable& types;
    Loader& loader;                         // finds std.core
    TypeDef* owner = nullptr;               // bounds of ClassVars
    const FunctionDef* function = nullptr;  // bounds of FuncVars
};

// A rule that a type breaks, and how.
struct TypeFault {
    Rule rule = Rule::V001;
    std::string message;
};

// What sort of values a Named type has. Missing: the class cannot be loaded.
enum class NamedSort : std::uint8_t { Missing, Reference, Value, None };
[[nodiscard]] NamedSort named_sort(const Type* type);

// A reference other than a nullable one: class, interface, string, array, function, missing class.
[[nodiscard]] bool is_plain_reference(const Type* type);

// A type of which there is no object: its class, or a class above it, cannot be loaded. A
// register of it holds null, and what its supertypes would be is nobody's to know.
[[nodiscard]] bool has_no_objects(const Type* type);

// As as_supertype, but in a context: type variables have what their bounds have. Null if none.
[[nodiscard]] const Type* find_supertype(const TypeContext& context, const Type* type, const TypeDef& target);

[[nodiscard]] bool assignable(const TypeContext& context, const Type* from, const Type* to);

// Rules V001, V002, V004 for a type and all that it mentions. True if they hold.
bool well_formed(const TypeContext& context, const Type* type, TypeFault& fault);

// Rule V002 for the arguments of type parameters whose bounds are declared in `file_owner`.
bool within_bounds(const TypeContext& context, TypeDef& file_owner,
                   std::span<const classfile::TypeParam> params, std::span<const Type* const> args,
                   std::span<const Type* const> class_args, std::span<const Type* const> func_args,
                   TypeFault& fault);

// May code of `from` use the members of `type` (rule V003)?
[[nodiscard]] bool type_accessible(const TypeDef& from, const TypeDef& type);
[[nodiscard]] bool same_module(const TypeDef& a, const TypeDef& b);

// std.core.Error or a subclass, or a type that has no objects.
[[nodiscard]] bool is_error_type(const TypeContext& context, const Type* type);

}  // namespace skua::vm
