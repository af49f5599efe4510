/* What skua/embed.h promises, from plain C against an installed library.
 *
 * usage: embed_host GUEST_CLASSES GUEST_ARCHIVE [TEST...]
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <skua/embed.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char* classes;
static const char* archive;
static int failures;
static unsigned slow = 1; /* how much longer everything takes, under valgrind or with a sanitizer */

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                     \
        }                                                                   \
    } while (0)
#define CHECK_TEXT(got, want)                                                                 \
    do {                                                                                      \
        const char* got_ = (got);                                                             \
        if (strcmp(got_, want) != 0) {                                                        \
            fprintf(stderr, "%s:%d: '%s' instead of '%s'\n", __FILE__, __LINE__, got_, want); \
            failures++;                                                                       \
        }                                                                                     \
    } while (0)

/* Stops if the status is not wanted: what follows would make no sense. */
static void want_at(int line, SkuaStatus got, SkuaStatus want, SkuaError* error) {
    if (got == want) return;
    fprintf(stderr, "%s:%d: status %d instead of %d: %s\n", __FILE__, line, got, want,
            skua_error_text(error));
    exit(1);
}
#define WANT(want, call)                       \
    do {                                       \
        SkuaError* error = NULL;               \
        SkuaStatus got = (call);               \
        want_at(__LINE__, got, (want), error); \
        skua_error_free(error);                \
    } while (0)
#define OK(call) WANT(SKUA_OK, call)

static SkuaVm* machine(SkuaOptions* options) {
    SkuaVm* vm = NULL;
    if (options != NULL) options->size = sizeof *options;
    OK(skua_vm_new(options, &vm, &error));
    OK(skua_vm_load(vm, classes, &error));
    return vm;
}

static SkuaFunction* function(SkuaVm* vm, const char* name) {
    SkuaFunction* f = NULL;
    OK(skua_function(vm, "guest", name, &f, &error));
    return f;
}

static int64_t call_int(SkuaVm* vm, const char* name, const SkuaValue* args, size_t count) {
    SkuaValue result;
    OK(skua_call(function(vm, name), args, count, &result, &error));
    CHECK(result.type == SKUA_I64);
    return result.as.i64;
}

static SkuaValue typed(SkuaType type, int64_t bits) {
    SkuaValue v = skua_int(bits);
    v.type = type;
    return v;
}

/* ---- values ---------------------------------------------------------------------------------------- */

static void test_scalars(void) {
    SkuaVm* vm = machine(NULL);
    SkuaValue two[2] = {skua_int(40), skua_int(2)}, r;
    CHECK(call_int(vm, "add", two, 2) == 42);
    CHECK_TEXT(skua_function_signature(function(vm, "add")), "(i64,i64)i64");
    CHECK_TEXT(skua_function_signature(function(vm, "backwards")), "([string])[string]");

    /* The smallest and the largest of each width, given in that width and as int. */
    const int64_t least[8] = {INT8_MIN, INT16_MIN, INT32_MIN, INT64_MIN, 0, 0, 0, 0};
    SkuaValue args[8];
    for (int i = 0; i < 8; i++) args[i] = skua_int(least[i]);
    OK(skua_call(function(vm, "scalars"), args, 8, &r, &error));
    CHECK(r.type == SKUA_STRING);
    CHECK_TEXT(r.as.text.bytes, "-128 -32768 -2147483648 -9223372036854775808 0 0 0 0");
    skua_value_free(&r);
    CHECK(r.type == SKUA_VOID);
    const int64_t most[8] = {INT8_MAX,  INT16_MAX,  INT32_MAX,  INT64_MAX,
                             UINT8_MAX, UINT16_MAX, UINT32_MAX, -1};
    for (int i = 0; i < 8; i++) args[i] = typed((SkuaType)(SKUA_I8 + i), most[i]);
    OK(skua_call(function(vm, "scalars"), args, 8, &r, &error));
    CHECK_TEXT(r.as.text.bytes,
               "127 32767 2147483647 9223372036854775807 255 65535 4294967295 18446744073709551615");
    skua_value_free(&r);
    for (int i = 0; i < 8; i++) { /* one too many */
        SkuaValue before = args[i];
        if (i == 3 || i == 7) continue;
        args[i] = skua_int(most[i] + 1);
        WANT(SKUA_BAD_USE, skua_call(function(vm, "scalars"), args, 8, &r, &error));
        args[i] = before;
    }
    args[7] = skua_int(-1);
    WANT(SKUA_BAD_USE, skua_call(function(vm, "scalars"), args, 8, &r, &error));

    SkuaValue f[2] = {skua_float(0.5), skua_float(0.25)};
    f[0].type = SKUA_F32;
    f[0].as.f32 = 0.5f;
    OK(skua_call(function(vm, "floats"), f, 2, &r, &error));
    CHECK(r.type == SKUA_F64 && r.as.f64 == 0.75);
    OK(skua_call(function(vm, "half"), f, 1, &r, &error));
    CHECK(r.type == SKUA_F32 && r.as.f32 == 0.25f);
    SkuaValue yes = skua_bool(true);
    OK(skua_call(function(vm, "flip"), &yes, 1, &r, &error));
    CHECK(r.type == SKUA_BOOL && r.as.i64 == 0);
    SkuaValue c = typed(SKUA_CHAR, 0x1F41F);
    OK(skua_call(function(vm, "next"), &c, 1, &r, &error));
    CHECK(r.type == SKUA_CHAR && r.as.i64 == 0x1F420);
    c.as.i64 = 0xD800;
    WANT(SKUA_BAD_USE, skua_call(function(vm, "next"), &c, 1, &r, &error));
    SkuaValue big = skua_int(200);
    OK(skua_call(function(vm, "narrow"), &big, 1, &r, &error));
    CHECK(r.type == SKUA_I8 && r.as.i64 == -56);
    OK(skua_call(function(vm, "large"), NULL, 0, &r, &error));
    CHECK(r.type == SKUA_U64 && r.as.u64 == UINT64_MAX);
    OK(skua_call(function(vm, "wide"), NULL, 0, &r, &error));
    CHECK(r.type == SKUA_U32 && r.as.u64 == UINT32_MAX);
    skua_vm_free(vm);
}

