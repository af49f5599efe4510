// Errors and permissions, as natives see them.
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <vector>

#include "caps/callers.h"
#include "caps/capabilities.h"
#include "native/host_support.h"

namespace skua::vm {

namespace {

void raise(SkEnv* env, const char* class_name, std::string_view message) {
    throw_error(thread_of(env), class_name, repaired_utf8(message));
}

void throw_error_api(SkEnv* env, const char* class_name, const char* message) {
    raise(env, class_name, message);
}

SK_PRINTF(3, 4) void throw_format(SkEnv* env, const char* class_name, const char* format, ...) {
    char small[512];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = std::vsnprintf(small, sizeof small, format, args);
    if (n < static_cast<int>(sizeof small)) {
        containing_no_memory(thread_of(env), [&] {
            raise(env, class_name,
                  n < 0 ? std::string_view(format) : std::string_view(small, static_cast<std::size_t>(n)));
        });
    } else {
        containing_no_memory(thread_of(env), [&] {
            std::vector<char> big(static_cast<std::size_t>(n) + 1);
            std::vsnprintf(big.data(), big.size(), format, again);
            raise(env, class_name, {big.data(), static_cast<std::size_t>(n)});
        });
    }
    va_end(again);
    va_end(args);
}

void throw_errno(SkEnv* env, const char* what, int errnum) {
    // strerror_l is the one of the family that is safe with threads and the same everywhere.
    const locale_t locale = uselocale(static_cast<locale_t>(nullptr));
    const char* text = locale == LC_GLOBAL_LOCALE ? std::strerror(errnum) : strerror_l(errnum, locale);
    raise(env, "std.core.IOError", std::string(what) + ": " + text);
}

bool has_pending(SkEnv* env) {
    return thread_of(env).pending != nullptr;
}

SkObject* take_pending(SkEnv* env) {
    Thread& thread = thread_of(env);
    Object* error = thread.pending;
    thread.pending = nullptr;
    return wrap(error);
}

void throw_object_api(SkEnv* env, SkObject* error) {
    throw_object(thread_of(env), unwrap(error));
}

bool require(SkEnv* env, const char* capability, const char* resource) {
    Thread& thread = thread_of(env);
    const std::string denied = ask_as_callers(thread, [&](Capabilities::Callers callers) {
        return thread.vm->capabilities().check(capability, resource != nullptr ? resource : "", callers);
    });
    if (denied.empty()) return true;
    raise(env, "std.core.PermissionError", denied);
    return false;
}

// Runs open(callers, denied), which gives a descriptor; a refusal is thrown. Opening a pipe waits for its
// other end, and so is repeated after a signal unless the signal says that the program is to end.
template <typename Open>
int opened(SkEnv* env, Open&& open) {
    int fd = -1;
    int error = 0;
    containing_no_memory(thread_of(env), [&] {
        const std::string refused = ask_as_callers(thread_of(env), [&](Capabilities::Callers callers) {
            std::string denied;
            do {
                fd = open(callers, denied);
                error = errno;
            } while (fd < 0 && denied.empty() && error == EINTR && !env->api->interrupted(env));
            return denied;
        });
        if (!refused.empty()) raise(env, "std.core.PermissionError", refused);
    });
    errno = error;
    return fd;
}

int path_open(SkEnv* env, const char* capability, const char* path, int flags, unsigned mode) {
    return opened(env, [&](Capabilities::Callers callers, std::string& denied) {
        return thread_of(env).vm->capabilities().open_path(capability, path, flags, mode, callers, denied);
    });
}

int path_parent(SkEnv* env, const char* capability, const char* path, char name[SK_NAME_BYTES]) {
    return opened(env, [&](Capabilities::Callers callers, std::string& denied) {
        std::string last;
        const int fd = thread_of(env).vm->capabilities().open_parent(capability, path, last, callers, denied);
        if (fd >= 0) std::memcpy(name, last.c_str(), last.size() + 1);
        return fd;
    });
}

}  // namespace

void fill_errors(SkApi& api) {
    api.throw_error = contained<throw_error_api>;
    api.throw_format = throw_format;
    api.throw_errno = contained<throw_errno>;
    api.has_pending = has_pending;
    api.take_pending = take_pending;
    api.throw_object = contained<throw_object_api>;
    api.require = contained<require>;
    api.path_open = path_open;
    api.path_parent = path_parent;
}

}  // namespace skua::vm
