// The seam between the interpreter and a compiling tier.
//
// The interpreter counts ticks: one per call and per loop back edge. Every `tick_quantum` ticks
// (and at the next tick after an interrupt) it polls: it credits the running function with the
// quantum and, at a back edge, offers the loop to the tier. Sampling costs the interpreter one
// decrement and no memory traffic.
//
// A tier compiles in the background and publishes code by Function::compiled_entry and interp_entry, then
// Function::code (a CompiledStub), and, for on-stack replacement, through `osr_entry`. Compiled code is never
// invalidated.
#pragma once

#include <cstdint>
#include <functional>

#include "skua/vm/class.h"
#include "skua/vm/thread.h"

namespace skua::vm {

class ExecutionTier {
public:
    virtual ~ExecutionTier() = default;

    [[nodiscard]] virtual std::uint32_t tick_quantum() const = 0;

    // How many functions have compiled code.
    [[nodiscard]] virtual std::size_t compiled_functions() const { return 0; }

    // A function was linked for its first call. May compile at once (threshold 0).
    virtual void on_linked(Thread& thread, Function& function) = 0;

    // The function has been credited with more ticks, at a call of it.
    virtual void on_hot(Thread& thread, Function& function) = 0;

    // The interpreter stands at the loop that starts at `header`, having credited its function with more
    // ticks or because mark_loop_compiled has been said of it: compiled code for the loop, for enter(); null
    // if there is none (yet).
    virtual const void* osr_entry(Thread& thread, Function& function, const Instr* header) = 0;

    // Runs compiled code (Function::interp_entry, or of a loop) on the interpreter's frame: takes the
    // arguments or registers from it and leaves the results at its start. False: thread.pending is set.
    virtual bool enter(Thread& thread, const void* code, Slot* frame) = 0;

    // Calls visit(instruction) for each guest frame between two stack pointers (Thread::Compiled::Span),
    // innermost first, until it returns false.
    virtual void walk(std::uintptr_t anchor_sp, std::uintptr_t boundary_sp,
                      const std::function<bool(const Instr*)>& visit) = 0;

    // Clears what the compiled frames between two stack pointers hold and do not use any more. For
    // collections: no locks, no allocation.
    virtual void clear_dead(std::uintptr_t anchor_sp, std::uintptr_t boundary_sp) = 0;
};

}  // namespace skua::vm
