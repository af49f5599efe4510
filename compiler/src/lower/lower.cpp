#include "lower/lower.h"

#include "lower/declaration_lowering.h"

namespace skua::compiler {

Result<std::vector<classfile::ClassFile>> lower(const Program& program, const Progress& progress) {
    std::vector<classfile::ClassFile> files;
    auto add = [&](ModuleSymbol& module, TypeSymbol* type) -> Result<> {
        auto file = DeclarationLowering(program, module, type).run();
        if (!file) return std::move(file).error();
        files.push_back(std::move(*file));
        return {};
    };
    std::size_t number = 0;
    for (ModuleSymbol* module : program.modules) {
        if (progress) progress("compiling", module->name, ++number, program.modules.size());
        if (DeclarationLowering::has_module_file(*module)) SKUA_TRY(add(*module, nullptr));
        for (TypeSymbol* type : module->types) SKUA_TRY(add(*module, type));
    }
    return files;
}

}  // namespace skua::compiler