static void test_texts_and_arrays(void) {
    SkuaVm* vm = machine(NULL);
    SkuaValue r, name = skua_text("W\xc3\xb6rld");
    OK(skua_call(function(vm, "greet"), &name, 1, &r, &error));
    CHECK_TEXT(r.as.text.bytes, "Hello, W\xc3\xb6rld!");
    CHECK(r.as.text.len == strlen(r.as.text.bytes));
    skua_value_free(&r);
    name.as.text.bytes = "a\0b";
    name.as.text.len = 3;
    OK(skua_call(function(vm, "greet"), &name, 1, &r, &error));
    CHECK(r.as.text.len == 11 && memcmp(r.as.text.bytes, "Hello, a\0b!", 12) == 0);
    skua_value_free(&r);
    SkuaError* why = NULL;
    name = skua_text("ab\xff");
    CHECK(skua_call(function(vm, "greet"), &name, 1, &r, &why) == SKUA_BAD_USE);
    CHECK_TEXT(skua_error_message(why),
               "argument 1 of guest.greet is to be string: it is not valid UTF-8 at byte 2");
    skua_error_free(why);
    SkuaValue none = skua_null();
    OK(skua_call(function(vm, "maybe"), &none, 1, &r, &error));
    CHECK_TEXT(r.as.text.bytes, "nobody");
    OK(skua_call(function(vm, "maybe"), &r, 1, &none, &error));
    CHECK(none.type == SKUA_NULL);
    skua_value_free(&r);
    WANT(SKUA_BAD_USE, skua_call(function(vm, "greet"), &none, 1, &r, &error));

    const int64_t numbers[] = {1, -2, INT64_MAX / 2};
    SkuaValue array = skua_array(SK_I64, numbers, 3);
    OK(skua_call(function(vm, "doubled"), &array, 1, &r, &error));
    CHECK(r.type == SKUA_ARRAY && r.element == SK_I64 && r.as.array.len == 3);
    CHECK(((int64_t*)r.as.array.data)[1] == -4);
    skua_value_free(&r);
    array = skua_array(SK_I64, NULL, 0);
    OK(skua_call(function(vm, "doubled"), &array, 1, &r, &error));
    CHECK(r.type == SKUA_ARRAY && r.as.array.len == 0 && r.as.array.data != NULL);
    skua_value_free(&r);
    WANT(SKUA_BAD_USE, skua_call(function(vm, "total"), &array, 1, &r, &error)); /* [i64] for [u8] */
    const SkuaText texts[] = {{"one", 3}, {"", 0}, {"three", 5}};
    array = skua_array(SK_STRING, texts, 3);
    OK(skua_call(function(vm, "backwards"), &array, 1, &r, &error));
    CHECK(r.element == SK_STRING && r.as.array.len == 3);
    CHECK_TEXT(((SkuaText*)r.as.array.data)[0].bytes, "three");
    CHECK(((SkuaText*)r.as.array.data)[1].len == 0);
    skua_value_free(&r);

    /* A megabyte without a copy, there and back. */
    SkuaRef* bytes = NULL;
    OK(skua_array_new(vm, SK_U8, 1 << 20, &bytes, &error));
    SkKind kind;
    size_t len;
    uint8_t* data = skua_ref_elements(bytes, &kind, &len);
    CHECK(kind == SK_U8 && len == 1 << 20);
    memset(data, 3, len);
    SkuaValue object = skua_object(bytes);
    CHECK(call_int(vm, "total", &object, 1) == 3 << 20);
    skua_vm_collect(vm);
    CHECK(skua_ref_elements(bytes, NULL, NULL) == data && data[len - 1] == 3);
    CHECK_TEXT(skua_ref_type(bytes), "[u8]");
    skua_ref_free(bytes);
    OK(skua_call_by_reference(function(vm, "greet"), &(SkuaValue){.type = SKUA_STRING, .as.text = {"x", 1}},
                              1, &r, &error));
    CHECK(r.type == SKUA_OBJECT);
    CHECK_TEXT(skua_ref_text(r.as.ref, &len), "Hello, x!");
    CHECK(skua_ref_elements(r.as.ref, NULL, NULL) == NULL);
    skua_value_free(&r);
    skua_vm_free(vm);
}

static void test_objects(void) {
    SkuaVm* vm = machine(NULL);
    SkuaValue counter, twice, r, args[2];
    SkuaValue start = skua_int(10);
    OK(skua_call(function(vm, "counter"), &start, 1, &counter, &error));
    CHECK(counter.type == SKUA_OBJECT);
    CHECK_TEXT(skua_ref_type(counter.as.ref), "guest.Counter");
    OK(skua_call(function(vm, "twice"), NULL, 0, &twice, &error));
    skua_vm_collect(vm);
    args[0] = counter;
    args[1] = skua_int(5);
    CHECK(call_int(vm, "stepped", args, 2) == 15);
    CHECK(call_int(vm, "Counter.step", args, 2) == 20);
    CHECK(call_int(vm, "Counter.value", args, 1) == 20);
    args[0] = twice;
    CHECK(call_int(vm, "Counter.step", args, 2) == 10); /* the subclass's */
    WANT(SKUA_BAD_USE, skua_call(function(vm, "Twice.step"), &counter, 1, &r, &error));
    args[0] = counter;
    SkuaError* why = NULL;
    CHECK(skua_call(function(vm, "Twice.step"), args, 2, &r, &why) == SKUA_BAD_USE);
    CHECK_TEXT(skua_error_message(why),
               "argument 1 of guest.Twice.step is to be guest.Twice: it is a guest.Counter");
    skua_error_free(why);
    SkuaValue side = skua_float(3), shape;
    OK(skua_call(function(vm, "square"), &side, 1, &shape, &error));
    OK(skua_call(function(vm, "Shape.area"), &shape, 1, &r, &error));
    CHECK(r.as.f64 == 9);
    OK(skua_call(function(vm, "Shape.name"), &shape, 1, &r, &error));
    CHECK_TEXT(r.as.text.bytes, "a shape");
    skua_value_free(&r);
    SkuaRef* again = skua_ref_copy(shape.as.ref);
    CHECK(skua_ref_same(again, shape.as.ref) && !skua_ref_same(again, counter.as.ref));
    skua_ref_free(again);

    SkuaValue closure, x = skua_int(2), seven = skua_int(7);
    OK(skua_call(function(vm, "adder"), &seven, 1, &closure, &error));
    skua_vm_collect(vm);
    OK(skua_call_closure(closure.as.ref, &x, 1, &r, &error));
    CHECK(r.as.i64 == 9);
    args[0] = closure;
    args[1] = skua_int(1);
    CHECK(call_int(vm, "apply", args, 2) == 8);
    WANT(SKUA_BAD_USE, skua_call_closure(counter.as.ref, &x, 1, &r, &error));
    WANT(SKUA_BAD_USE, skua_call_closure(closure.as.ref, &side, 1, &r, &error));

    /* Another machine's object is none of this one's. */
    SkuaVm* other = machine(NULL);
    args[0] = counter;
    WANT(SKUA_BAD_USE, skua_call(function(other, "stepped"), args, 2, &r, &error));
    skua_vm_free(other);
    skua_value_free(&shape);
    skua_value_free(&closure);
    skua_value_free(&counter);
    skua_value_free(&twice);
    skua_vm_free(vm);
}

static SkuaValue i32_value(int64_t i) {
    SkuaValue v = skua_int(i);
    v.type = SKUA_I32;
    return v;
}

