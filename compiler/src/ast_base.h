// What all syntax tree nodes share: kinds, casts, identifiers, constants.
//
// Nodes are made by the parser in the compilation's arena, are trivially destructible and
// hold lists as std::span into the same arena. Every node has a source range. Fields below a
// line `// -- sema` are null/zero after parsing and are filled by semantic analysis, which also
// may *replace* a child (that is why children are plain mutable pointers): it inserts
// ConvertExpr for implicit conversions and rewrites `?.` to SafeAccessExpr.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "source.h"

namespace skua::compiler {

struct Type;          // types.h: interned semantic type
struct ModuleSymbol;  // symbols.h, this one and the next
struct TypeSymbol;
struct TypeParamSymbol;
struct FunctionSymbol;
struct FieldSymbol;
struct LocalSymbol;
struct CaseSymbol;
struct Symbol;

namespace ast {

template <typename T>
using List = std::span<T>;

struct Ident {
    std::string_view text;  // into the source text; empty in a tree made after a syntax error
    SourceRange range;
};

// A value known at compile time. Which member counts is told by `kind`.
struct Constant {
    enum class Kind : std::uint8_t { Int, Float, Bool, Char, String, Null };
    Kind kind = Kind::Null;
    std::int64_t integer = 0;  // Int (u64: the same bits), Bool (0/1), Char (scalar value)
    double floating = 0;       // Float (f32: exactly representable)
    std::string_view text;     // String, UTF-8
};

// Every node type T has `static constexpr auto kKind`; as<T>(node) is null for another kind.
template <typename T, typename Base>
[[nodiscard]] T* as(Base* node) {
    return node != nullptr && node->kind == T::kKind ? static_cast<T*>(node) : nullptr;
}
template <typename T, typename Base>
[[nodiscard]] const T* as(const Base* node) {
    return node != nullptr && node->kind == T::kKind ? static_cast<const T*>(node) : nullptr;
}
template <typename T, typename Base>
[[nodiscard]] bool is(const Base* node) {
    return node != nullptr && node->kind == T::kKind;
}

// ---- types as written ----------------------------------------------------------------------

enum class TypeNodeKind : std::uint8_t { Named, Array, Nullable, Tuple, Function };

struct TypeNode {
    TypeNodeKind kind;
    SourceRange range;
    // -- sema
    const Type* type = nullptr;

protected:
    TypeNode(TypeNodeKind k, SourceRange r) : kind(k), range(r) {}
};

struct NamedTypeNode : TypeNode {  // int, List<T>, geo.Point, std.json.Json
    static constexpr auto kKind = TypeNodeKind::Named;
    explicit NamedTypeNode(SourceRange r) : TypeNode(kKind, r) {}
    List<Ident> path;  // at least one; `Json.Bool` and `geo.Point` alike
    List<TypeNode*> args;
};

struct ArrayTypeNode : TypeNode {  // [T]
    static constexpr auto kKind = TypeNodeKind::Array;
    explicit ArrayTypeNode(SourceRange r) : TypeNode(kKind, r) {}
    TypeNode* element = nullptr;
};

struct NullableTypeNode : TypeNode {  // T?; `T??` is two of them
    static constexpr auto kKind = TypeNodeKind::Nullable;
    explicit NullableTypeNode(SourceRange r) : TypeNode(kKind, r) {}
    TypeNode* inner = nullptr;
};

struct TupleTypeNode : TypeNode {  // (A, B), at least 2. `(A)` is A: the parser unwraps it
    static constexpr auto kKind = TypeNodeKind::Tuple;
    explicit TupleTypeNode(SourceRange r) : TypeNode(kKind, r) {}
    List<TypeNode*> elements;
};

struct FunctionTypeNode : TypeNode {  // (A, B) -> R; result null: () -> no value is written `() -> void`
    static constexpr auto kKind = TypeNodeKind::Function;
    explicit FunctionTypeNode(SourceRange r) : TypeNode(kKind, r) {}
    List<TypeNode*> params;
    TypeNode* result = nullptr;
};

struct TypeParamNode {  // T, T: A, T: A & B   (`+` is accepted as well)
    Ident name;
    List<TypeNode*> bounds;
    SourceRange range;
    // -- sema
    TypeParamSymbol* symbol = nullptr;
};

}  // namespace ast
}  // namespace skua::compiler
