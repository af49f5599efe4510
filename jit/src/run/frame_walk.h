// The guest frames that compiled code has on the native stack.
#pragma once

#include <cstdint>
#include <functional>

#include "run/code_cache.h"

namespace skua::jit {

// Calls visit for each linked instruction that stands between a compiled frame's rsp at its call of C++
// (Thread::Compiled::anchor_sp) and the stack pointer from which the interpreter entered compiled code
// (boundary_sp), innermost first, until it returns false. The frames must be alive.
void walk_compiled(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp,
                   const std::function<bool(const vm::Instr*)>& visit);

}  // namespace skua::jit