/* Structs, tuples and nullable values, there and back. */
static void test_structs(void) {
    SkuaVm* vm = machine(NULL);
    SkuaValue r, args[2], xy[2] = {i32_value(40), skua_float(5)};
    CHECK_TEXT(skua_function_signature(function(vm, "moved")), "(guest.Point,i32)guest.Point");
    args[0] = skua_struct(xy, 2);
    args[1] = skua_int(2);
    OK(skua_call(function(vm, "moved"), args, 2, &r, &error));
    CHECK(r.type == SKUA_STRUCT && r.as.fields.len == 2);
    CHECK(r.as.fields.data[0].type == SKUA_I32 && r.as.fields.data[0].as.i64 == 42);
    CHECK(r.as.fields.data[1].type == SKUA_F64 && r.as.fields.data[1].as.f64 == 2.5);
    skua_value_free(&r);
    CHECK(r.type == SKUA_VOID);

    /* A struct in a struct, with a text, an array that may be null, a bool and a char that may be null. */
    args[0] = skua_text("ann");
    args[1] = skua_struct(xy, 2);
    SkuaValue ann, bob;
    OK(skua_call(function(vm, "named"), args, 2, &ann, &error));
    CHECK(ann.as.fields.len == 5);
    CHECK_TEXT(ann.as.fields.data[0].as.text.bytes, "ann");
    CHECK(ann.as.fields.data[1].type == SKUA_STRUCT && ann.as.fields.data[1].as.fields.data[0].as.i64 == 40);
    CHECK(ann.as.fields.data[2].type == SKUA_NULL);
    CHECK(ann.as.fields.data[3].type == SKUA_BOOL && ann.as.fields.data[3].as.i64 == 1);
    CHECK(ann.as.fields.data[4].type == SKUA_CHAR && ann.as.fields.data[4].as.i64 == 'x');
    args[1] = skua_null();
    OK(skua_call(function(vm, "named"), args, 2, &bob, &error));
    CHECK(bob.as.fields.data[3].as.i64 == 0 && bob.as.fields.data[1].as.fields.data[0].as.i64 == -1);
    OK(skua_call(function(vm, "describe"), &ann, 1, &r, &error));
    CHECK_TEXT(r.as.text.bytes, "ann 40 5.0 -1 true x");
    skua_value_free(&r);
    const int64_t numbers[] = {1, 2, 3};
    SkuaValue fields[5] = {skua_text("eve"), skua_struct(xy, 2), skua_array(SK_I64, numbers, 3),
                           skua_bool(false), skua_null()};
    SkuaValue eve = skua_struct(fields, 5);
    OK(skua_call(function(vm, "describe"), &eve, 1, &r, &error));
    CHECK_TEXT(r.as.text.bytes, "eve 40 5.0 3 false -");
    skua_value_free(&r);
    args[0] = eve;
    args[1] = skua_text("Ms ");
    OK(skua_call(function(vm, "Named.label"), args, 2, &r, &error)); /* a method of a struct */
    CHECK_TEXT(r.as.text.bytes, "Ms eve");
    skua_value_free(&r);
    OK(skua_call_by_reference(function(vm, "named"), (SkuaValue[]){skua_text("zoe"), skua_null()}, 2, &r,
                              &error));
    CHECK(r.as.fields.data[0].type == SKUA_OBJECT);
    CHECK_TEXT(skua_ref_text(r.as.fields.data[0].as.ref, NULL), "zoe");
    skua_vm_collect(vm);
    SkuaValue text; /* a reference as a field */
    OK(skua_call(function(vm, "describe"), &r, 1, &text, &error));
    CHECK_TEXT(text.as.text.bytes, "zoe -1 -1.0 -1 false x");
    skua_value_free(&text);
    skua_value_free(&r);

    /* What does not fit is told by its name. */
    SkuaError* e = NULL;
    xy[0].as.i64 = (int64_t)1 << 40;
    xy[0].type = SKUA_I64;
    CHECK(skua_call(function(vm, "describe"), &eve, 1, &r, &e) == SKUA_BAD_USE);
    CHECK_TEXT(skua_error_message(e),
               "argument 1 of guest.describe is to be guest.Named: field at: field x: "
               "1099511627776 does not fit");
    skua_error_free(e);
    fields[1].as.fields.len = 1;
    CHECK(skua_call(function(vm, "describe"), &eve, 1, &r, &e) == SKUA_BAD_USE);
    CHECK_TEXT(skua_error_message(e),
               "argument 1 of guest.describe is to be guest.Named: field at: it has 1 fields, not 2");
    skua_error_free(e);
    fields[1] = skua_null();
    WANT(SKUA_BAD_USE, skua_call(function(vm, "describe"), &eve, 1, &r, &error));
    fields[1] = skua_struct(NULL, 2);
    WANT(SKUA_BAD_USE, skua_call(function(vm, "describe"), &eve, 1, &r, &error));
    xy[0] = i32_value(1);
    fields[1] = skua_struct(xy, 2);
    fields[0] = skua_text("\xff");
    CHECK(skua_call(function(vm, "describe"), &eve, 1, &r, &e) == SKUA_BAD_USE);
    CHECK_TEXT(skua_error_message(e),
               "argument 1 of guest.describe is to be guest.Named: field name: it is not "
               "valid UTF-8 at byte 0");
    skua_error_free(e);
    skua_value_free(&ann);
    skua_value_free(&bob);

    SkuaValue n = skua_int(9), none = skua_null();
    OK(skua_call(function(vm, "half2"), &n, 1, &r, &error));
    CHECK(r.type == SKUA_I64 && r.as.i64 == 4);
    OK(skua_call(function(vm, "half2"), &none, 1, &r, &error));
    CHECK(r.type == SKUA_NULL);
    OK(skua_call(function(vm, "pair"), NULL, 0, &r, &error));
    CHECK(r.type == SKUA_STRUCT && r.as.fields.len == 2 && r.as.fields.data[1].as.i64 == 2);
    skua_value_free(&r);
    SkuaValue parts[2] = {skua_text("left"), skua_int(7)}, both = skua_struct(parts, 2);
    OK(skua_call(function(vm, "swapped"), &both, 1, &r, &error));
    CHECK(r.as.fields.data[0].as.i64 == 7);
    CHECK_TEXT(r.as.fields.data[1].as.text.bytes, "left");
    skua_value_free(&r);
    parts[1] = skua_text("right");
    CHECK(skua_call(function(vm, "swapped"), &both, 1, &r, &e) == SKUA_BAD_USE);
    CHECK(strstr(skua_error_message(e), "(string,i64): part 2: it is string") != NULL);
    skua_error_free(e);
    SkuaValue norm;
    OK(skua_call(function(vm, "norm"), NULL, 0, &norm, &error));
    OK(skua_call_closure(norm.as.ref, (SkuaValue[]){skua_struct(xy, 2)}, 1, &r, &error));
    CHECK(r.type == SKUA_F64 && r.as.f64 == 6);
    skua_value_free(&norm);

    /* More slots than there is room for on the stack. */
    SkuaValue ten[10], wide[2], wides[2];
    for (int i = 0; i < 10; i++) ten[i] = skua_int(i + 1);
    wide[0] = wide[1] = skua_struct(ten, 10);
    wides[0] = wides[1] = skua_struct(wide, 2);
    CHECK(call_int(vm, "wideSum", wides, 2) == 1 + 10 + 10 + 1 + 10 + 10);
    skua_vm_free(vm);
}

/* A host stands outside of all modules. */
static void test_visibility(void) {
    SkuaVm* vm = machine(NULL);
    SkuaFunction* f = NULL;
    SkuaError* e = NULL;
    CHECK(skua_function(vm, "guest", "hidden", &f, &e) == SKUA_NOT_FOUND && f == NULL);
    CHECK_TEXT(skua_error_message(e),
               "function guest.hidden is private to its module: 'pub fn' lets a host call it");
    skua_error_free(e);
    CHECK(skua_function(vm, "guest", "Partly.inner", &f, &e) == SKUA_NOT_FOUND);
    CHECK_TEXT(skua_error_message(e), "function guest.Partly.inner is private to its type");
    skua_error_free(e);
    CHECK(skua_function(vm, "guest", "Secret.show", &f, &e) == SKUA_NOT_FOUND);
    CHECK_TEXT(skua_error_message(e),
               "type guest.Secret is private to its module: 'pub' lets a host call its methods");
    skua_error_free(e);
    OK(skua_function(vm, "guest", "Partly.outer", &f, &error));
    skua_vm_free(vm);
}

/* ---- errors ------------------------------------------------------------------------------------------ */

