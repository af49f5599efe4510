// What the guest may reach.
#include "caps/capabilities.h"
#include "host_error.h"
#include "host_machine.h"

namespace skua::embed {
namespace {

template <typename Change>
SkuaStatus change(SkuaVm* vm, const char* grant, SkuaError** error, Change&& make) {
    if (vm == nullptr || grant == nullptr)
        return fail(error, SKUA_BAD_USE, "the machine or the grant is NULL");
    return guarded(error, [&] {
        auto made = make(vm->machine->capabilities());
        return made ? SKUA_OK : fail(error, SKUA_BAD_USE, made.error());
    });
}

}  // namespace
}  // namespace skua::embed

SkuaStatus skua_vm_allow(SkuaVm* vm, const char* grant, SkuaError** error) {
    return skua::embed::change(vm, grant, error, [&](auto& rights) { return rights.allow(grant); });
}

SkuaStatus skua_vm_deny(SkuaVm* vm, const char* grant, SkuaError** error) {
    return skua::embed::change(vm, grant, error, [&](auto& rights) { return rights.deny(grant); });
}

SkuaStatus skua_vm_allow_all(SkuaVm* vm, SkuaError** error) {
    return skua::embed::change(vm, "", error, [&](auto& rights) {
        rights.allow_all();
        return skua::Result<void>();
    });
}
