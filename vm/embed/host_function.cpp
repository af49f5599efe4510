// Functions of the host that the guest calls.
#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>

#include "call_scope.h"
#include "guest_function.h"
#include "host_error.h"
#include "host_reference.h"
#include "native/native_registry.h"

struct SkuaCall {
    SkuaVm& vm;
    skua::vm::Thread& thread;
    const skua::vm::Function& function;
    const skua::embed::Crossing& result;
    skua::vm::Slot* slots;  // of the result, on the stack: the collector sees it
    bool returned = false;
};

namespace skua::embed {
namespace {

struct Definition {
    SkuaHostFunction function;
    void* data;
    void (*free_data)(void* data);

    // Of the guest's function that is bound to it, known with its first call.
    std::mutex lock;
    std::atomic<bool> read{false};
    CallTypes types;
    std::string wrong;
};

const Definition& definition_of(vm::Thread& thread, const vm::Function& function) {
    auto& definition = *static_cast<Definition*>(function.native->host.data);
    if (definition.read.load(std::memory_order_acquire)) return definition;
    // Not std::call_once: glibc, which an exception would have to pass, needs memory to let it.
    const std::lock_guard guard(definition.lock);
    if (definition.read.load(std::memory_order_relaxed)) return definition;
    CallTypes types;
    definition.wrong = read_types(*thread.vm, function.param_types, function.result_type, types);
    definition.types = std::move(types);
    definition.read.store(true, std::memory_order_release);
    return definition;
}

void call_host(vm::Thread& thread, const vm::Function& function, const vm::Slot* args, vm::Slot* results) {
    const Definition& definition = definition_of(thread, function);
    const CallTypes& types = definition.types;
    if (!definition.wrong.empty())
        return vm::throw_error(thread, "std.core.LinkError", function.display_name + ": " + definition.wrong);
    std::array<vm::Slot, vm::kMaxValueSlots + 1> slots;
    std::fill_n(slots.begin(), types.result.slots, 0);
    SkuaCall call{*static_cast<SkuaVm*>(thread.vm->options().host), thread, function, types.result,
                  slots.data()};
    SkuaValue values[vm::kMaxNativeParams];
    Lent lent;
    for (std::size_t i = 0; i < types.params.size(); i++) {
        values[i] = lend(call.vm, types.params[i], args, lent);
        args += types.params[i].slots;
    }
    definition.function(&call, definition.data, values, types.params.size());
    // A reference that must be there is not null.
    if (!call.returned && thread.pending == nullptr && types.result.has_no_default())
        vm::throw_error(thread, "std.core.NullError",
                        function.display_name + " of the host has returned nothing");
    std::copy_n(slots.begin(), types.result.slots, results);
}

}  // namespace
}  // namespace skua::embed

SkuaStatus skua_vm_define(SkuaVm* vm, const char* library, const char* name, const char* signature,
                          SkuaHostFunction function, void* data, void (*free_data)(void* data),
                          SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || library == nullptr || name == nullptr || signature == nullptr || function == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_vm_define: an argument is NULL");
    return guarded(error, [&] {
        auto definition = std::make_unique<Definition>();
        definition->function = function;
        definition->data = data;
        definition->free_data = free_data;
        const auto free = [](void* made) {
            const std::unique_ptr<Definition> own(static_cast<Definition*>(made));
            if (own->free_data != nullptr) own->free_data(own->data);
        };
        auto defined =
            vm->machine->natives().define(library, name, signature, {call_host, definition.get(), free});
        if (!defined) return fail(error, SKUA_BAD_USE, defined.error());
        static_cast<void>(definition.release());
        return SKUA_OK;
    });
}

SkuaStatus skua_return(SkuaCall* call, const SkuaValue* value) {
    using namespace skua::embed;
    if (call == nullptr || value == nullptr) return SKUA_BAD_USE;
    if (call->thread.pending != nullptr) return SKUA_THROWN;  // nothing else may be done
    return guarded(nullptr, [&] {
        std::string why;
        if (to_slots(call->thread, call->result, *value, call->slots, why)) {
            call->returned = true;
            return SKUA_OK;
        }
        if (why.empty()) return SKUA_THROWN;
        skua::vm::throw_error(call->thread, "std.core.ArgumentError",
                              "the result of " + call->function.display_name + " of the host is to be " +
                                  skua::vm::type_text(call->result.type) + ": " + why);
        return SKUA_BAD_USE;
    });
}

void skua_throw(SkuaCall* call, const char* error_class, const char* message) {
    if (call == nullptr) return;
    auto* env = skua_call_env(call);
    env->api->throw_error(env, error_class == nullptr ? "std.core.Error" : error_class,
                          message == nullptr ? "" : message);
}

SkuaVm* skua_call_vm(SkuaCall* call) {
    return call == nullptr ? nullptr : &call->vm;
}

SkEnv* skua_call_env(SkuaCall* call) {
    return call == nullptr ? nullptr : reinterpret_cast<SkEnv*>(&call->thread.native_env);
}

SkuaStatus skua_vm_add_plugin(SkuaVm* vm, SkPluginEntry entry, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || entry == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_vm_add_plugin: an argument is NULL");
    return guarded(error, [&] {
        auto added = vm->machine->natives().add_plugin(entry, "the host");
        return added ? SKUA_OK : fail(error, SKUA_BAD_USE, added.error());
    });
}

SkuaStatus skua_vm_add_plugin_path(SkuaVm* vm, const char* folder, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || folder == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_vm_add_plugin_path: an argument is NULL");
    return guarded(error, [&] {
        vm->machine->natives().add_plugin_path(folder);
        return SKUA_OK;
    });
}