static void test_errors(void) {
    SkuaVm* vm = machine(NULL);
    SkuaValue r, what = skua_text("no such key");
    SkuaError* e = NULL;
    CHECK(skua_call(function(vm, "fail"), &what, 1, &r, &e) == SKUA_THROWN);
    CHECK(skua_error_status(e) == SKUA_THROWN);
    CHECK_TEXT(skua_error_type(e), "std.core.KeyError");
    CHECK_TEXT(skua_error_message(e), "no such key");
    CHECK_TEXT(skua_error_limit(e), "");
    CHECK(skua_error_frame_count(e) == 1 && skua_error_cause(e) == NULL);
    CHECK_TEXT(skua_error_frame_function(e, 0), "guest.fail");
    CHECK_TEXT(skua_error_frame_file(e, 0), "guest.skua");
    CHECK(skua_error_frame_line(e, 0) > 1);
    CHECK_TEXT(skua_error_frame_function(e, 1), "");
    skua_error_free(e);
    CHECK(skua_call(function(vm, "failTwice"), NULL, 0, &r, &e) == SKUA_THROWN);
    CHECK_TEXT(skua_error_message(e), "outer");
    const SkuaError* cause = skua_error_cause(e);
    CHECK_TEXT(skua_error_type(cause), "std.core.KeyError");
    CHECK_TEXT(skua_error_frame_function(cause, 1), "guest.failTwice");
    CHECK(strstr(skua_error_text(e), "caused by: std.core.KeyError: inner\n    at guest.fail (guest.skua:") !=
          NULL);
    SkuaValue zero = skua_int(0);
    SkuaError* deep = NULL;
    CHECK(skua_call(function(vm, "deep"), &zero, 1, &r, &deep) == SKUA_THROWN);
    CHECK_TEXT(skua_error_limit(deep), "stack");
    CHECK(skua_error_frame_count(deep) >= 256);
    skua_error_free(deep);

    SkuaFunction* f = NULL;
    SkuaError* missing = NULL;
    CHECK(skua_function(vm, "guest", "nothing", &f, &missing) == SKUA_NOT_FOUND && f == NULL);
    CHECK_TEXT(skua_error_message(missing), "guest has no function nothing");
    skua_error_free(missing);
    WANT(SKUA_NOT_FOUND, skua_function(vm, "guess", "add", &f, &error));
    WANT(SKUA_NOT_FOUND, skua_function(vm, "guest", "Missing.method", &f, &error));
    WANT(SKUA_BAD_USE, skua_function(vm, "guest", "identity", &f, &error));
    WANT(SKUA_BAD_USE, skua_call(function(vm, "add"), &zero, 1, &r, &error));
    WANT(SKUA_BAD_USE, skua_call(NULL, NULL, 0, &r, &error));
    WANT(SKUA_BAD_USE, skua_function(NULL, "guest", "add", &f, &error));
    WANT(SKUA_NOT_FOUND, skua_vm_load(vm, "/nowhere/at.ska", &error));
    WANT(SKUA_BAD_INPUT, skua_vm_load(vm, "/dev/null", &error));
    WANT(SKUA_BAD_INPUT, skua_vm_load_bytes(vm, "PK\003\004 and then nothing", 22, "bad.ska", &error));
    WANT(SKUA_BAD_INPUT, skua_vm_load_bytes(vm, "garbage", 7, "bad.skc", &error));
    WANT(SKUA_BAD_INPUT, skua_vm_load_bytes(vm, "", 0, NULL, &error));
    WANT(SKUA_BAD_USE, skua_init(NULL, &error));                                 /* after machines */
    CHECK(skua_call(function(vm, "fail"), &what, 1, NULL, NULL) == SKUA_THROWN); /* nobody wants to know */

    /* Errors outlive their machine. */
    skua_vm_free(vm);
    CHECK_TEXT(skua_error_message(skua_error_cause(e)), "inner");
    skua_error_free(e);
    skua_error_free(NULL);
}

/* ---- limits, interrupts, ends ----------------------------------------------------------------------- */

static void check_limit(SkuaVm* vm, const char* name, const char* limit) {
    SkuaError* e = NULL;
    CHECK(skua_call(function(vm, name), NULL, 0, NULL, &e) == SKUA_LIMIT);
    CHECK_TEXT(skua_error_type(e), "std.core.LimitError");
    CHECK_TEXT(skua_error_limit(e), limit);
    /* On a busy machine time may be up before the first instruction. */
    if (strcmp(limit, "time") != 0) CHECK(skua_error_frame_count(e) > 0);
    CHECK(strstr(skua_error_message(e), "SkuaOptions.max_") != NULL);
    skua_error_free(e);
}

static void test_limits(void) {
    SkuaOptions options = {.max_instructions = 1000000};
    SkuaVm* vm = machine(&options);
    SkuaValue n = skua_int(1000);
    int64_t want = call_int(vm, "countTo", &n, 1);
    for (int i = 0; i < 200; i++)
        CHECK(call_int(vm, "countTo", &n, 1) == want); /* each has its own million */
    check_limit(vm, "stubborn", "instructions");
    CHECK(call_int(vm, "countTo", &n, 1) == want);
    SkuaStats stats = {.size = sizeof stats};
    CHECK(skua_vm_stats(vm, &stats) == SKUA_OK);
    CHECK(stats.instructions > 1500000 && stats.instructions < 10000000);
    skua_vm_free(vm);

    options = (SkuaOptions){.max_nanoseconds = slow * 200ull * 1000 * 1000};
    vm = machine(&options);
    for (int i = 0; i < 2; i++) {
        check_limit(vm, "stubborn", "time");
        CHECK(call_int(vm, "countTo", &n, 1) == want);
    }
    skua_vm_free(vm);

    options = (SkuaOptions){.max_stack = 64 << 10};
    vm = machine(&options);
    SkuaValue zero = skua_int(0);
    WANT(SKUA_THROWN, skua_call(function(vm, "deep"), &zero, 1, NULL, &error));
    skua_vm_free(vm);

    vm = machine(NULL);
    SkuaError* e = NULL;
    CHECK(skua_call(function(vm, "fill"), NULL, 0, NULL, &e) == SKUA_THROWN);
    CHECK_TEXT(skua_error_type(e), "std.core.OutOfMemoryError");
    CHECK_TEXT(skua_error_limit(e), "heap");
    skua_error_free(e);
    CHECK(call_int(vm, "countTo", &n, 1) == want);
    skua_vm_free(vm);

    WANT(SKUA_BAD_USE,
         skua_vm_new(&(SkuaOptions){.size = sizeof options, .max_instructions = UINT64_MAX}, &vm, &error));
    WANT(SKUA_BAD_USE, skua_vm_new(&(SkuaOptions){.size = 0}, &vm, &error));
}

static void test_rights(void) {
    SkuaVm* vm = machine(NULL);
    char path[4096];
    snprintf(path, sizeof path, "%s/guest.skc", classes);
    SkuaValue name = skua_text(path);
    SkuaError* e = NULL;
    CHECK(skua_call(function(vm, "read"), &name, 1, NULL, &e) == SKUA_THROWN);
    CHECK_TEXT(skua_error_type(e), "std.core.PermissionError");
    CHECK(strstr(skua_error_message(e), "was not granted; skua_vm_allow(vm, \"fs.read:") != NULL);
    skua_error_free(e);
    skua_vm_free(vm);
    vm = machine(NULL);
    snprintf(path, sizeof path, "fs.read:%s", classes);
    OK(skua_vm_allow(vm, path, &error));
    WANT(SKUA_BAD_USE, skua_vm_allow(vm, "fs.reed", &error));
    CHECK(skua_call(function(vm, "read"), &name, 1, NULL, &e) == SKUA_THROWN);
    CHECK(strcmp(skua_error_type(e), "std.core.PermissionError") != 0); /* it is no UTF-8 */
    skua_error_free(e);
    skua_vm_free(vm);
    vm = machine(NULL);
    OK(skua_vm_allow_all(vm, &error));
    OK(skua_vm_deny(vm, "stdout", &error));
    CHECK(skua_call(function(vm, "say"), &name, 1, NULL, &e) == SKUA_THROWN);
    CHECK_TEXT(skua_error_type(e), "std.core.PermissionError");
    CHECK_TEXT(skua_error_message(e), "stdout is denied by skua_vm_deny");
    skua_error_free(e);
    skua_vm_free(vm);
}

static void pause_for(long milliseconds) {
    struct timespec t = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&t, &t) != 0 && errno == EINTR) {
    }
}

static void* interrupt_soon(void* vm) {
    pause_for(20);
    while (!skua_vm_interrupt(vm)) pause_for(1);
    return NULL;
}

