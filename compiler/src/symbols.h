// What names mean: modules, types, functions, fields, parameters and locals. Made by semantic
// analysis, either from a syntax tree (`decl` is set) or from a class file (`decl` is null);
// everybody else only reads them. They live in the compilation's arena or, where they hold
// maps, in the Program.
//
// How lowering uses them: for each ModuleSymbol of Program::modules emit one class file of kind
// Module if it has functions or globals (own functions, test functions, extension functions of
// `extension_functions`), and one for each of its types and Extension types. Bodies are reached
// through `decl`; lambdas and local functions are met on the way: their FunctionSymbol has the
// class-file name and belongs into the class file of the enclosing type (or module).
//
// Signatures: `params` and `result` are as declared, in terms of TypeParamSymbols, without the
// receiver. The receiver's type is `this_type` (null: none). In the class file it is parameter 0.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ast.h"
#include "skua/classfile/class_file.h"
#include "types.h"

namespace skua::compiler {

enum class SymbolKind : std::uint8_t { Module, Type, TypeParam, Function, Field, Local, Case };

struct Symbol {
    SymbolKind kind;
    std::string_view name;  // as written: "List", "push"
    SourceRange range;      // of the name; empty for symbols from class files
    bool used = false;      // some name refers to it
    std::string_view doc;

protected:
    Symbol(SymbolKind k, std::string_view n) : kind(k), name(n) {}
};

struct TypeParamSymbol : Symbol {
    explicit TypeParamSymbol(std::string_view n) : Symbol(SymbolKind::TypeParam, n) {}
    bool of_function = false;  // FuncVar `index`, else ClassVar `index`
    std::uint32_t index = 0;
    std::span<const Type* const> bounds;  // interface types
    bool resolved = false;
};

struct ParamSymbol {  // a parameter of a signature
    std::string_view name;
    const Type* type = nullptr;  // of a variadic one: the array
    bool has_default = false;
    ast::ParamDecl* decl = nullptr;
    LocalSymbol* local = nullptr;  // the variable in the body
};

struct LocalSymbol : Symbol {  // parameter, `let`, `var`, pattern variable, catch variable, `this`
    explicit LocalSymbol(std::string_view n) : Symbol(SymbolKind::Local, n) {}
    const Type* type = nullptr;  // declared; for a cell: of the value inside
    bool is_param = false;
    bool is_var = false;
    bool is_let = false;  // declared by a statement that could have said `var`
    bool is_this = false;
    bool in_pattern = false;  // bound by a `for`, or by a pattern that could have a `_` there
    bool assigned = false;    // written after its initialisation
    bool captured = false;    // by a lambda or local function
    // The variable lives in a std.core.Cell<type>, field `value`: captured and assigned. A
    // parameter is moved into its cell on entry; captures pass the cell itself.
    bool in_cell = false;
    FunctionSymbol* local_function = nullptr;  // not a variable but the name of a local function
    FunctionSymbol* function = nullptr;        // the function (or lambda) whose variable it is
};

enum class FunctionRole : std::uint8_t {
    Module,  // fn of a module
    Method,  // with receiver
    Static,
    Constructor,  // init: decl is null, the TypeDecl is owner->decl; params are the ctor params
    StructNew,    // a struct's constructor: pack, or static `make$` if owner->has_init
    Extension,    // function of a module, receiver first; or static extension function
    Lambda,
    LocalFunction,
    Test,
    Intrinsic,
};

struct FunctionSymbol : Symbol {
    explicit FunctionSymbol(std::string_view n) : Symbol(SymbolKind::Function, n) {}
    FunctionRole role = FunctionRole::Module;
    std::string_view
        link_name;  // name in the class file: "push", "init", "outer$lambda$0", "string$ext$shout"
    ModuleSymbol* module = nullptr;  // always set
    TypeSymbol* owner = nullptr;     // declaring type whose class file holds it; null: the module's
    std::uint32_t flags = 0;         // classfile::DeclFlags
    std::string_view native_library;
    std::span<TypeParamSymbol* const> type_params;  // of an extension function: the block's first, then its
                                                    // own; of a lambda: those of the enclosing function
    std::span<ParamSymbol> params;                  // without receiver
    const Type* this_type = nullptr;  // receiver, null if none. Named types: applied to their own parameters
    const Type* result = nullptr;     // null until known (inferred from `= e`)
    LocalSymbol* this_local = nullptr;
    ast::FunctionDecl* decl = nullptr;
    ast::LambdaExpr* lambda = nullptr;
    ast::TestDecl* test = nullptr;
    FunctionSymbol* enclosing =
        nullptr;  // of a lambda or local function; null: a field's initial value, a default
    FunctionSymbol* overridden = nullptr;  // the open or interface method it overrides first, if any
    // Lambdas and local functions: variables of enclosing functions that the body uses, `this`
    // included, in order; they are the last parameters of the class-file function, with the type
    // Cell<T> if in_cell. A `closure` gives them, so does a direct call of a local function.
    std::span<LocalSymbol* const> captures;
    std::uint32_t next_lambda = 0;
    bool is_declared = false;  // signature resolved
    bool in_progress = false;  // being resolved or checked: finds cycles

