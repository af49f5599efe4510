// One class file in the making: translates semantic types and symbols into entries of its
// tables, and keeps the list of lambdas and local functions still to be lowered.
//
// Lives as long as the lowering of its type or module; one thread.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lower/function_builder.h"
#include "skua/classfile/pool_builder.h"
#include "symbols.h"

namespace skua::compiler {

class FileLowering {
public:
    // `type` is null for the module's own file.
    FileLowering(const Program& program, ModuleSymbol& module, TypeSymbol* type);

    [[nodiscard]] const Program& program() const { return program_; }
    [[nodiscard]] const ModuleSymbol& module() const { return module_; }
    [[nodiscard]] const TypeSymbol* type_symbol() const { return type_; }
    [[nodiscard]] const SourceFile& source() const { return *module_.ast->file; }
    [[nodiscard]] classfile::ClassFileBuilder& builder() { return builder_; }

    // ---- table entries -----------------------------------------------------------------------
    TypeIndex type(const Type* type);
    TypeIndex void_type() { return type(program_.types->void_); }
    classfile::StrIndex str(std::string_view text) { return builder_.str(text); }

    // The type that declares a function or field, as a class file names it. `instance` is the
    // instantiated declaring type, or null for a module's member or for the declaration's own type.
    TypeIndex owner_type(const TypeSymbol* owner, const ModuleSymbol* module, const Type* instance);
    classfile::FieldStep field_step(const FieldSymbol& field, const Type* owner);
    classfile::FieldStep tuple_step(const Type* tuple, std::uint32_t index);
    std::int64_t field_path(std::vector<classfile::FieldStep> steps);
    std::int64_t method(const FunctionSymbol& function, const Type* owner,
                        std::span<const Type* const> type_args);
    // The function that gives the default value of parameter `index` (without receiver).
    std::int64_t default_method(const FunctionSymbol& function, std::size_t index, const Type* owner,
                                std::span<const Type* const> type_args);

    // Cell<T> of a captured variable.
    const Type* cell_type(const Type* value);
    const Type* error_type();
    classfile::FieldStep cell_value(const Type* value);
    // The type of a register that holds the variable: its own or that of its cell.
    const Type* storage_type(const LocalSymbol& local);

    // The receiver's type; null if there is none.
    [[nodiscard]] static const Type* receiver_type(const FunctionSymbol& function);
    // Receiver, parameters and captures, as declared.
    std::vector<TypeIndex> signature(const FunctionSymbol& function);
    static std::string default_name(const FunctionSymbol& function, std::size_t index);
    std::vector<classfile::TypeParam> type_params(std::span<TypeParamSymbol* const> params);

    // ---- functions inside functions -------------------------------------------------------------------
    // A lambda or local function met in a body. Lowered once, however often it is met.
    void request(const FunctionSymbol& function);
    [[nodiscard]] std::deque<const FunctionSymbol*>& requested() { return requested_; }

    void add_function(classfile::Function function) {
        builder_.file().functions.push_back(std::move(function));
    }
    // Remembers the first limit that was exceeded.
    void fail(std::string message, std::string_view function);
    [[nodiscard]] const std::optional<Diagnostic>& failure() const { return failure_; }

private:
    const Program& program_;
    ModuleSymbol& module_;
    TypeSymbol* type_;
    classfile::ClassFileBuilder builder_;
    std::unordered_map<const Type*, TypeIndex> types_;
    std::unordered_set<const FunctionSymbol*> seen_;
    std::deque<const FunctionSymbol*> requested_;
    std::optional<Diagnostic> failure_;
};

}  // namespace skua::compiler
