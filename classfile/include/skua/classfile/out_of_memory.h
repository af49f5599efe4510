// What a program does when the system gives no more memory: it says so and ends with an exit code, whatever
// code asked for it.
#pragma once

#include <new>

namespace skua::classfile {

inline constexpr int kExitNoMemory = 71;

// For the start of a program: a failed allocation that nobody catches, or that may not pass (noexcept,
// compiled guest code, another thread), ends the program with a message and kExitNoMemory instead of a
// signal.
void end_when_memory_is_missing();

// Says that the program has no memory, without needing any. kExitNoMemory.
int tell_no_memory();

// Runs a program's main. Destructors run if memory is missing, so that nothing half-written stays.
template <typename Main>
int run_program(Main&& main) {
    end_when_memory_is_missing();
    try {
        return main();
    } catch (const std::bad_alloc&) {
        return tell_no_memory();
    }
}

}  // namespace skua::classfile
