#include "caps/program_rights.h"

#include <algorithm>

#include "caps/capabilities.h"
#include "skua/vm/vm.h"

namespace skua::vm {

Result<void> start_program(Vm& vm, const TypeDef& module) {
    vm.app_loader().make_program(module);
    const CodeSource& program = *module.source;
    const auto archives = vm.app_loader().archives();
    SKUA_TRY(vm.capabilities().check_archives(archives));
    for (const std::string& pass : program.passes) {
        const std::string name = pass.substr(0, pass.substr(0, pass.find(':')).rfind('/'));
        if (name != "*" && std::none_of(archives.begin(), archives.end(),
                                        [&](const CodeSource* source) { return source->name == name; }))
            continue;
        if (auto passed = vm.capabilities().allow(pass); !passed) {
            Diagnostic d = std::move(passed).error();
            d.file = program.file;
            return d;
        }
        SKUA_TRY(vm.capabilities().check_archives(archives));
    }
    return {};
}

}  // namespace skua::vm
