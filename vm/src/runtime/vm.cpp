// Vm and Thread: setting up, attaching threads, calling guest code, running main.
#include "skua/vm/vm.h"

#include <cstdio>
#include <new>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "caps/capabilities.h"
#include "interp/slow_paths.h"
#include "link/linker.h"
#include "native/native_registry.h"
#include "native/trace_hash.h"
#include "runtime/determinism.h"
#include "runtime/guest_frames.h"
#include "runtime/runtime.h"
#include "runtime/watchdog.h"
#include "skua/classfile/check.h"
#include "skua/vm/activation.h"
#include "skua/vm/tier.h"
#include "skua/vm/verifier.h"

namespace skua::vm {
namespace {

constexpr int kExitUncaught = 70;
constexpr auto kPatience = std::chrono::seconds(10);  // with plugins' threads, at the end
constexpr std::size_t kNativeReserve = 256 * 1024;    // of the C stack, for natives and slow paths
constexpr std::size_t kCompiledReserve = 64 * 1024;   // beyond that, for what compiled code calls
// Frames of compiled code hold what the interpreter's registers do, but spilled values of inlined callees as
// well, and each change between the two on the way down takes C++ frames.
constexpr std::size_t kNativePerGuestStack = 8;
// Where calls are counted, neither stack may end before the count does, while that is affordable: thunks and
// natives have frames that do not count, and each small call may change between interpreted and compiled
// code.
constexpr std::size_t kGuestPerExactStack = 2;
constexpr std::size_t kNativePerExactStack = 64;
constexpr std::size_t kMaxExactNativeStack = std::size_t{1} << 30;

// Of the stack that compiled code may use.
std::size_t native_bytes(const VmOptions& options) {
    const std::size_t least = kNativePerGuestStack * options.max_stack_bytes;
    if (!options.exact_stack) return least;
    return std::max(least, std::min(kNativePerExactStack * options.max_stack_bytes, kMaxExactNativeStack));
}

std::size_t guest_bytes(const VmOptions& options) {
    constexpr std::size_t kLastFrame = std::size_t{1} << 20;  // more than the largest
    return options.exact_stack ? kGuestPerExactStack * options.max_stack_bytes + kLastFrame
                               : options.max_stack_bytes;
}

bool is_own(const Thread& thread) {
    return pthread_equal(thread.os_thread, pthread_self()) != 0;
}

void scan_stack(void* data, gc::RootSink& sink) {
    auto* thread = static_cast<Thread*>(data);
    // What lies beyond is left from calls that have returned, and compiled code never overwrites it: one such
    // word keeps a whole list alive. Where another thread's frames end is not known while it interprets.
    sink.range(thread->stack_base, is_own(*thread) ? stack_top(*thread) : thread->soft_limit);
    sink.word(thread->pending);
    sink.range(std::begin(thread->compiled.args), std::end(thread->compiled.args));
    sink.range(std::begin(thread->compiled.results), std::end(thread->compiled.results));
}

// Of the thread that collects: it stands at a call, and so do all its compiled frames. Where another one was
// stopped is not known.
void trim_stack(void* data) {
    const auto* thread = static_cast<const Thread*>(data);
    if (!is_own(*thread)) return;
    walk_guest_frames(
        *thread,
        [&](const Thread::Compiled::Span& span) {
            thread->vm->tier()->clear_dead(span.anchor_sp, span.boundary_sp);
            return true;
        },
        [](const Instr*) { return true; });
}

std::uintptr_t native_stack_limit() {
    pthread_attr_t attr;
    void* low = nullptr;
    std::size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attr) != 0) return 0;
    pthread_attr_getstack(&attr, &low, &size);
    pthread_attr_destroy(&attr);
    return reinterpret_cast<std::uintptr_t>(low) + kNativeReserve;
}

