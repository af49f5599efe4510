// Types, fields, methods, and calls into the guest, as a plugin in a process of its own sees them.
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "remote_lane.h"
#include "remote_plugin.h"

// Types, fields and methods are the numbers that the machine has given; one object for each.
struct SkType {
    std::uint64_t number = 0;
};
struct SkField {
    std::uint64_t number = 0;
    bool is_reference = false;
};
struct SkMethod {
    std::uint64_t number = 0;
    skua::vm::NativeSignature signature;
};

namespace skua::remote {

namespace {

using isolate::Message;
using isolate::Op;

std::mutex kept_lock;

template <typename T>
T* kept_object(std::uint64_t number) {
    if (number == 0) return nullptr;
    static auto& all = *new std::unordered_map<std::uint64_t, T>;
    const std::lock_guard guard(kept_lock);
    T& object = all[number];
    object.number = number;
    return &object;
}

std::uint64_t word_of(vm::NativeKind kind, const SkValue& value) {
    return vm::is_reference_kind(kind) ? number_of(value.object) : value.u64;
}

// "(a,b)->r" as "(a,b)r".
vm::NativeSignature parsed(std::string_view signature) {
    std::string plain(signature);
    int depth = 0;
    for (std::size_t i = 0; i < plain.size(); i++) {
        depth += plain[i] == '(' ? 1 : plain[i] == ')' ? -1 : 0;
        if (plain[i] != ')' || depth != 0) continue;
        if (plain.compare(i + 1, 2, "->") == 0) plain.erase(i + 1, 2);
        break;
    }
    const auto found = vm::parse_native_signature(plain);
    return found ? *found : vm::NativeSignature{};
}

// Before guest code runs: what was changed in arrays.
void tell_changes(RemoteLane& lane) {
    if (const std::uint64_t changes = lane.flush(); changes != 0) lane.request(Op::Changes, {changes});
}

bool call(RemoteLane& lane, Message& message, const vm::NativeSignature& signature, const SkValue* args,
          SkValue* result) {
    for (unsigned i = 0; i < signature.param_count; i++)
        message.words[4 + i] = word_of(signature.params[i], args[i]);
    const Message reply = lane.request(message);
    lane.read_again(reply.words[2]);
    if (reply.words[0] == 0) return false;
    if (result == nullptr) return true;
    result->u64 = reply.words[3];
    if (vm::is_reference_kind(signature.result))
        result->object = reinterpret_cast<SkObject*>(lane.received(0));
    return true;
}

bool call_function(SkEnv* env, SkObject* function, const char* signature, const SkValue* args,
                   SkValue* result) {
    RemoteLane& lane = RemoteLane::of(env);
    if (function == nullptr) {
        env->api->throw_error(env, "std.core.NullError", "the function to call is null");
        return false;
    }
    tell_changes(lane);
    const std::string_view type = signature;
    Message message;
    message.op = Op::CallFunction;
    message.words[0] = number_of(function);
    message.words[1] = lane.say(type);
    message.words[2] = type.size();
    return call(lane, message, parsed(type), args, result);
}

bool method_call(SkEnv* env, const SkMethod* method, SkObject* receiver, const SkValue* args,
                 SkValue* result) {
    RemoteLane& lane = RemoteLane::of(env);
    tell_changes(lane);
    Message message;
    message.op = Op::MethodCall;
    message.words[0] = method->number;
    message.words[1] = number_of(receiver);
    return call(lane, message, method->signature, args, result);
}

SkObject* object_new(SkEnv* env, const SkMethod* constructor, const SkValue* args) {
    RemoteLane& lane = RemoteLane::of(env);
    tell_changes(lane);
    Message message;
    message.op = Op::ObjectNew;
    message.words[0] = constructor->number;
    const bool made = call(lane, message, constructor->signature, args, nullptr);
    return made ? reinterpret_cast<SkObject*>(lane.received(0)) : nullptr;
}

const SkMethod* method_find(SkEnv* env, const SkType* owner, const char* name, const char* signature) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view what = name, type = signature;
    const std::uint64_t name_text = lane.say(what), type_text = lane.say(type);
    auto* method = kept_object<SkMethod>(
        lane.request(Op::MethodFind, {owner->number, name_text, what.size(), type_text, type.size()})
            .words[0]);
    if (method != nullptr) method->signature = parsed(type);
    return method;
}

const SkField* field_find(SkEnv* env, const SkType* owner, const char* name, const char* type) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view what = name, of = type;
    const std::uint64_t name_text = lane.say(what), type_text = lane.say(of);
    auto* field = kept_object<SkField>(
        lane.request(Op::FieldFind, {owner->number, name_text, what.size(), type_text, of.size()}).words[0]);
    const auto kind = vm::parse_native_type(of);
    if (field != nullptr) field->is_reference = kind && vm::is_reference_kind(*kind);
    return field;
}

