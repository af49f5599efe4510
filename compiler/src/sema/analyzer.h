// The state of one analysis, shared by its parts, and what is known about whole programs:
// modules, imports, types and their members, relations between types. Bodies are checked by
// BodyChecker (body_checker.h), one per function.
//
// Everything is resolved on demand and once: a type goes through the stages of
// TypeSymbol::Stage, a function's signature is resolved by ensure_signature(). So declarations may
// come in any order, modules may import one another, and of the class path only what a program
// mentions is read.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "import.h"
#include "sema/sema.h"

namespace skua::compiler {

// Which type parameters and module a written type is resolved in. Innermost first.
struct TypeScope {
    ModuleSymbol* module = nullptr;
    std::array<std::span<TypeParamSymbol* const>, 3> params;
};

// What a name means outside of all functions.
struct ModuleScope {
    std::unordered_map<std::string_view, Symbol*> names;   // imported names and module aliases
    std::vector<ModuleSymbol*> wildcards;                  // import a.b.*
    std::vector<ModuleSymbol*> imported;                   // their extensions are visible
    std::unordered_set<std::string_view> used_names;       // those of `names` that were looked up
    std::unordered_set<const ModuleSymbol*> used_modules;  // by wildcard, or for an extension
    bool resolved = false;
};

// A member and the instantiated type that declares it (null for an extension function).
struct Member {
    Symbol* symbol = nullptr;  // Field, Function or Case; null: none
    const Type* owner = nullptr;
    explicit operator bool() const { return symbol != nullptr; }
};

class Analyzer {
public:
    Analyzer(ClassPath& path, Arena& arena, DiagnosticSink& sink, const AnalyzeOptions& options);

    // ---- entry (sema.cpp)
    void run(std::span<ast::Module* const> modules);
    std::vector<ModuleSymbol*> source_modules;

    // ---- modules and imports (modules.cpp)
    ModuleSymbol* find_module(std::string_view name);  // null if there is none
    Symbol* find_in_module(ModuleSymbol* module, std::string_view name);
    TypeSymbol* find_type(std::string_view qualified_name);
    // A name as seen from module level: own, imported, prelude. Null if there is none.
    Symbol* find_global(ModuleSymbol* from, std::string_view name);
    ModuleScope& scope_of(ModuleSymbol* module);
    [[nodiscard]] bool is_visible(const Symbol* symbol, const ModuleSymbol* from) const;
    std::span<ModuleSymbol* const> prelude_modules();  // whose extensions are visible everywhere
    // Names that could have been meant: "did you mean `x`?", or which import brings it; or "".
    std::string suggest_global(ModuleSymbol* from, std::string_view name);
    std::string library_import(std::string_view name);
    [[nodiscard]] static bool is_module_name(std::string_view qualified);

    // ---- symbols from syntax (declare.cpp)
    void declare(ModuleSymbol* module);
    void declare_extensions(ModuleSymbol* module);
    FunctionSymbol* declare_function(ast::FunctionDecl* decl, ModuleSymbol* module, TypeSymbol* owner,
                                     bool of_extension = false);
    // The property that reads a field, for an interface that asks for a property of that name.
    FunctionSymbol* make_getter(TypeSymbol* type, FieldSymbol* field, const Type* result);
    bool inherits_getter(const TypeSymbol* type, const FieldSymbol* field, const Type* interface);
    std::span<TypeParamSymbol*> declare_type_params(ast::List<ast::TypeParamNode*> nodes, bool of_function,
                                                    std::uint32_t first_index);

    // ---- enums (declare_enum.cpp)
    std::vector<ast::TypeDecl*> expand_enum(ast::TypeDecl* decl);  // the classes of its cases
    CaseSymbol* find_case(TypeSymbol* type, std::string_view name);
    void load_cases(TypeSymbol* type, std::string_view names);

    // ---- symbols from class files (class_import.cpp)
    void load_type(TypeSymbol* type);  // supers, type parameters
    void load_members(TypeSymbol* type);
    void load_module_file(ModuleSymbol* module);

    // ---- resolving (resolve.cpp)
    void ensure_supers(TypeSymbol* type);
    void ensure_members(TypeSymbol* type);
    void ensure_signature(FunctionSymbol* function);
    const Type* field_type(FieldSymbol* field);         // may check the initial value to infer it
    const Type* result_type(FunctionSymbol* function);  // may check the body to infer it
    const Type* resolve(ast::TypeNode* node, const TypeScope& scope, bool allow_void = false);
    Symbol* find_path(ast::List<ast::Ident> path, ModuleSymbol* from) {
        return resolve_path(path, from, false);
    }
    void resolve_bounds(ast::List<ast::TypeParamNode*> nodes, const TypeScope& scope);
    [[nodiscard]] TypeScope scope_of(const FunctionSymbol* function) const;
    [[nodiscard]] TypeScope scope_of(const TypeSymbol* type) const;
    const Type* builtin_type(std::string_view name);  // int, string, ...; null for others
    // Bounds of written types are checked when the supers of all types are known.
    struct PendingBounds {
        TypeSymbol* type;
        std::span<const Type* const> args;
        Substitution all;
        SourceRange range;
    };
    std::vector<PendingBounds> pending_bounds;
    // Checks that the arguments satisfy the bounds; reports at `range`.
    bool check_bounds(std::span<TypeParamSymbol* const> params, std::span<const Type* const> args,
                      const Substitution& all, SourceRange range);

