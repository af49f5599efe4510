// The C++ half of skua_jit_bridge: a function that is not compiled, called by one that is.
#include <algorithm>
#include <span>

#include "run/trampolines.h"
#include "skua/vm/activation.h"
#include "skua/vm/no_memory.h"
#include "skua/vm/tier_support.h"

namespace {

using skua::vm::Function;
using skua::vm::LeafKind;
using skua::vm::Slot;
using skua::vm::Thread;

constexpr std::size_t kIntegers = 6, kFloats = 8;  // argument registers

// A slot of a leaf that was in a register: of a float only the low half counts.
Slot canonical(LeafKind kind, std::uint64_t bits) {
    return kind == LeafKind::F32 ? bits & 0xFFFFFFFF : bits;
}

void take_arguments(const Thread& thread, std::span<const LeafKind> kinds, const std::uint64_t* registers,
                    Slot* frame) {
    std::size_t integers = 0, floats = 0;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        std::uint64_t bits = 0;
        if (kinds[i] == LeafKind::Slot)
            bits = integers < kIntegers ? registers[integers++] : thread.compiled.args[i];
        else
            bits = floats < kFloats ? registers[kIntegers + floats++] : thread.compiled.args[i];
        frame[i] = canonical(kinds[i], bits);
    }
}

void give_results(Thread& thread, std::span<const LeafKind> kinds, const Slot* frame,
                  std::uint64_t* registers) {
    if (kinds.empty()) return;
    registers[kinds[0] == LeafKind::Slot ? 0 : kIntegers] = frame[0];
    std::copy(frame + 1, frame + kinds.size(), thread.compiled.results + 1);
}

bool interpret(Thread& thread, Function& function, std::uint64_t* registers, skua::vm::Closure* closure) {
    // Natives need native_depth as well, which is for stacks whose end is unknown; here the end is known.
    if (reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) < thread.native_stack_limit) {
        skua::vm::throw_stack_overflow(thread);
        return false;
    }
    skua::vm::Activation activation(thread, function);
    Slot* frame = activation.frame();
    if (!frame) return false;
    const std::size_t captures = closure ? closure->cls->capture_slots : 0;
    const std::span<const LeafKind> params = function.shape.params;
    take_arguments(thread, params.first(params.size() - captures), registers, frame);
    std::fill_n(registers, kIntegers + kFloats, 0);  // they lie on the stack as long as the callee runs
    if (closure) std::copy_n(closure->captures(), captures, frame + params.size() - captures);
    if (!activation.run()) return false;
    give_results(thread, function.shape.results, frame, registers);
    return true;
}

}  // namespace

bool skua_jit_interpret(Thread* thread, Function* function, std::uint64_t* registers) {
    return skua::vm::containing_no_memory(*thread,
                                          [&] { return interpret(*thread, *function, registers, nullptr); });
}

bool skua_jit_interpret_closure(Thread* thread, Function* function, std::uint64_t* registers,
                                skua::vm::Object* closure) {
    return skua::vm::containing_no_memory(*thread, [&] {
        return interpret(*thread, *function, registers, static_cast<skua::vm::Closure*>(closure));
    });
}
