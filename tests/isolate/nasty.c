/* A plugin that does what plugins should not, and what they seldom do: for tests of isolation. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skua/native.h"

static int64_t twice(SkEnv* env, int64_t x) {
    (void)env;
    return 2 * x;
}

/* How: 0 segfault, 1 abort, 2 exit, 3 kill -9, 4 _exit, 5 stack overflow, 6 trap, 7 SkEnv on another thread.
 */
static void* use_elsewhere(void* env) {
    ((SkEnv*)env)->api->has_pending(env);
    return NULL;
}
static int overflow(volatile int depth) {
    volatile char room[4096];
    room[0] = (char)depth;
    return overflow(depth + 1) + room[0];
}
static int* volatile nowhere = NULL;
static void end(SkEnv* env, int64_t how) {
    switch (how) {
        case 0:
            *(volatile int*)nowhere = 1;
            break;
        case 1:
            abort();
        case 2:
            exit(3);
        case 3:
            kill(getpid(), SIGKILL);
            break;
        case 4:
            _exit(0);
        case 5:
            overflow(0);
            break;
        case 6:
            __builtin_trap();
        default: {
            pthread_t thread;
            pthread_create(&thread, NULL, use_elsewhere, env);
            pthread_join(thread, NULL);
        }
    }
}

static void spin(SkEnv* env) {
    (void)env;
    for (volatile int i = 0;; i++) {
    }
}
/* Ends when it is told to. */
static void spin_politely(SkEnv* env) {
    while (!env->api->interrupted(env)) usleep(1000);
}

static int64_t process(SkEnv* env) {
    (void)env;
    return getpid();
}
static int64_t open_descriptors(SkEnv* env) {
    (void)env;
    int64_t n = 0;
    for (int fd = 0; fd < 256; fd++) n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* -- scalars of every kind ---------------------------------------------------------------------------- */
static double mix(SkEnv* env, int8_t a, uint16_t b, int32_t c, uint64_t d, float e, double f, bool g,
                  uint32_t h, int64_t i, uint8_t j, uint32_t k, int16_t l) {
    (void)env;
    return a + b + c + (double)d + (double)e + f + g + h + (double)i + j + k + l;
}
static int8_t narrow8(SkEnv* env, int64_t x) {
    (void)env;
    return (int8_t)x;
}
static uint32_t narrow32(SkEnv* env, int64_t x) {
    (void)env;
    return (uint32_t)x;
}
static float half(SkEnv* env, float x) {
    (void)env;
    return x / 2;
}
static bool negate(SkEnv* env, bool x) {
    (void)env;
    return !x;
}
static uint32_t next_char(SkEnv* env, uint32_t c) {
    (void)env;
    return c + 1;
}

/* -- strings and arrays ---------------------------------------------------------------------------------- */
static SkString* join(SkEnv* env, SkArray* parts, SkString* between) {
    const SkApi* api = env->api;
    size_t n = api->array_len(env, parts);
    SkString** list = api->array_data(env, parts);
    const char** texts = calloc(2 * n + 1, sizeof *texts);
    size_t* lens = calloc(2 * n + 1, sizeof *lens);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            texts[count] = api->string_data(env, between);
            lens[count++] = api->string_len(env, between);
        }
        if (list[i] == NULL) continue;
        texts[count] = api->string_data(env, list[i]);
        lens[count++] = api->string_len(env, list[i]);
    }
    SkString* whole = api->string_new_from_parts(env, texts, lens, count);
    free(texts);
    free(lens);
    return whole;
}
static SkArray* split(SkEnv* env, SkString* text, uint32_t at) {
    const SkApi* api = env->api;
    const char* bytes = api->string_data(env, text);
    size_t len = api->string_len(env, text), n = 1, start = 0, index = 0;
    for (size_t i = 0; i < len; i++) n += bytes[i] == (char)at;
    SkArray* parts = api->array_new(env, SK_STRING, n);
    if (parts == NULL) return NULL;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && bytes[i] != (char)at) continue;
        SkString* part = api->string_slice(env, text, start, i);
        if (part == NULL) return NULL;
        api->array_set(env, parts, index++, part);
        start = i + 1;
    }
    return parts;
}
static SkString* bad_text(SkEnv* env) {
    return env->api->string_new(env, "ab\xFFz", 4);
}
static SkString* same(SkEnv* env, SkString* s) {
    (void)env;
    return s;
}
static void fill(SkEnv* env, SkArray* a, int64_t from, int64_t to, int64_t value) {
    int64_t* data = env->api->array_data(env, a);
    for (int64_t i = from; i < to; i++) data[i] = value;
}
static int64_t sum(SkEnv* env, SkArray* a) {
    const int64_t* data = env->api->array_data(env, a);
    int64_t total = 0;
    for (size_t i = 0; i < env->api->array_len(env, a); i++) total += data[i];
    return total;
}
/* The two may be one array. */
static void shift(SkEnv* env, SkArray* from, SkArray* to) {
    const uint8_t* source = env->api->array_data(env, from);
    uint8_t* target = env->api->array_data(env, to);
    size_t n = env->api->array_len(env, from);
    for (size_t i = 1; i < n; i++) target[i] = source[i - 1];
}
static SkArray* squares(SkEnv* env, int64_t n) {
    SkArray* a = env->api->array_new(env, SK_I64, (size_t)n);
    if (a == NULL) return NULL;
    int64_t* data = env->api->array_data(env, a);
    for (int64_t i = 0; i < n; i++) data[i] = i * i;
    return a;
}
static void spoil(SkEnv* env, SkArray* bools, SkArray* chars, int64_t code) {
    memset(env->api->array_data(env, bools), 7, env->api->array_len(env, bools));
    uint32_t* data = env->api->array_data(env, chars);
    data[0] = (uint32_t)code;
}
static int64_t touch(SkEnv* env, SkArray* a) {
    return *(uint8_t*)env->api->array_data(env, a);
}

