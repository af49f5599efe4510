#include "native/native_call.h"

#include <bit>
#include <cstring>

#if !defined(SKUA_NATIVE_CALLS_FFI) && !defined(__x86_64__) && !defined(__aarch64__)
#define SKUA_NATIVE_CALLS_FFI 1
#endif
#if defined(SKUA_NATIVE_CALLS_FFI)
#include <ffi.h>
#elif defined(_WIN32) || defined(__APPLE__)
#error "this system packs arguments in another way: build with SKUA_NATIVE_CALLS=ffi"
#endif

#if defined(__clang__)
// The function's real type differs from the one we call through: that is the point.
#define SKUA_NO_TYPE_CHECK __attribute__((no_sanitize("function")))
#else
#define SKUA_NO_TYPE_CHECK
#endif

namespace skua::vm {

Slot canonical_slot(NativeKind kind, std::uint64_t raw) {
    switch (kind) {
        case NativeKind::Void:
            return 0;
        case NativeKind::I8:
            return static_cast<Slot>(std::int64_t{static_cast<std::int8_t>(raw)});
        case NativeKind::I16:
            return static_cast<Slot>(std::int64_t{static_cast<std::int16_t>(raw)});
        case NativeKind::I32:
        case NativeKind::U32:
            return static_cast<Slot>(std::int64_t{static_cast<std::int32_t>(raw)});
        case NativeKind::U8:
            return static_cast<std::uint8_t>(raw);
        case NativeKind::U16:
            return static_cast<std::uint16_t>(raw);
        case NativeKind::Bool:
            return (raw & 0xFF) != 0;
        case NativeKind::Char:
        case NativeKind::F32:
            return static_cast<std::uint32_t>(raw);
        default:
            return raw;
    }
}

#if defined(SKUA_NATIVE_CALLS_FFI)

namespace {

ffi_type* ffi_type_of(NativeKind kind) {
    switch (kind) {
        case NativeKind::Void:
            return &ffi_type_void;
        case NativeKind::I8:
            return &ffi_type_sint8;
        case NativeKind::I16:
            return &ffi_type_sint16;
        case NativeKind::I32:
            return &ffi_type_sint32;
        case NativeKind::I64:
            return &ffi_type_sint64;
        case NativeKind::U8:
        case NativeKind::Bool:
            return &ffi_type_uint8;
        case NativeKind::U16:
            return &ffi_type_uint16;
        case NativeKind::U32:
        case NativeKind::Char:
            return &ffi_type_uint32;
        case NativeKind::U64:
            return &ffi_type_uint64;
        case NativeKind::F32:
            return &ffi_type_float;
        case NativeKind::F64:
            return &ffi_type_double;
        default:
            return &ffi_type_pointer;
    }
}

struct FfiCall {
    ffi_cif cif;
    ffi_type* types[kMaxNativeParams + 1];
};

}  // namespace

CallPlan plan_call(const NativeSignature& signature) {
    CallPlan plan;
    plan.signature = signature;
    auto* call = new FfiCall;
    call->types[0] = &ffi_type_pointer;
    for (unsigned i = 0; i < signature.param_count; i++)
        call->types[i + 1] = ffi_type_of(signature.params[i]);
    if (ffi_prep_cif(&call->cif, FFI_DEFAULT_ABI, signature.param_count + 1u, ffi_type_of(signature.result),
                     call->types) == FFI_OK)
        plan.ffi = call;
    return plan;
}

Slot call_c_function(SkFunction function, const CallPlan& plan, SkEnv* env, const Slot* args) {
    // libffi wants a pointer to each value in its own width; that is the slot's first byte only on
    // little-endian machines.
    struct Value {
        unsigned char bytes[8];
    } values[kMaxNativeParams];
    void* pointers[kMaxNativeParams + 1];
    pointers[0] = &env;
    for (unsigned i = 0; i < plan.signature.param_count; i++) {
        const auto store = [&](auto v) { std::memcpy(values[i].bytes, &v, sizeof v); };
        switch (plan.signature.params[i]) {
            case NativeKind::I8:
            case NativeKind::U8:
            case NativeKind::Bool:
                store(static_cast<std::uint8_t>(args[i]));
                break;
            case NativeKind::I16:
            case NativeKind::U16:
                store(static_cast<std::uint16_t>(args[i]));
                break;
            case NativeKind::I32:
            case NativeKind::U32:
            case NativeKind::Char:
            case NativeKind::F32:
                store(static_cast<std::uint32_t>(args[i]));
                break;
            default:
                store(args[i]);
        }
        pointers[i + 1] = values[i].bytes;
    }
    union {
        ffi_arg integer;
        std::uint64_t u64;
        float f32;
        double f64;
    } result{};
    ffi_call(&static_cast<FfiCall*>(plan.ffi)->cif, function, &result, pointers);
    if (plan.signature.result == NativeKind::F64) return std::bit_cast<Slot>(result.f64);
    if (plan.signature.result == NativeKind::F32) return std::bit_cast<std::uint32_t>(result.f32);
    const bool wide = plan.signature.result == NativeKind::I64 || plan.signature.result == NativeKind::U64 ||
                      is_reference_kind(plan.signature.result);
    return canonical_slot(plan.signature.result, wide ? result.u64 : result.integer);
}

#else

namespace {

#if defined(__x86_64__)
constexpr unsigned kIntegers = 5;  // six registers, one for the SkEnv
#else
constexpr unsigned kIntegers = 7;  // eight registers, one for the SkEnv
#endif
constexpr unsigned kFloats = 8;
constexpr unsigned kStack = kMaxNativeParams - kIntegers;

struct CallWords {
    std::uint64_t integers[kIntegers];
    std::uint64_t floats[kFloats];
    std::uint64_t stack[kStack];
};
constexpr unsigned kFloatsAt = kIntegers, kStackAt = kIntegers + kFloats;

// A float argument's bits are in the low half of the register, as of the slot.
double reg(std::uint64_t bits) {
    return std::bit_cast<double>(bits);
}

template <typename R>
SKUA_NO_TYPE_CHECK R call_integers(SkFunction f, SkEnv* env, const Slot* a) {
#if defined(__x86_64__)
    using F = R (*)(SkEnv*, Slot, Slot, Slot, Slot, Slot);
    return reinterpret_cast<F>(f)(env, a[0], a[1], a[2], a[3], a[4]);
#else
    using F = R (*)(SkEnv*, Slot, Slot, Slot, Slot, Slot, Slot, Slot);
    return reinterpret_cast<F>(f)(env, a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
#endif
}

template <typename R>
SKUA_NO_TYPE_CHECK R call_registers(SkFunction f, SkEnv* env, const CallWords& w) {
    const auto* i = w.integers;
    const auto* d = w.floats;
#if defined(__x86_64__)
    using F = R (*)(SkEnv*, Slot, Slot, Slot, Slot, Slot, double, double, double, double, double, double,
                    double, double);
    return reinterpret_cast<F>(f)(env, i[0], i[1], i[2], i[3], i[4], reg(d[0]), reg(d[1]), reg(d[2]),
                                  reg(d[3]), reg(d[4]), reg(d[5]), reg(d[6]), reg(d[7]));
#else
    using F = R (*)(SkEnv*, Slot, Slot, Slot, Slot, Slot, Slot, Slot, double, double, double, double, double,
                    double, double, double);
    return reinterpret_cast<F>(f)(env, i[0], i[1], i[2], i[3], i[4], i[5], i[6], reg(d[0]), reg(d[1]),
                                  reg(d[2]), reg(d[3]), reg(d[4]), reg(d[5]), reg(d[6]), reg(d[7]));
#endif
}

template <typename R>
SKUA_NO_TYPE_CHECK R call_stack(SkFunction f, SkEnv* env, const CallWords& w) {
    const auto* i = w.integers;
    const auto* d = w.floats;
    const auto* s = w.stack;
#if defined(__x86_64__)
    using F = R (*)(SkEnv*, Slot, Slot, Slot, Slot, Slot, double, double, double, double, double, double,
                    double, double, Slot, Slot, Slot, Slot, Slot, Slot, Slot);
    return reinterpret_cast<F>(f)(env, i[0], i[1], i[2], i[3], i[4], reg(d[0]), reg(d[1]), reg(d[2]),
                                  reg(d[3]), reg(d[4]), reg(d[5]), reg(d[6]), reg(d[7]), s[0], s[1], s[2],
                                  s[3], s[4], s[5], s[6]);
#else
    using F = R (*)(SkEnv*, Slot, Slot, Slot, Slot, Slot, Slot, Slot, double, double, double, double, double,
                    double, double, double, Slot, Slot, Slot, Slot, Slot);
    return reinterpret_cast<F>(f)(env, i[0], i[1], i[2], i[3], i[4], i[5], i[6], reg(d[0]), reg(d[1]),
                                  reg(d[2]), reg(d[3]), reg(d[4]), reg(d[5]), reg(d[6]), reg(d[7]), s[0],
                                  s[1], s[2], s[3], s[4]);
#endif
}

template <typename R>
R call_form(SkFunction function, const CallPlan& plan, SkEnv* env, const Slot* args) {
    if (plan.form == CallPlan::Form::Integers) return call_integers<R>(function, env, args);
    std::uint64_t words[sizeof(CallWords) / sizeof(std::uint64_t)] = {};
    for (unsigned i = 0; i < plan.signature.param_count; i++) words[plan.places[i]] = args[i];
    const auto packed = std::bit_cast<CallWords>(words);
    return plan.form == CallPlan::Form::Registers ? call_registers<R>(function, env, packed)
                                                  : call_stack<R>(function, env, packed);
}

}  // namespace

CallPlan plan_call(const NativeSignature& signature) {
    CallPlan plan;
    plan.signature = signature;
    plan.float_result = is_float_kind(signature.result);
    unsigned integers = 0, floats = 0, stack = 0;
    for (unsigned i = 0; i < signature.param_count; i++) {
        const bool is_float = is_float_kind(signature.params[i]);
        unsigned place;
        if (is_float && floats < kFloats)
            place = kFloatsAt + floats++;
        else if (!is_float && integers < kIntegers)
            place = integers++;
        else
            place = kStackAt + stack++;
        plan.places[i] = static_cast<std::uint8_t>(place);
    }
    if (stack > 0)
        plan.form = CallPlan::Form::Stack;
    else if (floats > 0)
        plan.form = CallPlan::Form::Registers;
    return plan;
}

Slot call_c_function(SkFunction function, const CallPlan& plan, SkEnv* env, const Slot* args) {
    if (plan.float_result) {
        const auto bits = std::bit_cast<std::uint64_t>(call_form<double>(function, plan, env, args));
        return plan.signature.result == NativeKind::F32 ? bits & 0xFFFFFFFF : bits;
    }
    return canonical_slot(plan.signature.result, call_form<std::uint64_t>(function, plan, env, args));
}

#endif

}  // namespace skua::vm