static void test_interrupt(void) {
    SkuaVm* vm = machine(NULL);
    CHECK(!skua_vm_interrupt(vm)); /* nothing runs */
    SkuaValue n = skua_int(1000);
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, interrupt_soon, vm);
        SkuaError* e = NULL;
        CHECK(skua_call(function(vm, i == 0 ? "spin" : "stubborn"), NULL, 0, NULL, &e) == SKUA_INTERRUPTED);
        CHECK(skua_error_status(e) == SKUA_INTERRUPTED);
        skua_error_free(e);
        pthread_join(thread, NULL);
        call_int(vm, "countTo", &n, 1);
    }
    skua_vm_free(vm);
}

static void test_exit(void) {
    SkuaOptions options = {0};
    SkuaVm* vm = machine(&options);
    SkuaValue code = skua_int(7);
    for (int i = 0; i < 2; i++) {
        SkuaError* e = NULL;
        CHECK(skua_call(function(vm, i == 0 ? "leave" : "leaveStubbornly"), &code, 1, NULL, &e) ==
              SKUA_EXITED);
        CHECK(skua_error_exit_code(e) == 7);
        skua_error_free(e);
    }
    CHECK(call_int(vm, "add", (SkuaValue[]){skua_int(1), skua_int(2)}, 2) == 3);
    skua_vm_free(vm);
}

/* ---- output and input --------------------------------------------------------------------------------- */

struct Streams {
    char out[200], err[200];
    const char* in;
    int calls, error;
};

static int write_to(void* data, SkuaStream stream, const char* bytes, size_t len) {
    struct Streams* s = data;
    s->calls++;
    if (s->error) return s->error;
    strncat(stream == SKUA_STDOUT ? s->out : s->err, bytes, len);
    return 0;
}
static int64_t read_from(void* data, char* bytes, size_t room) {
    struct Streams* s = data;
    size_t n = strlen(s->in) < 3 ? strlen(s->in) : 3; /* in small pieces */
    if (n > room) n = room;
    memcpy(bytes, s->in, n);
    s->in += n;
    return (int64_t)n;
}

static void test_streams(void) {
    struct Streams one = {.in = "first line\nsecond"}, two = {.in = ""};
    SkuaVm* vms[2];
    struct Streams* streams[2] = {&one, &two};
    const char* args[] = {"a", "b"};
    for (int i = 0; i < 2; i++) {
        SkuaOptions options = {.write = write_to,
                               .read = read_from,
                               .stream_data = streams[i],
                               .args = args,
                               .arg_count = (size_t)(1 + i),
                               .user_data = streams[i]};
        vms[i] = machine(&options);
        CHECK(skua_vm_user_data(vms[i]) == streams[i]);
    }
    SkuaValue text = skua_text("h\xc3\xa9"), r;
    for (int i = 0; i < 2; i++) {
        OK(skua_call(function(vms[i], "say"), &text, 1, NULL, &error));
        OK(skua_call(function(vms[i], "complain"), &text, 1, NULL, &error));
    }
    CHECK_TEXT(one.out, "h\xc3\xa9\n");
    CHECK_TEXT(two.err, "h\xc3\xa9\n");
    CHECK(one.calls == 2); /* a line is one piece */
    OK(skua_call(function(vms[0], "ask"), NULL, 0, &r, &error));
    CHECK_TEXT(r.as.text.bytes, "first line");
    CHECK_TEXT(one.out, "h\xc3\xa9\n? ");
    skua_value_free(&r);
    OK(skua_call(function(vms[0], "ask"), NULL, 0, &r, &error));
    CHECK_TEXT(r.as.text.bytes, "second");
    skua_value_free(&r);
    OK(skua_call(function(vms[0], "ask"), NULL, 0, &r, &error));
    CHECK(r.type == SKUA_NULL);
    int code = -1;
    OK(skua_run_main(vms[1], "guest", &code, &error));
    CHECK(code == 2);
    CHECK_TEXT(two.out, "h\xc3\xa9\nmain 2\n");
    WANT(SKUA_NOT_FOUND, skua_run_main(vms[1], "guess", &code, &error));
    two.error = EPIPE;
    SkuaError* e = NULL;
    CHECK(skua_call(function(vms[1], "say"), &text, 1, NULL, &e) == SKUA_THROWN);
    CHECK_TEXT(skua_error_message(e), "cannot write to standard output: Broken pipe");
    skua_error_free(e);
    skua_vm_free(vms[0]);
    skua_vm_free(vms[1]);
}

/* ---- functions of the host ---------------------------------------------------------------------------- */

static int freed;
static void count_free(void* data) {
    (void)data;
    freed++;
}
static void host_add(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    CHECK(count == 2);
    SkuaValue sum = skua_int(args[0].as.i64 + args[1].as.i64 + *(int*)data);
    CHECK(skua_return(call, &sum) == SKUA_OK);
}
static void host_text(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    (void)data;
    CHECK(count == 3 && args[1].element == SK_STRING && args[2].element == SK_F64);
    char all[100];
    const SkuaText* texts = args[1].as.array.data;
    double* some = args[2].as.array.data;
    snprintf(all, sizeof all, "%s %s%s %g", args[0].as.text.bytes, texts[0].bytes, texts[1].bytes, some[1]);
    some[0] = 9.5; /* in place */
    SkuaValue text = skua_text(all);
    CHECK(skua_return(call, &text) == SKUA_OK);
}
static void host_fails(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    (void)data, (void)args, (void)count;
    skua_throw(call, "std.core.ArgumentError", "by the host");
}
static void host_counter(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    (void)count;
    SkuaVm* vm = skua_call_vm(call);
    CHECK(vm == skua_vm_of(skua_call_env(call)));
    SkuaValue step[2] = {args[0], skua_int(1)};
    CHECK(call_int(vm, "Counter.step", step, 2) == 41);
    *(SkuaRef**)data = skua_ref_copy(args[0].as.ref);
    CHECK(skua_return(call, &args[0]) == SKUA_OK);
}
static void host_calls(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    (void)data;
    SkuaValue result;
    SkuaError* e = NULL;
    if (skua_call(function(skua_call_vm(call), "fall"), args, count, &result, &e) == SKUA_OK)
        CHECK(skua_return(call, &result) == SKUA_OK);
    else
        skua_throw(call, skua_error_type(e), skua_error_message(e));
    skua_error_free(e);
}
static void host_wrong(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    (void)data, (void)args, (void)count;
    SkuaValue text = skua_text("no number");
    CHECK(skua_return(call, &text) == SKUA_BAD_USE);
}
static void host_moves(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    (void)data;
    CHECK(count == 2 && args[0].type == SKUA_STRUCT && args[0].as.fields.len == 2);
    const SkuaValue* p = args[0].as.fields.data;
    CHECK(p[0].type == SKUA_I32 && p[1].type == SKUA_F64);
    CHECK(args[1].type == SKUA_NULL || args[1].type == SKUA_I64);
    const int64_t by = args[1].type == SKUA_NULL ? 100 : args[1].as.i64;
    SkuaValue xy[2] = {skua_int(p[0].as.i64 + by), skua_float(p[1].as.f64 * 2)};
    SkuaValue moved = skua_struct(xy, 2);
    CHECK(skua_return(call, &moved) == SKUA_OK);
}
static void host_names(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    (void)data;
    const SkuaValue* n = args[0].as.fields.data;
    CHECK(count == 1 && n[0].type == SKUA_STRING && n[1].type == SKUA_STRUCT && n[2].type == SKUA_NULL);
    SkuaError* e = NULL; /* overwrites what lies behind the call */
    SkuaValue ten = skua_int(10), depth, r;
    CHECK(skua_call(function(skua_call_vm(call), "countTo"), &ten, 1, &depth, &e) == SKUA_OK);
    SkuaValue fields[5] = {skua_text("bob"), n[1], n[2], n[3], skua_null()};
    SkuaValue parts[2] = {skua_int((int64_t)n[0].as.text.len), skua_struct(fields, 5)};
    r = skua_struct(parts, 2);
    CHECK(skua_return(call, &r) == SKUA_OK);
}
static void host_nothing(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    (void)call, (void)data, (void)args, (void)count;
}
static int64_t plain_twice(SkEnv* env, int64_t x) {
    CHECK(skua_vm_user_data(skua_vm_of(env)) == &freed);
    return 2 * x;
}
static const SkNative plain_natives[] = {{"guest.plainTwice", "(i64)i64", (SkFunction)plain_twice, NULL}};
static const SkPlugin* plain_plugin(const SkHost* host) {
    static const SkPlugin plugin = {SK_ABI_VERSION, "plain", "1", plain_natives, 1, NULL};
    (void)host;
    return &plugin;
}

