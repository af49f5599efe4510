#include "native/value_call.h"

#include <algorithm>
#include <alloca.h>
#include <array>
#include <cstring>

#include "isolate/isolated_plugin.h"
#include "native/trace_hash.h"
#include "runtime/canonical_nan.h"

namespace skua::vm {

namespace {

constexpr std::uint32_t kValueAlign = 8;

std::uint32_t reserve(std::uint32_t& memory, const Layout& layout) {
    const std::uint32_t at = memory;
    memory += (layout.size + kValueAlign - 1) / kValueAlign * kValueAlign;
    return at;
}

void append_trace_kinds(TypeTable& types, const ValueShape& shape, std::vector<NativeKind>& kinds) {
    if (shape.kind != NativeKind::Value) {
        if (shape.kind != NativeKind::Void) kinds.push_back(shape.kind);
        return;
    }
    const std::size_t first = kinds.size();
    std::vector<LeafKind> leaves;
    append_leaf_kinds(types, shape.type, leaves);
    for (const LeafKind leaf : leaves)
        kinds.push_back(leaf == LeafKind::F64   ? NativeKind::F64
                        : leaf == LeafKind::F32 ? NativeKind::F32
                                                : NativeKind::I64);
    for (const ValueShape::Check& check : shape.checks)
        if (check.cls != nullptr) kinds[first + check.leaf] = NativeKind::NullableReference;
}

void make_nans_canonical(const std::vector<NativeKind>& kinds, Slot* slots) {
    for (std::size_t i = 0; i < kinds.size(); i++) {
        if (kinds[i] == NativeKind::F64)
            slots[i] = canonical_nan(slots[i]);
        else if (kinds[i] == NativeKind::F32)
            slots[i] = canonical_nan32(slots[i]);
    }
}

[[gnu::cold]] bool throw_null_part(Thread& thread, const Function& function, unsigned index, bool inside) {
    throw_error(thread, "std.core.NullError",
                "argument " + std::to_string(index + 1) + " of " + function.display_name +
                    (inside ? " holds a null where its type has none" : " is null"));
    return false;
}

// A C function's arguments, put together on this function's stack.
void call_by_address(Thread& thread, const Function& function, const NativeFunction& native, SkEnv* env,
                     Slot* frame) {
    const ValuePlan& plan = *native.values;
    // Zero between the fields and in what the result will be.
    auto* memory = static_cast<std::uint8_t*>(alloca(plan.memory));
    std::memset(memory, 0, plan.memory);
    std::array<Slot, kMaxNativeParams> args{};
    std::size_t count = 0;
    for (const ValuePlan::Param& param : plan.params) {
        if (param.shape.kind == NativeKind::Value) {
            leaves_to_memory(*param.shape.layout, frame + param.slot, memory + param.memory);
            args[count++] = reinterpret_cast<Slot>(memory + param.memory);
        } else {
            args[count++] = frame[param.slot];
        }
    }
    const bool by_address = plan.result.kind == NativeKind::Value;
    if (by_address) args[count] = reinterpret_cast<Slot>(memory + plan.result_memory);
    const Slot result = native.isolated != nullptr
                            ? native.isolated->call(thread, function, native, args.data())
                            : call_c_function(native.address, native.plan, env, args.data());
    if (by_address)
        slots_from_memory(plan.result, memory + plan.result_memory, frame);
    else
        frame[0] = result;
    // To the end, so that the collector sees the arguments for as long as the native may use them.
    __asm__ volatile("" : : "r"(memory), "r"(args.data()) : "memory");
}

// What the host calls back may overwrite the frame: its arguments lie here meanwhile.
void call_host_with_values(Thread& thread, const Function& function, const NativeFunction& native,
                           Slot* frame) {
    auto* args = static_cast<Slot*>(alloca((function.arg_slots + 1) * sizeof(Slot)));
    std::copy_n(frame, function.arg_slots, args);
    native.host.call(thread, function, args, frame);
}

}  // namespace

Result<std::unique_ptr<ValuePlan>> plan_values(Vm& vm, const Function& function, NativeSignature& signature) {
    auto plan = std::make_unique<ValuePlan>();
    bool wanted = false;
    std::uint32_t slot = 0;
    for (std::size_t i = 0; i < function.param_types.size(); i++) {
        auto shape = shape_of(vm, function.param_types[i]);
        if (!shape) return std::move(shape).error();
        const bool by_address = shape->kind == NativeKind::Value;
        wanted |= by_address;
        const std::uint32_t at = by_address ? reserve(plan->memory, *shape->layout) : 0;
        signature.params[i] = shape->kind;
        append_trace_kinds(vm.types(), *shape, plan->leaf_kinds);
        const std::uint32_t slots = shape->layout->slots();
        plan->params.push_back({*std::move(shape), slot, at});
        slot += slots;
    }
    auto result = shape_of(vm, function.result_type);
    if (!result) return std::move(result).error();
    append_trace_kinds(vm.types(), *result, plan->result_kinds);
    if (result->kind == NativeKind::Value) {
        wanted = true;
        if (signature.param_count == kMaxNativeParams) {
            Diagnostic d;
            d.message = "native " + function.display_name +
                        " has 12 parameters and a result that needs a place: natives have at most 12 of both";
            return d;
        }
        plan->result_memory = reserve(plan->memory, *result->layout);
        signature.params[signature.param_count++] = NativeKind::Value;
        signature.result = NativeKind::Void;
    }
    plan->result = *std::move(result);
    if (!wanted) plan.reset();
    return plan;
}

bool call_with_values(Thread& thread, const Function& function, const NativeFunction& native, SkEnv* env,
                      Slot* frame) {
    const ValuePlan& plan = *native.values;
    for (unsigned i = 0; i < plan.params.size(); i++) {
        const ValuePlan::Param& param = plan.params[i];
        for (const ValueShape::Check& check : param.shape.checks)
            if (check.cls != nullptr && check.lacks(frame + param.slot)) [[unlikely]]
                return throw_null_part(thread, function, i, param.shape.kind == NativeKind::Value);
    }
    Vm& vm = *thread.vm;
    if (vm.determinism()) make_nans_canonical(plan.leaf_kinds, frame);
    TraceHash* tracer = vm.tracer();
    // The result will lie where the arguments do, and calls back may overwrite them before.
    std::vector<Slot> traced;
    if (tracer) [[unlikely]] {
        traced.assign(frame, frame + function.arg_slots);
        const InstructionBudget& budget = vm.instructions();
        tracer->call(function.def->qualified_name(), budget.limit() - budget.left(thread.fuel),
                     plan.leaf_kinds, traced.data());
    }
    if (native.host.call != nullptr) {
        call_host_with_values(thread, function, native, frame);
    } else {
        call_by_address(thread, function, native, env, frame);
    }
    if (vm.determinism()) make_nans_canonical(plan.result_kinds, frame);
    if (tracer) [[unlikely]]
        tracer->returned(plan.leaf_kinds, traced.data(), plan.result_kinds, frame, thread.pending);
    return true;
}

}  // namespace skua::vm
