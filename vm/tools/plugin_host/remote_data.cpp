// Strings, arrays, errors and roots, as a plugin in a process of its own sees them.
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "remote_lane.h"
#include "remote_plugin.h"

struct SkRoot {
    std::uint64_t number;
};

namespace skua::remote {

namespace {

using isolate::Message;
using isolate::Op;

RemoteRef& ref_of(const void* reference) {
    return *static_cast<RemoteRef*>(const_cast<void*>(reference));
}

// The reference in a reply; null with an error pending.
template <typename T>
T* given(RemoteLane& lane, const Message& reply) {
    return reply.words[0] != 0 ? reinterpret_cast<T*>(lane.received(0)) : nullptr;
}

const char* string_data(SkEnv* env, SkString* s) {
    RemoteRef& ref = ref_of(s);
    if (ref.data == nullptr) RemoteLane::of(env).fetch(ref);
    return reinterpret_cast<const char*>(ref.data);
}
std::size_t string_len(SkEnv*, SkString* s) {
    return ref_of(s).length;
}

SkString* string_new(SkEnv* env, const char* bytes, std::size_t len) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::uint64_t text = lane.say({bytes, len});
    return given<SkString>(lane, lane.request(Op::StringNew, {text, len}));
}

void throw_error(SkEnv* env, const char* class_name, std::string_view message) {
    constexpr std::size_t kMost = 1 << 20;
    RemoteLane& lane = RemoteLane::of(env);
    message = message.substr(0, kMost);
    const std::string_view name = std::string_view(class_name).substr(0, kMost);
    const std::uint64_t class_text = lane.say(name), text = lane.say(message);
    lane.request(Op::ThrowError, {class_text, name.size(), text, message.size()});
}

SkString* string_new_from_parts(SkEnv* env, const char* const* parts, const std::size_t* lens,
                                std::size_t count) {
    RemoteLane& lane = RemoteLane::of(env);
    constexpr std::size_t kMost = 0x7FFFFFFF;
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; i++) {
        if (lens[i] > kMost - length) {
            throw_error(env, "std.core.OutOfMemoryError", "a string may have at most 2147483647 bytes");
            return nullptr;
        }
        length += lens[i];
    }
    std::uint64_t text = 0;
    char* to = lane.room(length, text);
    for (std::size_t i = 0; i < count; i++) {
        if (lens[i] != 0) std::memcpy(to, parts[i], lens[i]);
        to += lens[i];
    }
    return given<SkString>(lane, lane.request(Op::StringNew, {text, length}));
}

const char* string_cstr(SkEnv* env, SkString* s) {
    const char* text = string_data(env, s);
    const void* nul = std::memchr(text, 0, string_len(env, s));
    if (nul == nullptr) return text;
    throw_error(
        env, "std.core.ArgumentError",
        "the text contains a NUL character at byte " + std::to_string(static_cast<const char*>(nul) - text));
    return nullptr;
}

SkString* string_slice(SkEnv* env, SkString* s, std::size_t start, std::size_t end) {
    RemoteLane& lane = RemoteLane::of(env);
    return given<SkString>(lane, lane.request(Op::StringSlice, {number_of(s), start, end}));
}

std::size_t array_len(SkEnv*, SkArray* a) {
    return ref_of(a).length;
}
SkKind array_kind(SkEnv*, SkArray* a) {
    return ref_of(a).element;
}
void* array_data(SkEnv* env, SkArray* a) {
    RemoteRef& ref = ref_of(a);
    if (ref.data == nullptr) RemoteLane::of(env).fetch(ref);
    return ref.data;
}

bool string_copy(SkEnv* env, SkString* s, SkArray* bytes, std::size_t at) {
    const std::size_t length = string_len(env, s), room = array_len(env, bytes);
    if (at > room || length > room - at) {
        throw_error(env, "std.core.IndexError",
                    std::to_string(length) + " bytes at " + std::to_string(at) + " of an array of length " +
                        std::to_string(room));
        return false;
    }
    std::memcpy(static_cast<char*>(array_data(env, bytes)) + at, string_data(env, s), length);
    return true;
}

SkArray* array_new(SkEnv* env, SkKind kind, std::size_t len) {
    RemoteLane& lane = RemoteLane::of(env);
    return given<SkArray>(lane, lane.request(Op::ArrayNew, {static_cast<std::uint64_t>(kind), len}));
}

void array_set(SkEnv* env, SkArray* a, std::size_t index, void* reference) {
    RemoteRef& ref = ref_of(a);
    RemoteLane::of(env).request(Op::ArraySet, {ref.number, index, number_of(reference)});
    if (ref.data != nullptr) reinterpret_cast<void**>(ref.data)[index] = reference;
}

// ---- errors
// -------------------------------------------------------------------------------------------------

void throw_error_text(SkEnv* env, const char* class_name, const char* message) {
    throw_error(env, class_name, message);
}

SK_PRINTF(3, 4) void throw_format(SkEnv* env, const char* class_name, const char* format, ...) {
    va_list args;
    va_start(args, format);
    char* text = nullptr;
    const int length = vasprintf(&text, format, args);
    va_end(args);
    throw_error(
        env, class_name,
        length < 0 ? std::string_view(format) : std::string_view(text, static_cast<std::size_t>(length)));
    if (length >= 0) std::free(text);
}

void throw_errno(SkEnv* env, const char* what, int errnum) {
    char room[256];
    throw_error(env, "std.core.IOError", std::string(what) + ": " + strerror_r(errnum, room, sizeof room));
}

bool has_pending(SkEnv* env) {
    return RemoteLane::of(env).pending();
}
SkObject* take_pending(SkEnv* env) {
    RemoteLane& lane = RemoteLane::of(env);
    return given<SkObject>(lane, lane.request(Op::TakePending));
}
void throw_object(SkEnv* env, SkObject* error) {
    RemoteLane::of(env).request(Op::ThrowObject, {number_of(error)});
}

// ---- roots
// --------------------------------------------------------------------------------------------------

SkRoot* root_new(SkEnv* env, void* reference) {
    const Message reply = RemoteLane::of(env).request(Op::RootNew, {number_of(reference)});
    return reply.words[0] != 0 ? new SkRoot{reply.words[0]} : nullptr;
}
void* root_get(SkEnv* env, SkRoot* root) {
    RemoteLane& lane = RemoteLane::of(env);
    return given<void>(lane, lane.request(Op::RootGet, {root->number}));
}
void root_set(SkEnv* env, SkRoot* root, void* reference) {
    RemoteLane::of(env).request(Op::RootSet, {root->number, number_of(reference)});
}
void root_free(SkEnv* env, SkRoot* root) {
    if (root == nullptr) return;
    RemoteLane::of(env).request(Op::RootFree, {root->number});
    delete root;
}

}  // namespace

void fill_remote_data(SkApi& api) {
    api.string_data = string_data;
    api.string_len = string_len;
    api.string_new = string_new;
    api.string_new_from_parts = string_new_from_parts;
    api.string_cstr = string_cstr;
    api.string_slice = string_slice;
    api.string_copy = string_copy;
    api.array_len = array_len;
    api.array_kind = array_kind;
    api.array_data = array_data;
    api.array_new = array_new;
    api.array_set = array_set;
    api.throw_error = throw_error_text;
    api.throw_format = throw_format;
    api.throw_errno = throw_errno;
    api.has_pending = has_pending;
    api.take_pending = take_pending;
    api.throw_object = throw_object;
    api.root_new = root_new;
    api.root_get = root_get;
    api.root_set = root_set;
    api.root_free = root_free;
}

}  // namespace skua::remote
