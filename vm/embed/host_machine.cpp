#include "host_machine.h"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

#include "guest_function.h"
#include "host_error.h"
#include "host_thread.h"
#include "native/native_registry.h"
#include "process_options.h"
#include "run_slices.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/packages.h"
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

// skua-plugin-host as it is installed: in bin/ of the tree in whose lib/, or a folder of that, libskua lies.
std::string own_plugin_host() {
    Dl_info own{};
    if (dladdr(reinterpret_cast<const void*>(&skua_vm_new), &own) == 0 || own.dli_fname == nullptr) return {};
    std::string folder = classfile::folder_of(own.dli_fname);
    for (const char* const below : {"/", "/../bin/", "/../../bin/"})
        if (std::string path = folder + below + "skua-plugin-host"; access(path.c_str(), X_OK) == 0)
            return path;
    return {};
}

SkuaStatus read_isolation(const SkuaOptions& options, vm::VmOptions& machine, SkuaError** error) {
    for (std::size_t i = 0; i < options.isolated_plugin_count; i++) {
        if (options.isolated_plugins == nullptr || options.isolated_plugins[i] == nullptr)
            return fail(error, SKUA_BAD_USE, "SkuaOptions.isolated_plugins has a NULL");
        machine.isolated_plugins.emplace_back(options.isolated_plugins[i]);
    }
    if (machine.isolated_plugins.empty()) return SKUA_OK;
    machine.plugin_host = options.plugin_host == nullptr ? own_plugin_host() : options.plugin_host;
    if (access(machine.plugin_host.c_str(), X_OK) == 0) return SKUA_OK;
    return fail(error, SKUA_NOT_FOUND,
                machine.plugin_host.empty()
                    ? "skua-plugin-host, which runs isolated plugins, is not in bin beside libskua: "
                      "SkuaOptions.plugin_host says where it is"
                    : machine.plugin_host + ": is no program to run: SkuaOptions.plugin_host");
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
    machine.exact_stack = options.max_stack != 0 || options.deterministic;
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
    if (const SkuaStatus status = read_isolation(options, machine, error)) return status;
    vm->machine = std::make_unique<vm::Vm>(std::move(machine));
    vm->archives = std::make_unique<vm::ClassPathArchives>(*vm->machine);
    if (const SkuaStatus status = give_tier(*vm, options, error)) return status;
    if (const SkuaStatus status = give_library(*vm, error)) return status;
    // Makes what an OutOfMemoryError needs, so that a full heap is told here.
    const auto thread = vm->machine->attach_thread();
    return thread ? SKUA_OK
                  : fail(error, SKUA_NO_RESOURCE,
                         "there is no memory for a machine: the heap is full (SkuaProcess.max_heap sets its "
                         "size), or the system gives none");
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
