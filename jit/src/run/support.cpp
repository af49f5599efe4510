#include "run/support.h"

#include "skua/vm/no_memory.h"
#include "skua/vm/tier.h"
#include "skua/vm/tier_support.h"

using skua::vm::Array;
using skua::vm::Class;
using skua::vm::containing_no_memory;
using skua::vm::Object;
using skua::vm::Thread;

void skua_jit_throw_null(Thread* thread) {
    containing_no_memory(*thread, [&] { skua::vm::throw_null(*thread); });
}
void skua_jit_throw_bounds(Thread* thread, std::int64_t index, std::uint64_t length) {
    containing_no_memory(*thread, [&] { skua::vm::throw_bounds(*thread, index, length); });
}
void skua_jit_throw_divide(Thread* thread) {
    containing_no_memory(*thread, [&] { skua::vm::throw_divide(*thread); });
}
void skua_jit_throw_overflow(Thread* thread) {
    containing_no_memory(*thread, [&] { skua::vm::throw_overflow(*thread); });
}
void skua_jit_throw_char(Thread* thread, std::uint64_t value) {
    containing_no_memory(*thread, [&] { skua::vm::throw_bad_char(*thread, value); });
}
void skua_jit_throw_cast(Thread* thread, Object* object, const Class* target) {
    containing_no_memory(*thread, [&] { skua::vm::throw_cast_error(*thread, *object, *target); });
}
void skua_jit_throw(Thread* thread, Object* error) {
    containing_no_memory(*thread, [&] { skua::vm::throw_object(*thread, error); });
}

bool skua_jit_stack_check(Thread* thread, std::uintptr_t sp) {
    if (sp < thread->compiled.lowest_sp) {
        containing_no_memory(*thread, [&] { skua::vm::throw_stack_overflow(*thread); });
        return false;
    }
    // Before the flag is looked at: a request that comes now raises the limit again.
    thread->compiled.stack_limit.store(thread->compiled.lowest_sp, std::memory_order_release);
    return containing_no_memory(*thread, [&] { return skua::vm::serve_interrupt(*thread); });
}

Object* skua_jit_new(Thread* thread, const Class* cls) {
    return containing_no_memory(*thread,
                                [&] { return skua::vm::new_object(*thread, *const_cast<Class*>(cls)); });
}
Array* skua_jit_new_array(Thread* thread, Class* cls, std::int64_t length) {
    return containing_no_memory(*thread, [&] { return skua::vm::new_array(*thread, *cls, length); });
}

bool skua_jit_poll(Thread* thread) {
    thread->ticks = thread->vm->tier()->tick_quantum();
    return containing_no_memory(*thread, [&] { return skua::vm::serve_interrupt(*thread); });
}

bool skua_jit_fuel(Thread* thread) {
    return containing_no_memory(*thread, [&] { return skua::vm::take_fuel(*thread); });
}

std::uint64_t skua_jit_is(const Object* object, const Class* target) {
    if (!object) return 0;
    return object->cls == target || skua::vm::is_instance_slow(*object, *target);
}
