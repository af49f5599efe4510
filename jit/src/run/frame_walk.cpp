#include "run/frame_walk.h"

#include "emit/thunks.h"
#include "skua/classfile/check.h"
#include "skua/vm/tier_support.h"

namespace skua::jit {

namespace {

// Calls visit(sp, range, return_address) for each compiled frame, innermost first, until it returns false.
// What a range and an address mean is asked for once in a row: a deep recursion stands at the same call again
// and again.
template <typename Visit>
void each_frame(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp, Visit&& visit) {
    const std::uint8_t* known = nullptr;
    const CodeRange* range = nullptr;
    const CodeRange::Call* call = nullptr;
    for (std::uintptr_t sp = anchor_sp; sp < boundary_sp;) {
        const std::uint8_t* return_address = reinterpret_cast<const std::uint8_t* const*>(sp)[-1];
        if (range == nullptr || return_address != known) {
            known = return_address;
            // A call may be the last instruction of its range.
            range = cache.find(return_address - 1);
            SKUA_CHECK(range != nullptr);
            call = range->call_at(return_address);
        }
        if (!visit(sp, *range, call)) return;
        sp += range->frame_size + sizeof(return_address);
    }
}

}  // namespace

void walk_compiled(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp,
                   const std::function<bool(const vm::Instr*)>& visit) {
    each_frame(cache, anchor_sp, boundary_sp,
               [&](std::uintptr_t, const CodeRange& range, const CodeRange::Call* call) {
                   if (call == nullptr) return true;
                   for (const vm::Instr* at : range.frames_of(*call))
                       if (!visit(at)) return false;
                   return true;
               });
}

void clear_dead_slots(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp) {
    each_frame(cache, anchor_sp, boundary_sp,
               [&](std::uintptr_t sp, const CodeRange& range, const CodeRange::Call* call) {
                   if (call == nullptr || call->live == CodeRange::kUnknown) return true;
                   const std::uint64_t* live = range.live.data() + call->live;
                   const auto is_live = [&](std::uint32_t bit) {
                       return (live[bit / 64] >> (bit % 64) & 1) != 0;
                   };
                   auto* slots = reinterpret_cast<std::uint64_t*>(sp + range.slots_offset);
                   for (std::uint32_t i = 0; i < range.slots; ++i)
                       if (!is_live(CodeRange::kRegisters + i)) slots[i] = 0;
                   if (sp != anchor_sp) return true;
                   auto* saved = reinterpret_cast<std::uint64_t*>(sp) - 1;  // the return address
                   for (const std::uint8_t r : kSavedByThunks) {
                       --saved;
                       if (!is_live(r)) *saved = 0;
                   }
                   return true;
               });
}

Landing find_landing(const CodeCache& cache, std::uintptr_t anchor_sp, std::uintptr_t boundary_sp,
                     PreservedRegisters& registers) {
    Landing found;
    each_frame(cache, anchor_sp, boundary_sp,
               [&](std::uintptr_t sp, const CodeRange& range, const CodeRange::Call* call) {
                   const bool lands = call != nullptr && call->landing != 0;
                   const auto* saved =
                       reinterpret_cast<const std::uint64_t*>(sp + range.slots_offset) + range.slots;
                   for (std::size_t i = 0; i < kPreserved.size(); ++i) {
                       if ((range.preserved >> kPreserved[i] & 1) == 0) continue;
                       if (lands) {
                           registers[i] = 0;
                       } else if (range.saves) {
                           registers[i] = *saved++;
                       }
                   }
                   if (lands) found = {sp, range.start + call->landing};
                   return !lands;
               });
    return found;
}

}  // namespace skua::jit

// For skua_jit_unwind.
extern "C" skua::jit::Landing skua_jit_find_landing(skua::vm::Thread* thread,
                                                    skua::jit::PreservedRegisters* registers) {
    const auto* tier = static_cast<const skua::jit::WalkableTier*>(thread->vm->tier());
    if (!skua::vm::asks_handlers(*thread)) return {};
    return skua::jit::find_landing(tier->code(), thread->compiled.anchor_sp, thread->compiled.boundary_sp,
                                   *registers);
}
