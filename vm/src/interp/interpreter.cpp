// Direct-threaded interpreter over linked code.
//
// How it gets its speed, for whoever changes it:
//   - State is five locals that gcc keeps in callee-saved registers: pc, fp, ticks, thread and the table
//     of handlers. A handler must not take the address of any of them.
//   - Each handler ends in its own indirect jump, so the predictor sees pairs of instructions.
//     The file is compiled with -fno-gcse, which otherwise merges these jumps.
//   - Whatever is rare is out of line (slow_paths.h) and reached by a goto at the end of run(), so
//     that handlers need no stack of their own.
//   - A call stores one word and changes three locals; see handlers_call.inc.
#include "interp/interpreter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "interp/guest_coverage.h"
#include "interp/slow_paths.h"
#include "link/linker.h"
#include "runtime/canonical_nan.h"
#include "runtime/runtime.h"
#include "skua/vm/no_memory.h"

namespace skua::vm {

const Instr kActivationReturn[4] = {
    {{static_cast<std::uint16_t>(LOp::Call), 0, 0, 0}},
    {{0, 0, 0, 0}},
    {{static_cast<std::uint16_t>(LOp::Halt), 0, 0, 0}},
    {{0, 0, 0, 0}},
};

namespace {

inline std::int64_t S64(Slot x) {
    return static_cast<std::int64_t>(x);
}
inline std::int32_t S32(Slot x) {
    return static_cast<std::int32_t>(x);
}
inline std::uint32_t U32(Slot x) {
    return static_cast<std::uint32_t>(x);
}
inline std::uint32_t U32(std::int64_t x) {
    return static_cast<std::uint32_t>(x);
}
inline double F64(Slot x) {
    return std::bit_cast<double>(x);
}
inline float F32(Slot x) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(x));
}
inline Slot BITS(double x) {
    return std::bit_cast<Slot>(x);
}
inline Slot BITS32(float x) {
    return std::bit_cast<std::uint32_t>(x);
}
inline Slot REFBITS(const void* p) {
    return reinterpret_cast<Slot>(p);
}

template <typename T>
inline T load_unaligned(const void* p) {
    T v;
    std::memcpy(&v, p, sizeof v);
    return v;
}
template <typename T>
inline void store_unaligned(void* p, T v) {
    std::memcpy(p, &v, sizeof v);
}
// To a slot: signed types extend the sign, unsigned ones zero.
template <typename T>
inline Slot extend(T v) {
    return static_cast<Slot>(
        static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(v));
}

// From where a callee has left its results to where the caller wants them. That may lie inside the callee's
// frame: a result that is the argument of the next call.
inline void copy_results(Slot* to, const Slot* from, unsigned n) {
    if (to < from) {
        for (unsigned i = 0; i < n; ++i) to[i] = from[i];
    } else {
        for (unsigned i = n; i-- > 0;) to[i] = from[i];
    }
}

inline void store_reference(void* object, void* field, Slot value) {
    gc::write_barrier(object, field, reinterpret_cast<void*>(value));
    store_unaligned<Slot>(field, value);
}

template <typename T>
inline T swap_bytes(T v) {
    if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(v)));
    if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(v)));
    if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(v)));
}
template <typename T>
inline T little_endian(T v) {
    return std::endian::native == std::endian::little ? v : swap_bytes(v);
}
template <typename T>
inline T big_endian(T v) {
    return std::endian::native == std::endian::big ? v : swap_bytes(v);
}

template <typename T>
inline T saturate(double x) {
    constexpr double lo = static_cast<double>(std::numeric_limits<T>::min());
    constexpr double hi = std::is_same_v<T, std::int64_t> ? 0x1p63
                          : std::is_same_v<T, std::uint64_t>
                              ? 0x1p64
                              : static_cast<double>(std::numeric_limits<T>::max());
    if (x != x) return 0;
    if (x <= lo) return std::numeric_limits<T>::min();
    if (x >= hi) return std::numeric_limits<T>::max();
    return static_cast<T>(x);
}

inline double ieee_min(double x, double y) {
    if (x != x || y != y) return x + y;
    if (x == y) return std::signbit(x) ? x : y;
    return x < y ? x : y;
}
inline double ieee_max(double x, double y) {
    if (x != x || y != y) return x + y;
    if (x == y) return std::signbit(x) ? y : x;
    return x > y ? x : y;
}

// Releases what the new operation no longer checks.
inline void set_op(const Instr* pc, LOp op) {
    __atomic_store_n(&const_cast<Instr*>(pc)->op, static_cast<std::uint16_t>(op), __ATOMIC_RELEASE);
}
// Only a finished initialiser lets the check go; while it runs, other threads must wait at it.
inline void quicken(const Instr* pc, LOp op, Class& cls) {
    if (cls.init_state.load(std::memory_order_acquire) == InitState::Done) set_op(pc, op);
}

inline std::int32_t sparse_offset(const SwitchTable& table, std::int64_t value) {
    const auto it = std::lower_bound(table.values.begin(), table.values.end(), value);
    if (it == table.values.end() || *it != value) return table.default_offset;
    return table.offsets[static_cast<std::size_t>(it - table.values.begin())];
}

}  // namespace

#define R(field) fp[R_##field]
#define R_a pc->a
#define R_b pc->b
#define R_c pc->c
#define CASE(Name) L_##Name:
// Acquires: who sees an operation that another thread has quickened sees what that thread had initialised.
#define DISPATCH() goto* handlers[__atomic_load_n(&pc->op, __ATOMIC_ACQUIRE)]
#define NEXT(words)    \
    do {               \
        pc += (words); \
        DISPATCH();    \
    } while (0)
