// Types as the virtual machine sees them: interned, so that equal types are one pointer.
//
// A type is open when it mentions type variables (ClassVar, FuncVar) and closed otherwise. The
// verifier works on open types, the linker on closed ones. Named types refer to their class by
// (loader, name) and load it only when somebody asks (Loader::resolve): building a type never
// reads a class. `loader` is always the one that would define the class: where a loader has a
// parent, named() asks which of the two has the name.
//
// Types live as long as the Vm. All functions here may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "skua/classfile/class_file.h"

namespace skua::vm {

using classfile::TypeKind;

class Loader;
class TypeDef;
struct Class;   // class.h: the run-time class of a closed reference type
struct Layout;  // layout.h: how a closed type lies in registers and in memory

struct Type {
    TypeKind kind = TypeKind::Void;
    bool open = false;
    std::uint8_t depth = 1;        // nesting; 255 means 255 or more
    std::uint16_t class_vars = 0;  // 1 + the largest ClassVar index mentioned; 0 if none
    std::uint16_t func_vars = 0;   // likewise for FuncVar
    std::uint32_t index = 0;       // ClassVar, FuncVar
    std::uint32_t size = 1;        // nodes when written out as a tree; saturates
    std::size_t hash = 0;
    Loader* loader = nullptr;           // Named
    std::string_view name;              // Named: fully qualified
    std::span<const Type* const> args;  // as in classfile::TypeDesc

    // Caches of lazily derived facts; owned by the loader, the verifier, the linker.
    mutable std::atomic<TypeDef*> def{nullptr};    // Named, once resolved
    mutable std::atomic<bool> well_formed{false};  // closed types that check_type has passed
    mutable std::atomic<Class*> cls{nullptr};      // closed reference types and static owners, once linked
    mutable std::atomic<Class*> box{nullptr};  // closed value types, once linked: the class of their boxes
    mutable std::atomic<const Layout*> layout{nullptr};  // closed types, once computed

    [[nodiscard]] bool is(TypeKind k) const { return kind == k; }
    [[nodiscard]] const Type* elem() const { return args[0]; }  // Array, Nullable
    [[nodiscard]] std::span<const Type* const> fn_params() const { return args.first(args.size() - 1); }
    [[nodiscard]] const Type* fn_result() const { return args.back(); }
};

class TypeTable {
public:
    TypeTable();
    ~TypeTable();
    TypeTable(const TypeTable&) = delete;
    TypeTable& operator=(const TypeTable&) = delete;

    // I8..Char, String, Void
    [[nodiscard]] const Type* simple(TypeKind kind) const;
    [[nodiscard]] const Type* array(const Type* element);
    [[nodiscard]] const Type* nullable(const Type* inner);  // distinct for each nesting: T?? is not T?
    [[nodiscard]] const Type* tuple(std::span<const Type* const> components);
    [[nodiscard]] const Type* function(std::span<const Type* const> params, const Type* result);
    [[nodiscard]] const Type* named(Loader& loader, std::string_view name, std::span<const Type* const> args);
    [[nodiscard]] const Type* class_var(std::uint32_t index);
    [[nodiscard]] const Type* func_var(std::uint32_t index);

    // Replaces ClassVar i by class_args[i] and FuncVar i by func_args[i]. Indices out of range
    // stay variables (the verifier rejects them). Growth is bounded: a result deeper than
    // kMaxTypeDepth or larger than kMaxTypeSize gives nullptr (polymorphic recursion), which the
    // caller reports.
    [[nodiscard]] const Type* substitute(const Type* type, std::span<const Type* const> class_args,
                                         std::span<const Type* const> func_args);

    // What types, and the class files that say so, take of memory.
    void count(std::size_t bytes);
    [[nodiscard]] std::size_t bytes() const;

    static constexpr int kMaxTypeDepth = 64;
    static constexpr std::uint32_t kMaxTypeSize = 4096;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// "std.collections.List<i64>", "(i64,string)->bool", "!0" for ClassVar 0, "!!0" for FuncVar 0.
[[nodiscard]] std::string type_text(const Type* type);

}  // namespace skua::vm
