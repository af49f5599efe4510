// The interpreter: executes linked code on a thread's guest stack.
#pragma once

#include "skua/vm/vm.h"

namespace skua::vm {

// Runs `function` in the frame at `fp` (arguments in place, fp[-1] reserved) until it returns:
// true with the results at fp, false with thread.pending set.
bool interpret(Thread& thread, Function& function, Slot* fp);

// The address that an activation's first frame returns to.
extern const Instr kActivationReturn[4];

// An activation's first frame keeps below its return address the frame and the instruction of the
// activation that it interrupts, so that a stack walk crosses native calls.
// fp[-1] return address, fp[-2] outer fp, fp[-3] outer pc, fp[-4] and fp[-5] the outer compiled frames.
inline constexpr int kLinkSlots = 5;

// Slots above thread.fp that belong to a native's frame (its arguments; see link_function).
inline constexpr std::uint32_t kNativeFrameSlots = 64;

// What a LinkFail instruction throws.
struct LinkFailure {
    std::string error_class;  // "std.core.LinkError"
    std::string message;
};

}  // namespace skua::vm
