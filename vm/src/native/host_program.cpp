// Calling back into the guest, the program's arguments and end, and the table of all of it.
#include <cstdio>
#include <cstdlib>

#include "native/host_support.h"

namespace skua::vm {

namespace {

Slot slot_of(NativeKind kind, const SkValue& value) {
    switch (kind) {
        case NativeKind::I8:
            return static_cast<Slot>(std::int64_t{static_cast<std::int8_t>(value.i64)});
        case NativeKind::I16:
            return static_cast<Slot>(std::int64_t{static_cast<std::int16_t>(value.i64)});
        case NativeKind::I32:
        case NativeKind::U32:  // u32 lies sign-extended in a slot
            return static_cast<Slot>(std::int64_t{static_cast<std::int32_t>(value.i64)});
        case NativeKind::U8:
            return static_cast<std::uint8_t>(value.u64);
        case NativeKind::U16:
            return static_cast<std::uint16_t>(value.u64);
        case NativeKind::Bool:
            return value.i64 != 0;
        case NativeKind::Char:
            return static_cast<std::uint32_t>(value.u64);
        case NativeKind::F32:
            return std::bit_cast<std::uint32_t>(value.f32);
        default:
            return value.u64;
    }
}

SkValue value_of(NativeKind kind, Slot slot) {
    SkValue value{};
    if (kind == NativeKind::F32)
        value.f32 = std::bit_cast<float>(static_cast<std::uint32_t>(slot));
    else if (kind == NativeKind::U32)
        value.u64 = static_cast<std::uint32_t>(slot);
    else
        value.u64 = slot;
    return value;
}

bool fail(Thread& thread, const std::string& message) {
    throw_error(thread, "std.core.ArgumentError", message);
    return false;
}

bool call_function(SkEnv* env, SkObject* object, const char* signature_text, const SkValue* args,
                   SkValue* result) {
    Thread& thread = thread_of(env);
    if (object == nullptr) {
        throw_error(thread, "std.core.NullError", "the function to call is null");
        return false;
    }
    const Class& cls = *unwrap(object)->cls;
    const std::string_view wanted(signature_text);
    if (cls.kind != ClassKind::Closure)
        return fail(thread,
                    "a value of type " + std::string(registry_of(env).type_name(cls)) + " is not a function");
    if (wanted != registry_of(env).type_name(cls))
        return fail(thread, "the function is of type " + std::string(registry_of(env).type_name(cls)) +
                                ", not " + std::string(wanted));
    // "(a,b)->r": the native form is the same without the arrow.
    std::string plain(wanted);
    const std::size_t arrow = plain.rfind(")->");
    if (arrow != std::string::npos) plain.erase(arrow + 1, 2);
    auto signature = parse_native_signature(plain);
    if (!signature) return fail(thread, signature.error().message);
    for (unsigned i = 0; i < signature->param_count; i++) {
        auto kind = signature->params[i];
        if (kind != NativeKind::Reference && kind != NativeKind::NullableReference) continue;
        auto reference = is_reference(cls.type->fn_params()[i]);
        if (!reference || !*reference)
            return fail(thread,
                        std::string(wanted) + " takes value types, which cannot cross from native code");
    }
    auto result_reference = is_reference(cls.type->fn_result());
    if (is_reference_kind(signature->result) && (!result_reference || !*result_reference))
        return fail(thread, std::string(wanted) + " returns a value type, which cannot cross to native code");

    Function& function = *cls.closure_function;
    std::vector<Slot> slots;
    slots.reserve(function.arg_slots);
    for (unsigned i = 0; i < signature->param_count; i++)
        slots.push_back(slot_of(signature->params[i], args[i]));
    Slot* captures = static_cast<Closure*>(unwrap(object))->captures();
    slots.insert(slots.end(), captures, captures + cls.capture_slots);
    // `slots` is not scanned, but invoke copies it to the guest stack before anything can collect,
    // and until then arguments and object are on this native's stack.
    Slot out[8] = {};
    if (!invoke(thread, function, slots, out)) return false;
    if (result != nullptr && signature->result != NativeKind::Void)
        *result = value_of(signature->result, out[0]);
    return true;
}

std::size_t arg_count(SkEnv* env) {
    return thread_of(env).vm->options().args.size();
}
const char* arg(SkEnv* env, std::size_t index) {
    const auto& args = thread_of(env).vm->options().args;
    return index < args.size() ? args[index].c_str() : nullptr;
}

void at_exit(SkEnv* env, SkHook hook, void* data) {
    registry_of(env).at_exit(hook, data);
}

void exit_program(SkEnv* env, int code) {
    registry_of(env).run_exit_hooks();
    std::fflush(nullptr);
    // Other guest threads may be running: no destructors under their feet.
    std::_Exit(code & 0xFF);
}

const char* type_name(SkEnv* env, SkObject* object) {
    return registry_of(env).type_name(*unwrap(object)->cls);
}

}  // namespace

void fill_program(SkApi& api) {
    api.call_function = call_function;
    api.arg_count = arg_count;
    api.arg = arg;
    api.at_exit = at_exit;
    api.exit_program = exit_program;
    api.type_name = type_name;
}

const SkApi& host_api() {
    static const SkApi table = [] {
        SkApi api{};
        api.abi_version = SK_ABI_VERSION;
        api.size = sizeof(SkApi);
        fill_strings_and_arrays(api);
        fill_errors(api);
        fill_program(api);
        fill_system(api);
        return api;
    }();
    return table;
}

}  // namespace skua::vm
