// vmrun: runs a module's main from class files or from an archive.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include "caps/capabilities.h"
#include "caps/program_rights.h"
#include "describe_plugin.h"
#include "native/native_registry.h"
#include "native_stack.h"
#include "plugin_sandbox.h"
#include "program_archives.h"
#include "run_options.h"
#include "show_capabilities.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/out_of_memory.h"
#include "skua/classfile/output_file.h"
#include "skua/classfile/structure.h"
#include "skua/gc/heap.h"
#include "skua/native.h"
#include "skua/vm/vm.h"
#include "tool_files.h"

namespace {

using namespace skua;
using namespace skua::tools;
using vmrun::input_code;

int fail(int code, const std::string& message) {
    std::fprintf(stderr, "vmrun: %s\n", message.c_str());
    return code;
}

int fail(const Failure& failure) {
    return fail(failure.code, failure.message);
}

int print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
        return kDone;
    return fail(kNotDelivered, "standard output: could not be written");
}

std::string own_folder() {
    char path[4096];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    if (n <= 0) return ".";
    const std::string text(path, static_cast<std::size_t>(n));
    return text.substr(0, text.rfind('/'));
}

// The installation's own library, which is mapped: each start would copy more than it uses.
Result<void> add_library(vm::Vm& machine, const std::string& path) {
    auto archive = classfile::Archive::map(path);
    if (!archive) return std::move(archive).error();
    return machine.boot_loader().add_archive(*std::move(archive), path);
}

// One that the command line names.
Result<void> add_other_library(vm::Vm& machine, const std::string& path,
                               const vmrun::ProgramArchives& archives) {
    if (!archives.signatures_required()) return machine.boot_loader().add_path(path);
    auto archive = classfile::Archive::open(path);
    if (!archive) return std::move(archive).error();
    SKUA_TRY(archives.check_signature(**archive));
    return machine.boot_loader().add_archive(*std::move(archive), path);
}

// Grants, plugins, class path. 0, or the exit code after a message.
int set_up(vm::Vm& machine, const vmrun::RunOptions& options, vmrun::ProgramArchives& archives) {
    if (options.allow_all) machine.capabilities().allow_all();
    for (const std::string& grant : options.allow)
        if (auto granted = machine.capabilities().allow(grant); !granted)
            return fail(kUsage, "--allow: " + one_line(granted.error()));
    for (const std::string& denial : options.deny)
        if (auto denied = machine.capabilities().deny(denial); !denied)
            return fail(kUsage, "--deny: " + one_line(denied.error()));
    for (const std::string& folder : options.plugin_path) machine.natives().add_plugin_path(folder);
    std::size_t count = 0;
    const SkPluginEntry* entries = skua_stdlib_plugins(&count);
    if (auto added = machine.natives().add_library({entries, count}); !added)
        return fail(kBadInput, "the standard library: " + one_line(added.error()));
    if (auto bad = archives.read_keys()) return fail(*bad);
    const bool own = options.std_archive.empty();
    const std::string std_archive = own ? own_folder() + "/../lib/skua/std.ska" : options.std_archive;
    if (auto added =
            own ? add_library(machine, std_archive) : add_other_library(machine, std_archive, archives);
        !added)
        return fail(input_code(added.error()), "the standard library: " + one_line(added.error()));
    // Everything thrown is one of its classes: without them no error could be told.
    if (auto error = machine.boot_loader().load("std.core.Error"); !error)
        return fail(kBadInput, std_archive + ": is not the standard library: " + one_line(error.error()));
    for (const std::string& path : options.class_path)
        if (auto bad = archives.add_class_path(path)) return fail(*bad);
    return 0;
}

