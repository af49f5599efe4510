/* The library as a plugin of Skua. */
#include "library.h"
#include "skua/native.h"

static int32_t call_add(SkEnv* env, int32_t a, int32_t b) {
    (void)env;
    return add(a, b);
}

static int64_t call_touch(SkEnv* env, SkString* text) {
    return touch(sk_string_data(env, text), (long)sk_string_len(env, text));
}

static int64_t call_repeat(SkEnv* env, SkObject* function, int64_t count) {
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++) {
        SkValue argument, result;
        argument.i64 = i;
        if (!env->api->call_function(env, function, "(i64)->i64", &argument, &result)) return 0;
        sum += result.i64;
    }
    return sum;
}

static int64_t call_sum(SkEnv* env, SkArray* bytes) {
    return checksum(sk_array_data(env, bytes), (long)sk_array_len(env, bytes));
}

static const SkNative natives[] = {
    {"native_call.add", "(i32,i32)i32", (SkFunction)call_add, NULL},
    {"native_call.touch", "(string)i64", (SkFunction)call_touch, NULL},
    {"native_call.repeat", "((i64)->i64,i64)i64", (SkFunction)call_repeat, NULL},
    {"native_call.sum", "([u8])i64", (SkFunction)call_sum, NULL},
};
static const SkPlugin plugin = {SK_ABI_VERSION, "native_call", "1.0", natives, 4, NULL};

SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    (void)host;
    return &plugin;
}
