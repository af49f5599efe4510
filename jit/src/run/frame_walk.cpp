#include "run/frame_walk.h"

#include "skua/classfile/check.h"
#include "skua/vm/tier_support.h"

namespace skua::jit {

void walk_compiled(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp,
                   const std::function<bool(const vm::Instr*)>& visit) {
    // A deep recursion stands at the same call again and again.
    const std::uint8_t* known = nullptr;
    const CodeRange* range = nullptr;
    std::span<const vm::Instr* const> frames;
    for (std::uintptr_t sp = anchor_sp; sp < boundary_sp;) {
        const std::uint8_t* return_address = reinterpret_cast<const std::uint8_t* const*>(sp)[-1];
        if (range == nullptr || return_address != known) {
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

Landing find_landing(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp) {
    const std::uint8_t* known = nullptr;
    const CodeRange* range = nullptr;
    for (std::uintptr_t sp = anchor_sp; sp < boundary_sp;) {
        const std::uint8_t* return_address = reinterpret_cast<const std::uint8_t* const*>(sp)[-1];
        if (range == nullptr || return_address != known) {
            known = return_address;
            range = cache.find(return_address - 1);
            SKUA_CHECK(range != nullptr);
            const CodeRange::Call* call = range->call_at(return_address);
            if (call && call->landing != 0) return {sp, range->start + call->landing};
        }
        sp += range->frame_size + sizeof(return_address);
    }
    return {};
}

}  // namespace skua::jit

// For skua_jit_unwind.
extern "C" skua::jit::Landing skua_jit_find_landing(skua::vm::Thread* thread) {
    const auto* tier = static_cast<const skua::jit::WalkableTier*>(thread->vm->tier());
    if (!skua::vm::asks_handlers(*thread)) return {};
    return skua::jit::find_landing(tier->code(), thread->compiled.anchor_sp, thread->compiled.boundary_sp);
}
