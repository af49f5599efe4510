// The ways between C++ and compiled code; written in assembly in trampolines.cpp. docs/jit.md is the
// contract.
#pragma once

#include <cstdint>

#include "skua/vm/class.h"
#include "skua/vm/thread.h"

extern "C" {
// Calls `code` with frame in rdi. False if guest code threw: thread->pending is set.
bool skua_jit_enter(skua::vm::Thread* thread, const void* code, skua::vm::Slot* frame);
// Jumped to with thread->pending set, the anchor known, and the registers that calls preserve as they were at
// the anchor's call: goes on in the compiled frame that may catch the exception, or leaves all compiled
// frames; skua_jit_enter returns false then.
void skua_jit_unwind();
// What Function::compiled_entry is until the function is compiled: interprets the Function in rax.
void skua_jit_bridge();
// The same for Class::closure_entry: the closure in r10.
void skua_jit_closure_bridge();

// The C++ half of skua_jit_bridge. `registers`: the six integer, then the eight floating argument registers;
// result 0 is left in the first of its kind.
bool skua_jit_interpret(skua::vm::Thread* thread, skua::vm::Function* function, std::uint64_t* registers);
bool skua_jit_interpret_closure(skua::vm::Thread* thread, skua::vm::Function* function,
                                std::uint64_t* registers, skua::vm::Object* closure);
}
