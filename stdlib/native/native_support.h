// What the library's natives share: error names, guarded work, interrupted system calls.
//
// Natives see the machine only through skua/native.h, as any plugin does. Nothing here keeps
// state; every function may be called from any guest thread.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "skua/native.hpp"

namespace skua::stdlib {

inline constexpr const char* kIndexError = "std.core.IndexError";
inline constexpr const char* kArgumentError = "std.core.ArgumentError";
inline constexpr const char* kNullError = "std.core.NullError";
inline constexpr const char* kIoError = "std.core.IOError";
inline constexpr const char* kOutOfMemoryError = "std.core.OutOfMemoryError";

// Texts that natives put together outside of the guest's heap may not become larger than this, nor than the
// heap that they are to be copied to.
inline constexpr std::size_t kMaxText = std::size_t{1} << 30;
inline std::size_t max_text(SkEnv* env) {
    return std::min(kMaxText, env->api->memory_limit(env));
}

// Throws OutOfMemoryError for a text of more than max_text bytes.
inline bool fits_text(SkEnv* env, std::size_t bytes) {
    if (bytes <= max_text(env)) return true;
    env->api->throw_format(env, kOutOfMemoryError, "a text of %zu bytes", bytes);
    return false;
}

// For what was to be read at once and has more than max_text bytes.
inline void throw_too_large(SkEnv* env, const char* source) {
    if (max_text(env) == kMaxText)
        env->api->throw_format(env, kIoError, "cannot read '%s' at once: it is larger than 1 GiB", source);
    else
        env->api->throw_format(env, kOutOfMemoryError,
                               "cannot read '%s' at once: it is larger than the heap, whose size --max-heap "
                               "or SkuaProcess.max_heap sets",
                               source);
}

// Runs `work`, turning a failed allocation into OutOfMemoryError: no C++ exception may leave a native.
template <typename Work>
auto guarded(SkEnv* env, Work&& work) -> decltype(work()) {
    try {
        return std::forward<Work>(work)();
    } catch (const std::bad_alloc&) {
        env->api->throw_error(env, kOutOfMemoryError, "not enough memory outside of the heap");
        if constexpr (!std::is_void_v<decltype(work())>) return {};
    }
}

// Is 0 <= start <= end <= len? Else throws IndexError.
inline bool check_slice(SkEnv* env, std::int64_t start, std::int64_t end, std::size_t len) {
    if (start >= 0 && start <= end && static_cast<std::uint64_t>(end) <= len) return true;
    env->api->throw_format(env, kIndexError, "slice %lld..%lld of length %zu", static_cast<long long>(start),
                           static_cast<long long>(end), len);
    return false;
}

// Does a character of the text begin at byte `at`, or the text end there? Else throws IndexError or
// ArgumentError.
inline bool check_start(SkEnv* env, std::string_view text, std::int64_t at) {
    if (!check_slice(env, at, at, text.size())) return false;
    const auto place = static_cast<std::size_t>(at);
    if (place == text.size() || (static_cast<unsigned char>(text[place]) & 0xC0) != 0x80) return true;
    env->api->throw_format(env, kArgumentError, "byte %zu is inside a character", place);
    return false;
}

// A handle for `resource`, which takes at most so many bytes, that is closed after `owner` is gone; 0 with an
// error pending.
template <typename T>
std::int64_t owned_handle(SkEnv* env, SkObject* owner, const SkHandleType* type, std::unique_ptr<T> resource,
                          std::size_t bytes) {
    const std::int64_t handle = env->api->handle_new_sized(env, type, resource.get(), bytes);
    if (handle == 0) return 0;
    (void)resource.release();
    if (env->api->handle_own(env, owner, type, handle)) return handle;
    env->api->handle_close(env, type, handle);
    return 0;
}

// Repeats a system call that the collector's signals interrupt; not if the program is to end (EINTR). Without
// `env`, where the program has ended already, in any case.
template <typename Call>
auto uninterrupted(SkEnv* env, Call&& call) {
    decltype(call()) result;
    do result = call();
    while (result == -1 && errno == EINTR && (env == nullptr || !env->api->interrupted(env)));
    return result;
}

// Writes everything; 0 or an errno.
inline int write_fully(SkEnv* env, int fd, const char* data, std::size_t len) {
    while (len > 0) {
        const ssize_t n = uninterrupted(env, [&] { return ::write(fd, data, len); });
        if (n < 0) return errno;
        data += n;
        len -= static_cast<std::size_t>(n);
    }
    return 0;
}

}  // namespace skua::stdlib
