#include "emit/thunks.h"

#include <asmjit/x86.h>

#include "emit/assembler_memory.h"
#include "run/machine_offsets.h"
#include "run/support.h"
#include "run/trampolines.h"

namespace skua::jit {
namespace {

using namespace asmjit;

struct Maker {
    CodeHolder code;
    x86::Assembler a;
    Label unwind;

    Maker() {
        begin_code(code);
        code.attach(&a);
        unwind = a.newLabel();
    }

    template <typename F>
    void call(F* function) {
        a.mov(x86::r11, reinterpret_cast<std::uint64_t>(function));
        a.call(x86::r11);
    }

    Label make_unwind() {
        a.bind(unwind);
        a.mov(x86::r11, reinterpret_cast<std::uint64_t>(&skua_jit_unwind));
        a.jmp(x86::r11);
        return unwind;
    }

    template <typename F>
    Label thrower(F* function) {
        a.align(AlignMode::kCode, 16);
        Label at = a.newLabel();
        a.bind(at);
        a.lea(x86::r10, x86::ptr(x86::rsp, 8));
        a.mov(x86::qword_ptr(x86::r15, offset::kAnchor), x86::r10);
        a.mov(x86::rdi, x86::r15);
        a.and_(x86::rsp, -16);  // the caller may have no frame
        call(function);
        a.jmp(unwind);
        return at;
    }

    enum class Fails { Never, IfZero, IfFalse };

    // Saves all registers, sets the anchor, calls, restores. Those that C++ would save are zero for it: of
    // what is saved here a collection clears what is dead. `before` loads the arguments; `fails`: by what
    // result the function tells that it has thrown; else a result is in r11. `in_frame`: the caller has its
    // frame.
    template <typename Before, typename F>
    Label preserving(Before&& before, F* function, Fails fails, bool in_frame = true) {
        constexpr int kFloats = 15;
        // Between the words that a collection looks at: what C++ copied memory with is left in these
        // registers, and may be references.
        constexpr int kBetween = 4;
        // Two return addresses in a prologue, one of a call else; rsp becomes a multiple of 16.
        const int space = 8 * (kFloats + 1) + (in_frame ? 0 : 8), above = in_frame ? 8 : 16;
        a.align(AlignMode::kCode, 16);
        Label at = a.newLabel();
        a.bind(at);
        for (auto r : kSavedByThunks) a.push(x86::gpq(r));
        a.sub(x86::rsp, space);
        for (int i = 0; i < kFloats; ++i)
            a.vmovsd(x86::qword_ptr(x86::rsp, 8 * i + kBetween), x86::xmm(static_cast<std::uint32_t>(i)));
        before();
        for (const auto& r : {x86::ebx, x86::ebp, x86::r12d, x86::r13d, x86::r14d}) a.xor_(r, r);
        a.lea(x86::r10, x86::ptr(x86::rsp, space + 8 * static_cast<int>(kSavedByThunks.size()) + above));
        a.mov(x86::qword_ptr(x86::r15, offset::kAnchor), x86::r10);
        call(function);
        Label failed = a.newLabel();
        if (fails == Fails::IfFalse) {
            a.test(x86::al, x86::al);
            a.jz(failed);
        } else {
            if (fails == Fails::IfZero) {
                a.test(x86::rax, x86::rax);
                a.jz(failed);
            }
            a.mov(x86::r11, x86::rax);
        }
        for (int i = 0; i < kFloats; ++i)
            a.vmovsd(x86::xmm(static_cast<std::uint32_t>(i)), x86::qword_ptr(x86::rsp, 8 * i + kBetween));
        a.add(x86::rsp, space);
        const auto restore = [&] {
            for (auto r = kSavedByThunks.rbegin(); r != kSavedByThunks.rend(); ++r) a.pop(x86::gpq(*r));
        };
        restore();
        a.ret();
        if (fails == Fails::Never) return at;
        a.bind(failed);
        a.add(x86::rsp, space);
        restore();
        a.jmp(unwind);
        return at;
    }
};

bool processor_fits() {
    const auto& f = CpuInfo::host().features().x86();
    return f.hasAVX() && f.hasBMI() && f.hasBMI2() && f.hasPOPCNT();
}

bool vectors_start_with_data() {
    vm::Class probe;
    probe.vtable.push_back(nullptr);
    return *reinterpret_cast<void* const*>(&probe.vtable) == static_cast<const void*>(probe.vtable.data());
}

}  // namespace

bool make_thunks(CodeCache& cache, Thunks& out, std::string& why_not) {
    if (!processor_fits()) {
        why_not = "the processor has not all of AVX, BMI, BMI2 and POPCNT";
        return false;
    }
    if (!vectors_start_with_data()) {
        why_not = "the C++ library lays std::vector out in a way that the compiler does not know";
        return false;
    }
    Maker m;
    auto& a = m.a;
    const auto thread_first = [&] { a.mov(x86::rdi, x86::r15); };
    const Label unwind = m.make_unwind();
    const Label stack = m.preserving(
        [&] {
            thread_first();
            a.mov(x86::rsi, x86::r11);
        },
        &skua_jit_stack_check, Maker::Fails::IfFalse, false);
    const Label null = m.thrower(&skua_jit_throw_null);
    const Label bounds = m.thrower(&skua_jit_throw_bounds);
    const Label divide = m.thrower(&skua_jit_throw_divide);
    const Label overflow = m.thrower(&skua_jit_throw_overflow);
    const Label bad_char = m.thrower(&skua_jit_throw_char);
    const Label cast = m.thrower(&skua_jit_throw_cast);
    const Label object = m.thrower(&skua_jit_throw);
    const Label poll = m.preserving(thread_first, &skua_jit_poll, Maker::Fails::IfFalse);
    const Label fuel = m.preserving(thread_first, &skua_jit_fuel, Maker::Fails::IfFalse);
    const Label new_object = m.preserving(
        [&] {
            thread_first();
            a.mov(x86::rsi, x86::r11);
        },
        &skua_jit_new, Maker::Fails::IfZero);
    const Label new_array = m.preserving(
        [&] {
            thread_first();
            a.mov(x86::rsi, x86::r11);
            a.mov(x86::rdx, x86::qword_ptr(x86::r15, offset::kArgs));
        },
        &skua_jit_new_array, Maker::Fails::IfZero);
    const Label is = m.preserving(
        [&] {
            a.mov(x86::rdi, x86::qword_ptr(x86::r15, offset::kArgs));
            a.mov(x86::rsi, x86::r11);
        },
        &skua_jit_is, Maker::Fails::Never);

    finished(m.code.flatten());
    const std::size_t size = m.code.codeSize();
    const auto place = cache.allocate(size);
    if (!place.run) {
        why_not = "the code cache is too small";
        return false;
    }
    finished(m.code.relocateToBase(reinterpret_cast<std::uint64_t>(place.run)));
    finished(m.code.copyFlattenedData(place.write, size));
    const auto at = [&](const Label& label) { return place.run + m.code.labelOffset(label); };
    out = {at(unwind), at(stack),  at(null), at(bounds), at(divide),     at(overflow),  at(bad_char),
           at(cast),   at(object), at(poll), at(fuel),   at(new_object), at(new_array), at(is)};
    return true;
}

}  // namespace skua::jit