static int64_t is_nothing(SkEnv* env, SkArray* a) {
    return env->api->array_len(env, a) == 0;
}

/* -- objects, callbacks, roots -------------------------------------------------------------------------- */
static bool is_same(SkEnv* env, SkObject* a, SkObject* b) {
    (void)env;
    return a == b;
}
static SkString* type_of(SkEnv* env, SkObject* o) {
    const char* name = env->api->type_name(env, o);
    return env->api->string_new(env, name, strlen(name));
}
static int64_t apply(SkEnv* env, SkObject* f, int64_t x, int64_t times) {
    for (int64_t i = 0; i < times; i++) {
        SkValue argument = {.i64 = x}, result = {0};
        if (!env->api->call_function(env, f, "(i64)->i64", &argument, &result)) return 0;
        x = result.i64;
    }
    return x;
}
/* The array is as the callback sees it, and as it leaves it. */
static int64_t apply_to_array(SkEnv* env, SkObject* f, SkArray* a) {
    int64_t* data = env->api->array_data(env, a);
    data[0] = 41;
    SkValue argument = {.array = a};
    if (!env->api->call_function(env, f, "([i64])->void", &argument, NULL)) return -1;
    return data[0] + data[1];
}
static SkString* apply_to_text(SkEnv* env, SkObject* f, SkString* s) {
    SkValue argument = {.string = s}, result = {0};
    if (!env->api->call_function(env, f, "(string)->string", &argument, &result)) return NULL;
    return result.string;
}
static SkString* caught(SkEnv* env, SkObject* f) {
    SkValue argument = {.i64 = 1}, result = {0};
    if (env->api->call_function(env, f, "(i64)->i64", &argument, &result))
        return env->api->string_new(env, "no error", 8);
    SkObject* error = env->api->take_pending(env);
    return (SkString*)type_of(env, error);
}
static void rethrow(SkEnv* env, SkObject* f) {
    SkValue argument = {.i64 = 1}, result = {0};
    if (env->api->call_function(env, f, "(i64)->i64", &argument, &result)) return;
    env->api->throw_object(env, env->api->take_pending(env));
}
static SkRoot* kept;
static void keep(SkEnv* env, SkObject* o) {
    if (kept == NULL)
        kept = env->api->root_new(env, o);
    else
        env->api->root_set(env, kept, o);
}
static SkObject* give_back(SkEnv* env) {
    return kept != NULL ? env->api->root_get(env, kept) : NULL;
}
static void drop(SkEnv* env) {
    env->api->root_free(env, kept);
    kept = NULL;
}
/* Declared as another type on the other side. */
static void* wrong_type(SkEnv* env, SkString* s) {
    (void)env;
    return s;
}
static void* forged(SkEnv* env) {
    static uint64_t made_up[16] = {77777, 1};
    (void)env;
    return made_up;
}

