// Types, fields, methods, and calls into the guest, as a plugin in a process of its own sees them.
#include <algorithm>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "remote_lane.h"
#include "remote_plugin.h"
#include "remote_values.h"

// Types, fields and methods are the numbers that the machine has given; one object for each.
struct SkType {
    std::uint64_t number = 0;
};
struct SkField {
    std::uint64_t number = 0;
    const skua::remote::Shape* shape = nullptr;
};
struct SkMethod {
    std::uint64_t number = 0;
    bool constructs = false;
    skua::remote::CallShape shape;
};

namespace skua::remote {

namespace {

using isolate::Message;
using isolate::Op;

std::mutex kept_lock;

// One for each number; `make` is called for a new one.
template <typename T, typename Make>
T* kept_object(std::uint64_t number, Make&& make) {
    if (number == 0) return nullptr;
    static auto& all = *new std::unordered_map<std::uint64_t, T>;
    const std::lock_guard guard(kept_lock);
    const auto [at, is_new] = all.try_emplace(number);
    if (is_new) {
        at->second.number = number;
        make(at->second);
    }
    return &at->second;
}

template <typename T>
T* kept_object(std::uint64_t number) {
    return kept_object<T>(number, [](T&) {});
}

// What a function value of this type takes and gives; null if `function` is none, with an error pending.
const CallShape* function_shape(RemoteLane& lane, SkObject* function, std::string_view type) {
    static auto& all = *new std::unordered_map<std::string, CallShape>;
    static thread_local struct {
        std::string type;
        const CallShape* shape = nullptr;
    } last;
    if (last.shape != nullptr && last.type == type) return last.shape;
    std::string text(type);
    const auto find = [&]() -> const CallShape* {
        const std::lock_guard guard(kept_lock);
        const auto it = all.find(text);
        return it != all.end() ? &it->second : nullptr;
    };
    const CallShape* found = find();
    if (found == nullptr) {
        const std::uint64_t said = lane.say(type);
        const Message reply = lane.request(Op::FunctionShapes, {number_of(function), said, type.size()});
        if (reply.words[0] == 0 || lane.pending()) return nullptr;
        CallShape shape = shapes_in(lane, reply);
        const std::lock_guard guard(kept_lock);
        found = &all.emplace(text, std::move(shape)).first->second;
    }
    last.type = std::move(text);
    last.shape = found;
    return found;
}

// `args`: null if they are not looked at, since the call is refused whatever they are.
bool call(RemoteLane& lane, Message& message, const CallShape& shape, const SkValue* args, SkValue* result) {
    const std::size_t count = args != nullptr ? shape.params.size() : 0;
    for (std::size_t i = 0; i < std::min(count, vm::kMaxNativeParams); i++)
        message.words[4 + i] = say_word(lane, *shape.params[i], args[i]);
    const Message reply = lane.request(message);
    // Before reading arrays again, which asks for more.
    SkValue given{};
    if (result != nullptr) given = *result;
    const bool returned = reply.words[0] != 0;
    if (returned && shape.result != nullptr && result != nullptr)
        learn_word(lane, *shape.result, reply, given);
    lane.read_again(reply.words[2]);
    if (returned && result != nullptr) *result = given;
    return returned;
}

bool call_function(SkEnv* env, SkObject* function, const char* signature, const SkValue* args,
                   SkValue* result) {
    RemoteLane& lane = RemoteLane::of(env);
    if (function == nullptr) {
        env->api->throw_error(env, "std.core.NullError", "the function to call is null");
        return false;
    }
    lane.tell_changes();
    const std::string_view type = signature;
    const CallShape* shape = function_shape(lane, function, type);
    if (shape == nullptr) return false;
    Message message;
    message.op = Op::CallFunction;
    message.words[0] = number_of(function);
    message.words[1] = lane.say(type);
    message.words[2] = type.size();
    return call(lane, message, *shape, args, result);
}

bool method_call(SkEnv* env, const SkMethod* method, SkObject* receiver, const SkValue* args,
                 SkValue* result) {
    RemoteLane& lane = RemoteLane::of(env);
    lane.tell_changes();
    Message message;
    message.op = Op::MethodCall;
    message.words[0] = method->number;
    message.words[1] = number_of(receiver);
    return call(lane, message, method->shape, method->constructs ? nullptr : args, result);
}

SkObject* object_new(SkEnv* env, const SkMethod* constructor, const SkValue* args) {
    RemoteLane& lane = RemoteLane::of(env);
    lane.tell_changes();
    Message message;
    message.op = Op::ObjectNew;
    message.words[0] = constructor->number;
    CallShape shape = constructor->shape;
    static const Shape object{vm::NativeKind::Reference, sizeof(void*), alignof(void*), {}};
    shape.result = &object;
    SkValue made{};
    const SkValue* looked_at = constructor->constructs ? args : nullptr;
    return call(lane, message, shape, looked_at, &made) ? made.object : nullptr;
}

const SkMethod* method_find(SkEnv* env, const SkType* owner, const char* name, const char* signature) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view what = name, type = signature;
    const std::uint64_t name_text = lane.say(what), type_text = lane.say(type);
    const Message reply =
        lane.request(Op::MethodFind, {owner->number, name_text, what.size(), type_text, type.size()});
    return kept_object<SkMethod>(reply.words[0], [&](SkMethod& method) {
        method.shape = shapes_in(lane, reply);
        method.constructs = reply.words[4] != 0;
    });
}

const SkField* field_find(SkEnv* env, const SkType* owner, const char* name, const char* type) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view what = name, of = type;
    const std::uint64_t name_text = lane.say(what), type_text = lane.say(of);
    const Message reply =
        lane.request(Op::FieldFind, {owner->number, name_text, what.size(), type_text, of.size()});
    return kept_object<SkField>(reply.words[0],
                                [&](SkField& field) { field.shape = shapes_in(lane, reply).result; });
}

std::size_t field_offset(SkEnv* env, const SkField* field) {
    return RemoteLane::of(env).request(Op::FieldOffset, {field->number}).words[0];
}

bool field_get(SkEnv* env, SkObject* object, const SkField* field, SkValue* value) {
    RemoteLane& lane = RemoteLane::of(env);
    const Message reply = lane.request(Op::FieldGet, {field->number, number_of(object)});
    if (reply.words[0] == 0) return false;
    learn_word(lane, *field->shape, reply, *value);
    return true;
}

bool field_set(SkEnv* env, SkObject* object, const SkField* field, const SkValue* value) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::uint64_t word = say_word(lane, *field->shape, *value);
    return lane.request(Op::FieldSet, {field->number, number_of(object), word}).words[0] != 0;
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

bool array_put(SkEnv* env, SkArray* a, std::size_t index, const void* value) {
    RemoteLane& lane = RemoteLane::of(env);
    auto& ref = *reinterpret_cast<RemoteRef*>(a);
    const Shape* shape = lane.element_shape(ref);
    if (lane.pending()) return false;
    const std::uint64_t place = shape != nullptr ? say_value(lane, *shape, value) : 0;
    if (lane.request(Op::ArrayPut, {ref.number, index, place}).words[0] == 0) return false;
    lane.put_element(ref, index, value);
    return true;
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
}

}  // namespace skua::remote
