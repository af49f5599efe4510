#include "call_scope.h"

#include "skua/gc/heap.h"

namespace skua::embed {

bool begin_call(SkuaVm& vm) {
    const std::lock_guard guard(vm.calls_lock);
    if (vm.calls++ > 0) return true;
    vm::Vm& machine = *vm.machine;
    if (vm::InstructionBudget& budget = machine.instructions(); budget.counts()) {
        std::int64_t none = 0;  // threads that do not run have given back theirs
        vm.instructions_before += budget.limit() - budget.left(0);
        budget.restart(budget.limit(), none);
    }
    if (vm.max_nanoseconds == 0 || machine.watch_time(std::chrono::nanoseconds(vm.max_nanoseconds)))
        return true;
    --vm.calls;
    return false;
}

void end_call(SkuaVm& vm, vm::Thread* thread) {
    vm::Vm& machine = *vm.machine;
    {
        const std::lock_guard guard(vm.calls_lock);
        if (thread != nullptr) {
            machine.instructions().give_back(thread->fuel);
            thread->fuel = 0;
        }
        if (--vm.calls > 0) return;
        const bool reached = machine.limits().reached().has_value();
        if (reached || vm.max_nanoseconds != 0) machine.unwatch_time();
        if (reached) machine.limits().forgive();
    }
    if (gc::has_cleaners_to_run()) gc::run_cleaners();
}

}  // namespace skua::embed

bool skua_vm_interrupt(SkuaVm* vm) {
    if (vm == nullptr) return false;
    const std::lock_guard guard(vm->calls_lock);
    if (vm->calls == 0) return false;
    vm->machine->limits().end_program(skua::vm::Limit::Interrupt, 0);
    // A signal may come just before the system call that it is to end: the watchdog repeats it.
    if (!vm->machine->watch_time(std::chrono::nanoseconds(1))) vm->machine->wake_threads();
    return true;
}