/* -- types, fields, methods --------------------------------------------------------------------------------
 */
/* "std.core.KeyError: its message, by its own toString". */
static SkString* describe(SkEnv* env, SkObject* e) {
    const SkApi* api = env->api;
    const SkType* error = api->type_find(env, "std.core.Error");
    const SkField* message = error ? api->field_find(env, error, "message", "string") : NULL;
    const SkMethod* to_string = message ? api->method_find(env, error, "toString", "()string") : NULL;
    SkValue text, shown;
    if (to_string == NULL || !api->field_get(env, e, message, &text) ||
        !api->method_call(env, to_string, e, NULL, &shown))
        return NULL;
    const char* type = api->type_text(env, api->type_of(env, e));
    const char* parts[] = {type, ": ", api->string_data(env, text.string), " | ",
                           api->string_data(env, shown.string)};
    size_t lens[] = {strlen(type), 2, api->string_len(env, text.string), 3,
                     api->string_len(env, shown.string)};
    return api->type_is(env, e, error) ? api->string_new_from_parts(env, parts, lens, 5) : NULL;
}
static SkObject* make_error(SkEnv* env, SkString* class_name, SkString* message) {
    const SkType* type = env->api->type_find(env, env->api->string_cstr(env, class_name));
    const SkMethod* init =
        type ? env->api->method_find(env, type, "init", "(string,std.core.Error?)void") : NULL;
    SkValue args[] = {{.string = message}, {.object = NULL}};
    return init ? env->api->object_new(env, init, args) : NULL;
}
static void set_message(SkEnv* env, SkObject* e, SkString* text) {
    const SkField* field = env->api->field_find(env, env->api->type_of(env, e), "message", "string");
    SkValue value = {.string = text};
    if (field != NULL) env->api->field_set(env, e, field, &value);
}
static SkArray* errors(SkEnv* env, SkObject* first) {
    SkArray* array = env->api->array_new_of(env, env->api->type_find(env, "std.core.Error"), 2);
    if (array == NULL) return NULL;
    env->api->array_set(env, array, 0, first);
    env->api->array_set(env, array, 1, first);
    return array;
}
/* -- handles, hooks, files --------------------------------------------------------------------------------
 */
static int64_t closed;
static void close_thing(void* p) {
    closed++;
    free(p);
}
static const SkHandleType thing = {"thing", close_thing};
static int64_t thing_open(SkEnv* env, int64_t value) {
    int64_t* p = malloc(sizeof *p);
    *p = value;
    return env->api->handle_new_sized(env, &thing, p, 1000);
}
static int64_t thing_value(SkEnv* env, int64_t handle) {
    int64_t* p = env->api->handle_acquire(env, &thing, handle);
    if (p == NULL) return 0;
    int64_t value = *p;
    env->api->handle_release(env, handle);
    return value;
}
static bool thing_close(SkEnv* env, int64_t handle) {
    return env->api->handle_close(env, &thing, handle);
}
static void thing_own(SkEnv* env, SkObject* owner, int64_t handle) {
    env->api->handle_own(env, owner, &thing, handle);
}
static int64_t things_closed(SkEnv* env) {
    (void)env;
    return closed;
}

