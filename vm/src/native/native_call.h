// Calling a C function whose type is known only at run time, from an array of slots.
//
// How one call expression covers every signature (x86-64 System V, AArch64 AAPCS64): both ABIs
// fill integer and floating-point registers independently of each other. So we always call
// with all integer argument registers, then all eight floating-point registers, then stack words;
// the callee reads those that its own type names and ignores the rest. An argument that finds its
// registers full goes to the stack in order, in a word of its own, integer or floating point
// alike. The caller removes the stack arguments, so too many do no harm. Three forms, from the
// cheapest: only integer registers; all registers; registers and stack.
// On other CPUs (or with -DSKUA_NATIVE_CALLS=ffi) libffi makes the call.
#pragma once

#include "native/native_signature.h"
#include "skua/native.h"
#include "skua/vm/object.h"

namespace skua::vm {

// Where a native's arguments go; made once when the native is registered.
struct CallPlan {
    enum class Form : std::uint8_t { Integers, Registers, Stack };
    Form form = Form::Integers;
    bool float_result = false;
    std::uint8_t places[kMaxNativeParams] = {};  // word of CallWords per parameter
    NativeSignature signature;
    void* ffi = nullptr;  // prepared call of libffi, if that is used; lives for ever
};

CallPlan plan_call(const NativeSignature& signature);

// A C result of this kind as a slot: a narrow type leaves the register's other bits undefined.
Slot canonical_slot(NativeKind kind, std::uint64_t raw);

// Calls, and gives the result as a canonical slot (0 for void). At least 8 slots are readable at `args`.
Slot call_c_function(SkFunction function, const CallPlan& plan, SkEnv* env, const Slot* args);

}  // namespace skua::vm
