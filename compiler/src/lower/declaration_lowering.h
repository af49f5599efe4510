// Declarations to class files: headers, fields, functions with their bodies, and the functions that
// exist only in class files (constructors, make$, static$init, default values, lambdas).
#pragma once

#include "lower/file_lowering.h"
#include "lower/function_lowering.h"

namespace skua::compiler {

class DeclarationLowering {
public:
    DeclarationLowering(const Program& program, ModuleSymbol& module, TypeSymbol* type)
        : file_(program, module, type), module_(module), type_(type) {}

    Result<classfile::ClassFile> run();

    // Does the module need a file of its own?
    [[nodiscard]] static bool has_module_file(const ModuleSymbol& module);

private:
    void header();
    void fields(std::span<FieldSymbol* const> fields);
    void function(const FunctionSymbol& f);
    void default_values(const FunctionSymbol& f);
    void static_init(std::span<FieldSymbol* const> fields);
    void requested();

    void lower_body(const FunctionSymbol& f, classfile::Function& out);
    void constructor_body(FunctionLowering& body, const FunctionSymbol& f);
    void make_body(FunctionLowering& body, const FunctionSymbol& f);
    [[nodiscard]] classfile::Function signature(const FunctionSymbol& f);
    [[nodiscard]] std::uint32_t function_flags(const FunctionSymbol& f) const;

    FileLowering file_;
    ModuleSymbol& module_;
    TypeSymbol* type_;
};

}  // namespace skua::compiler
