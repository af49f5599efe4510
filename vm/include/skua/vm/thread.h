// A guest thread: its stack of slots, its pending exception, its heap lists.
//
// A Thread belongs to the OS thread that attached it; only `request_interrupt` may be called from
// another one. Guest frames grow upwards in one mapping with a guard page at its end.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <pthread.h>

#include "skua/gc/heap.h"
#include "skua/vm/linked_code.h"
#include "skua/vm/object.h"

namespace skua::vm {

class Vm;
struct Class;
struct CodeSource;
struct Function;
struct Thread;

// Where a thread gets its fuel in place of the machine's budget: who runs it in slices. Called by the thread
// itself, and may wait. False: it is to end, and the limit that says so has been noted.
class FuelSource {
public:
    virtual bool refill(Thread& thread) = 0;

protected:
    ~FuelSource() = default;
};

struct Thread {
    // The frame limit that calls compare with: raised in steps as the stack deepens (soft_limit),
    // so that a collection scans little more than the used part.
    Slot* soft_limit = nullptr;
    // Calls and loop back edges left until the next poll; see tier.h.
    std::int64_t ticks = 0;
    // With VmOptions::max_instructions: how many instructions may run before the machine is asked for
    // more (take_fuel); below 0: the limit is reached, and no handler of the guest is asked any more.
    std::int64_t fuel = 0;
    FuelSource* fuel_source = nullptr;  // null: the machine's budget
    Object* pending = nullptr;          // the exception being thrown; tested after calls
    gc::ThreadHeap* heap = nullptr;
    Vm* vm = nullptr;
    Class* string_class = nullptr;  // at hand once the thread has made a string
    pthread_t os_thread = pthread_self();

    // Where the guest is, stored before anything that may collect, throw or call back.
    const Instr* pc = nullptr;
    Slot* fp = nullptr;

    // With VmOptions::exact_stack: bytes that the calls under way use, as linked code counts them
    // (LOp::Enter), and may use. Else 0, and nobody looks.
    std::uint64_t stack_used = 0, stack_allowed = 0;
    Slot* stack_base = nullptr;
    Slot* stack_end = nullptr;              // hard limit; a reserve for error handling lies beyond
    std::uint32_t native_depth = 0;         // nested activations, limited by kMaxNativeDepth
    std::uintptr_t native_stack_limit = 0;  // lowest address C++ frames may reach
    std::atomic<bool> interrupted{false};
    bool ending = false;  // a limit that ends the program is being thrown: no handler of the guest is asked
    bool throwing_stack_overflow = false;
    bool reporting_memory =
        false;  // an OutOfMemoryError is being made: a further one is that made in advance

    // What compiled code needs at hand; see docs/jit.md. All zero while the thread interprets.
    struct Compiled {
        std::uintptr_t anchor_sp = 0;    // rsp of the compiled frame that called C++ last
        std::uintptr_t boundary_sp = 0;  // rsp where the interpreter entered compiled code; 0: it has not
        std::uintptr_t lowest_sp = 0;    // that a frame may have
        // What prologues compare with: lowest_sp, or the highest address to have an interrupt noticed.
        std::atomic<std::uintptr_t> stack_limit{0};
        static constexpr unsigned kMaxLeaves = 32;
        Slot args[kMaxLeaves] = {}, results[kMaxLeaves] = {};

        // The compiled frames of one activation of the interpreter.
        struct Span {
            std::uintptr_t anchor_sp = 0, boundary_sp = 0;
        };
        [[nodiscard]] Span span() const { return {anchor_sp, boundary_sp}; }
        void set_span(Span s) { anchor_sp = s.anchor_sp, boundary_sp = s.boundary_sp; }
    } compiled;

    // The natives that run and are declared by archives: compiled code leaves no frame of a native.
    struct NativeFrame {
        const CodeSource* source;
        const NativeFrame* outer;
    };
    const NativeFrame* archive_natives = nullptr;
    // How often a plugin has attached this OS thread, and not detached it (native/plugin_threads.h).
    std::uint32_t plugin_attachments = 0;

    // What natives get as their SkEnv (skua/native.h).
    struct NativeEnv {
        const void* api = nullptr;  // SkApi
        Thread* thread = nullptr;
    } native_env;

    void request_interrupt() {
        interrupted.store(true, std::memory_order_release);
        compiled.stack_limit.store(UINTPTR_MAX, std::memory_order_release);
    }
};

inline constexpr std::uint32_t kMaxNativeDepth = 20000;
inline constexpr std::size_t kStackStep = 8192;  // slots: 64 KiB

}  // namespace skua::vm
