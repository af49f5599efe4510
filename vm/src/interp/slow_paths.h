// Out-of-line work of the interpreter's handlers. Unless said otherwise a null or false result means
// that thread.pending is set, and thread.pc and thread.fp must be stored before the call.
#pragma once

#include "interp/interpreter.h"
#include "skua/vm/tier_support.h"

namespace skua::vm {

// Raises soft_limit to cover `top`, or throws StackOverflowError.
bool grow_stack(Thread& thread, Slot* top);
inline bool ensure_frame(Thread& thread, Slot* top) {
    return top <= thread.soft_limit || grow_stack(thread, top);
}

// The poll of tier.h. `header`: the loop header about to run, null at a call of `callee`. Sets
// `osr` if compiled code for the loop is to take over.
bool poll(Thread& thread, Function* callee, const Instr* header, const void*& osr);

// Finds the handler for thread.pending, starting with the instruction `pc` in frame `fp`; pops
// frames. True: pc and fp are the handler's and the error is in its slot. False: the activation
// ends; fp is its first frame.
bool unwind(Thread& thread, const Instr*& pc, Slot*& fp);

Object* new_closure(Thread& thread, const Class& cls, const Slot* captures, unsigned count);
Object* new_box(Thread& thread, const Class& cls, const Slot* leaves);

// Takes note of a class at a call site; true if the site is to stop profiling.
bool record_site(CallSite& site, Class& cls, Function& callee);

// Compiled code for the loop at `header`, or null.
const void* loop_code(Thread& thread, const Instr* header);
bool run_compiled(Thread& thread, Function& function, Slot* frame);
// Before compiled code takes a frame over in a loop: moves its registers above the stack's top, where they
// are no roots, so that those that die in a loop of minutes keep nothing alive. Where there is no room they
// stay. Returns where they are.
[[nodiscard]] Slot* move_frame(Thread& thread, const Function& function, Slot* frame);
bool enter_compiled(Thread& thread, const void* code, Slot* frame);

}  // namespace skua::vm