std::size_t field_offset(SkEnv* env, const SkField* field) {
    return RemoteLane::of(env).request(Op::FieldOffset, {field->number}).words[0];
}

bool field_get(SkEnv* env, SkObject* object, const SkField* field, SkValue* value) {
    RemoteLane& lane = RemoteLane::of(env);
    const Message reply = lane.request(Op::FieldGet, {field->number, number_of(object)});
    if (reply.words[0] == 0) return false;
    value->u64 = reply.words[3];
    if (field->is_reference) value->object = reinterpret_cast<SkObject*>(lane.received(0));
    return true;
}

bool field_set(SkEnv* env, SkObject* object, const SkField* field, const SkValue* value) {
    const std::uint64_t word = field->is_reference ? number_of(value->object) : value->u64;
    return RemoteLane::of(env).request(Op::FieldSet, {field->number, number_of(object), word}).words[0] != 0;
}

// ---- types
// --------------------------------------------------------------------------------------------------

const SkType* type_find(SkEnv* env, const char* text) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view name = text;
    const std::uint64_t said = lane.say(name);
    return kept_object<SkType>(lane.request(Op::TypeFind, {said, name.size()}).words[0]);
}
const SkType* type_of(SkEnv* env, const void* reference) {
    return kept_object<SkType>(RemoteLane::of(env).request(Op::TypeOf, {number_of(reference)}).words[0]);
}
bool type_is(SkEnv* env, const void* reference, const SkType* type) {
    return RemoteLane::of(env).request(Op::TypeIs, {number_of(reference), type->number}).words[0] != 0;
}
const char* type_text(SkEnv* env, const SkType* type) {
    RemoteLane& lane = RemoteLane::of(env);
    return kept_text(lane, lane.request(Op::TypeText, {type->number}));
}
std::size_t type_size(SkEnv* env, const SkType* type) {
    return RemoteLane::of(env).request(Op::TypeSize, {type->number}).words[0];
}
std::size_t type_align(SkEnv* env, const SkType* type) {
    return RemoteLane::of(env).request(Op::TypeSize, {type->number}).words[2];
}
SkArray* array_new_of(SkEnv* env, const SkType* element, std::size_t len) {
    RemoteLane& lane = RemoteLane::of(env);
    const Message reply = lane.request(Op::ArrayNewOf, {element->number, len});
    return reply.words[0] != 0 ? reinterpret_cast<SkArray*>(lane.received(0)) : nullptr;
}

// ---- what is not here
// -----------------------------------------------------------------------------------------

bool array_put(SkEnv* env, SkArray*, std::size_t, const void*) {
    RemoteLane::of(env).refuse(
        "it writes structs, tuples or nullable values, which it cannot in a process of its own");
}
SkVm* vm_of(SkEnv* env) {
    RemoteLane::of(env).refuse("it attaches threads, which it cannot in a process of its own");
}
SkEnv* thread_attach(SkVm*) {
    std::abort();  // who has an SkVm has asked vm_of
}
SkCompletion* completion_begin(SkEnv* env, SkObject*) {
    RemoteLane::of(env).refuse("it completes work later, which it cannot in a process of its own");
}

}  // namespace

const char* kept_text(const RemoteLane& lane, const Message& reply) {
    static auto& all = *new std::unordered_set<std::string>;
    const std::lock_guard guard(kept_lock);
    return all.emplace(reinterpret_cast<const char*>(lane.at(reply.words[2])), reply.words[3]).first->c_str();
}

void fill_remote_members(SkApi& api) {
    api.call_function = call_function;
    api.type_find = type_find;
    api.type_of = type_of;
    api.type_is = type_is;
    api.type_text = type_text;
    api.type_size = type_size;
    api.type_align = type_align;
    api.field_find = field_find;
    api.field_offset = field_offset;
    api.field_get = field_get;
    api.field_set = field_set;
    api.method_find = method_find;
    api.method_call = method_call;
    api.object_new = object_new;
    api.array_new_of = array_new_of;
    api.array_put = array_put;
    api.vm_of = vm_of;
    api.thread_attach = thread_attach;
    api.completion_begin = completion_begin;
}

}  // namespace skua::remote