static void test_host_functions(void) {
    for (int jit = SKUA_JIT_DEFAULT; jit <= SKUA_JIT_FORCE; jit++) {
        SkuaOptions options = {.size = sizeof options, .jit = (SkuaJit)jit, .user_data = &freed};
        SkuaVm* vm = NULL;
        if (skua_vm_new(&options, &vm, NULL) == SKUA_BAD_USE) continue; /* no compiled tier */
        OK(skua_vm_load(vm, classes, &error));
        int extra = 100;
        SkuaRef* kept = NULL;
        freed = 0;
        OK(skua_vm_define(vm, "host", "guest.hostAdd", "(i64,i64)i64", host_add, &extra, count_free, &error));
        OK(skua_vm_define(vm, "host", "guest.hostText", "(string,[string],[f64])string", host_text, NULL,
                          NULL, &error));
        OK(skua_vm_define(vm, "host", "guest.hostFails", "()void", host_fails, NULL, count_free, &error));
        OK(skua_vm_define(vm, "host", "guest.hostCounter", "(guest.Counter)guest.Counter", host_counter,
                          &kept, NULL, &error));
        OK(skua_vm_define(vm, "host", "guest.hostCalls", "(i64)i64", host_calls, NULL, NULL, &error));
        OK(skua_vm_define(vm, "host", "guest.hostWrong", "()i64", host_wrong, NULL, NULL, &error));
        OK(skua_vm_define(vm, "host", "guest.hostMoves", "(guest.Point,i64?)guest.Point", host_moves, NULL,
                          NULL, &error));
        OK(skua_vm_define(vm, "host", "guest.hostNames", "(guest.Named)(i64,guest.Named?)", host_names, NULL,
                          NULL, &error));
        OK(skua_vm_define(vm, "host", "guest.hostNoName", "()guest.Named", host_nothing, NULL, NULL, &error));
        OK(skua_vm_define(vm, "host", "guest.hostNothing", "()string", host_nothing, NULL, NULL, &error));
        WANT(SKUA_BAD_USE,
             skua_vm_define(vm, "host", "guest.hostAdd", "()void", host_add, NULL, NULL, &error));
        WANT(SKUA_BAD_USE, skua_vm_define(vm, "host", "guest.x", "(i64", host_add, NULL, NULL, &error));
        WANT(SKUA_BAD_USE, skua_vm_define(vm, "../host", "guest.x", "()void", host_add, NULL, NULL, &error));
        OK(skua_vm_add_plugin(vm, plain_plugin, &error));
        WANT(SKUA_BAD_USE, skua_vm_add_plugin(vm, plain_plugin, &error));

        SkuaValue args[2] = {skua_int(1), skua_int(2)}, r;
        CHECK(call_int(vm, "callAdd", args, 2) == 103);
        OK(skua_call(function(vm, "callText"), NULL, 0, &r, &error));
        CHECK_TEXT(r.as.text.bytes, "\xc3\xa9 ab 2.5 9.5");
        skua_value_free(&r);
        OK(skua_call(function(vm, "callFails"), NULL, 0, &r, &error));
        CHECK_TEXT(r.as.text.bytes, "caught by the host");
        skua_value_free(&r);
        CHECK(call_int(vm, "callCounter", NULL, 0) == 43);
        CHECK(call_int(vm, "Counter.value", (SkuaValue[]){skua_object(kept)}, 1) == 43);
        skua_ref_free(kept);
        SkuaValue depth = skua_int(20);
        CHECK(call_int(vm, "fall", &depth, 1) == 20);
        depth = skua_int(1 << 30);
        SkuaError* e = NULL;
        CHECK(skua_call(function(vm, "fall"), &depth, 1, NULL, &e) == SKUA_THROWN);
        CHECK_TEXT(skua_error_type(e), "std.core.StackOverflowError");
        skua_error_free(e);
        CHECK(skua_call(function(vm, "callWrong"), NULL, 0, NULL, &e) == SKUA_THROWN);
        CHECK_TEXT(skua_error_message(e),
                   "the result of guest.hostWrong of the host is to be i64: it is string");
        skua_error_free(e);
        WANT(SKUA_THROWN, skua_call(function(vm, "callNothing"), NULL, 0, NULL, &error));
        for (int i = 0; i < 3; i++) {
            OK(skua_call(function(vm, "callMoves"), NULL, 0, &r, &error));
            CHECK_TEXT(r.as.text.bytes, "7 1.0 107 2.0");
            skua_value_free(&r);
            OK(skua_call(function(vm, "callNames"), NULL, 0, &r, &error));
            CHECK_TEXT(r.as.text.bytes, "3 bob 1 2.0 -1 true -");
            skua_value_free(&r);
        }
        CHECK(skua_call(function(vm, "callNoName"), NULL, 0, NULL, &e) == SKUA_THROWN);
        CHECK_TEXT(skua_error_type(e), "std.core.NullError");
        skua_error_free(e);
        CHECK(call_int(vm, "callTwice", args, 1) == 2);
        CHECK(freed == 0);
        skua_vm_free(vm);
        CHECK(freed == 2);
    }
}

/* ---- slices -------------------------------------------------------------------------------------------- */