static void say_bye(void* text) {
    printf("hook: %s\n", (const char*)text);
    fflush(stdout);
}
static void on_exit_say(SkEnv* env, SkString* text) {
    env->api->at_exit(env, say_bye, strdup(env->api->string_cstr(env, text)));
}
static void quit(SkEnv* env, int64_t code) {
    env->api->exit_program(env, (int)code);
}
static SkString* read_file(SkEnv* env, SkString* path) {
    const char* name = env->api->string_cstr(env, path);
    if (name == NULL) return NULL;
    int fd = env->api->path_open(env, "fs.read", name, O_RDONLY, 0);
    if (fd < 0) {
        if (!env->api->has_pending(env)) env->api->throw_errno(env, "cannot open it", errno);
        return NULL;
    }
    char bytes[256];
    ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    return env->api->string_new(env, bytes, n < 0 ? 0 : (size_t)n);
}
static bool is_there(SkEnv* env, SkString* path) {
    char name[SK_NAME_BYTES];
    int folder = env->api->path_parent(env, "fs.read", env->api->string_cstr(env, path), name);
    if (folder < 0) return false;
    bool there = faccessat(folder, name, F_OK, 0) == 0;
    close(folder);
    return there;
}
static SkString* argument(SkEnv* env, int64_t i) {
    const char* text = env->api->arg(env, (size_t)i);
    if (text == NULL) {
        env->api->throw_format(env, "std.core.IndexError", "there are %zu arguments, not %lld",
                               env->api->arg_count(env), (long long)i);
        return NULL;
    }
    return env->api->string_new(env, text, strlen(text));
}
static bool ask(SkEnv* env, SkString* host) {
    return env->api->require(env, "net", env->api->string_cstr(env, host));
}
static int64_t chance(SkEnv* env) {
    int64_t value = 0;
    env->api->random_bytes(env, &value, sizeof value);
    return value;
}
static int64_t pass_time(SkEnv* env) {
    int64_t before = env->api->clock_nanos(env, false);
    env->api->sleep_nanos(env, 2000000);
    return env->api->clock_nanos(env, false) - before;
}
static void leave_pending(SkEnv* env, SkString* class_name) {
    env->api->throw_error(env, env->api->string_cstr(env, class_name), "as was wanted \xC3");
}
/* Strings by the thousand in one call. */
static int64_t many(SkEnv* env, int64_t n) {
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++) {
        char text[32];
        int len = snprintf(text, sizeof text, "text %lld", (long long)i);
        SkString* s = env->api->string_new(env, text, (size_t)len);
        if (s == NULL) return -1;
        total += (int64_t)env->api->string_len(env, s);
    }
    return total;
}
static _Thread_local int64_t calls_here;
static int64_t count_here(SkEnv* env) {
    (void)env;
    return ++calls_here;
}

