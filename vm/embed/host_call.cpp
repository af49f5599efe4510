// Calls that run to their end.
#include <algorithm>

#include "call_scope.h"
#include "guest_function.h"
#include "host_error.h"
#include "host_reference.h"
#include "host_thread.h"

namespace skua::embed {
namespace {

SkuaStatus no_clock(SkuaError** error) {
    return fail(error, SKUA_NO_RESOURCE, "the system gives no thread to watch over the time");
}

SkuaStatus call(SkuaFunction* function, const SkuaValue* args, std::size_t count, bool by_reference,
                SkuaValue* result, SkuaError** error) {
    if (result != nullptr) *result = SkuaValue{};
    if (function == nullptr) return fail(error, SKUA_BAD_USE, "the function to call is NULL");
    return guarded(error, [&] {
        vm::Thread* thread = nullptr;
        if (const SkuaStatus status = attach(*function->vm, thread, error)) return status;
        const CallScope scope(*function->vm, *thread);
        if (!scope) return no_clock(error);
        Arguments prepared;
        if (const SkuaStatus status = prepare(*function, *thread, args, count, prepared, error))
            return status;
        return run_prepared(*function, *thread, prepared, by_reference, result, error);
    });
}

SkuaStatus call_closure(SkuaVm& vm, vm::Thread& thread, vm::Closure& closure, const SkuaValue* args,
                        std::size_t count, SkuaValue* result, SkuaError** error) {
    const vm::Class& cls = *closure.cls;
    SkuaFunction function{};
    function.vm = &vm;
    function.function = cls.closure_function;
    function.name = vm::type_text(cls.type);
    const std::string wrong =
        read_types(*vm.machine, cls.type->fn_params(), cls.type->fn_result(), function.types);
    if (!wrong.empty()) return fail(error, SKUA_BAD_USE, function.name + ": " + wrong);
    Arguments prepared;
    const SkuaStatus status = prepare(function, thread, args, count, prepared, error, cls.capture_slots);
    if (status != SKUA_OK) return status;
    std::copy_n(closure.captures(), cls.capture_slots, prepared.slots().data() + function.types.param_slots);
    return run_prepared(function, thread, prepared, false, result, error);
}

}  // namespace
}  // namespace skua::embed

SkuaStatus skua_call(SkuaFunction* function, const SkuaValue* args, std::size_t count, SkuaValue* result,
                     SkuaError** error) {
    return skua::embed::call(function, args, count, false, result, error);
}

SkuaStatus skua_call_by_reference(SkuaFunction* function, const SkuaValue* args, std::size_t count,
                                  SkuaValue* result, SkuaError** error) {
    return skua::embed::call(function, args, count, true, result, error);
}

SkuaStatus skua_call_closure(SkuaRef* closure, const SkuaValue* args, std::size_t count, SkuaValue* result,
                             SkuaError** error) {
    using namespace skua::embed;
    if (result != nullptr) *result = SkuaValue{};
    if (closure == nullptr) return fail(error, SKUA_BAD_USE, "the function value to call is NULL");
    return guarded(error, [&] {
        SkuaVm& vm = *closure->vm;
        skua::vm::Thread* thread = nullptr;
        if (const SkuaStatus status = attach(vm, thread, error)) return status;
        auto* object = static_cast<skua::vm::Object*>(closure->root->reference);
        if (object->cls->kind != skua::vm::ClassKind::Closure)
            return fail(error, SKUA_BAD_USE,
                        "a " + skua::vm::type_text(object->cls->type) + " is not a function value");
        const CallScope scope(vm, *thread);
        if (!scope) return no_clock(error);
        return call_closure(vm, *thread, *static_cast<skua::vm::Closure*>(object), args, count, result,
                            error);
    });
}

SkuaStatus skua_run_main(SkuaVm* vm, const char* module, int* exit_code, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || module == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_run_main: an argument is NULL");
    return guarded(error, [&] {
        skua::vm::Thread* thread = nullptr;
        if (const SkuaStatus status = attach(*vm, thread, error)) return status;
        const CallScope scope(*vm, *thread);
        if (!scope) return no_clock(error);
        return call_main(*vm, *thread, module, exit_code, error);
    });
}
