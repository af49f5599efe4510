/* A plugin that describes itself in every way there is, for the tests of vmc bindgen. */
#include <stdlib.h>
#include <string.h>

#include "skua/describe.h"

static double area(SkEnv* env, double width, double height) {
    (void)env;
    return width * height;
}

static SkString* label(SkEnv* env, SkString* text, SkArray* bytes, SkObject* list) {
    (void)list;
    const char* parts[] = {text == NULL ? "none" : env->api->string_data(env, text), "!"};
    const size_t lens[] = {strlen(parts[0]), env->api->array_len(env, bytes) > 0};
    return env->api->string_new_from_parts(env, parts, lens, 2);
}

static bool ask(SkEnv* env, SkObject* function, int64_t n) {
    SkValue arg, result;
    arg.i64 = n;
    return env->api->call_function(env, function, "(i64)->bool", &arg, &result) && result.i64 != 0;
}

static int64_t guarded(SkEnv* env) {
    (void)env;
    return 1;
}

/* A sum that grows, behind a handle. */
static const SkHandleType sum_type = {"sum", free};

static int64_t open_sum(SkEnv* env, int64_t start) {
    int64_t* sum = malloc(sizeof *sum);
    if (sum == NULL) return 0;
    *sum = start;
    return env->api->handle_new(env, &sum_type, sum);
}

static void add_to_sum(SkEnv* env, int64_t handle, int32_t n) {
    int64_t* sum = env->api->handle_acquire(env, &sum_type, handle);
    if (sum == NULL) return;
    *sum += n;
    env->api->handle_release(env, handle);
}

static int64_t sum_value(SkEnv* env, int64_t handle) {
    int64_t* sum = env->api->handle_acquire(env, &sum_type, handle);
    if (sum == NULL) return 0;
    int64_t value = *sum;
    env->api->handle_release(env, handle);
    return value;
}

static int64_t copy_sum(SkEnv* env, int64_t handle) {
    int64_t value = sum_value(env, handle);
    return env->api->has_pending(env) ? 0 : open_sum(env, value);
}

static void close_sum(SkEnv* env, int64_t handle) {
    env->api->handle_close(env, &sum_type, handle);
}

static int64_t counter_kind(SkEnv* env, SkObject* counter) {
    return (int64_t)strlen(env->api->type_name(env, counter));
}

static void nothing(SkEnv* env) {
    (void)env;
}

static const SkNative natives[] = {
    {"shapes.area", "(f64,f64)f64", (SkFunction)area, NULL},
    {"shapes.label", "(string?,[u8],std.collections.List<i64>)string", (SkFunction)label, NULL},
    {"shapes.ask", "((i64)->bool,i64)bool", (SkFunction)ask, NULL},
    {"shapes.guarded", "()i64", (SkFunction)guarded, "env"},
    {"shapes.openSum", "(i64)i64", (SkFunction)open_sum, NULL},
    {"shapes.addToSum", "(i64,i32)void", (SkFunction)add_to_sum, NULL},
    {"shapes.sumValue", "(i64)i64", (SkFunction)sum_value, NULL},
    {"shapes.copySum", "(i64)i64", (SkFunction)copy_sum, NULL},
    {"shapes.closeSum", "(i64)void", (SkFunction)close_sum, NULL},
    {"shapes.Counter.kind", "(shapes.Counter)i64", (SkFunction)counter_kind, NULL},
    {"shapes.Counter.nothing", "()void", (SkFunction)nothing, NULL},
    {"shapes._inner", "()void", (SkFunction)nothing, NULL},
    {"shapes.wide",
     "(string,string,string,string,string,string,string,(i64,string)->void,std.json.Json)std.json.Json?",
     (SkFunction)nothing, NULL},
    /* What cannot be declared. */
    {"shapes.Missing.f", "()void", (SkFunction)nothing, NULL},
    {"shapes.missing", "(shapes.Missing)void", (SkFunction)nothing, NULL},
    {"shapes.while", "()void", (SkFunction)nothing, NULL},
    {"shapes.wrongHandle", "(string)void", (SkFunction)nothing, NULL},
    {"nameless", "()void", (SkFunction)nothing, NULL},
};

static const SkNativeNote notes[] = {
    {"shapes.area", "width, height", "The area of a rectangle.\n\nExample: `area(2.0, 3.0)   // 6.0`", NULL,
     0},
    {"shapes.openSum", "start", NULL, "Sum.init", 0},
    {"shapes.addToSum", "handle, handle", "Adds a number.", "Sum.add", 0},
    {"shapes.sumValue", "handle", "What was added so far.", "get Sum.value", 0},
    {"shapes.copySum", "handle", "Another sum, which begins with this one's value.", "Sum.copy -> Branch", 0},
    {"shapes.closeSum", "handle", NULL, "Sum.close", 0},
    {"shapes._inner", "", NULL, NULL, SK_NOTE_HIDDEN},
    {"shapes.wide", "first, second, third, fourth, fifth, sixth, seventh, callback, while", "Wide.", NULL, 0},
    {"shapes.wrongHandle", NULL, NULL, "Sum.wrong", 0},
};
static const SkTypeNote types[] = {
    {"shapes.Counter", "pub class Counter(var count: int = 0)", "A counter.",
     "/// Adds one.\nfn next(): int {\n    count += 1\n    return count\n}\n"},
    {"shapes.Branch", "pub class Branch(let handle: int)", "What `Sum.copy` makes.", NULL},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

SK_EXPORT const SkDescription skua_plugin_description =
    SK_DESCRIPTION("Shapes and sums.", notes, COUNT(notes), types, COUNT(types));

static const SkPlugin plugin = {SK_ABI_VERSION, "shapes", "1.2.0", natives, COUNT(natives), NULL};

SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    (void)host;
    return &plugin;
}
