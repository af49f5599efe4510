// The guest frames that compiled code has on the native stack.
#pragma once

#include <array>
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

// The registers that calls preserve, as the hardware counts, and their contents.
inline constexpr std::array<std::uint8_t, 5> kPreserved = {3, 5, 12, 13, 14};  // rbx, rbp, r12, r13, r14
using PreservedRegisters = std::array<std::uint64_t, kPreserved.size()>;

// Where the exception that is pending goes: the innermost compiled frame between the two that may catch it.
// `address` is null if there is none; the code there expects rsp to be `sp`, and the registers as they are
// left in `registers`, which has what they contain at the anchor: those that the code there uses itself are
// zero (no value lives in a register there, and what is left in one would be alive in every collection from
// there on), the others are its caller's.
struct Landing {
    std::uintptr_t sp = 0;
    const void* address = nullptr;
};
Landing find_landing(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp,
                     PreservedRegisters& registers);

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
