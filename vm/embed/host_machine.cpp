#include "host_machine.h"

#include <algorithm>
#include <cstring>

#include "guest_function.h"
#include "host_error.h"
#include "host_thread.h"
#include "native/native_registry.h"
#include "process_options.h"
#include "run_slices.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/structure.h"
#include "std_archive.h"
#ifdef SKUA_WITH_JIT
#include "skua/jit/jit.h"
#endif

namespace skua::embed {
namespace {

std::atomic<std::uint64_t> g_machines{0};

SkuaStatus give_tier(SkuaVm& vm, const SkuaOptions& options, SkuaError** error) {
    if (options.jit > SKUA_JIT_FORCE)
        return fail(error, SKUA_BAD_USE, "SkuaOptions.jit is none of SKUA_JIT_DEFAULT, ON, OFF and FORCE");
#ifdef SKUA_WITH_JIT
    if (options.jit == SKUA_JIT_OFF) return SKUA_OK;
    jit::Options wanted;
    if (options.jit_threshold != 0) wanted.threshold = options.jit_threshold;
    if (options.jit_cache != 0) wanted.code_cache = options.jit_cache;
    if (options.jit == SKUA_JIT_FORCE) {
        wanted.threshold = 0;
        wanted.background = false;
    }
    std::string why_not;
    auto tier = jit::make_tier(*vm.machine, wanted, why_not);
    if (!tier) return fail(error, SKUA_NO_RESOURCE, why_not);  // not in the background: later, and silently
    vm.machine->set_tier(std::move(tier));
#else
    static_cast<void>(vm);
    if (options.jit == SKUA_JIT_ON || options.jit == SKUA_JIT_FORCE)
        return fail(error, SKUA_BAD_USE, "this build has no compiled tier: SkuaOptions.jit");
#endif
    return SKUA_OK;
}

SkuaStatus read_arguments(const SkuaOptions& options, vm::VmOptions& machine, SkuaError** error) {
    for (std::size_t i = 0; i < options.arg_count; i++) {
        if (options.args == nullptr || options.args[i] == nullptr)
            return fail(error, SKUA_BAD_USE, "SkuaOptions.args has a NULL");
        if (!classfile::is_utf8(options.args[i]))
            return fail(error, SKUA_BAD_USE, "argument " + std::to_string(i) + " is not valid UTF-8");
        machine.args.emplace_back(options.args[i]);
    }
    return SKUA_OK;
}

SkuaStatus give_library(SkuaVm& vm, SkuaError** error) {
    std::size_t count = 0;
    const SkPluginEntry* entries = skua_stdlib_plugins(&count);
    if (auto added = vm.machine->natives().add_library({entries, count}); !added)
        return fail(error, SKUA_BAD_INPUT, added.error());
    auto archive = classfile::Archive::from_span(std_archive(), "std.ska in libskua");
    if (!archive) return fail(error, SKUA_BAD_INPUT, archive.error());
    if (auto added = vm.machine->boot_loader().add_archive(*std::move(archive), "std.ska in libskua"); !added)
        return fail(error, SKUA_BAD_INPUT, added.error());
    // Everything thrown is one of its classes.
    if (auto known = vm.machine->boot_loader().load("std.core.Error"); !known)
        return fail(error, SKUA_BAD_INPUT, known.error());
    return SKUA_OK;
}

vm::VmOptions machine_options(const SkuaOptions& options) {
    vm::VmOptions machine;
    if (options.max_stack != 0) machine.max_stack_bytes = options.max_stack;
    machine.max_instructions = options.max_instructions;
    if (options.count_instructions && options.max_instructions == 0)
        machine.max_instructions = vm::kMaxInstructions;
    machine.max_handles = options.max_handles;
    machine.max_threads = options.max_threads;
    if (options.max_metadata != 0) machine.max_metadata = options.max_metadata;
    machine.deterministic = options.deterministic;
    machine.seed = options.seed;
    machine.embedded = true;
    return machine;
}

SkuaStatus make(const SkuaOptions& options, std::unique_ptr<SkuaVm>& vm, SkuaError** error) {
    if (options.max_instructions > vm::kMaxInstructions)
        return fail(error, SKUA_BAD_USE, "SkuaOptions.max_instructions is above 2^62");
    vm = std::make_unique<SkuaVm>();
    vm->number = ++g_machines;
    vm->user_data = options.user_data;
    vm->max_instructions = options.max_instructions;
    vm->max_nanoseconds = options.max_nanoseconds;
    vm->write = options.write;
    vm->read = options.read;
    vm->stream_data = options.stream_data;
    set_streams(*vm);
    vm::VmOptions machine = machine_options(options);
    machine.streams = &vm->streams;
    machine.host = vm.get();
    if (const SkuaStatus status = read_arguments(options, machine, error)) return status;
    vm->machine = std::make_unique<vm::Vm>(std::move(machine));
    if (const SkuaStatus status = give_tier(*vm, options, error)) return status;
    return give_library(*vm, error);
}

}  // namespace
}  // namespace skua::embed

SkuaStatus skua_vm_new(const SkuaOptions* options, SkuaVm** vm, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr) return fail(error, SKUA_BAD_USE, "skua_vm_new: vm is NULL");
    *vm = nullptr;
    return guarded(error, [&] {
        SkuaOptions known{};
        if (options != nullptr) {
            if (options->size < sizeof options->size)
                return fail(error, SKUA_BAD_USE, "SkuaOptions.size is to be sizeof(SkuaOptions)");
            std::memcpy(&known, options, std::min<std::size_t>(options->size, sizeof known));
        }
        if (const SkuaStatus status = initialize_process(error)) return status;
        std::unique_ptr<SkuaVm> made;
        if (const SkuaStatus status = make(known, made, error)) return status;
        *vm = made.release();
        return SKUA_OK;
    });
}

void skua_vm_free(SkuaVm* vm) {
    if (vm == nullptr) return;
    skua::embed::end_all_runs(*vm);
    skua::embed::detach_all(*vm);
    (void)vm->machine->close(std::chrono::milliseconds(0));
    vm->machine->natives().run_exit_hooks();
    // A plugin's thread that stays attached has what is left of the machine.
    if (vm->machine->close(std::chrono::seconds(2))) delete vm;
}

void* skua_vm_user_data(const SkuaVm* vm) {
    return vm == nullptr ? nullptr : vm->user_data;
}

void skua_vm_detach(SkuaVm* vm) {
    if (vm != nullptr) skua::embed::detach_current(*vm);
}

SkuaVm* skua_vm_of(SkEnv* env) {
    if (env == nullptr) return nullptr;
    return static_cast<SkuaVm*>(
        reinterpret_cast<skua::vm::Thread::NativeEnv*>(env)->thread->vm->options().host);
}
