// Natives of std.native: resources that objects own, and waiting for completions.
#include "native_support.h"

namespace skua::stdlib {
namespace {

void adopt(SkEnv* env, SkObject* owner, std::int64_t handle) {
    (void)env->api->resource_adopt(env, owner, handle);
}

bool close_handle(SkEnv* env, std::int64_t handle) {
    return env->api->resource_close(env, handle);
}

bool is_open_handle(SkEnv* env, std::int64_t handle) {
    return env->api->resource_is_open(env, handle);
}

std::int64_t begin_pending(SkEnv* env, SkObject* owner) {
    return env->api->completion_new(env, owner);
}

bool is_ready(SkEnv* env, std::int64_t handle) {
    return env->api->completion_ready(env, handle);
}

std::int64_t wait_for_any(SkEnv* env, SkArray* handles, std::int64_t nanos) {
    return env->api->completion_wait(env, elements<const std::int64_t>(env, handles),
                                     env->api->array_len(env, handles), nanos);
}

void take_result(SkEnv* env, SkObject* owner, std::int64_t handle) {
    (void)env->api->completion_take(env, owner, handle);
}

const SkNative kNatives[] = {
    native<adopt>("std.native.adopt", "(std.native.Resource,i64)void"),
    native<close_handle>("std.native.closeHandle", "(i64)bool"),
    native<is_open_handle>("std.native.isOpenHandle", "(i64)bool"),
    native<begin_pending>("std.native.beginPending", "(std.native.Pending)i64"),
    native<is_ready>("std.native.isReady", "(i64)bool"),
    native<wait_for_any>("std.native.waitFor", "([i64],i64)i64"),
    native<take_result>("std.native.takeResult", "(std.native.Pending,i64)void"),
};

}  // namespace
}  // namespace skua::stdlib

using skua::stdlib::kNatives;
SKUA_PLUGIN(std_native, "std.native", "1.0", kNatives)
