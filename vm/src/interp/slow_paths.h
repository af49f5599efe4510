// Out-of-line work of the interpreter's handlers. Unless said otherwise a null or false result means
// that thread.pending is set, and thread.pc and thread.fp must be stored before the call.
#pragma once

#include "interp/interpreter.h"

namespace skua::vm {

[[gnu::cold]] void throw_null(Thread& thread);
[[gnu::cold]] void throw_bounds(Thread& thread, std::int64_t index, std::uint64_t length);
[[gnu::cold]] void throw_divide(Thread& thread);
[[gnu::cold]] void throw_overflow(Thread& thread);
[[gnu::cold]] void throw_bad_char(Thread& thread, std::uint64_t value);
[[gnu::cold]] void throw_cast_error(Thread& thread, Object& object, const Class& target);
[[gnu::cold]] void throw_link_failure(Thread& thread, const LinkFailure& failure);

// Raises soft_limit to cover `top`, or throws StackOverflowError.
bool grow_stack(Thread& thread, Slot* top);
inline bool ensure_frame(Thread& thread, Slot* top) {
    return top <= thread.soft_limit || grow_stack(thread, top);
}

// The poll of tier.h. `header`: the loop header about to run, null at a call of `callee`. Sets
// `osr` if compiled code for the loop is to take over.
bool poll(Thread& thread, Function* callee, const Instr* header, bool (*&osr)(Thread*, Slot*));

// Finds the handler for thread.pending, starting with the instruction `pc` in frame `fp`; pops
// frames. True: pc and fp are the handler's and the error is in its slot. False: the activation
// ends; fp is its first frame.
bool unwind(Thread& thread, const Instr*& pc, Slot*& fp);

Array* new_array_of(Thread& thread, Class& cls, const Slot* values, unsigned count);
Object* new_closure(Thread& thread, const Class& cls, const Slot* captures, unsigned count);
Object* new_box(Thread& thread, const Class& cls, const Slot* leaves);
bool array_copy(Thread& thread, const Class& cls, const Slot* operands);
bool array_fill(Thread& thread, const Class& cls, const Slot* operands);

// Takes note of a class at a call site; true if the site is to stop profiling.
bool record_site(CallSite& site, Class& cls, Function& callee);

void invoke_native(Thread& thread, Function& function, Slot* frame);  // results at frame
bool run_compiled(Thread& thread, Function& function, Slot* frame);

}  // namespace skua::vm
