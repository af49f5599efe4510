// Semantic types. Interned: two types are the same exactly if their pointers are equal.
// Owned by a TypeContext, immutable, as long-lived as the compilation.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "arena.h"

namespace skua::compiler {

struct TypeSymbol;
struct TypeParamSymbol;

enum class TypeKind : std::uint8_t {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    Bool,
    Char,  // same order as in class files
    String,
    Array,     // args: element
    Named,     // symbol; args: type arguments
    Var,       // param: a type parameter; class-level or function-level is told by TypeParamSymbol
    Function,  // args: parameters..., result (Void if none)
    Nullable,  // args: inner (never Void, Never or Error)
    Tuple,     // args: components, at least 2
    Void,      // no value
    // Types that only analysis knows; none of them is the type of a register.
    Never,  // of return, throw, ...: converts to everything
    Null,   // of the literal null before it is adapted
    Error,  // of what was already reported: converts to and from everything, silently
    Infer,  // inference variable of a call that is being checked; index
};

struct Type {
    TypeKind kind;
    bool has_vars = false;   // mentions a type parameter
    bool has_infer = false;  // mentions an inference variable
    bool has_error = false;
    std::uint16_t depth = 1;  // nesting, limited by kMaxDepth
    std::uint32_t index = 0;  // Infer
    TypeSymbol* symbol = nullptr;
    TypeParamSymbol* param = nullptr;
    std::span<const Type* const> args;

    static constexpr unsigned kMaxDepth = 60;

    explicit Type(TypeKind k) : kind(k) {}

    [[nodiscard]] bool is_integer() const { return kind <= TypeKind::U64; }
    [[nodiscard]] bool is_signed() const { return kind <= TypeKind::I64; }
    [[nodiscard]] bool is_float() const { return kind == TypeKind::F32 || kind == TypeKind::F64; }
    [[nodiscard]] bool is_number() const { return kind <= TypeKind::F64; }
    [[nodiscard]] bool is_primitive() const { return kind <= TypeKind::Char; }
    [[nodiscard]] bool is(TypeKind k) const { return kind == k; }
    [[nodiscard]] unsigned bits() const;  // of a number: 8, 16, 32, 64

    [[nodiscard]] const Type* element() const { return args[0]; }  // Array
    [[nodiscard]] const Type* inner() const { return args[0]; }    // Nullable
    [[nodiscard]] bool is_nullable_primitive() const {
        return kind == TypeKind::Nullable && inner()->is_primitive();
    }
    [[nodiscard]] std::span<const Type* const> params() const {
        return args.first(args.size() - 1);
    }                                                                 // Function
    [[nodiscard]] const Type* result() const { return args.back(); }  // Function

    // Held as a reference to an object (class, interface, string, array, function); a type
    // variable is neither a reference nor a value type until it is substituted.
    [[nodiscard]] bool is_reference() const;
    // Primitive, struct, tuple, or nullable of one of them.
    [[nodiscard]] bool is_value() const;
    [[nodiscard]] bool is_class() const;
    [[nodiscard]] bool is_interface() const;
    [[nodiscard]] bool is_struct() const;
};

// Type arguments for type parameters: the class's and the function's, each by parameter index.
struct Substitution {
    std::span<const Type* const> type_args;      // for TypeParamSymbols of a type
    std::span<const Type* const> function_args;  // for those of a function
    [[nodiscard]] bool empty() const { return type_args.empty() && function_args.empty(); }
};

class TypeContext {
public:
    explicit TypeContext(Arena& arena);

    [[nodiscard]] const Type* primitive(TypeKind kind) const {
        return simple_[static_cast<std::size_t>(kind)];
    }
    const Type *i8, *i16, *i32, *int_, *u8, *u16, *u32, *u64, *f32, *float_, *bool_, *char_, *string;
    const Type *void_, *never, *null, *error;

    const Type* array(const Type* element);   // of Error: Error
    const Type* nullable(const Type* inner);  // Error and Never stay as they are
    const Type* tuple(std::span<const Type* const> elements);
    const Type* function(std::span<const Type* const> params, const Type* result);
    const Type* named(TypeSymbol* symbol, std::span<const Type* const> args = {});
    const Type* var(TypeParamSymbol* param);
    const Type* infer(std::uint32_t index);

    // `type` with its type parameters replaced. A parameter beyond the given lists stays.
    const Type* substitute(const Type* type, const Substitution& s);
    std::span<const Type* const> substitute(std::span<const Type* const> types, const Substitution& s);
    // `type` with inference variable i replaced by solutions[i], where that is not null.
    const Type* replace_infer(const Type* type, std::span<const Type* const> solutions);
    std::span<const Type* const> list(const std::vector<const Type*>& types) {
        return arena_.copy(std::span<const Type* const>(types));
    }

    [[nodiscard]] Arena& arena() { return arena_; }

private:
    const Type* intern(Type candidate);
    template <typename Replace>
    const Type* rebuild(const Type* type, const Replace& replace);
    struct Hash {
        std::size_t operator()(const Type* t) const;
    };
    struct Equal {
        bool operator()(const Type* a, const Type* b) const;
    };
    Arena& arena_;
    std::array<const Type*, 24> simple_{};
    std::unordered_set<const Type*, Hash, Equal> types_;
};

// As written in source: `int`, `List<string>?`, `(int, T) -> bool`. Two different types of one
// simple name are written with their module by the caller if it matters.
[[nodiscard]] std::string to_string(const Type* type);
// Class-file text form (docs/contracts.md, Natives): `i64`, `std.collections.List<string>`, `[u8]`;
// also the `<type>` in the name of an extension function.
[[nodiscard]] std::string link_text(const Type* type);

}  // namespace skua::compiler
