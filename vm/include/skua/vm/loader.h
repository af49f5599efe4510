// Loading: from a name to a TypeDef, the loaded and structurally checked class file.
//
// A Loader is a namespace: a type's identity is (loader, name, arguments). It owns its class path
// (folders and archives) and every TypeDef that it made; both live as long as the Vm. Loading
// takes the loader's lock; a TypeDef's declaration part is immutable once published, so reading
// it needs no lock. Loading a class initialises nothing and loads no other class: supertypes are
// resolved when somebody asks.
//
// An answer is final: a name that was not found, or whose class file was bad, stays so for this
// loader. The verifier depends on it, since it treats a missing class as a type without values.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "skua/classfile/class_file.h"
#include "skua/classfile/instruction.h"
#include "skua/classfile/result.h"
#include "skua/vm/code_source.h"
#include "skua/vm/type.h"

namespace skua::classfile {
class Archive;  // archive.h
}

namespace skua::vm {

struct FunctionLinks;  // linker's data per function definition: its instantiations
class ClassPathEntry;  // loader_path.h: a folder or an archive

struct FieldDef {
    TypeDef* owner = nullptr;
    std::uint32_t index = 0;
    const classfile::Field* decl = nullptr;
    std::string_view name;
    const Type* type = nullptr;  // open: in terms of the owner's ClassVars

    [[nodiscard]] bool is_static() const { return (decl->flags & classfile::kStatic) != 0; }
    [[nodiscard]] bool is_mutable() const { return (decl->flags & classfile::kMutable) != 0; }
};

enum class VerifyState : std::uint8_t { Unknown, Verified, Failed };

struct FunctionDef {
    TypeDef* owner = nullptr;
    std::uint32_t index = 0;
    const classfile::Function* decl = nullptr;
    std::string_view name;
    std::vector<const Type*> params;  // open; receiver first
    const Type* result = nullptr;

    // Set by verify_function, under the TypeDef's verify lock; read after state is seen (acquire).
    std::atomic<VerifyState> state{VerifyState::Unknown};
    Diagnostic failure;                  // if Failed
    std::vector<const Type*> registers;  // open types of all registers
    classfile::DecodedCode code;         // kept for linking of further instantiations

    std::atomic<FunctionLinks*> links{nullptr};  // owned by the linker

    [[nodiscard]] bool has(std::uint32_t flag) const { return (decl->flags & flag) != 0; }
    [[nodiscard]] bool is_abstract() const { return has(classfile::kAbstract); }
    [[nodiscard]] bool is_native() const { return has(classfile::kNative); }
    // An instance method: has a receiver, takes part in virtual or interface dispatch if open.
    [[nodiscard]] bool is_instance() const;
    [[nodiscard]] std::string qualified_name() const;  // "bank.Account.deposit"
};

class TypeDef {
public:
    // Use Loader::load. Resolves the declaration's own types (no other class is loaded).
    TypeDef(Loader& loader, TypeTable& types, classfile::ClassFile file, std::string file_name);

    Loader& loader;
    TypeTable& types;
    const classfile::ClassFile file;
    const std::string file_name;  // path, or archive!entry: for messages
    const std::string_view name;
    const classfile::DeclKind kind;
    const CodeSource* source = nullptr;  // set by the loader before anybody else sees this

    const Type* self = nullptr;           // the type with its own ClassVars as arguments
    const Type* super = nullptr;          // open, in this type's ClassVars; null if none
    std::vector<const Type*> interfaces;  // likewise
    std::vector<FieldDef> fields;         // same order as in the file
    std::deque<FunctionDef> functions;    // same order as in the file

    [[nodiscard]] FieldDef* find_field(std::string_view field_name);
    [[nodiscard]] FunctionDef* find_function(std::string_view function_name);
    [[nodiscard]] std::uint32_t type_param_count() const {
        return static_cast<std::uint32_t>(file.type_params.size());
    }
    [[nodiscard]] bool has(std::uint32_t flag) const { return (file.flags & flag) != 0; }
    [[nodiscard]] std::string_view module() const { return file.str(file.module); }

    // The type at an index of this file's type table, with this file's variables in it. Cached.
    [[nodiscard]] const Type* pool_type(classfile::TypeIndex index);

