#include "native/binding.h"

#include <algorithm>
#include <array>
#include <optional>

#include "caps/callers.h"
#include "caps/capabilities.h"
#include "isolate/isolated_plugin.h"
#include "native/native_error.h"
#include "native/native_registry.h"
#include "native/trace_hash.h"
#include "native/value_call.h"
#include "runtime/canonical_nan.h"
#include "skua/classfile/check.h"
#include "skua/vm/tier_support.h"

namespace skua::vm {

namespace {

[[gnu::cold]] bool throw_null_argument(Thread& thread, const Function& function, unsigned index) {
    throw_error(thread, "std.core.NullError",
                "argument " + std::to_string(index + 1) + " of " + function.display_name + " is null");
    return false;
}

// The checks before the call that the guest's types do not make.
bool may_call(Thread& thread, const Function& function, const NativeFunction& native, const Slot* frame) {
    for (unsigned rest = native.not_null; rest != 0; rest &= rest - 1) {
        const auto i = static_cast<unsigned>(__builtin_ctz(rest));
        if (frame[i] == 0) [[unlikely]]
            return throw_null_argument(thread, function, i);
    }
    if (native.capability == nullptr) [[likely]]
        return true;
    const std::string denied = ask_as_callers(thread, [&](Capabilities::Callers callers) {
        return thread.vm->capabilities().check_any(native.capability, callers);
    });
    if (denied.empty()) return true;
    throw_error(thread, "std.core.PermissionError", denied);
    return false;
}

}  // namespace

Result<const NativeFunction*> find_native(Vm& vm, const Function& function, std::string_view library,
                                          std::string_view name, std::string_view signature) {
    auto native = vm.natives().find(vm, source_of(function), library, name, signature);
    if (!native) return native;
    // The text is equal; but a name in it may be a struct's.
    NativeSignature called = (*native)->plan.signature;
    SKUA_CHECK(function.param_types.size() == called.param_count);
    auto values = plan_values(vm, function, called);
    if (!values) return std::move(values).error();
    return *values ? vm.natives().with_values(**native, *std::move(values), called) : *native;
}

namespace {

NativeValue native_value(NativeKind kind) {
    switch (kind) {
        case NativeKind::Void:
            return NativeValue::Void;
        case NativeKind::I8:
            return NativeValue::I8;
        case NativeKind::I16:
            return NativeValue::I16;
        case NativeKind::I32:
        case NativeKind::U32:
            return NativeValue::I32;
        case NativeKind::U8:
            return NativeValue::U8;
        case NativeKind::U16:
            return NativeValue::U16;
        case NativeKind::Bool:
            return NativeValue::Bool;
        case NativeKind::Char:
            return NativeValue::Char;
        case NativeKind::F32:
            return NativeValue::F32;
        case NativeKind::F64:
            return NativeValue::F64;
        default:
            return NativeValue::Word;
    }
}

}  // namespace

namespace {

// A program of many slow natives and few polls would take long to notice.
[[gnu::noinline, gnu::cold]] void end_by_limit(Thread& thread) {
    if (!thread.pending && thread.vm->limits().ends_program()) (void)serve_interrupt(thread);
}

void make_nan_canonical(const NativeSignature& signature, Slot* args) {
    for (unsigned i = 0; i < signature.param_count; i++) {
        if (signature.params[i] == NativeKind::F64)
            args[i] = canonical_nan(args[i]);
        else if (signature.params[i] == NativeKind::F32)
            args[i] = canonical_nan32(args[i]);
    }
}

[[gnu::noinline]] void call_observed(Thread& thread, const Function& function, const NativeFunction& native,
                                     SkEnv* env, Slot* frame) {
    if (native.values) {
        if (!call_with_values(thread, function, native, env, frame)) return;
        if (thread.interrupted.load(std::memory_order_relaxed)) end_by_limit(thread);
        return;
    }
    const NativeSignature& signature = native.plan.signature;
    Vm& vm = *thread.vm;
    const std::span<const NativeKind> kinds(signature.params.data(), signature.param_count);
    // The result will lie where the arguments do, which the collector also finds here.
    std::array<Slot, kMaxNativeParams> args{};
    std::copy_n(frame, signature.param_count, args.begin());
    if (vm.determinism()) make_nan_canonical(signature, frame);
    TraceHash* tracer = vm.tracer();
    if (tracer) {
        const InstructionBudget& budget = vm.instructions();
        tracer->call(function.def->qualified_name(), budget.limit() - budget.left(thread.fuel), kinds,
                     args.data());
    }
    if (native.isolated != nullptr) {
        frame[0] = native.isolated->call(thread, function, native, frame);
    } else if (native.host.call != nullptr) {
        native.host.call(thread, function, args.data(), frame);
    } else {
        frame[0] = call_c_function(native.address, native.plan, env, frame);
    }
    if (vm.determinism() && signature.result == NativeKind::F64) frame[0] = canonical_nan(frame[0]);
    if (vm.determinism() && signature.result == NativeKind::F32) frame[0] = canonical_nan32(frame[0]);
    if (tracer)
        tracer->returned(kinds, args.data(),
                         {&signature.result, signature.result != NativeKind::Void ? 1u : 0u}, frame,
                         thread.pending);
    if (thread.interrupted.load(std::memory_order_relaxed)) end_by_limit(thread);
}

}  // namespace

NativeTarget native_target(const Function& function) {
    const NativeFunction& native = *function.native;
    NativeTarget target;
    // Whether it is granted depends on who calls.
    if (native.capability != nullptr || native.observed || function.source != nullptr) return target;
    target.address = reinterpret_cast<const void*>(native.address);
    target.not_null = native.not_null;
    const NativeSignature& signature = native.plan.signature;
    for (unsigned i = 0; i < signature.param_count; ++i)
        target.params.push_back(native_value(signature.params[i]));
    target.result = native_value(signature.result);
    return target;
}

namespace {

// For as long as a native of an archive runs, that has a call on the stack.
class NativeFrameScope {
public:
    NativeFrameScope(Thread& thread, const CodeSource& source)
        : thread_(thread), frame_{&source, thread.archive_natives} {
        thread.archive_natives = &frame_;
    }
    ~NativeFrameScope() { thread_.archive_natives = frame_.outer; }
    NativeFrameScope(const NativeFrameScope&) = delete;
    NativeFrameScope& operator=(const NativeFrameScope&) = delete;

private:
    Thread& thread_;
    Thread::NativeFrame frame_;
};

}  // namespace

void call_native(Thread& thread, Function& function, Slot* frame) {
    const NativeFunction& native = *function.native;
    std::optional<NativeFrameScope> scope;
    if (function.source != nullptr) [[unlikely]]
        scope.emplace(thread, *function.source);
    if ((native.not_null != 0 || native.capability != nullptr) && !may_call(thread, function, native, frame))
        return;
    auto* env = reinterpret_cast<SkEnv*>(&thread.native_env);
    if (native.observed) [[unlikely]]
        return call_observed(thread, function, native, env, frame);
    frame[0] = call_c_function(native.address, native.plan, env, frame);
    if (thread.interrupted.load(std::memory_order_relaxed)) [[unlikely]]
        end_by_limit(thread);
}

}  // namespace skua::vm
