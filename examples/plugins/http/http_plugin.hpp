// What the files of the plugin share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skua/native.hpp"

namespace http {

// The object that owns a handle stays alive up to here, or the collector might close the handle in use.
inline void keep(SkObject* owner) {
    __asm__ volatile("" : : "g"(owner) : "memory");
}

// Runs `body`, out of which no exception may come, as the machine is in C.
template <typename Body>
auto guarded(SkEnv* env, Body body) -> decltype(body()) {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        if (!env->api->has_pending(env))
            env->api->throw_error(env, "std.core.OutOfMemoryError", "no memory for HTTP");
    } catch (const std::exception& e) {
        if (!env->api->has_pending(env)) env->api->throw_error(env, "std.core.StateError", e.what());
    }
    return decltype(body())();
}

// Makes `handle` belong to `owner`; 0 with an error pending if that fails.
inline std::int64_t owned(SkEnv* env, SkObject* owner, const SkHandleType* type, std::int64_t handle) {
    if (handle == 0 || env->api->handle_own(env, owner, type, handle)) return handle;
    env->api->handle_close(env, type, handle);
    return 0;
}

// Texts from the network: UTF-8, or else taken as Latin-1, as HTTP once meant it.
SkString* network_text(SkEnv* env, std::string_view bytes);
// An array of them; NULL if it throws.
SkArray* network_texts(SkEnv* env, const std::vector<std::string>& texts);
// The elements of a [string].
std::vector<std::string> texts_of(SkEnv* env, SkArray* array);
// Asks for `net` of a host, which is written in small letters and without a dot at its end, and port.
bool may_reach(SkEnv* env, std::string host, long port);

std::vector<SkNative> client_natives();
std::vector<SkNative> server_natives();

}  // namespace http
