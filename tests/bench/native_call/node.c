#include <node_api.h>

#include "library.h"

static napi_value call_add(napi_env env, napi_callback_info info) {
    size_t count = 2;
    napi_value arguments[2], result;
    int32_t a = 0, b = 0;
    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    napi_get_value_int32(env, arguments[0], &a);
    napi_get_value_int32(env, arguments[1], &b);
    napi_create_int32(env, add(a, b), &result);
    return result;
}

static napi_value call_touch(napi_env env, napi_callback_info info) {
    size_t count = 1, length = 0;
    napi_value argument, result;
    char buffer[256];
    napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
    napi_get_value_string_utf8(env, argument, buffer, sizeof buffer, &length);
    napi_create_int64(env, touch(buffer, (long)length), &result);
    return result;
}

static napi_value call_repeat(napi_env env, napi_callback_info info) {
    size_t count = 2;
    napi_value arguments[2], undefined, result;
    int64_t times = 0, sum = 0;
    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    napi_get_value_int64(env, arguments[1], &times);
    napi_get_undefined(env, &undefined);
    for (int64_t i = 0; i < times; i++) {
        napi_handle_scope scope;
        napi_value argument, answer;
        int64_t number = 0;
        napi_open_handle_scope(env, &scope);
        napi_create_int64(env, i, &argument);
        if (napi_call_function(env, undefined, arguments[0], 1, &argument, &answer) != napi_ok) return NULL;
        napi_get_value_int64(env, answer, &number);
        napi_close_handle_scope(env, scope);
        sum += number;
    }
    napi_create_int64(env, sum, &result);
    return result;
}

static napi_value call_sum(napi_env env, napi_callback_info info) {
    size_t count = 1, length = 0;
    napi_value argument, result;
    void* data = NULL;
    napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
    napi_get_typedarray_info(env, argument, NULL, &length, &data, NULL, NULL);
    napi_create_int64(env, checksum(data, (long)length), &result);
    return result;
}

NAPI_MODULE_INIT() {
    const struct {
        const char* name;
        napi_callback function;
    } all[] = {{"add", call_add}, {"touch", call_touch}, {"repeat", call_repeat}, {"sum", call_sum}};
    for (int i = 0; i < 4; i++) {
        napi_value function;
        napi_create_function(env, all[i].name, NAPI_AUTO_LENGTH, all[i].function, NULL, &function);
        napi_set_named_property(env, exports, all[i].name, function);
    }
    return exports;
}