static const SkNative natives[] = {
    {"nasty.twice", "(i64)i64", (SkFunction)twice, NULL},
    {"nasty.end", "(i64)void", (SkFunction)end, NULL},
    {"nasty.spin", "()void", (SkFunction)spin, NULL},
    {"nasty.spinPolitely", "()void", (SkFunction)spin_politely, NULL},
    {"nasty.process", "()i64", (SkFunction)process, NULL},
    {"nasty.openDescriptors", "()i64", (SkFunction)open_descriptors, NULL},
    {"nasty.mix", "(i8,u16,i32,u64,f32,f64,bool,char,i64,u8,u32,i16)f64", (SkFunction)mix, NULL},
    {"nasty.narrow8", "(i64)i8", (SkFunction)narrow8, NULL},
    {"nasty.narrow32", "(i64)u32", (SkFunction)narrow32, NULL},
    {"nasty.half", "(f32)f32", (SkFunction)half, NULL},
    {"nasty.negate", "(bool)bool", (SkFunction)negate, NULL},
    {"nasty.nextChar", "(char)char", (SkFunction)next_char, NULL},
    {"nasty.join", "([string],string)string", (SkFunction)join, NULL},
    {"nasty.split", "(string,char)[string]", (SkFunction)split, NULL},
    {"nasty.badText", "()string", (SkFunction)bad_text, NULL},
    {"nasty.same", "(string?)string?", (SkFunction)same, NULL},
    {"nasty.fill", "([i64],i64,i64,i64)void", (SkFunction)fill, NULL},
    {"nasty.sum", "([i64])i64", (SkFunction)sum, NULL},
    {"nasty.shift", "([u8],[u8])void", (SkFunction)shift, NULL},
    {"nasty.squares", "(i64)[i64]", (SkFunction)squares, NULL},
    {"nasty.spoil", "([bool],[char],i64)void", (SkFunction)spoil, NULL},
    {"nasty.touch", "([u8])i64", (SkFunction)touch, NULL},
    {"nasty.isNothing", "([u8])i64", (SkFunction)is_nothing, NULL},
    {"nasty.isSame", "(std.core.Error,std.core.Error)bool", (SkFunction)is_same, NULL},
    {"nasty.typeOf", "(std.core.Error)string", (SkFunction)type_of, NULL},
    {"nasty.apply", "((i64)->i64,i64,i64)i64", (SkFunction)apply, NULL},
    {"nasty.applyToArray", "(([i64])->void,[i64])i64", (SkFunction)apply_to_array, NULL},
    {"nasty.applyToText", "((string)->string,string)string", (SkFunction)apply_to_text, NULL},
    {"nasty.caught", "((i64)->i64)string", (SkFunction)caught, NULL},
    {"nasty.rethrow", "((i64)->i64)void", (SkFunction)rethrow, NULL},
    {"nasty.keep", "(std.core.Error)void", (SkFunction)keep, NULL},
    {"nasty.giveBack", "()std.core.Error?", (SkFunction)give_back, NULL},
    {"nasty.drop", "()void", (SkFunction)drop, NULL},
    {"nasty.wrongType", "(string)[u8]", (SkFunction)wrong_type, NULL},
    {"nasty.forged", "()string", (SkFunction)forged, NULL},
    {"nasty.describe", "(std.core.Error)string", (SkFunction)describe, NULL},
    {"nasty.makeError", "(string,string)std.core.Error", (SkFunction)make_error, NULL},
    {"nasty.setMessage", "(std.core.Error,string)void", (SkFunction)set_message, NULL},
    {"nasty.errors", "(std.core.Error)[std.core.Error]", (SkFunction)errors, NULL},
    {"nasty.thingOpen", "(i64)i64", (SkFunction)thing_open, NULL},
    {"nasty.thingValue", "(i64)i64", (SkFunction)thing_value, NULL},
    {"nasty.thingClose", "(i64)bool", (SkFunction)thing_close, NULL},
    {"nasty.thingOwn", "(std.core.Error,i64)void", (SkFunction)thing_own, NULL},
    {"nasty.thingsClosed", "()i64", (SkFunction)things_closed, NULL},
    {"nasty.onExitSay", "(string)void", (SkFunction)on_exit_say, NULL},
    {"nasty.quit", "(i64)void", (SkFunction)quit, NULL},
    {"nasty.readFile", "(string)string", (SkFunction)read_file, NULL},
    {"nasty.isThere", "(string)bool", (SkFunction)is_there, NULL},
    {"nasty.argument", "(i64)string", (SkFunction)argument, NULL},
    {"nasty.ask", "(string)bool", (SkFunction)ask, NULL},
    {"nasty.chance", "()i64", (SkFunction)chance, NULL},
    {"nasty.passTime", "()i64", (SkFunction)pass_time, NULL},
    {"nasty.leavePending", "(string)void", (SkFunction)leave_pending, NULL},
    {"nasty.many", "(i64)i64", (SkFunction)many, NULL},
    {"nasty.countHere", "()i64", (SkFunction)count_here, NULL},
    {"nasty.guarded", "(i64)i64", (SkFunction)twice, "net"},
};

static const SkPlugin plugin = {
    SK_ABI_VERSION, "nasty", "1.0", natives, sizeof natives / sizeof natives[0], NULL,
};

static void loaded_hook(void* data) {
    (void)data;
    printf("hook of loading\n");
}

SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    if (getenv("NASTY_AT_LOAD") != NULL) abort();
    if (getenv("NASTY_HOOK") != NULL) host->at_exit(host, loaded_hook, NULL);
    return &plugin;
}
