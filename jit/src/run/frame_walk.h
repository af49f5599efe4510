// The guest frames that compiled code has on the native stack.
#pragma once

#include <cstdint>
#include <functional>

#include "run/code_cache.h"
#include "skua/vm/tier.h"

namespace skua::jit {

// Calls visit for each linked instruction that stands between a compiled frame's rsp at its call of C++
// (Thread::Compiled::anchor_sp) and the stack pointer from which the interpreter entered compiled code
// (boundary_sp), innermost first, until it returns false. The frames must be alive.
void walk_compiled(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp,
                   const std::function<bool(const vm::Instr*)>& visit);

// Clears the slots of these frames whose values are not used any more: a collection, which takes each word
// for a reference, would keep alive what they lead to. Takes no lock and allocates nothing.
void clear_dead_slots(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp);

// Where the exception that is pending goes: the innermost compiled frame between the two that may catch it.
// `address` is null if there is none; the code there expects rsp to be `sp`.
struct Landing {
    std::uintptr_t sp = 0;
    const void* address = nullptr;
};
Landing find_landing(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp);

// A tier whose frames can be walked and unwound. Every tier that runs code by skua_jit_enter is one.
class WalkableTier : public vm::ExecutionTier {
public:
    [[nodiscard]] virtual const CodeCache& code() const = 0;
    void walk(std::uintptr_t anchor_sp, std::uintptr_t boundary_sp,
              const std::function<bool(const vm::Instr*)>& visit) final {
        walk_compiled(code(), anchor_sp, boundary_sp, visit);
    }
    void clear_dead(std::uintptr_t anchor_sp, std::uintptr_t boundary_sp) final {
        clear_dead_slots(code(), anchor_sp, boundary_sp);
    }
};

}  // namespace skua::jit
