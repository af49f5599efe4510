// The guest frames of a thread: those of the interpreter, and spans of compiled ones.
#pragma once

#include "interp/interpreter.h"
#include "skua/vm/linked_code.h"
#include "skua/vm/thread.h"

namespace skua::vm {

// Calls, from the innermost on, on_span(span) for the compiled frames of an activation and on_frame(pc) for a
// frame of the interpreter, natives' and those that compiled code has taken over included; stops when one
// returns false. The thread is the calling one.
template <typename OnSpan, typename OnFrame>
void walk_guest_frames(const Thread& thread, OnSpan&& on_span, OnFrame&& on_frame) {
    const Instr* pc = thread.pc;
    const Slot* fp = thread.fp;
    Thread::Compiled::Span span = thread.compiled.span();
    while (pc && fp) {
        if (span.boundary_sp != 0) {
            if (!on_span(span)) return;
            span = {};
        }
        if (!on_frame(pc)) return;
        const auto* caller = reinterpret_cast<const Instr*>(fp[-1]);
        if (caller == kActivationReturn) {
            pc = reinterpret_cast<const Instr*>(fp[-3]);
            span = {fp[-4], fp[-5]};
            fp = reinterpret_cast<const Slot*>(fp[-2]);
        } else {
            pc = caller;
            fp -= caller->b;
        }
    }
}

}  // namespace skua::vm
