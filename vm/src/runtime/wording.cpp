#include "skua/vm/wording.h"

namespace skua::vm {

const Wording& wording(bool embedded) {
    static constexpr Wording kVmrun = {
        .max_instructions = "--max-instructions",
        .timeout = "--timeout",
        .max_handles = "--max-handles",
        .max_threads = "--max-threads",
        .max_metadata = "--max-metadata",
        .max_stack = "--max-stack",
        .max_heap = "--max-heap",
        .allow = "--allow=",
        .deny = "--deny=",
        .denied_by = "--deny",
        .plugin_path = "--plugin-path=DIR",
    };
    static constexpr Wording kHost = {
        .max_instructions = "SkuaOptions.max_instructions",
        .timeout = "SkuaOptions.max_nanoseconds",
        .max_handles = "SkuaOptions.max_handles",
        .max_threads = "SkuaOptions.max_threads",
        .max_metadata = "SkuaOptions.max_metadata",
        .max_stack = "SkuaOptions.max_stack",
        .max_heap = "SkuaProcess.max_heap",
        .allow = "",
        .deny = "",
        .denied_by = "skua_vm_deny",
        .plugin_path = "skua_vm_add_plugin_path",
    };
    return embedded ? kHost : kVmrun;
}

std::string grant_hint(bool embedded, std::string_view grant) {
    if (embedded) return "skua_vm_allow(vm, \"" + std::string(grant) + "\", ...) grants it";
    return "run with " + std::string(wording(false).allow) + std::string(grant);
}

}  // namespace skua::vm
