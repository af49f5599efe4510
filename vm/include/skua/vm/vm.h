// A virtual machine: loaders, linked classes and functions, options; and the operations on them
// that natives, tools and tiers use. One process may hold several Vms; they share the heap.
//
// Errors of the machine itself (bad class files, missing main) are Diagnostics. Errors of the guest
// are pending exceptions on the thread.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/result.h"
#include "skua/native.h"
#include "skua/vm/class.h"
#include "skua/vm/instruction_budget.h"
#include "skua/vm/loader.h"
#include "skua/vm/run_limits.h"
#include "skua/vm/thread.h"

namespace skua::vm {

class ExecutionTier;
class NativeRegistry;
class Capabilities;
class Watchdog;
class Determinism;
class TraceHash;
struct LinkerState;

inline constexpr std::uint64_t kMaxInstructions = std::uint64_t{1} << 62;
// What wakes a guest thread from a system call; ignored by default, and hardly used otherwise. 0: nothing
// does. Of the process; set before the first machine is made.
inline std::atomic<int> wake_signal{SIGURG};

struct VmOptions {
    std::size_t max_stack_bytes = 8u << 20;  // guest stack per thread
    // Calls are counted by the sizes of their portable frames, so that StackOverflowError comes at the same
    // call whatever runs the code; else the frames are those of whatever does (docs/limits.md).
    bool exact_stack = false;
    // Portable instructions that all threads together may run, at most kMaxInstructions; 0: no limit. Set,
    // linked code counts them (LOp::Fuel), and a thread that reaches the limit gets a LimitError that only
    // the host can catch.
    std::uint64_t max_instructions = 0;
    // Wall-clock time of one run_main; 0: no limit. Beyond it the program ends with a LimitError. Natives
    // that block are woken up; `overdue` is called, on another thread, if one does not come back within a
    // second.
    std::chrono::nanoseconds timeout{0};
    std::function<void()> overdue;
    std::size_t max_handles = 0;  // native resources open at a time; 0: no limit. Beyond: the program ends
    std::size_t max_threads = 0;  // attached at a time; 0: no limit. Beyond: attach_thread gives null
    // Memory for loaded classes, instantiations, linked code, in bytes as the machine reckons them; 0: no
    // limit. Beyond: the program ends.
    std::size_t max_metadata = kDefaultMetadata;
    static constexpr std::size_t kDefaultMetadata = std::size_t{1} << 30;
    // Time, random numbers and identity hashes are the machine's own, and there is one NaN
    // (docs/determinism.md).
    bool deterministic = false;
    std::uint64_t seed = 0;
    bool trace_hash = false;        // keep a digest of what the program does: Vm::trace_hash
    std::vector<std::string> args;  // the program's arguments
    // Native plugins that run in a process of their own, by name, "*" for all (docs/isolation.md); and the
    // program in which they do, skua-plugin-host.
    std::vector<std::string> isolated_plugins;
    std::string plugin_host;
    bool print_linked = false;  // each function, when it is linked, on stderr
    // The process is a host's: exit_program ends what runs by Limit::Exit, never the process.
    bool embedded = false;
    const SkStreams* streams = nullptr;  // standard streams, as natives see them; null: the process's
    void* host = nullptr;                // what the host knows the machine by
};

class Vm {
public:
    explicit Vm(VmOptions options);
    ~Vm();
    Vm(const Vm&) = delete;
    Vm& operator=(const Vm&) = delete;

    TypeTable& types() { return types_; }
    Loader& boot_loader() { return *boot_loader_; }  // the standard library
    Loader& app_loader() { return *app_loader_; }    // the program; asks boot_loader first
    NativeRegistry& natives() { return *natives_; }
    Capabilities& capabilities() { return *capabilities_; }
    const Capabilities& capabilities() const { return *capabilities_; }
    const Loader& app_loader() const { return *app_loader_; }
    const VmOptions& options() const { return options_; }
    InstructionBudget& instructions() { return instructions_; }
    Limits& limits() { return limits_; }
    Determinism* determinism() { return determinism_.get(); }  // null: the world is as it is
    TraceHash* tracer() { return tracer_.get(); }              // null: nobody asks
    // The digest of what the program has done so far, in hexadecimal; empty without VmOptions::trace_hash.
    std::string trace_hash(const Thread& thread);
    LinkerState& linker() { return *linker_; }

    void set_tier(std::unique_ptr<ExecutionTier> tier);
    ExecutionTier* tier() { return tier_.get(); }

