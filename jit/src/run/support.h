// C++ functions that compiled code calls by name. The code has stored its anchor (docs/jit.md) unless a
// function is marked as a leaf.
#pragma once

#include <cstdint>

#include "skua/vm/class.h"
#include "skua/vm/thread.h"

extern "C" {
// Each leaves thread->pending set and returns; the code then jumps to skua_jit_unwind.
void skua_jit_throw_null(skua::vm::Thread* thread);
void skua_jit_throw_bounds(skua::vm::Thread* thread, std::int64_t index, std::uint64_t length);
void skua_jit_throw_divide(skua::vm::Thread* thread);
void skua_jit_throw_overflow(skua::vm::Thread* thread);
void skua_jit_throw_char(skua::vm::Thread* thread, std::uint64_t value);
void skua_jit_throw_cast(skua::vm::Thread* thread, skua::vm::Object* object, const skua::vm::Class* target);
void skua_jit_throw(skua::vm::Thread* thread, skua::vm::Object* error);

// A frame down to `sp` meets the stack limit: the stack is full, or somebody wants the thread's attention.
// False: thread->pending is set.
bool skua_jit_stack_check(skua::vm::Thread* thread, std::uintptr_t sp);

// A zeroed object of cls->instance_size bytes. Null: thread->pending is set.
skua::vm::Object* skua_jit_new(skua::vm::Thread* thread, const skua::vm::Class* cls);
// As the interpreter's ANew. Null (negative length, too large, out of memory): thread->pending is set.
skua::vm::Array* skua_jit_new_array(skua::vm::Thread* thread, skua::vm::Class* cls, std::int64_t length);

// When thread->ticks has run out: starts the next quantum, serves interrupts. False: thread->pending is set.
bool skua_jit_poll(skua::vm::Thread* thread);
// When thread->fuel is below 0. False: thread->pending is set.
bool skua_jit_fuel(skua::vm::Thread* thread);

// 1 if the object is not null and of the class, else 0. A leaf.
std::uint64_t skua_jit_is(const skua::vm::Object* object, const skua::vm::Class* target);
}
