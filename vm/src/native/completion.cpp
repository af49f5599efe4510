#include "native/completion.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <new>

#include "native/host_support.h"
#include "runtime/runtime.h"

namespace skua::vm {

CompletionState::~CompletionState() {
    for (const auto& [leaf, root] : roots) hub->roots.remove(root);
}

namespace {

using State = CompletionState;
using Shared = std::shared_ptr<State>;

constexpr std::string_view kClass = "std.native.Completion";
constexpr auto kLook = std::chrono::milliseconds(100);  // how often who waits looks up, whatever happens

// The object is gone, or the machine.
void forget(void* pointer) {
    const std::unique_ptr<Shared> state(static_cast<Shared*>(pointer));
    const std::lock_guard guard((*state)->hub->lock);
    (*state)->wanted = false;
}

const SkHandleType kCompletionHandle = {"completion", forget};

// A field of the class itself; null for an object of another one.
const Class::InstanceField* own_field(const Object& object, std::string_view name) {
    for (const auto& field : object.cls->fields)
        if (field.def->name == name && field.def->owner->name == kClass) return &field;
    return nullptr;
}

std::nullptr_t throw_no_completion(Thread& thread, const Object& object) {
    throw_error(thread, "std.core.CastError",
                "a " + type_text(object.cls->type) + " is no " + std::string(kClass));
    return nullptr;
}

// The state behind a handle; null with StateError pending.
Shared state_of(SkEnv* env, std::int64_t handle) {
    const auto* state = static_cast<const Shared*>(env->api->handle_acquire(env, &kCompletionHandle, handle));
    if (state == nullptr) return nullptr;
    Shared found = *state;
    env->api->handle_release(env, handle);
    return found;
}

std::int64_t completion_new(SkEnv* env, SkObject* owner) {
    Thread& thread = thread_of(env);
    const Object& object = *unwrap(owner);
    const auto* field = own_field(object, "value");
    if (field == nullptr) return throw_no_completion(thread, object), 0;
    auto shape = shape_of(*thread.vm, field->type->elem());
    if (!shape) {
        throw_error(thread, "std.core.LinkError", shape.error().to_string());
        return 0;
    }
    auto state =
        std::make_unique<Shared>(std::make_shared<State>(registry_of(env).completions(), *std::move(shape)));
    const std::int64_t handle = env->api->handle_new(env, &kCompletionHandle, state.get());
    if (handle == 0) return 0;
    (void)state.release();
    if (env->api->handle_own(env, owner, &kCompletionHandle, handle)) return handle;
    env->api->handle_close(env, &kCompletionHandle, handle);
    return 0;
}

SkCompletion* completion_begin(SkEnv* env, SkObject* completion) {
    Thread& thread = thread_of(env);
    const Object& object = *unwrap(completion);
    const auto* field = own_field(object, "handle");
    if (field == nullptr) return throw_no_completion(thread, object);
    std::int64_t handle;
    std::memcpy(&handle, reinterpret_cast<const char*>(&object) + field->offset, sizeof handle);
    Shared state = state_of(env, handle);
    if (state == nullptr) return nullptr;
    {
        const std::lock_guard guard(state->hub->lock);
        if (state->status == State::Status::New) {
            state->status = State::Status::Begun;
            return new SkCompletion{state};
        }
    }
    throw_error(thread, "std.core.StateError", "somebody completes this already");
    return nullptr;
}

// Ends a completion: `fill` says with what. False if there was no memory for it.
template <typename Fill>
bool finish(SkCompletion* completion, Fill&& fill) {
    const std::unique_ptr<SkCompletion> gone(completion);
    State& state = *gone->state;
    bool filled = true;
    {
        const std::lock_guard guard(state.hub->lock);
        try {
            fill(state);
        } catch (const std::bad_alloc&) {
            filled = false;
            state.payload = State::Payload::Error;
            state.error_class.clear();  // told apart: no memory to say more
            state.text.clear();
        }
        state.status = State::Status::Done;
        state.hub->changed.notify_all();
    }
    return filled;
}

void complete_i64(SkCompletion* completion, std::int64_t value) {
    (void)finish(completion, [value](State& state) {
        state.payload = State::Payload::Integer;
        state.integer = value;
    });
}

void complete_f64(SkCompletion* completion, double value) {
    (void)finish(completion, [value](State& state) {
        state.payload = State::Payload::Float;
        state.number = value;
    });
}

bool complete_string(SkCompletion* completion, const char* utf8, std::size_t len) {
    return finish(completion, [&](State& state) {
        state.text.assign(utf8, len);
        state.payload = State::Payload::Text;
    });
}

bool complete_bytes(SkCompletion* completion, const void* bytes, std::size_t len) {
    return finish(completion, [&](State& state) {
        state.text.assign(static_cast<const char*>(bytes), len);
        state.payload = State::Payload::Bytes;
    });
}

void fail(State& state, std::string_view class_name, std::string_view message) {
    state.error_class = class_name;
    state.text = message;
    state.payload = State::Payload::Error;
}

bool complete_error(SkCompletion* completion, const char* class_name, const char* message) {
    return finish(completion, [&](State& state) { fail(state, class_name, message); });
}

void completion_drop(SkCompletion* completion) {
    (void)finish(completion, [](State& state) {
        fail(state, "std.core.StateError", "the native code gave up without a result");
    });
}

bool completion_wanted(SkCompletion* completion) {
    const std::lock_guard guard(completion->state->hub->lock);
    return completion->state->wanted;
}

bool complete_value(SkEnv* env, SkCompletion* completion, const SkValue* value) {
    Thread& thread = thread_of(env);
    const ValueShape& shape = completion->state->shape;
    Slot slots[kMaxValueSlots];
    if (!checked_slots(thread, shape, *value, slots, "the completion", 0)) {
        (void)complete_error(completion, "std.core.CastError",
                             "the native completed with a value of another type");
        return false;
    }
    return finish(completion, [&](State& state) {
        state.slots.assign(slots, slots + shape.layout->slots());
        for (std::size_t i = 0; i < state.slots.size(); i++)
            if (shape.layout->leaves[i].rep == Rep::Ref && slots[i] != 0)
                state.roots.emplace_back(i, state.hub->roots.add(reinterpret_cast<void*>(slots[i])));
        state.payload = State::Payload::Slots;
    });
}

// ---- who waits ----------------------------------------------------------------------------------------

bool completion_ready(SkEnv* env, std::int64_t handle) {
    const Shared state = state_of(env, handle);
    if (state == nullptr) return false;
    const std::lock_guard guard(state->hub->lock);
    return state->status == State::Status::Done;
}

std::int64_t completion_wait(SkEnv* env, const std::int64_t* handles, std::size_t count, std::int64_t nanos) {
    using Clock = std::chrono::steady_clock;
    Thread& thread = thread_of(env);
    std::vector<Shared> states;
    for (std::size_t i = 0; i < count; i++) {
        states.push_back(state_of(env, handles[i]));
        if (states.back() == nullptr) return -2;
    }
    const auto now = Clock::now();
    const auto most =
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::time_point::max() - now).count();
    const bool for_ever = nanos < 0 || nanos >= most;
    const auto deadline = for_ever ? Clock::time_point::max() : now + std::chrono::nanoseconds(nanos);
    CompletionHub& hub = *registry_of(env).completions();
    std::unique_lock guard(hub.lock);
    for (;;) {
        bool begun = false;
        for (std::size_t i = 0; i < states.size(); i++) {
            if (states[i]->status == State::Status::Done) return static_cast<std::int64_t>(i);
            begun |= states[i]->status == State::Status::Begun;
        }
        if (Clock::now() >= deadline) return -1;
        if (!begun && for_ever) {
            guard.unlock();
            throw_error(thread, "std.core.StateError", "nobody has begun what is waited for");
            return -2;
        }
        if (thread.interrupted.load(std::memory_order_acquire)) {
            guard.unlock();
            if (!serve_interrupt(thread)) return -2;
            guard.lock();
            continue;
        }
        hub.changed.wait_until(guard, std::min(deadline, Clock::now() + kLook));
    }
}

bool throw_other_payload(Thread& thread, std::string_view came, const ValueShape& shape) {
    throw_error(thread, "std.core.ArgumentError",
                "the native completed with " + std::string(came) + ", where the guest waits for " +
                    type_text(shape.type));
    return false;
}

bool integer_slot(Thread& thread, const ValueShape& shape, std::int64_t integer, Slot& slot) {
    const bool fits_kind = (shape.kind >= NativeKind::I8 && shape.kind <= NativeKind::U64) ||
                           shape.kind == NativeKind::Bool || shape.kind == NativeKind::Char;
    if (!fits_kind) return throw_other_payload(thread, "an integer", shape);
    SkValue value, back;
    value.i64 = integer;
    if (!checked_slots(thread, shape, value, &slot, {}, 0)) return false;
    value_from_slots(shape, &slot, back);
    const bool scalar =
        shape.kind != NativeKind::Char || (integer <= 0x10FFFF && (integer & ~0x7FF) != 0xD800);
    if (back.i64 == integer && scalar) return true;
    return throw_other_payload(thread, std::to_string(integer), shape);
}

// The plain type behind T or T?.
const Type* plain(const Type* type) {
    return type->kind == TypeKind::Nullable ? type->elem() : type;
}

bool payload_slots(SkEnv* env, const State& state, Slot* slots) {
    Thread& thread = thread_of(env);
    const ValueShape& shape = state.shape;
    switch (state.payload) {
        case State::Payload::Error:
            throw_error(
                thread, state.error_class.empty() ? "std.core.OutOfMemoryError" : state.error_class,
                state.error_class.empty() ? "there was no memory for the result" : repaired_utf8(state.text));
            return false;
        case State::Payload::Slots:
            std::copy(state.slots.begin(), state.slots.end(), slots);
            for (const auto& [leaf, root] : state.roots)
                slots[leaf] = reinterpret_cast<Slot>(root->reference);
            return true;
        case State::Payload::Integer:
            return integer_slot(thread, shape, state.integer, *slots);
        case State::Payload::Float: {
            if (shape.kind == NativeKind::F64)
                *slots = std::bit_cast<Slot>(state.number);
            else if (shape.kind == NativeKind::F32)
                *slots = std::bit_cast<std::uint32_t>(static_cast<float>(state.number));
            else
                return throw_other_payload(thread, "a float", shape);
            return true;
        }
        case State::Payload::Text: {
            if (plain(shape.type)->kind != TypeKind::String)
                return throw_other_payload(thread, "a string", shape);
            *slots = reinterpret_cast<Slot>(env->api->string_new(env, state.text.data(), state.text.size()));
            return *slots != 0;
        }
        case State::Payload::Bytes:
            break;
    }
    const Type* array = plain(shape.type);
    if (array->kind != TypeKind::Array || array->elem()->kind != TypeKind::U8)
        return throw_other_payload(thread, "bytes", shape);
    SkArray* bytes = env->api->array_new(env, SK_U8, state.text.size());
    if (bytes == nullptr) return false;
    std::memcpy(env->api->array_data(env, bytes), state.text.data(), state.text.size());
    *slots = reinterpret_cast<Slot>(bytes);
    return true;
}

bool completion_take(SkEnv* env, SkObject* owner, std::int64_t handle) {
    Thread& thread = thread_of(env);
    const Shared state = state_of(env, handle);
    if (state == nullptr) return false;
    Object& object = *unwrap(owner);
    const auto* field = own_field(object, "value");
    // The handle could be another object's.
    if (field == nullptr || field->type->elem() != state->shape.type) {
        (void)throw_no_completion(thread, object);
        return false;
    }
    {
        const std::lock_guard guard(state->hub->lock);
        if (state->status != State::Status::Done) {
            throw_error(thread, "std.core.StateError", "there is no result yet");
            return false;
        }
    }
    Slot slots[kMaxValueSlots + 1];
    // T? is a reference, or a flag and T.
    const bool flagged = field->layout->slots() > state->shape.layout->slots();
    slots[0] = 1;
    if (!payload_slots(env, *state, slots + (flagged ? 1 : 0))) return false;
    store_leaves(*field->layout, &object, reinterpret_cast<std::uint8_t*>(&object) + field->offset, slots);
    return true;
}

}  // namespace

void fill_completions(SkApi& api) {
    api.completion_begin = contained<completion_begin>;
    api.complete_i64 = complete_i64;
    api.complete_f64 = complete_f64;
    api.complete_string = complete_string;
    api.complete_bytes = complete_bytes;
    api.complete_error = complete_error;
    api.complete_value = complete_value;
    api.completion_drop = completion_drop;
    api.completion_wanted = completion_wanted;
    api.completion_new = contained<completion_new>;
    api.completion_ready = contained<completion_ready>;
    api.completion_wait = contained<completion_wait>;
    api.completion_take = contained<completion_take>;
}

}  // namespace skua::vm