    // ---- relations between types (relations.cpp)
    // The instantiation of `target` that `type` is or inherits from (through classes, interfaces,
    // extensions of built-in types, bounds); null if none.
    const Type* as_instance_of(const Type* type, TypeSymbol* target);
    bool is_subtype(const Type* from,
                    const Type* to);  // reference or bounded variable to supertype, or equal
    bool implements(const Type* type, const Type* interface_type);
    bool can_convert(const Type* from, const Type* to);  // implicitly
    const Type* join(const Type* a, const Type* b);      // the type both convert to; null if none
    // The Extension type of std.core that holds a built-in type's methods, instantiated; null if none.
    const Type* extension_of(const Type* type);
    [[nodiscard]] Substitution substitution(const Type* owner) const;
    // Direct supertypes of a named or extension type, instantiated.
    std::vector<const Type*> direct_supers(const Type* type);

    // ---- members (members.cpp)
    Member find_member(const Type* type, std::string_view name);
    Member find_static(TypeSymbol* type, std::string_view name);
    // Extension functions of that name whose receiver `type` fits, visible from `from`.
    FunctionSymbol* find_extension(const Type* type, std::string_view name, ModuleSymbol* from);
    // Whether the receiver type matches the extension's; the extension's type arguments go to `args`.
    bool match_receiver(const Type* pattern, const Type* type, std::vector<const Type*>& args);
    std::string suggest_member(const Type* type, std::string_view name, ModuleSymbol* from);
    std::string suggest_function(const Type* type, std::string_view name, ModuleSymbol* from);
    // All members that can be named on a value of the type.
    void collect_member_names(const Type* type, std::vector<std::string_view>& out, int depth = 0);
    bool can_access(const Symbol* member, const ModuleSymbol* module, const TypeSymbol* from) const;

    // ---- checks of declarations (hierarchy.cpp)
    void check_type(TypeSymbol* type);

    // ---- bodies (check_declarations.cpp)
    void check_module(ModuleSymbol* module);
    void check_function_body(FunctionSymbol* function);
    void check_type_body(TypeSymbol* type);
    void check_field_init(FieldSymbol* field);
    // definite_assignment.cpp. `is_whole`: nothing in its `init` blocks was wrong.
    void check_fields_assigned(TypeSymbol* type, bool is_whole);

    // ---- warnings about whole programs (usage.cpp)
    struct Shadowing {
        SourceRange range, hidden;
        std::string_view name;
    };
    std::vector<LocalSymbol*> variables;  // that somebody should use; parameters among them
    std::vector<Shadowing> shadowings;
    void warn_about_usage();
    void warn_deprecated(const Symbol* symbol, std::uint32_t flags, const ModuleSymbol* declared_in,
                         const ModuleSymbol* from, SourceRange range, std::string_view shown = {});

    // ---- intrinsics (intrinsics.cpp)
    ModuleSymbol* intrinsics_module();

    // ---- types that constructs need; null (with an error, once) if they do not exist
    TypeSymbol* core(std::string_view name, SourceRange use);  // std.core.<name>
    TypeSymbol* core_if_present(std::string_view name);
    TypeSymbol* collection(std::string_view name, SourceRange use);  // std.collections.<name>

    // ---- making things
    TypeSymbol* new_type(std::string_view name);
    ModuleSymbol* new_module(std::string_view name);
    template <typename T, typename... Args>
    T* make(Args&&... args) {
        return arena.make<T>(std::forward<Args>(args)...);
    }
    std::string_view text(std::string_view s) { return arena.text(s); }

    SourceDiagnostic& error(SourceRange range, std::string message, std::string suggestion = {}) {
        return sink.error(range, std::move(message), std::move(suggestion));
    }

    // ---- where the source has syntax errors (sema.cpp)
    // Does the name stand in a part of the module that could not be read?
    [[nodiscard]] static bool is_lost(const ModuleSymbol* module, std::string_view name);
    // Names that nobody knows, nor anything like them, are reported once: a declaration is missing, and the
    // places where it is used are no mistakes of their own.
    // With a suggestion they may be slips, each by itself; but not for ever.
    bool is_news(const ModuleSymbol* where, const std::string& what, const std::string& hint) {
        return reported_unknown_[std::string(where->name) + " " + what]++ < (hint.empty() ? 1 : 3);
    }
    // Might the type have had the member, or a supertype that has it, or this module an extension?
    [[nodiscard]] bool is_member_lost(const Type* type, std::string_view name, const ModuleSymbol* from);
    // Is a part of this missing from the tree?
    [[nodiscard]] bool is_incomplete(SourceRange range) const;