#define SAVE()                 \
    do {                       \
        thread->pc = pc;       \
        thread->fp = fp;       \
        thread->ticks = ticks; \
    } while (0)
#define RELOAD() (ticks = thread->ticks)

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

namespace {

// From `first_pc` in the frame `first_fp` to the end of the activation.
[[gnu::noinline]] bool run_linked(Thread& thread_ref, const Instr* first_pc, Slot* first_fp) {
    static const void* const labels[] = {
#define SKUA_LOP(Name, ...) &&L_##Name,
#include "skua/vm/linked_ops.def"
#undef SKUA_LOP
#define SKUA_LOP(Name, ...) &&compiled_loop,
#include "skua/vm/linked_ops.def"
#undef SKUA_LOP
    };
    // In a register for good: gcc must not know that it could make the address anew in every handler.
    const void* const* handlers = labels;
    __asm__("" : "+r"(handlers));
    Thread* const thread = &thread_ref;
    std::int64_t ticks = thread->ticks;
    Slot* fp = first_fp;
    const Instr* pc = first_pc;
    // Operands of the shared slow paths below; dead everywhere else.
    Function* slow_callee = nullptr;
    Slot* slow_fp = nullptr;
    const void* loop_code = nullptr;
    std::int64_t trap_index = 0;
    std::uint64_t trap_length = 0;

    DISPATCH();

#include "interp/handlers_branch.inc"
#include "interp/handlers_call.inc"
#include "interp/handlers_fused.inc"
#include "interp/handlers_object.inc"
#include "interp/handlers_scalar.inc"

grow_stack:
    SAVE();
    if (!vm::grow_stack(*thread, slow_fp + slow_callee->frame_slots)) goto unwind;
    goto enter;
poll_call : {
    SAVE();
    const void* osr = nullptr;
    const bool go_on = poll(*thread, slow_callee, nullptr, osr);
    RELOAD();
    if (!go_on) goto unwind;
}
enter : {
    const Instr* entry = slow_callee->code.load(std::memory_order_acquire);
    if (slow_fp + slow_callee->frame_slots.load(std::memory_order_relaxed) > thread->soft_limit) [[unlikely]]
        goto grow_stack;  // linked in the meantime
    slow_fp[-1] = REFBITS(pc);
    fp = slow_fp;
    pc = entry;
    DISPATCH();
}

poll_loop : {
    SAVE();
    const void* osr = nullptr;
    const bool go_on = poll(*thread, nullptr, pc, osr);
    RELOAD();
    if (!go_on) goto unwind;
    if (!osr) DISPATCH();
    loop_code = osr;
    goto leave_for_loop;
}

compiled_loop:
    SAVE();
    loop_code = vm::loop_code(*thread, pc);
    if (!loop_code) goto* handlers[static_cast<unsigned>(plain_op(pc->op))];
leave_for_loop : {
    // Compiled code finishes the frame and leaves the results where it has found the registers.
    const LinkedBody* body = body_at(pc);
    const Slot* from = move_frame(*thread, *body->function, fp);
    thread->pc = body->function->stub;
    if (!enter_compiled(*thread, loop_code, const_cast<Slot*>(from))) {
        RELOAD();
        goto unwind_caller;
    }
    RELOAD();
    const unsigned n = body->function->result_slots;
    pc = reinterpret_cast<const Instr*>(fp[-1]);
    fp -= pc->b;
    copy_results(fp + pc->a, from, n);
    NEXT(2);
}

trap_null:
    SAVE();
    throw_null(*thread);
    goto unwind;
trap_bounds:
    SAVE();
    throw_bounds(*thread, trap_index, trap_length);
    goto unwind;
trap_divide:
    SAVE();
    throw_divide(*thread);
    goto unwind;
trap_overflow:
    SAVE();
    throw_overflow(*thread);
    goto unwind;
trap_char:
    SAVE();
    throw_bad_char(*thread, fp[pc->b]);
    goto unwind;

unwind_caller:
    // The frame at fp has no code of its own (a stub) or is finished: look in its caller.
    pc = reinterpret_cast<const Instr*>(fp[-1]);
    if (pc == kActivationReturn) {
        thread->ticks = ticks;
        return false;
    }
    fp -= pc->b;
unwind : {
    const Instr* handler_pc = pc;
    Slot* handler_fp = fp;
    const bool found = vm::unwind(*thread, handler_pc, handler_fp);
    pc = handler_pc;
    fp = handler_fp;
    if (!found) {
        thread->ticks = ticks;
        return false;
    }
    DISPATCH();
}
}

}  // namespace

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

bool interpret(Thread& thread, Function& function, Slot* first_fp) {
    const Instr* pc = function.code.load(std::memory_order_acquire);
    Slot* fp = first_fp;
    thread.pc = pc;
    thread.fp = fp;
    if (!containing_no_memory(thread, [&] { return ensure_frame(thread, fp + function.frame_slots); }))
        return false;
    for (;;) {
        try {
            return run_linked(thread, pc, fp);
        } catch (const std::bad_alloc&) {
            throw_no_memory(thread);
        }
        // Whatever needs memory is called after SAVE().
        pc = thread.pc;
        fp = thread.fp;
        if (!vm::unwind(thread, pc, fp)) return false;
    }
}

}  // namespace skua::vm
