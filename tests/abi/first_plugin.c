/* A plugin of the first version of the interface. It never changes, nor does the header that it is compiled
 * with: it stands for all that people have built. It uses every function of that version that is not of the
 * machine's own library. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skua/native.h"

static int closed, hooks;

static void close_thing(void* pointer) {
    closed++;
    free(pointer);
}
static const SkHandleType thing = {"thing", close_thing};

static int8_t narrow(SkEnv* env, int8_t a, uint16_t b, bool c, uint32_t d, float e) {
    (void)env;
    return (int8_t)(a + (int8_t)b + (c ? 1 : 0) + (int8_t)d + (int8_t)e);
}

static double many(SkEnv* env, int64_t a, double b, int64_t c, double d, int64_t e, double f, int64_t g,
                   double h, int64_t i, double j, int64_t k, double l) {
    (void)env;
    return (double)(a + 2 * c + 3 * e + 4 * g + 5 * i + 6 * k) + b + 2 * d + 3 * f + 4 * h + 5 * j + 6 * l;
}

static SkString* strings(SkEnv* env, SkString* text, SkString* none) {
    const SkApi* api = env->api;
    const char* parts[3];
    size_t lens[3];
    SkString* slice = api->string_slice(env, text, 1, 3);
    SkString* plain = api->string_new(env, "-", 1);
    if (slice == NULL || plain == NULL || none != NULL) return NULL;
    if (strlen(api->string_cstr(env, text)) != api->string_len(env, text)) return NULL;
    parts[0] = api->string_data(env, slice), lens[0] = api->string_len(env, slice);
    parts[1] = api->string_data(env, plain), lens[1] = 1;
    parts[2] = api->string_data(env, text), lens[2] = api->string_len(env, text);
    return api->string_new_from_parts(env, parts, lens, 3);
}

static SkArray* arrays(SkEnv* env, SkArray* numbers) {
    const SkApi* api = env->api;
    size_t n = api->array_len(env, numbers), i;
    int64_t* data = api->array_data(env, numbers);
    SkArray* texts = api->array_new(env, SK_STRING, n);
    SkArray* bytes = api->array_new(env, SK_U8, 8);
    if (texts == NULL || bytes == NULL || api->array_kind(env, numbers) != SK_I64) return NULL;
    for (i = 0; i < n; i++) {
        char buffer[32];
        SkString* text;
        snprintf(buffer, sizeof buffer, "%d", (int)data[i]);
        text = api->string_new(env, buffer, strlen(buffer));
        if (text == NULL) return NULL;
        api->array_set(env, texts, i, text);
        if (!api->string_copy(env, text, bytes, 0)) return NULL;
        data[i] = -data[i];
    }
    return texts;
}

static void throws(SkEnv* env, int32_t how) {
    const SkApi* api = env->api;
    if (how == 0) api->throw_error(env, "std.core.ArgumentError", "plain");
    if (how == 1) api->throw_format(env, "std.core.IndexError", "%d of %s", 3, "four");
    if (how == 2) api->throw_errno(env, "cannot open 'x'", ENOENT);
    if (how == 3) (void)api->require(env, "net", "example.org:1");
    if (how == 4) {
        api->throw_error(env, "std.core.ArgumentError", "again");
        api->throw_object(env, api->take_pending(env));
    }
    if (!api->has_pending(env)) abort();
}

static int64_t calls(SkEnv* env, SkObject* function, int64_t x) {
    const SkApi* api = env->api;
    SkRoot* root = api->root_new(env, NULL);
    SkValue arg, result;
    int64_t i, sum = 0;
    if (root == NULL) return -1;
    api->root_set(env, root, function);
    for (i = 0; i < 1000; i++) {
        arg.i64 = x + i;
        if (!api->call_function(env, api->root_get(env, root), "(i64)->i64", &arg, &result)) break;
        sum += result.i64;
    }
    api->root_free(env, root);
    return sum;
}

static int64_t handles(SkEnv* env, SkObject* owner) {
    const SkApi* api = env->api;
    int* behind = malloc(sizeof *behind);
    int64_t handle = api->handle_new(env, &thing, behind), other;
    *behind = 41;
    behind = api->handle_acquire(env, &thing, handle);
    *behind += 1;
    if (api->handle_close(env, &thing, handle) && closed == 0) api->handle_release(env, handle);
    other = api->handle_new_sized(env, &thing, malloc(10), 10);
    if (!api->handle_own(env, owner, &thing, other)) return -1;
    return closed * 100 + (api->handle_close(env, &thing, handle) ? 1 : 0);
}

static SkString* system_calls(SkEnv* env, SkObject* object) {
    const SkApi* api = env->api;
    char name[SK_NAME_BYTES], text[400];
    uint8_t random[8];
    int fd = api->path_open(env, "fs.read", "/dev/null", O_RDONLY, 0);
    bool denied = fd < 0 && api->has_pending(env);
    if (denied) (void)api->take_pending(env);
    fd = api->path_parent(env, "fs.read", "/dev/null", name);
    if (fd < 0 && api->has_pending(env)) (void)api->take_pending(env);
    api->sleep_nanos(env, 1000);
    api->trace_output(env, "x", 1);
    snprintf(text, sizeof text, "%s %d %d %d %d %d %s %d", api->type_name(env, object), denied,
             api->interrupted(env), api->deterministic(env), api->clock_nanos(env, true) > 0,
             api->random_bytes(env, random, 8), api->arg_count(env) > 0 ? api->arg(env, 0) : "none",
             api->memory_limit(env) > 0);
    return api->string_new(env, text, strlen(text));
}

static void hook(void* data) {
    hooks++;
    printf("hook %s %d\n", (const char*)data, hooks);
    fflush(stdout);
}

static void ends(SkEnv* env) {
    env->api->at_exit(env, hook, "late");
    env->api->exit_program(env, 3);
}

static const SkNative natives[] = {
    {"first.narrow", "(i8,u16,bool,char,f32)i8", (SkFunction)narrow, NULL},
    {"first.many", "(i64,f64,i64,f64,i64,f64,i64,f64,i64,f64,i64,f64)f64", (SkFunction)many, NULL},
    {"first.strings", "(string,string?)string", (SkFunction)strings, NULL},
    {"first.arrays", "([i64])[string]", (SkFunction)arrays, NULL},
    {"first.throws", "(i32)void", (SkFunction)throws, NULL},
    {"first.calls", "((i64)->i64,i64)i64", (SkFunction)calls, NULL},
    {"first.handles", "(first.Owner)i64", (SkFunction)handles, NULL},
    {"first.systemCalls", "(first.Owner)string", (SkFunction)system_calls, NULL},
    {"first.ends", "()void", (SkFunction)ends, NULL},
};

static const SkPlugin plugin = {
    SK_ABI_VERSION, "first", "1", natives, sizeof natives / sizeof natives[0], NULL};

SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    if (host->abi_version != SK_ABI_VERSION || host->size < sizeof(SkHost) || host->api->size < sizeof(SkApi))
        return NULL;
    host->at_exit(host, hook, (void*)"early");
    return &plugin;
}
