#include "run/frame_walk.h"

#include "skua/classfile/check.h"

namespace skua::jit {

void walk_compiled(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp,
                   const std::function<bool(const vm::Instr*)>& visit) {
    // A deep recursion stands at the same call again and again.
    const std::uint8_t* known = nullptr;
    const CodeRange* range = nullptr;
    std::span<const vm::Instr* const> frames;
    for (std::uintptr_t sp = anchor_sp; sp < boundary_sp;) {
        const std::uint8_t* return_address = reinterpret_cast<const std::uint8_t* const*>(sp)[-1];
        if (return_address != known) {
            known = return_address;
            // A call may be the last instruction of its range.
            range = cache.find(return_address - 1);
            SKUA_CHECK(range != nullptr);
            frames = range->frames_at(return_address);
        }
        for (const vm::Instr* at : frames) {
            if (!visit(at)) return;
        }
        sp += range->frame_size + sizeof(return_address);
    }
}

}  // namespace skua::jit
