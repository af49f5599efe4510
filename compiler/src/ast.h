// The syntax tree of a module: declarations. Expressions, statements, patterns and written
// types are in the headers included here; this is the one to include.
//
// Who does what:
//   parser:   Module* parse_module(SourceFile&, Arena&, DiagnosticSink&) builds it, always
//             returns a tree (with ErrorExpr/ErrorStmt where the source is broken) and fills
//             nothing below a `-- sema` line;
//   analysis: Program analyze(std::span<ast::Module*>, ClassPath&, DiagnosticSink&) (sema/sema.h)
//             fills the rest and makes the symbols (symbols.h);
//   lowering: std::vector<classfile::ClassFile> lower(const Program&) starts from the module
//             symbols and finds bodies through `decl` pointers.
#pragma once

#include "ast_base.h"
#include "ast_expr.h"
#include "ast_stmt.h"

namespace skua::compiler::ast {

enum Modifier : std::uint32_t {
    kModPub = 1 << 0,
    kModPrivate = 1 << 1,
    kModOpen = 1 << 2,
    kModAbstract = 1 << 3,
    kModOverride = 1 << 4,
    kModStatic = 1 << 5,
    kModNative = 1 << 6,
};

enum class DeclKind : std::uint8_t { Function, Variable, Type, Extend, Init, Test };

struct Decl {
    DeclKind kind;
    SourceRange range;
    std::uint32_t modifiers = 0;
    SourceRange modifiers_range;  // empty range if there are none
    std::string_view doc;         // text of the /// lines or /** */ before it, markers removed

protected:
    Decl(DeclKind k, SourceRange r) : kind(k), range(r) {}
};

struct ParamDecl {  // a: T = e, a: T...
    Ident name;
    TypeNode* type = nullptr;
    Expr* default_value = nullptr;
    bool variadic = false;  // type is then the element's
    SourceRange range;
    // -- sema
    LocalSymbol* symbol = nullptr;
};

// Functions, methods, operators (name "+", "[]", "unary-", ...), properties (`get name: T`).
struct FunctionDecl : Decl {
    static constexpr auto kKind = DeclKind::Function;
    explicit FunctionDecl(SourceRange r) : Decl(kKind, r) {}
    Ident name;
    bool is_property = false;
    bool is_operator = false;
    std::string_view native_library;  // native("zip")
    List<TypeParamNode*> type_params;
    List<ParamDecl> params;
    TypeNode* result = nullptr;  // null: none given (void for a block body, inferred for `= e`)
    Expr* body = nullptr;        // a BlockExpr, or any expression after `=`; null: abstract or native
    bool expression_body = false;
    SourceRange header;  // from `fn` to the end of the result type
    // -- sema
    FunctionSymbol* symbol = nullptr;
};

// let/var of a module, a type (static or instance field).
struct VariableDecl : Decl {
    static constexpr auto kKind = DeclKind::Variable;
    explicit VariableDecl(SourceRange r) : Decl(kKind, r) {}
    bool is_var = false;
    Ident name;  // module-level destructuring is not part of the language
    TypeNode* type = nullptr;
    Expr* init = nullptr;
    // -- sema
    FieldSymbol* symbol = nullptr;
};

enum class TypeDeclKind : std::uint8_t { Class, Interface, Struct, Enum };

struct CtorParam {  // let owner: string, var n: int = 0, rate: float
    ParamDecl param;
    bool is_let = false;  // class: makes a field; struct: always a field, `var` makes it mutable
    bool is_var = false;
    std::uint32_t modifiers = 0;  // kModPrivate, kModPub
    // -- sema
    FieldSymbol* field = nullptr;
};

struct SuperNode {  // Account(owner), Shape
    TypeNode* type = nullptr;
    bool has_args = false;
    List<Argument> args;
    SourceRange range;
};

struct EnumCaseNode {  // Null, Bool(value: bool)
    Ident name;
    List<ParamDecl> params;
    bool has_params = false;
    std::string_view doc;
    SourceRange range;
    // -- sema
    CaseSymbol* symbol = nullptr;
};

struct TypeDecl : Decl {
    static constexpr auto kKind = DeclKind::Type;
    explicit TypeDecl(SourceRange r) : Decl(kKind, r) {}
    TypeDeclKind type_kind = TypeDeclKind::Class;
    Ident name;
    List<TypeParamNode*> type_params;
    bool has_ctor_params = false;
    List<CtorParam> ctor_params;
    List<SuperNode> supers;
    List<EnumCaseNode> cases;  // enums
    List<Decl*> members;       // FunctionDecl, VariableDecl, InitDecl
    SourceRange header;        // up to the opening brace
    // -- sema
    TypeSymbol* symbol = nullptr;
    // Classes: the call of the super constructor, or null if the super is none. Lowering of `init`:
    // super_call; then store the ctor params that are fields; then members in order: initial
    // values of instance fields, and init blocks.
    CallInfo* super_call = nullptr;
};

struct InitDecl : Decl {  // init { ... }
    static constexpr auto kKind = DeclKind::Init;
    explicit InitDecl(SourceRange r) : Decl(kKind, r) {}
    BlockExpr* body = nullptr;
};

struct ExtendDecl : Decl {  // extend<T: B> [T] : Iterable<T> { fn ... }
    static constexpr auto kKind = DeclKind::Extend;
    explicit ExtendDecl(SourceRange r) : Decl(kKind, r) {}
    List<TypeParamNode*> type_params;
    TypeNode* target = nullptr;
    List<SuperNode> supers;
    List<Decl*> members;  // FunctionDecl (static ones too)
    SourceRange header;
    // -- sema: set if this makes an Extension class file (std.core only); else its methods are
    // functions of the module.
    TypeSymbol* symbol = nullptr;
};

struct TestDecl : Decl {  // test "name" { ... }
    static constexpr auto kKind = DeclKind::Test;
    explicit TestDecl(SourceRange r) : Decl(kKind, r) {}
    std::string_view name;
    BlockExpr* body = nullptr;
    // -- sema: a function `test$N` of the module (only with vmc test)
    FunctionSymbol* symbol = nullptr;
};

struct ImportedName {
    Ident name;
    Ident alias;  // empty if none: {Map as M}
};
struct ImportDecl {
    List<Ident> path;        // std . collections
    Ident alias;             // import geo = company.geometry
    bool has_names = false;  // .{Map, Set}
    List<ImportedName> names;
    bool wildcard = false;  // .*
    SourceRange range;
};

struct Module {
    SourceFile* file = nullptr;
    List<ImportDecl> imports;
    List<Decl*> decls;  // FunctionDecl, VariableDecl, TypeDecl, ExtendDecl, TestDecl
    std::string_view doc;
    SourceRange range;
    // Where the source has syntax errors: what was left out, in order, and the names that stand in it,
    // sorted. What depends on them is not reported.
    List<SourceRange> lost;
    List<std::string_view> lost_names;
    bool lost_wildcard =
        false;          // an import of everything from a module is among it: any name may be from there
    bool whole = true;  // false: so much is wrong that the rest is a guess
    // -- sema
    ModuleSymbol* symbol = nullptr;
};

}  // namespace skua::compiler::ast