    std::mutex verify_lock;
    // Declaration checks (supertypes exist, no cycle, finality, overrides, completeness): done once by
    // check_declaration.
    std::atomic<VerifyState> declaration_state{VerifyState::Unknown};
    Diagnostic declaration_failure;

    // Every supertype but itself, each once, in this type's ClassVars: what subtype questions are
    // answered from. Computed on demand by supertypes_of (verifier.h), which owns it.
    struct Supertypes {
        std::vector<const Type*> types;  // superclasses from the nearest up, then interfaces
        Diagnostic failure;              // cyclic, too deep, missing, ...: `types` is then empty
        bool ok = true;
        bool missing = false;  // not ok because one of them cannot be loaded
    };
    std::atomic<const Supertypes*> supertypes{nullptr};

    ~TypeDef();

private:
    std::vector<std::atomic<const Type*>> pool_types_;
    std::unordered_map<std::string_view, FunctionDef*> functions_by_name_;
    std::unordered_map<std::string_view, FieldDef*> fields_by_name_;
};

class Loader {
public:
    Loader(TypeTable& types, Loader* parent);  // names not found in the parent are looked up here
    ~Loader();

    // A folder or an .ska archive; searched in order. Errors: missing, not readable, bad archive. An archive
    // is a source of its own; folders are of the loader's: the program's, or the library's in the first one.
    Result<void> add_path(const std::string& path);
    // An open archive (e.g. from memory); `display_name` is used in messages.
    Result<void> add_archive(std::shared_ptr<classfile::Archive> archive, std::string display_name);
    // A class file given as bytes (tests, embedding), of the loader's own source.
    Result<TypeDef*> define(std::span<const std::uint8_t> bytes, std::string display_name);

    // Loads by fully qualified name. A class whose file declares another name is an error. The
    // error of a missing class says which class path was searched and suggests near names.
    Result<TypeDef*> load(std::string_view name);
    // Like load, without a diagnostic: null if the class is missing or bad. Cheap when repeated.
    [[nodiscard]] TypeDef* try_load(std::string_view name);
    [[nodiscard]] static TypeDef* try_resolve(const Type* type);

    // The loader that defines the class of this name: the parent if it has such a class (loaded or
    // on its path, bad ones included), else this one. Reads no class.
    [[nodiscard]] Loader& home_of(std::string_view name);
    [[nodiscard]] Loader* parent() const { return parent_; }

    // The archives on the class path that are not the program itself. Before guest code runs.
    [[nodiscard]] std::vector<const CodeSource*> archives() const;
    [[nodiscard]] bool has_archives() const;
    // Makes the archive that a class came from the program. Before guest code runs.
    void make_program(const TypeDef& def);

    // The definition of a Named type, loaded on demand and cached in Type::def.
    static Result<TypeDef*> resolve(const Type* type);

    // The extension class of a built-in type ("std.core.i64", "std.core.array", ...).
    Result<TypeDef*> extension_of(TypeKind kind);

    [[nodiscard]] TypeTable& types() { return types_; }

private:
    struct Outcome;  // of loading one name
    Result<void> add_entry(std::unique_ptr<ClassPathEntry> entry, const std::string& file);
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };

    // All under lock_.
    Outcome& outcome(std::string_view name);
    Outcome read(std::string_view name);
    Result<std::unique_ptr<TypeDef>> make(std::span<const std::uint8_t> bytes, const std::string& file_name,
                                          const CodeSource& source);
    [[nodiscard]] bool has_own(std::string_view name);
    const CodeSource* owner_of(std::string_view module, const CodeSource& first);
    [[nodiscard]] Diagnostic missing(std::string_view name);

    TypeTable& types_;
    Loader* parent_;
    std::mutex lock_;
    struct PathElement {
        std::unique_ptr<ClassPathEntry> entry;
        CodeSource* source;
    };
    std::vector<PathElement> path_;
    CodeSource own_source_;
    std::deque<CodeSource> archives_;
    // Whose a module is.
    std::unordered_map<std::string, const CodeSource*, NameHash, std::equal_to<>> modules_;
    std::unordered_map<std::string, std::unique_ptr<Outcome>, NameHash, std::equal_to<>> outcomes_;
    std::unordered_map<std::string, bool, NameHash, std::equal_to<>> present_;  // answers of has_own
};

}  // namespace skua::vm