// Without SA_RESTART, so that system calls return EINTR. A host's own handler stays.
void handle_wake_signal(int signal) {
    struct sigaction now {};
    if (sigaction(signal, nullptr, &now) != 0) return;
    if ((now.sa_flags & SA_SIGINFO) != 0 || (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN)) return;
    struct sigaction wake {};
    wake.sa_handler = [](int) {};
    sigemptyset(&wake.sa_mask);
    sigaction(signal, &wake, nullptr);
}

std::size_t mapping_size(const Thread& thread) {
    return static_cast<std::size_t>(thread.stack_end - thread.stack_base) * sizeof(Slot) +
           static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

void Vm::detach(Thread* thread) {
    Vm& vm = *thread->vm;
    vm.natives().thread_ends(*thread);
    {
        const std::lock_guard guard(vm.threads_lock_);
        std::erase(vm.threads_, thread);
        --vm.thread_count_;
    }
    vm.instructions().give_back(thread->fuel);
    gc::detach_thread(thread->heap);
    munmap(thread->stack_base, mapping_size(*thread));
    delete thread;
}

std::size_t Vm::thread_count() {
    const std::lock_guard guard(threads_lock_);
    return thread_count_;
}

void Vm::interrupt_threads() {
    const std::lock_guard guard(threads_lock_);
    for (Thread* thread : threads_) thread->request_interrupt();
    natives_->completions()->wake();
}

void Vm::calm_threads() {
    const std::lock_guard guard(threads_lock_);
    for (Thread* thread : threads_) {
        thread->ending = false;
        thread->interrupted.store(false, std::memory_order_relaxed);
        thread->compiled.stack_limit.store(thread->compiled.lowest_sp, std::memory_order_release);
    }
}

Thread* Vm::attached_thread() {
    const std::lock_guard guard(threads_lock_);
    const auto own =
        std::find_if(threads_.begin(), threads_.end(), [](const Thread* t) { return is_own(*t); });
    return own != threads_.end() ? *own : nullptr;
}

bool Vm::close(std::chrono::milliseconds patience) {
    return natives_->threads().close(*this, patience);
}

void Vm::wake_threads() {
    const int signal = wake_signal.load(std::memory_order_relaxed);
    if (signal == 0) return;
    handle_wake_signal(signal);
    const std::lock_guard guard(threads_lock_);
    for (const Thread* thread : threads_) pthread_kill(thread->os_thread, signal);
}

Vm::Vm(VmOptions options)
    : options_(std::move(options)),
      // A trace tells how many instructions have run.
      instructions_(options_.max_instructions == 0 && options_.trace_hash ? kMaxInstructions
                                                                          : options_.max_instructions),
      limits_(*this, options_.max_metadata),
      boot_loader_(std::make_unique<Loader>(types_, nullptr)),
      app_loader_(std::make_unique<Loader>(types_, boot_loader_.get())),
      natives_(std::make_unique<NativeRegistry>(options_.embedded)),
      capabilities_(std::make_unique<Capabilities>(options_.embedded)),
      linker_(std::make_unique<LinkerState>()),
      watchdog_(std::make_unique<Watchdog>(*this)) {
    watchdog_->overdue = options_.overdue;
    natives_->handles().set_limit(options_.max_handles);
    if (options_.deterministic) {
        determinism_ = std::make_unique<Determinism>(options_.seed);
        natives_->handles().determine(~options_.seed);
    }
    if (options_.trace_hash) tracer_ = std::make_unique<TraceHash>();
    natives_->observe(options_.deterministic || options_.trace_hash);
}

Vm::~Vm() {
    (void)close(std::chrono::milliseconds(0));
    natives_->run_exit_hooks();    // by which plugins end their threads
    SKUA_CHECK(close(kPatience));  // one that stays would go on in what is gone
    watchdog_.reset();
    tier_.reset();  // its thread reads what is given up below
    for (auto& block : linker_->roots) gc::remove_root_range(block.get());
    free_bodies(*linker_);
    for (const CallSite& site : linker_->sites)
        for (const auto& seen : site.seen) delete seen.load(std::memory_order_relaxed);
    for (auto& cls : linker_->classes)
        delete static_cast<const GuestCall*>(cls->native_call.exchange(nullptr));
}

void Vm::set_tier(std::unique_ptr<ExecutionTier> tier) {
    tier_ = std::move(tier);
}

std::size_t Vm::native_stack_bytes(const VmOptions& options) {
    constexpr std::size_t kBelowAttach = 256 * 1024;  // what has run before the thread attaches
    return native_bytes(options) + kNativeReserve + kCompiledReserve + kBelowAttach;
}

std::string Vm::trace_hash(const Thread& thread) {
    return tracer_ ? tracer_->finish(instructions_.limit() - instructions_.left(thread.fuel)) : std::string();
}

// A stack and what belongs to it, known to nobody yet. Null: the system gives no memory.
std::unique_ptr<Thread> Vm::make_thread() {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = (guest_bytes(options_) + page - 1) / page * page;
    std::unique_ptr<Thread> thread(new (std::nothrow) Thread());
    if (!thread) return nullptr;
    // Pages are given by the system when first touched; the last one is never accessible.
    void* memory = mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    mprotect(static_cast<char*>(memory) + bytes, page, PROT_NONE);
    thread->vm = this;
    if (options_.exact_stack) thread->stack_allowed = options_.max_stack_bytes;
    if (tier_) thread->ticks = tier_->tick_quantum();  // the first call is no sample
    thread->stack_base = static_cast<Slot*>(memory);
    thread->stack_end = thread->stack_base + bytes / sizeof(Slot);
    thread->soft_limit = std::min(thread->stack_base + kStackStep, thread->stack_end);
    thread->native_stack_limit = native_stack_limit();
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    const std::uintptr_t wanted = native_bytes(options_);
    thread->compiled.lowest_sp =
        std::max(thread->native_stack_limit + kCompiledReserve, here > wanted ? here - wanted : 0);
    thread->compiled.stack_limit.store(thread->compiled.lowest_sp, std::memory_order_relaxed);
    thread->heap = gc::attach_thread();
    if (!thread->heap) {
        munmap(memory, bytes + page);
        return nullptr;
    }
    thread->heap->set_root_scanner(scan_stack, thread.get());
    thread->heap->set_stack_trimmer(trim_stack, thread.get());
    thread->native_env = {&host_api(), thread.get()};
    return thread;
}

std::unique_ptr<Thread, void (*)(Thread*)> Vm::attach_thread() {
    try {
        const std::lock_guard guard(threads_lock_);
        if (options_.max_threads != 0 && thread_count_ >= options_.max_threads) {
            limits_.note(Limit::Threads, options_.max_threads);
            return {nullptr, detach};
        }
        threads_.reserve(thread_count_ + 1);
        ++thread_count_;
    } catch (const std::bad_alloc&) {
        return {nullptr, detach};
    }
    std::unique_ptr<Thread, void (*)(Thread*)> thread(nullptr, detach);
    {
        std::unique_ptr<Thread> made = make_thread();
        const std::lock_guard guard(threads_lock_);
        if (!made) {
            --thread_count_;
            return thread;
        }
        threads_.push_back(made.get());  // there is room
        if (limits_.ends_program()) made->request_interrupt();
        thread.reset(made.release());
    }
    // Later there may be no memory for it.
    bool prepared = false;
    try {
        prepared = prepare_out_of_memory(*thread);
    } catch (const std::bad_alloc&) {
    }
    if (!prepared) thread.reset();
    return thread;
}

namespace {

Diagnostic main_error(std::string message, std::string hint) {
    Diagnostic d;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

Result<Function*> find_main(Vm& vm, std::string_view module, std::string_view name) {
    auto def = vm.app_loader().load(module);
    if (!def) return std::move(def).error();
    if ((*def)->kind != classfile::DeclKind::Module) {
        return main_error(std::string(module) + " is a type, not a module",
                          "name the module that has the function " + std::string(name));
    }
    FunctionDef* main = (*def)->find_function(name);
    if (!main)
        return main_error("module " + std::string(module) + " has no function " + std::string(name),
                          "add: fn " + std::string(name) + "() { }");
    if (name != "main" &&
        (!main->params.empty() || main->result->kind != TypeKind::Void || !main->decl->type_params.empty())) {
        return main_error(
            std::string(name) + " of module " + std::string(module) + " has parameters or a result",
            "--entry takes a function without either");
    }
    const Type* strings = vm.types().array(vm.types().simple(TypeKind::String));
    const bool params_fit = main->params.empty() || (main->params.size() == 1 && main->params[0] == strings);
    const bool result_fits = main->result->kind == TypeKind::Void || main->result->kind == TypeKind::I64;
    if (!params_fit || !result_fits || !main->decl->type_params.empty()) {
        return main_error("main of module " + std::string(module) + " has a wrong signature",
                          "it must be fn main() or fn main(args: [string]), returning nothing or int");
    }
    SKUA_TRY(check_declaration(**def));
    return function_of(vm, *main, (*def)->self, {});
}

// The program's arguments as [string]; null with an error pending.
Array* make_args(Thread& thread) {
    const std::vector<std::string> none;
    const auto& args = thread.vm->capabilities().any("args") ? thread.vm->options().args : none;
    Class* cls = array_class_of(thread, thread.vm->types().simple(TypeKind::String));
    Array* array = cls ? new_array(thread, *cls, static_cast<std::int64_t>(args.size())) : nullptr;
    if (!array) return nullptr;
    // The array is reachable from this C++ frame: stacks are scanned.
    for (std::size_t i = 0; i < args.size(); ++i) {
        String* text = new_string(thread, args[i]);
        if (!text) return nullptr;
        gc::write_barrier(array, array->elements<String*>() + i, text);
        array->elements<String*>()[i] = text;
    }
    return array;
}

bool run(Thread& thread, Function& main, Slot* result) {
    auto cls = class_of(*thread.vm, main.owner);
    if (!cls) {
        throw_error(thread, "std.core.LinkError", cls.error().message);
        return false;
    }
    if (!ensure_initialized(thread, **cls)) return false;
    if (main.param_types.empty()) return invoke(thread, main, {}, result);
    Array* args = make_args(thread);
    if (!args) return false;
    const Slot arg = reinterpret_cast<Slot>(args);
    return invoke(thread, main, {&arg, 1}, result);
}

}  // namespace

bool Vm::watch_time(std::chrono::nanoseconds limit) {
    return watchdog_->start(limit);
}

void Vm::unwatch_time() {
    watchdog_->stop();
}

Result<bool> Vm::call_main(Thread& thread, std::string_view module, std::string_view function,
                           int& exit_code) {
    auto main = find_main(*this, module, function);
    if (!main) return std::move(main).error();
    Slot result = 0;
    if (!run(thread, **main, &result)) return false;
    exit_code = (*main)->result_slots ? static_cast<int>(result & 0xFF) : 0;
    return true;
}

Result<int> Vm::run_main(Thread& thread, std::string_view module, std::string_view function,
                         std::string* uncaught) {
    auto main = find_main(*this, module, function);
    if (!main) return std::move(main).error();
    app_loader_->make_program(*(*main)->def->owner);
    Slot result = 0;
    if (options_.timeout.count() > 0 && !watchdog_->start(options_.timeout))
        return main_error("the system gives no thread to watch over the time", "--timeout needs one");
    const bool returned = run(thread, **main, &result);
    watchdog_->stop();
    if (returned) {
        return (*main)->result_slots ? static_cast<int>(result & 0xFF) : 0;
    }
    Object* error = thread.pending;
    thread.pending = nullptr;
    (void)close(std::chrono::milliseconds(0));
    natives_->run_exit_hooks();
    std::string text = "uncaught " + describe_error(thread, error);
    if (uncaught != nullptr)
        *uncaught = std::move(text);
    else
        std::fwrite(text.data(), 1, text.size(), stderr);
    return kExitUncaught;
}

}  // namespace skua::vm