static void test_slices(void) {
    SkuaOptions options = {.count_instructions = true};
    SkuaVm* vm = machine(&options);
    SkuaValue n = skua_int(100000), r;
    const int64_t want = call_int(vm, "countTo", &n, 1);
    SkuaRun *run = NULL, *other = NULL;
    OK(skua_run_start(function(vm, "countTo"), &n, 1, &run, &error));
    OK(skua_run_start(function(vm, "countTo"), &n, 1, &other, &error));
    int slices = 0;
    SkuaStatus status;
    while ((status = skua_run_resume(run, 20000, &r, NULL)) == SKUA_PAUSED) {
        slices++;
        CHECK(call_int(vm, "add", (SkuaValue[]){skua_int(slices), skua_int(1)}, 2) == slices + 1);
        if (slices % 10 == 0) skua_vm_collect(vm);
    }
    CHECK(status == SKUA_OK && r.as.i64 == want);
    CHECK(slices > 10 && slices < 100);
    WANT(SKUA_BAD_USE, skua_run_resume(run, 1, &r, &error));
    skua_run_free(run);
    WANT(SKUA_PAUSED, skua_run_resume(other, 1000, &r, &error));
    skua_run_free(other); /* in the middle */

    /* One that never ends, one that fails, one that is left to the machine, and main. */
    OK(skua_run_start(function(vm, "stubborn"), NULL, 0, &run, &error));
    for (int i = 0; i < 5; i++) WANT(SKUA_PAUSED, skua_run_resume(run, 10000, NULL, &error));
    skua_run_free(run);
    SkuaValue what = skua_text("sliced");
    OK(skua_run_start(function(vm, "fail"), &what, 1, &run, &error));
    SkuaError* e = NULL;
    while ((status = skua_run_resume(run, 1, NULL, &e)) == SKUA_PAUSED) {
    }
    CHECK(status == SKUA_THROWN);
    CHECK_TEXT(skua_error_message(e), "sliced");
    skua_error_free(e);
    skua_run_free(run);
    WANT(SKUA_BAD_USE, skua_run_start(function(vm, "fail"), &n, 1, &run, &error));
    CHECK(run == NULL);
    OK(skua_run_start_main(vm, "guest", &run, &error));
    OK(skua_run_resume(run, 1000000, &r, &error));
    CHECK(r.type == SKUA_I64 && r.as.i64 == 0);
    skua_run_free(run);
    OK(skua_run_start(function(vm, "spin"), NULL, 0, &run, &error));
    WANT(SKUA_PAUSED, skua_run_resume(run, 1000, NULL, &error));
    SkuaStats stats = {.size = sizeof stats};
    CHECK(skua_vm_stats(vm, &stats) == SKUA_OK && stats.threads == 2 && stats.instructions > 200000);
    skua_vm_free(vm);

    vm = machine(NULL);
    WANT(SKUA_BAD_USE, skua_run_start(function(vm, "spin"), NULL, 0, &run, &error));
    skua_vm_free(vm);

    options = (SkuaOptions){.count_instructions = true, .max_nanoseconds = slow * 300ull * 1000 * 1000};
    vm = machine(&options);
    OK(skua_run_start(function(vm, "stubborn"), NULL, 0, &run, &error));
    WANT(SKUA_PAUSED, skua_run_resume(run, 10000, NULL, &error));
    pause_for(310 * (long)slow); /* between slices no time passes */
    WANT(SKUA_PAUSED, skua_run_resume(run, 10000, NULL, &error));
    WANT(SKUA_LIMIT, skua_run_resume(run, 1ull << 60, NULL, &error));
    skua_run_free(run);
    skua_vm_free(vm);
}

/* ---- many machines, many threads ------------------------------------------------------------------------
 */

static void test_many(void) {
    SkuaStats before = {.size = sizeof before};
    for (int i = 0; i < 60; i++) {
        SkuaOptions options = {.jit = i % 3 == 0 ? SKUA_JIT_OFF : SKUA_JIT_DEFAULT};
        SkuaVm* vm = machine(&options);
        CHECK(call_int(vm, "add", (SkuaValue[]){skua_int(i), skua_int(1)}, 2) == i + 1);
        CHECK(skua_vm_stats(vm, &before) == SKUA_OK && before.classes > 0 && before.functions > 0);
        skua_vm_free(vm);
    }
    SkuaVm* vms[20];
    for (int i = 0; i < 20; i++) vms[i] = machine(NULL);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 20; i++)
            CHECK(call_int(vms[i], "add", (SkuaValue[]){skua_int(i), skua_int(round)}, 2) == i + round);
    for (int i = 0; i < 20; i++) skua_vm_free(vms[(i * 7) % 20]);
    skua_vm_free(NULL);
}

/* What a machine had is given back when it ends. */
static void test_thousand(void) {
    const int machines = slow > 1 ? 60 : 1000;
    size_t before = 0;
    for (int i = 0; i < machines; i++) {
        SkuaVm* vm = machine(NULL);
        SkuaValue r, name = skua_text("x"), shape, side = skua_float(2);
        OK(skua_call(function(vm, "greet"), &name, 1, &r, &error));
        skua_value_free(&r);
        OK(skua_call(function(vm, "square"), &side, 1, &shape, &error));
        OK(skua_call(function(vm, "Shape.area"), &shape, 1, &r, &error));
        skua_value_free(&shape);
        WANT(SKUA_THROWN, skua_call(function(vm, "failTwice"), NULL, 0, NULL, &error));
        skua_vm_free(vm);
        if (i == machines / 4) before = mallinfo2().uordblks;
    }
    /* Sanitizers and valgrind have a malloc of their own. A machine had 11 KB of classes. */
    const size_t after = mallinfo2().uordblks;
    if (slow > 1 || after < before + (size_t)machines * 150) return;
    fprintf(stderr, "%zu bytes more for %d machines\n", after - before, machines - machines / 4);
    failures++;
}

/* On a heap that is full, making a machine fails, and nothing else does. */
static void test_full_heap(void) {
    enum { kMost = 100000 };
    const char* sanitized = getenv("SKUA_TEST_SANITIZED");
    if (sanitized != NULL && strstr(sanitized, "thread") != NULL) return; /* its heap never is */
    SkuaVm* vm = machine(NULL);
    SkuaRef** all = calloc(kMost, sizeof *all);
    int count = 0;
    for (size_t size = (size_t)4 << 20; size >= 16; size /= 4)
        while (count < kMost && skua_array_new(vm, SK_U8, size, &all[count], NULL) == SKUA_OK) count++;
    int made = 0; /* what little there is may do for some */
    SkuaVm* others[50];
    SkuaStatus status = SKUA_OK;
    SkuaError* e = NULL;
    while (made < 50 && (status = skua_vm_new(NULL, &others[made], &e)) == SKUA_OK) made++;
    CHECK(status == SKUA_NO_RESOURCE);
    CHECK(strstr(skua_error_message(e), "SkuaProcess.max_heap") != NULL);
    skua_error_free(e);
    while (count > 0) skua_ref_free(all[--count]);
    free(all);
    while (made > 0) skua_vm_free(others[--made]);
    SkuaVm* again = machine(NULL);
    CHECK(call_int(again, "add", (SkuaValue[]){skua_int(1), skua_int(2)}, 2) == 3);
    skua_vm_free(again);
    CHECK(call_int(vm, "add", (SkuaValue[]){skua_int(1), skua_int(2)}, 2) == 3);
    skua_vm_free(vm);
}

/* A host that was compiled when the structures were smaller. */
static void test_older_host(void) {
    char* small = malloc(offsetof(SkuaOptions, isolated_plugins)); /* what lies beyond is not its own */
    memset(small, 0, offsetof(SkuaOptions, isolated_plugins));
    SkuaOptions* options = (SkuaOptions*)small;
    options->size = offsetof(SkuaOptions, isolated_plugins);
    options->user_data = &failures;
    SkuaVm* vm = NULL;
    OK(skua_vm_new(options, &vm, &error));
    CHECK(skua_vm_user_data(vm) == &failures);
    skua_vm_free(vm);
    options->size = offsetof(SkuaOptions, count_instructions);
    OK(skua_vm_new(options, &vm, &error));
    CHECK(skua_vm_user_data(vm) == NULL);
    SkuaStats stats;
    memset(&stats, 0xAB, sizeof stats);
    stats.size = offsetof(SkuaStats, functions);
    CHECK(skua_vm_stats(vm, &stats) == SKUA_OK && stats.classes < 1000 &&
          stats.functions == 0xABABABABABABABAB);
    skua_vm_free(vm);
    free(small);
    /* Where the first version had its members. */
    CHECK(offsetof(SkuaOptions, user_data) == 120 && offsetof(SkuaOptions, isolated_plugins) == 128);
    CHECK(sizeof(SkuaValue) == 24 && sizeof(SkuaProcess) == 32 && sizeof(SkuaStats) == 112);
    CHECK(SKUA_OBJECT == 16 && SKUA_NO_RESOURCE == 9 && SKUA_EMBED_VERSION == 0);
}

static SkuaVm* shared;

