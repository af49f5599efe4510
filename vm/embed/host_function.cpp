// Functions of the host that the guest calls.
#include "call_scope.h"
#include "guest_function.h"
#include "host_error.h"
#include "host_reference.h"
#include "native/native_registry.h"

struct SkuaCall {
    SkuaVm& vm;
    skua::vm::Thread& thread;
    const skua::vm::Function& function;
    skua::vm::Slot result = 0;  // on the stack: the collector sees it
};

namespace skua::embed {
namespace {

struct Definition {
    SkuaHostFunction function;
    void* data;
    void (*free_data)(void* data);
};

vm::Slot call_host(vm::Thread& thread, const vm::Function& function, const vm::Slot* args) {
    const vm::NativeFunction& native = *function.native;
    const auto& definition = *static_cast<const Definition*>(native.host.data);
    const vm::NativeSignature& signature = native.plan.signature;
    SkuaCall call{*static_cast<SkuaVm*>(thread.vm->options().host), thread, function};
    SkuaValue values[vm::kMaxNativeParams];
    BorrowedValue kept[vm::kMaxNativeParams];
    for (unsigned i = 0; i < signature.param_count; i++) {
        if (borrow(call.vm, {signature.params[i], function.param_types[i]}, args[i], values[i], kept[i]))
            continue;
        vm::throw_error(thread, "std.core.OutOfMemoryError",
                        "there is no memory for the arguments of the host");
        return 0;
    }
    definition.function(&call, definition.data, values, signature.param_count);
    // A string or an array that must be there is not null.
    if (call.result == 0 && signature.result == vm::NativeKind::Reference && thread.pending == nullptr)
        vm::throw_error(thread, "std.core.NullError",
                        function.display_name + " of the host has returned nothing");
    return call.result;
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
        auto definition = std::make_unique<Definition>(Definition{function, data, free_data});
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
        const skua::vm::NativeKind kind = call->function.native->plan.signature.result;
        std::string why;
        skua::vm::Slot slot = 0;
        if (to_slot(call->thread, {kind, call->function.result_type}, *value, slot, why)) {
            call->result = slot;
            return SKUA_OK;
        }
        if (why.empty()) return SKUA_THROWN;
        skua::vm::throw_error(call->thread, "std.core.ArgumentError",
                              "the result of " + call->function.display_name + " of the host is to be " +
                                  skua::vm::type_text(call->function.result_type) + ": " + why);
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