    [[nodiscard]] bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
    [[nodiscard]] bool is_static() const { return this_type == nullptr; }
    [[nodiscard]] bool is_virtual()
        const;  // call.virtual: open, abstract or override of a class that is not final
};

struct FieldSymbol : Symbol {  // field of a type, or global of a module
    explicit FieldSymbol(std::string_view n) : Symbol(SymbolKind::Field, n) {}
    ModuleSymbol* module = nullptr;
    TypeSymbol* owner = nullptr;  // null: global of the module
    std::uint32_t flags = 0;      // classfile::DeclFlags; kStatic for globals
    const Type* type = nullptr;   // as declared; null until known
    std::uint32_t index = 0;      // position among the instance fields of the type
    ast::VariableDecl* decl = nullptr;
    ast::CtorParam* ctor_param = nullptr;
    const ast::Constant* constant = nullptr;  // of a `let` with a constant initial value
    bool in_progress = false;

    [[nodiscard]] bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
    [[nodiscard]] bool is_static() const { return has(classfile::kStatic); }
    [[nodiscard]] bool is_mutable() const { return has(classfile::kMutable); }
};

struct CaseSymbol : Symbol {  // case of an enum; sema/declare_enum.cpp tells what becomes of it
    explicit CaseSymbol(std::string_view n) : Symbol(SymbolKind::Case, n) {}
    TypeSymbol* owner = nullptr;
    std::uint32_t index = 0;
    TypeSymbol* type = nullptr;     // the class of this case, a subclass of the owner
    std::span<ParamSymbol> params;  // payload: the constructor parameters of that class
    ast::EnumCaseNode* decl = nullptr;
};

enum class TypeSymbolKind : std::uint8_t { Class, Interface, Struct, Enum, Extension };

struct TypeSymbol : Symbol {
    explicit TypeSymbol(std::string_view n) : Symbol(SymbolKind::Type, n) {}
    TypeSymbolKind type_kind = TypeSymbolKind::Class;
    std::string_view qualified_name;  // "std.collections.List"
    ModuleSymbol* module = nullptr;
    std::uint32_t flags = 0;
    std::span<TypeParamSymbol* const> type_params;
    const Type* self = nullptr;               // applied to its own parameters; Extension: the extended type
    const Type* super = nullptr;              // classes; null: none
    std::span<const Type* const> interfaces;  // as declared (interfaces: their supers)
    std::vector<FieldSymbol*> fields;         // in declaration order, static ones too
    std::vector<FunctionSymbol*> functions;   // methods, properties, statics; without constructor
    FunctionSymbol* constructor = nullptr;    // null: cannot be made (interface, enum)
    // Enums are classes: see sema/declare_enum.cpp. `cases` is set for the base class, `enum_of` for the
    // class of a case.
    std::vector<CaseSymbol*> cases;
    bool is_enum = false;
    TypeSymbol* enum_of = nullptr;
    // An error was reported about a supertype, so what it would have is not known.
    bool has_unknown_super = false;
    // Struct: it has the static function `make$` (constructor->link_name), because of an init block or
    // default values (`make$$default$I`, I counted without receiver). Else `pack` makes it.
    bool has_init = false;
    std::unordered_map<std::string_view, Symbol*> members;  // own: fields, functions, cases
    ast::TypeDecl* decl = nullptr;
    std::vector<ast::ExtendDecl*> extend_decls;  // Extension types: the blocks merged here
    const classfile::ClassFile* file = nullptr;  // of an imported type

    enum class Stage : std::uint8_t { Named, Resolving, Supers, Members } stage = Stage::Named;

    [[nodiscard]] bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
    [[nodiscard]] bool is_interface() const { return type_kind == TypeSymbolKind::Interface; }
    [[nodiscard]] bool is_struct() const { return type_kind == TypeSymbolKind::Struct; }
    [[nodiscard]] bool is_class() const { return type_kind == TypeSymbolKind::Class; }
};

struct ExtensionBlock {  // an `extend` whose methods are functions of its module
    const Type* target = nullptr;
    std::span<TypeParamSymbol* const> type_params;
    std::vector<FunctionSymbol*> functions;
    ast::ExtendDecl* decl = nullptr;
};

struct ModuleSymbol : Symbol {
    explicit ModuleSymbol(std::string_view n) : Symbol(SymbolKind::Module, n) {}  // name is qualified
    ast::Module* ast = nullptr;                                                   // null: from class files
    const classfile::ClassFile* file = nullptr;  // its functions' class file, if imported and there is one
    std::vector<TypeSymbol*> types;              // Extension types too
    std::vector<FunctionSymbol*> functions;      // module functions
    std::vector<FunctionSymbol*> extension_functions;
    std::vector<FunctionSymbol*> tests;
    std::vector<FieldSymbol*> globals;
    std::vector<ExtensionBlock*> extensions;
    std::unordered_map<std::string_view, Symbol*> members;  // types, functions, globals
};

// The result of analysis. Lowered only if the sink has no errors.
struct Program {
    std::vector<ModuleSymbol*> modules;  // those with source, in the order given
    std::shared_ptr<void> storage;       // keeps symbols, types and class files alive
    TypeContext* types = nullptr;
    // Types that lowering needs by itself; null if not on the class path and not in the program.
    TypeSymbol* cell = nullptr;   // std.core.Cell
    TypeSymbol* error = nullptr;  // std.core.Error
    TypeSymbol* range = nullptr;  // std.core.Range
};

}  // namespace skua::compiler