static void* worker(void* data) {
    const int own = *(int*)data;
    SkuaVm* vm = machine(NULL);
    for (int i = 0; i < 40; i++) {
        SkuaValue args[2] = {skua_int(i), skua_int(own)}, r, name = skua_text("thread");
        CHECK(call_int(vm, "add", args, 2) == i + own);
        CHECK(call_int(shared, "add", args, 2) == i + own);
        OK(skua_call(function(shared, "greet"), &name, 1, &r, &error));
        CHECK_TEXT(r.as.text.bytes, "Hello, thread!");
        skua_value_free(&r);
        SkuaValue n = skua_int(2000);
        call_int(shared, "countTo", &n, 1);
        if (i % 20 == 19) skua_vm_detach(shared);
        if (i % 10 == own % 10) skua_vm_collect(vm);
    }
    skua_vm_free(vm);
    return NULL; /* still attached to `shared`: its end detaches it */
}

static void test_threads(void) {
    shared = machine(NULL);
    for (int round = 0; round < 2; round++) {
        pthread_t threads[6];
        int numbers[6];
        for (int i = 0; i < 6; i++) {
            numbers[i] = i;
            pthread_create(&threads[i], NULL, worker, &numbers[i]);
        }
        for (int i = 0; i < 6; i++) pthread_join(threads[i], NULL);
        SkuaStats stats = {.size = sizeof stats};
        CHECK(skua_vm_stats(shared, &stats) == SKUA_OK);
        CHECK(stats.threads <= 1); /* this one, once it has used it */
    }
    skua_vm_free(shared);

    SkuaOptions options = {.max_threads = 1};
    SkuaVm* vm = machine(&options);
    call_int(vm, "add", (SkuaValue[]){skua_int(1), skua_int(1)}, 2);
    SkuaRun* run = NULL;
    options.count_instructions = true;
    SkuaVm* counting = machine(&options);
    SkuaFunction* spin = function(counting, "spin"); /* attaches the only thread */
    SkuaError* e = NULL;
    CHECK(skua_run_start(spin, NULL, 0, &run, &e) == SKUA_LIMIT);
    CHECK_TEXT(skua_error_limit(e), "threads");
    skua_error_free(e);
    skua_vm_detach(counting);
    OK(skua_run_start(spin, NULL, 0, &run, &error));
    skua_vm_free(counting);
    skua_vm_free(vm);
}

/* A thread that has made a machine ends before those that use it. */
static void* make_machine(void* out) {
    *(SkuaVm**)out = machine(NULL);
    call_int(*(SkuaVm**)out, "add", (SkuaValue[]){skua_int(1), skua_int(1)}, 2);
    return NULL;
}

static void test_first_thread_ends(void) {
    SkuaVm* vm = NULL;
    pthread_t thread;
    pthread_create(&thread, NULL, make_machine, &vm);
    pthread_join(thread, NULL);
    SkuaValue n = skua_int(100);
    call_int(vm, "countTo", &n, 1);
    skua_vm_collect(vm);
    pthread_create(&thread, NULL, make_machine, &vm);
    pthread_join(thread, NULL);
    skua_vm_collect(vm);
    skua_vm_free(vm);
}

/* ---- loading
 * ------------------------------------------------------------------------------------------------ */

static void* read_all(const char* path, size_t* len) {
    FILE* file = fopen(path, "rb");
    if (file == NULL) exit(2);
    fseek(file, 0, SEEK_END);
    *len = (size_t)ftell(file);
    rewind(file);
    char* bytes = malloc(*len);
    if (fread(bytes, 1, *len, file) != *len) exit(2);
    fclose(file);
    return bytes;
}

static void test_loading(void) {
    size_t len;
    void* bytes = read_all(archive, &len);
    SkuaValue args[2] = {skua_int(2), skua_int(3)};
    for (int way = 0; way < 3; way++) {
        SkuaVm* vm = NULL;
        OK(skua_vm_new(NULL, &vm, &error));
        if (way == 0) OK(skua_vm_load(vm, archive, &error));
        if (way == 1) OK(skua_vm_load_bytes(vm, bytes, len, "guest.ska", &error));
        if (way == 2) {
            char path[4096];
            snprintf(path, sizeof path, "%s/guest.skc", classes);
            size_t size;
            void* file = read_all(path, &size);
            OK(skua_vm_load_bytes(vm, file, size, "guest.skc", &error));
            free(file);
        }
        CHECK(call_int(vm, "add", args, 2) == 5);
        skua_vm_free(vm);
    }
    /* No byte of an archive may be taken away. */
    for (size_t cut = 0; cut < len; cut += len / 50 + 1) {
        SkuaVm* vm = NULL;
        OK(skua_vm_new(NULL, &vm, &error));
        WANT(SKUA_BAD_INPUT, skua_vm_load_bytes(vm, bytes, cut, "cut.ska", &error));
        skua_vm_free(vm);
    }
    free(bytes);
    CHECK(skua_embed_version() == SKUA_EMBED_VERSION && strlen(skua_version()) >= 5);
}

/* ---- signals
 * ------------------------------------------------------------------------------------------------- */

static void test_signals(void) {
    /* Nobody has touched what the header does not name. */
    const int untouched[] = {SIGINT, SIGTERM, SIGSEGV, SIGFPE, SIGPIPE, SIGCHLD, SIGUSR1, SIGXFSZ};
    for (size_t i = 0; i < sizeof untouched / sizeof *untouched; i++) {
        struct sigaction now;
        sigaction(untouched[i], NULL, &now);
        const bool of_sanitizers = untouched[i] == SIGSEGV || untouched[i] == SIGFPE;
        if (getenv("SKUA_TEST_SANITIZED") != NULL && of_sanitizers) continue;
        CHECK(now.sa_handler == SIG_DFL);
    }
    struct sigaction now;
    sigaction(SIGPWR, NULL, &now);
    CHECK(now.sa_handler == SIG_DFL); /* skua_init has chosen others */
}

static const struct {
    const char* name;
    void (*run)(void);
} tests[] = {
    {"first_thread_ends", test_first_thread_ends},
    {"scalars", test_scalars},
    {"texts_and_arrays", test_texts_and_arrays},
    {"objects", test_objects},
    {"structs", test_structs},
    {"visibility", test_visibility},
    {"errors", test_errors},
    {"limits", test_limits},
    {"rights", test_rights},
    {"interrupt", test_interrupt},
    {"exit", test_exit},
    {"streams", test_streams},
    {"host_functions", test_host_functions},
    {"slices", test_slices},
    {"many", test_many},
    {"thousand", test_thousand},
    {"full_heap", test_full_heap},
    {"older_host", test_older_host},
    {"threads", test_threads},
    {"loading", test_loading},
    {"signals", test_signals},
};

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    classes = argv[1];
    archive = argv[2];
    if (getenv("SKUA_TEST_SLOW") != NULL) slow = 5;
    SkuaProcess process = {.size = sizeof process,
                           .suspend_signal = SIGRTMIN + 5,
                           .resume_signal = SIGRTMIN + 6,
                           .wake_signal = SIGRTMIN + 7,
                           .max_heap = 96 << 20};
    /* Under ThreadSanitizer the heap never collects. */
    const char* sanitized = getenv("SKUA_TEST_SANITIZED");
    if (sanitized != NULL && strstr(sanitized, "thread") != NULL) process.max_heap = (uint64_t)8 << 30;
    SkuaProcess bad = process;
    bad.suspend_signal = 1000;
    WANT(SKUA_BAD_USE, skua_init(&bad, &error));
    OK(skua_init(&process, &error));
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        int wanted = argc == 3;
        for (int a = 3; a < argc; a++) wanted |= strcmp(argv[a], tests[i].name) == 0;
        if (!wanted) continue;
        const int before = failures;
        tests[i].run();
        printf("%s: %s\n", tests[i].name, failures == before ? "ok" : "FAILED");
        fflush(stdout);
    }
    return failures == 0 ? 0 : 1;
}