    // How large a thread's native stack must be for compiled code to recurse as deep as the interpreter does
    // within max_stack_bytes. On a smaller one StackOverflowError comes earlier.
    static std::size_t native_stack_bytes(const VmOptions& options);

    // Attaches the calling OS thread. Null if there is no memory for its stack, or in the heap for the error
    // that says so, or if that were more threads than VmOptions::max_threads (limits().reached() tells).
    std::unique_ptr<Thread, void (*)(Thread*)> attach_thread();

    // Runs a function of `module` to its end: main, or one without parameters and result. The exit code, or
    // 70 after an uncaught error has been printed to stderr or, if `uncaught` is given, left there. A
    // Diagnostic if there is no such module or function.
    Result<int> run_main(Thread& thread, std::string_view module, std::string_view function = "main",
                         std::string* uncaught = nullptr);

    // The program is at its end: no plugin can attach a thread any more, and guest code that such threads run
    // ends with a LimitError. Waits until they have detached, for at most `patience`. False if some have not:
    // then this machine must not be destroyed, and no more than leaving it alone can be done with it. The
    // destructor does the same and takes no such answer. Called on an attached thread, or after all are gone.
    bool close(std::chrono::milliseconds patience);
    Thread* attached_thread();  // the calling OS thread's; null if it is not attached

    // The same for a host: neither prints, nor runs hooks, nor limits the time. False: the error is pending.
    Result<bool> call_main(Thread& thread, std::string_view module, std::string_view function,
                           int& exit_code);

    // For hosts, who say when the time of what they call begins and ends. False: the system gives no thread.
    bool watch_time(std::chrono::nanoseconds limit);
    void unwatch_time();

    [[nodiscard]] std::size_t thread_count();  // attached

    // What Limits and the watchdog do with all attached threads: have them poll, make them poll as before,
    // wake them from system calls by a signal.
    void interrupt_threads();
    void calm_threads();
    void wake_threads();

private:
    std::unique_ptr<Thread> make_thread();
    static void detach(Thread* thread);

    VmOptions options_;
    InstructionBudget instructions_;
    Limits limits_;
    std::mutex threads_lock_;
    std::vector<Thread*> threads_;
    std::size_t thread_count_ = 0;  // with those that are being attached
    TypeTable types_;
    std::unique_ptr<Loader> boot_loader_, app_loader_;
    std::unique_ptr<NativeRegistry> natives_;
    std::unique_ptr<Capabilities> capabilities_;
    std::unique_ptr<LinkerState> linker_;
    std::unique_ptr<ExecutionTier> tier_;
    std::unique_ptr<Watchdog> watchdog_;
    std::unique_ptr<Determinism> determinism_;
    std::unique_ptr<TraceHash> tracer_;
};

// ---- calling guest code from C++ -------------------------------------------------------------

// Calls with flattened arguments; results are written to `results` (result_slots of them). False
// if the guest threw: thread.pending is set.
bool invoke(Thread& thread, Function& function, std::span<const Slot> args, Slot* results);

// ---- objects ----------------------------------------------------------------------------------
// All return null with thread.pending set (OutOfMemoryError and friends) on failure.

Object* new_object(Thread& thread, Class& cls);
Array* new_array(Thread& thread, Class& array_class, std::int64_t length);
String* new_string(Thread& thread, std::string_view utf8);  // the caller vouches for valid UTF-8
String* new_string_uninitialized(Thread& thread, std::uint64_t length);
// The class of [T] for a primitive element or string; the common ones for natives.
Class* array_class_of(Thread& thread, const Type* element);

// The text, hash and equality of contracts.md for a value given as slots.
String* text_of(Thread& thread, const Type* type, const Slot* value);
bool hash_of(Thread& thread, const Type* type, const Slot* value, std::int64_t& hash);
bool equals_of(Thread& thread, const Type* type, const Slot* a, const Slot* b, bool& equal);

// ---- exceptions ---------------------------------------------------------------------------------

// Makes a std.core error of this class ("std.core.IOError") and sets it pending, with a stack trace.
void throw_error(Thread& thread, std::string_view class_name, std::string_view message);
// Sets an existing error pending; fills its trace if it has none.
void throw_object(Thread& thread, Object* error);
// "std.core.KeyError: message\n    at ...\ncaused by: ...".
std::string describe_error(Thread& thread, Object* error);

}  // namespace skua::vm