    ClassPath& class_path;
    Arena& arena;
    DiagnosticSink& sink;
    AnalyzeOptions options;
    TypeContext types;
    // Bodies that are being checked to find the types of others, one within the other.
    int inference_depth = 0;
    static constexpr int kMaxInference = 100;
    static constexpr std::size_t kMaxParameters = 255;
    static constexpr std::size_t kMaxSupertypes = 200;
    // Bodies already checked (inferred results make the order depend on use).
    std::unordered_map<const void*, bool> checked;
    // Numbers of lambdas by the class file and the name they are derived from.
    std::unordered_map<std::string, std::uint32_t> lambda_numbers;

private:
    const Type* resolve_named(ast::NamedTypeNode* node, const TypeScope& scope);
    Symbol* resolve_path(ast::List<ast::Ident> path, ModuleSymbol* from, bool report,
                         const TypeScope* scope = nullptr);
    void resolve_imports(ModuleSymbol* module, ModuleScope& scope);
    void check_overrides(TypeSymbol* type);
    void check_completeness(TypeSymbol* type);
    void check_conflicts(TypeSymbol* type, const Type* self, std::span<const Type* const> supers);
    void check_extensions(ModuleSymbol* module);
    void check_operator_declaration(const ast::FunctionDecl* decl);
    void check_struct_cycle(TypeSymbol* type);
    void check_main(ModuleSymbol* module);
    void warn_unused_imports(ModuleSymbol* module);
    void warn_unused_private(ModuleSymbol* module);
    void warn_missing_interfaces(ModuleSymbol* module);
    const classfile::ClassFile* read_class(std::string_view name);
    const Type* import_type(const classfile::ClassFile& file, classfile::TypeIndex index,
                            std::span<TypeParamSymbol* const> class_params,
                            std::span<TypeParamSymbol* const> function_params, int depth = 0);
    FunctionSymbol* import_function(const classfile::ClassFile& file, const classfile::Function& f,
                                    ModuleSymbol* module, TypeSymbol* owner);
    std::span<TypeParamSymbol*> import_type_params(const classfile::ClassFile& file,
                                                   const std::vector<classfile::TypeParam>& params,
                                                   bool of_function);
    void import_bounds(const classfile::ClassFile& file, const std::vector<classfile::TypeParam>& params,
                       std::span<TypeParamSymbol* const> symbols,
                       std::span<TypeParamSymbol* const> class_params,
                       std::span<TypeParamSymbol* const> function_params);

    std::deque<TypeSymbol> type_storage_;
    std::deque<ModuleSymbol> module_storage_;
    std::deque<ExtensionBlock> extension_storage_;
    std::unordered_map<std::string, ModuleSymbol*> modules_;
    std::unordered_map<const ModuleSymbol*, ModuleScope> scopes_;
    std::vector<ModuleSymbol*> prelude_modules_;
    bool prelude_ready_ = false;
    ModuleSymbol* intrinsics_ = nullptr;
    std::unordered_map<std::string_view, TypeSymbol*> extension_cache_;
    std::unordered_map<std::string, bool> reported_missing_;
    std::unordered_map<std::string, int> reported_unknown_;

    // Was it said already why its class file cannot be used?
    [[nodiscard]] bool is_reported(const std::string& name) const { return reported_missing_.contains(name); }
};

// The line `deprecated: use x` of a documentation comment.
[[nodiscard]] bool is_deprecated(std::string_view doc);
[[nodiscard]] std::string_view deprecation_of(std::string_view doc);  // what follows the colon
// What a name that other languages have is called here, as a suggestion; or "".
[[nodiscard]] std::string foreign_name(std::string_view name);
// The same for a type.
[[nodiscard]] std::string foreign_type(std::string_view name);
// The same for a member of a value of this type, whose members have these names; for a nullable type, how to
// get on without the member. `misspelt_` for when the name in the other language has a slip of its own.
[[nodiscard]] std::string foreign_member(const Type* type, std::string_view name,
                                         std::span<const std::string_view> names);
[[nodiscard]] std::string misspelt_foreign_member(std::string_view name,
                                                  std::span<const std::string_view> names);
// Tells the private details of one place from another: "`a`, `b` and `c`".
[[nodiscard]] std::string quoted_list(std::span<const std::string> names);
// The name nearest to `name`, if one is near enough to be a misspelling; empty if none.
[[nodiscard]] std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);
// What was meant by a name that none of these is: the nearest, those that it is a part of or that are a part
// of it, or, if they are few, all; "" if nothing is to be said.
[[nodiscard]] std::string suggest_name(std::string_view name, std::span<const std::string_view> candidates);
[[nodiscard]] inline std::string quote(const Type* type) {
    return "`" + to_string(type) + "`";
}
// The type with its article: "an `int`".
[[nodiscard]] inline std::string an(const Type* type) {
    const std::string text = to_string(type);
    const bool vowel = !text.empty() && std::string_view("aeioAEIO").find(text[0]) != std::string_view::npos;
    const bool f32 = text.starts_with("f32");
    return (vowel || f32 ? "an `" : "a `") + text + "`";
}
[[nodiscard]] inline std::string quote(std::string_view name) {
    return "`" + std::string(name) + "`";
}

}  // namespace skua::compiler
