// What a machine and the heap have come to.
#include <cstddef>
#include <cstring>

#include "call_scope.h"
#include "host_error.h"
#include "host_thread.h"
#include "link/linker.h"
#include "native/native_registry.h"
#include "skua/gc/heap.h"
#include "skua/vm/tier.h"

SkuaStatus skua_vm_stats(SkuaVm* vm, SkuaStats* stats) {
    if (vm == nullptr || stats == nullptr || stats->size < sizeof stats->size) return SKUA_BAD_USE;
    skua::vm::Vm& machine = *vm->machine;
    SkuaStats now{};
    now.size = stats->size;
    now.threads = static_cast<std::uint32_t>(machine.thread_count());
    if (machine.instructions().counts()) {
        const std::lock_guard guard(vm->calls_lock);
        now.instructions =
            vm->instructions_before + machine.instructions().limit() - machine.instructions().left(0);
    }
    {
        const std::lock_guard guard(machine.linker().lock);
        now.classes = machine.linker().classes.size();
        now.functions = machine.linker().bodies.size();
    }
    if (machine.tier() != nullptr) now.compiled_functions = machine.tier()->compiled_functions();
    now.metadata_bytes = machine.limits().metadata();
    now.handles = machine.natives().handles().count();
    const skua::gc::Stats heap = skua::gc::stats();
    now.heap_bytes = heap.heap_bytes;
    now.live_bytes = heap.live_bytes;
    now.allocated_bytes = heap.allocated_bytes;
    now.max_heap = skua::gc::heap_limit();
    now.collections = heap.collections;
    now.pause_total_nanoseconds = heap.pause_total_ns;
    now.pause_max_nanoseconds = heap.pause_max_ns;
    std::memcpy(stats, &now, std::min<std::size_t>(stats->size, sizeof now));
    return SKUA_OK;
}

void skua_vm_collect(SkuaVm* vm) {
    if (vm == nullptr || skua::embed::current_thread(*vm) == nullptr) return;
    skua::gc::collect();
    if (skua::gc::has_cleaners_to_run()) skua::gc::run_cleaners();
}