void tell(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;  // nobody reads any more
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

// Overwrites what earlier calls have left on the stack. It is scanned conservatively, and frames do not write
// all of their words: an address that the heap's start has left there would keep alive what lies there later,
// a list with all that follows.
[[gnu::noinline]] void wipe_stack_below() {
    volatile char dead[16 * 1024];
    for (std::size_t i = 0; i < sizeof dead; i += 1) dead[i] = 0;
}

// At the end, however the program comes to it.
void print_trace_hash_at_exit(vm::Vm& machine, const vm::Thread& thread) {
    struct Traced {
        vm::Vm& machine;
        const vm::Thread& thread;
    };
    machine.natives().at_exit(
        [](void* data) {
            const auto& traced = *static_cast<const Traced*>(data);
            std::fprintf(stderr, "trace hash: %s\n", traced.machine.trace_hash(traced.thread).c_str());
        },
        new Traced{machine, thread});
}

// The program's time was up a second ago, and it sits in a native that does not end.
void end_overdue(std::uint64_t timeout) {
    const std::string limit = vm::describe_limit({vm::Limit::Time, timeout}, false);
    tell(STDERR_FILENO, "uncaught std.core.LimitError: " + limit +
                            "\n    in native code that could not be stopped; its output may be incomplete\n");
    std::_Exit(kUncaught);
}

// On a heap that is ready. The exit code.
[[gnu::noinline]] int run_machine(vmrun::RunOptions& options, vm::VmOptions machine_options) {
    // Never destroyed: the process ends, and other guest threads may still be running.
    auto& machine = *new vm::Vm(std::move(machine_options));
    if (const std::string wrong = vmrun::use_tier(machine, options.tier); !wrong.empty())
        return fail(kBadInput, wrong);
    vmrun::ProgramArchives archives(machine, options);
    if (const int code = set_up(machine, options, archives)) return code;
    std::string module = options.target;
    if (options.target_is_archive)
        if (auto bad = archives.add_program(options.target, module)) return fail(*bad);
    if (auto bad = archives.add_dependencies()) return fail(*bad);
    const std::string programs = own_folder();
    machine.natives().add_plugin_path(programs.substr(0, programs.rfind('/')) + "/lib/skua/plugins");
    if (!options.show_capabilities)
        if (auto bad = archives.check_plugins()) return fail(*bad);
    auto thread = machine.attach_thread();
    if (!thread)
        return fail(kUncaught,
                    "std.core.OutOfMemoryError: the heap is full; --max-heap sets its size; or the "
                    "system gives no memory for a stack of " +
                        std::to_string(machine.options().max_stack_bytes) +
                        " bytes; --max-stack sets its size");
    auto loaded = machine.app_loader().load(module);
    if (!loaded) return fail(input_code(loaded.error()), one_line(loaded.error()));
    if (auto passed = vm::start_program(machine, **loaded); !passed)
        return fail(passed.error().file.empty() ? kUsage : kBadInput, one_line(passed.error()));
    if (options.show_capabilities)
        return print(vmrun::capabilities_text(machine, *(*loaded)->source, options));
    std::string uncaught;
    const bool told = options.outcome_to >= 0;
    // Registered last but for what the program registers, which is nothing: after it, its output is out.
    if (options.trace_hash) print_trace_hash_at_exit(machine, *thread);
    auto code = machine.run_main(*thread, module, options.entry, told ? &uncaught : nullptr);
    (void)machine.close(std::chrono::milliseconds(0));  // what does not end by itself ends with the process
    machine.natives().run_exit_hooks();
    if (code && told) tell(options.outcome_to, uncaught.empty() ? "returned\n" : uncaught);
    static_cast<void>(thread.release());
    return code ? *code : fail(kBadInput, one_line(code.error()));
}

int run(vmrun::RunOptions& options) {
    for (std::size_t i = 0; i < options.args.size(); i++)
        if (!classfile::is_utf8(options.args[i]))
            return fail(kUsage, "argument " + std::to_string(i + 1) + " of the program is not valid UTF-8");
    gc::Options heap;
    heap.max_heap = options.max_heap;
    heap.stress_every_n = options.gc_stress;
    heap.fail_at = options.fail_allocation;
    heap.log = options.gc_log;
    if (!gc::initialize(heap)) return fail(kNoMemory, "the system gives no memory for the heap");
    wipe_stack_below();
    vm::VmOptions machine_options;
    if (options.max_stack != 0) machine_options.max_stack_bytes = options.max_stack;
    machine_options.exact_stack = options.max_stack != 0 || options.deterministic;
    machine_options.max_instructions = options.max_instructions;
    machine_options.timeout = std::chrono::nanoseconds(options.timeout);
    machine_options.overdue = [timeout = options.timeout] { end_overdue(timeout); };
    machine_options.max_handles = options.max_handles;
    machine_options.max_threads = options.max_threads;
    if (options.max_metadata != 0) machine_options.max_metadata = options.max_metadata;
    machine_options.deterministic = options.deterministic;
    machine_options.seed = options.seed;
    machine_options.trace_hash = options.trace_hash;
    machine_options.isolated_plugins = options.isolated_plugins;
    machine_options.plugin_host = own_folder() + "/skua-plugin-host";
    machine_options.args = std::move(options.args);
    machine_options.print_linked = options.print_linked;
    // Otherwise natives that call back end at the same depth, too.
    if (options.tier.mode == vmrun::TierOptions::Mode::Off && !machine_options.exact_stack)
        return run_machine(options, machine_options);

    struct Call {
        vmrun::RunOptions& options;
        vm::VmOptions& machine_options;
        int code;
    } call{options, machine_options, 0};
    const auto body = [](void* data) {
        auto& c = *static_cast<Call*>(data);
        c.code = run_machine(c.options, std::move(c.machine_options));
    };
    const std::size_t stack = vm::Vm::native_stack_bytes(machine_options);
    run_on_native_stack(stack, gc::prepare_threads, body, &call);
    return call.code;
}

}  // namespace

int main(int argc, char** argv) {
    classfile::end_when_memory_is_missing();
    classfile::make_signals_write_errors();  // a closed pipe is an IOError of the program
    vmrun::RunOptions options;
    if (const std::string wrong = vmrun::parse_options(argc, argv, options); !wrong.empty())
        return fail(kUsage, wrong + "; 'vmrun --help' shows what can be said");
    if (options.help) return print(vmrun::help_text());
    if (options.version) return print("vmrun (Skua) " SKUA_VERSION "\n");
    if (!options.described_plugin.empty()) {
        // Compiling a project must not be running it: the plugin's code does nothing to the world, and even
        // its own ends of the process are not wanted.
        (void)vmrun::forbid_effects(options.outcome_to < 0 ? STDOUT_FILENO : options.outcome_to);
        const std::string text = vmrun::describe_plugin(options.described_plugin);
        if (options.outcome_to < 0) std::_Exit(print(text));
        tell(options.outcome_to, text);
        std::_Exit(kDone);
    }
    const int code = run(options);
    std::fflush(nullptr);
    std::_Exit(code);
}
