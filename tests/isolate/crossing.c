/* A plugin with structs, tuples, nullable values, completions and threads of its own: for tests of isolation,
 * in C alone. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "skua/native.h"

typedef struct {
    int64_t x;
    double y;
} Point;
typedef struct {
    uint32_t letter;
    SkString* name; /* string? */
    bool flag;
    int64_t count;
    Point at;
} Item;
typedef struct {
    bool present;
    int64_t value;
} MaybeInt;
typedef struct {
    SkString* text;
    int64_t number;
} TextAndNumber;
typedef struct {
    int64_t number;
    SkString* text;
} NumberAndText;
typedef struct {
    bool present;
    TextAndNumber value;
} MaybeText;

/* -- arguments and results --------------------------------------------------------------------------------
 */
static void swap(SkEnv* env, const NumberAndText* pair, TextAndNumber* result) {
    (void)env;
    result->text = pair->text;
    result->number = pair->number * 2;
}
static void half(SkEnv* env, const MaybeInt* n, MaybeInt* result) {
    (void)env;
    result->present = n->present && n->value % 2 == 0;
    result->value = n->value / 2; /* also if it is not there */
}
static void same(SkEnv* env, const MaybeText* text, MaybeText* result) {
    (void)env;
    *result = *text;
}
static void renamed(SkEnv* env, const Item* item, SkString* name, Item* result) {
    (void)env;
    *result = *item;
    result->name = name;
    result->count++;
    result->at.x += 10;
}
static int64_t weigh(SkEnv* env, int64_t a, const Point* p, double b, const Item* item, bool c) {
    return a + p->x + (int64_t)p->y + (int64_t)b + item->count + c + (item->name != NULL) +
           (int64_t)item->letter + (int64_t)(item->name ? env->api->string_len(env, item->name) : 0);
}
/* Throws, with something in the result's place. */
static void fails(SkEnv* env, Item* result) {
    result->count = 1;
    env->api->throw_error(env, "std.core.StateError", "this one fails");
}
static void apply(SkEnv* env, SkObject* f, const Item* item, Item* result) {
    int64_t pair[2] = {7, 0};
    SkValue args[2], given;
    Item between = *item;
    for (int i = 0; i < 2; i++) {
        pair[0] += i;
        args[0].data = &between;
        args[1].data = pair;
        given.data = result;
        if (!env->api->call_function(env, f, "(crossing.Item,(i64,bool))->crossing.Item", args, &given))
            return;
        between = *result;
    }
}
static void call_wrongly(SkEnv* env, SkObject* f, int64_t how, SkString* text) {
    Item item = {'x', NULL, true, 1, {1, 2}};
    int64_t pair[2] = {1, 0};
    SkValue args[2], given;
    Item result;
    args[0].data = how == 0 ? NULL : &item;
    args[1].data = pair;
    given.data = &result;
    if (how == 1) item.name = (SkString*)f;
    if (how == 2) env->api->call_function(env, f, "(crossing.Item)->crossing.Item", args, &given);
    if (how == 3) env->api->call_function(env, (SkObject*)text, "()->void", args, &given);
    if (how < 2) env->api->call_function(env, f, "(crossing.Item,(i64,bool))->crossing.Item", args, &given);
}

/* -- arrays ------------------------------------------------------------------------------------------------
 */
static SkArray* items(SkEnv* env, int64_t n) {
    SkArray* a = env->api->array_new_of(env, env->api->type_find(env, "crossing.Item"), (size_t)n);
    for (int64_t i = 0; a != NULL && i < n; i++) {
        char text[32];
        int len = snprintf(text, sizeof text, "item %lld", (long long)i);
        Item item = {'a' + (uint32_t)(i % 26), NULL, i % 2 == 0, i, {i, (double)i / 2}};
        if (i % 3 != 0) item.name = env->api->string_new(env, text, (size_t)len);
        if (!env->api->array_put(env, a, (size_t)i, &item)) return NULL;
    }
    return a;
}
static int64_t sum(SkEnv* env, SkArray* a) {
    const Item* item = env->api->array_data(env, a);
    int64_t total = 0;
    for (size_t i = 0; i < env->api->array_len(env, a); i++)
        total += weigh(env, 0, &item[i].at, 0, &item[i], item[i].flag);
    return total;
}
/* Writes in place, lets the guest see and write, writes again and puts one. */
static int64_t change(SkEnv* env, SkArray* a, SkObject* f, const Item* last) {
    Item* item = env->api->array_data(env, a);
    size_t n = env->api->array_len(env, a);
    SkValue args[1] = {{.array = a}};
    for (size_t i = 0; i < n; i++) {
        item[i].count += 100;
        item[i].flag = !item[i].flag;
        item[i].at.y += 0.5;
    }
    if (!env->api->call_function(env, f, "([crossing.Item])->void", args, NULL)) return -1;
    int64_t seen = item[0].count + (item[0].name ? (int64_t)env->api->string_len(env, item[0].name) : 0);
    item[0].letter++;
    if (!env->api->array_put(env, a, n - 1, last)) return -1;
    return seen + item[n - 1].count;
}
static void scale(SkEnv* env, SkArray* points, int64_t by) {
    Point* p = env->api->array_data(env, points);
    for (size_t i = 0; i < env->api->array_len(env, points); i++) {
        p[i].x *= by;
        p[i].y *= (double)by;
    }
}
static void fill_gaps(SkEnv* env, SkArray* numbers) {
    MaybeInt* n = env->api->array_data(env, numbers);
    for (size_t i = 0; i < env->api->array_len(env, numbers); i++) {
        bool was = n[i].present;
        n[i].present = !was;
        if (!was) n[i].value = (int64_t)i;
    }
}
static void put(SkEnv* env, SkArray* a, int64_t index, const Item* item, int64_t how) {
    Item other = *item;
    if (how == 1) other.name = (SkString*)a;
    env->api->array_put(env, a, (size_t)index, how == 2 ? NULL : &other);
}
static void put_number(SkEnv* env, SkArray* a) {
    int64_t n = 1;
    env->api->array_put(env, a, 0, &n);
}
/* In place: what the machine must not take. */
static void spoil(SkEnv* env, SkArray* a, int64_t how) {
    Item* item = env->api->array_data(env, a);
    if (how == 0) item[0].letter = 0xD800;
    if (how == 1) *(uint8_t*)&item[0].flag = 77; /* counts as true */
}
static void spoil_gaps(SkEnv* env, SkArray* texts) {
    MaybeText* t = env->api->array_data(env, texts);
    t[0].present = true;
}
static void bad_result(SkEnv* env, SkObject* e, int64_t how, Item* result) {
    static uint64_t made_up[16] = {77777, 1};
    (void)env;
    result->letter = how == 0 ? 0xDFFF : 'x';
    if (how == 1) result->name = (SkString*)e;
    if (how == 2) result->name = (SkString*)made_up;
}

/* -- fields and methods -------------------------------------------------------------------------------------
 */
static SkString* members(SkEnv* env, SkObject* holder) {
    const SkApi* api = env->api;
    const SkType* type = api->type_find(env, "crossing.Holder");
    const SkType* item_type = api->type_find(env, "crossing.Item");
    const SkField* field = api->field_find(env, type, "item", "crossing.Item");
    const SkField* maybe = api->field_find(env, type, "maybe", "i64?");
    const SkMethod* made_of = api->method_find(env, type, "init", "(crossing.Item,i64?)void");
    const SkMethod* bumped = api->method_find(env, item_type, "bumped", "(i64)crossing.Item");
    const SkMethod* weight = api->method_find(env, type, "weight", "((i64,f64))i64");
    if (!field || !maybe || !made_of || !bumped || !weight) return NULL;
    Item item, more;
    MaybeInt number = {true, 5};
    Point point = {2, 3.0};
    SkValue value = {.data = &item}, args[2], result;
    if (!api->field_get(env, holder, field, &value)) return NULL;
    item.count += 1000;
    if (!api->field_set(env, holder, field, &value)) return NULL;
    value.data = &number;
    if (!api->field_set(env, holder, maybe, &value)) return NULL;
    number.present = false;
    if (!api->field_get(env, holder, maybe, &value)) return NULL;
    args[0].data = &item;
    args[1].i64 = 3;
    result.data = &more;
    if (!api->method_call(env, bumped, NULL, args, &result)) return NULL;
    args[0].data = &point;
    if (!api->method_call(env, weight, holder, args, &result)) return NULL;
    int64_t w = result.i64;
    args[0].data = &more;
    args[1].data = &number;
    SkObject* other = api->object_new(env, made_of, args);
    if (other == NULL) return NULL;
    value.data = &item;
    if (!api->field_get(env, other, field, &value)) return NULL;
    char text[160];
    int len = snprintf(text, sizeof text, "%lld %lld %d %lld, %zu %zu %zu", (long long)item.count,
                       (long long)w, number.present, (long long)number.value, api->type_size(env, item_type),
                       api->type_align(env, item_type),
                       api->field_offset(env, api->field_find(env, item_type, "count", "i64")));
    return api->string_new(env, text, (size_t)len);
}

/* -- completions --------------------------------------------------------------------------------------------
 */
typedef struct {
    const SkApi* api;
    SkVm* vm;
    SkCompletion* completion;
    SkRoot* root;
    int64_t how, value;
    int64_t result;
} Work;

static void fall(int64_t how) {
    if (how == 0) abort();
    if (how == 1) _exit(5);
    if (how == 2) raise(SIGSEGV);
    kill(getpid(), SIGKILL);
    pause();
}
static Work* new_work(SkEnv* env, int64_t how, int64_t value) {
    Work* work = calloc(1, sizeof *work);
    work->api = env->api;
    work->vm = env->api->vm_of(env);
    work->how = how;
    work->value = value;
    return work;
}
static void start(void* (*run)(void*), Work* work) {
    pthread_t thread;
    pthread_create(&thread, NULL, run, work);
    pthread_detach(thread);
}
static void* end_number(void* data) {
    Work* work = data;
    usleep(2000);
    switch (work->how) {
        case 0:
            work->api->complete_i64(work->completion, work->value);
            break;
        case 1:
            work->api->complete_error(work->completion, "std.core.KeyError", "no such key");
            break;
        case 2:
            work->api->completion_drop(work->completion);
            break;
        case 3:
            work->api->complete_f64(work->completion, 0.5);
            break;
        case 4:
            work->api->complete_string(work->completion, "text", 4);
            break;
        case 5:
            work->api->complete_i64(work->completion,
                                    work->value + work->api->completion_wanted(work->completion));
            break;
        default:
            work->api->complete_error(work->completion, "no.such.Error", "with bytes \xFF");
    }
    free(work);
    return NULL;
}
static void number_later(SkEnv* env, SkObject* completion, int64_t how, int64_t value, bool here) {
    Work* work = new_work(env, how, value);
    work->completion = env->api->completion_begin(env, completion);
    if (work->completion == NULL)
        free(work);
    else if (here)
        end_number(work);
    else
        start(end_number, work);
}
/* Ends on another thread, but before this native returns. */
static void number_now(SkEnv* env, SkObject* completion, int64_t value) {
    Work* work = new_work(env, 0, value);
    pthread_t thread;
    work->completion = env->api->completion_begin(env, completion);
    if (work->completion == NULL) return;
    pthread_create(&thread, NULL, end_number, work);
    pthread_join(thread, NULL);
}
static void* end_text(void* data) {
    Work* work = data;
    size_t n = (size_t)work->value;
    char* text = malloc(n + 1);
    for (size_t i = 0; i < n; i++) text[i] = (char)('a' + i % 26);
    if (work->how == 0)
        work->api->complete_string(work->completion, text, n);
    else
        work->api->complete_bytes(work->completion, text, n);
    free(text);
    free(work);
    return NULL;
}
static void text_later(SkEnv* env, SkObject* completion, int64_t n, bool here) {
    Work* work = new_work(env, 0, n);
    if ((work->completion = env->api->completion_begin(env, completion)) == NULL) return;
    here ? (void)end_text(work) : start(end_text, work);
}
static void bytes_later(SkEnv* env, SkObject* completion, int64_t n) {
    Work* work = new_work(env, 1, n);
    if ((work->completion = env->api->completion_begin(env, completion)) != NULL) start(end_text, work);
}
/* A struct, by an attached thread. */
static void* end_item(void* data) {
    Work* work = data;
    SkEnv* env = work->api->thread_attach(work->vm);
    if (env == NULL) {
        work->api->completion_drop(work->completion);
        return NULL;
    }
    Item item = {'z', work->api->string_new(env, "of a thread", 11), true, work->value, {1, 2}};
    if (work->how == 1) item.name = (SkString*)work->api->array_new(env, SK_I64, 3);
    SkValue value = {.data = &item};
    if (!work->api->complete_value(env, work->completion, &value)) work->api->take_pending(env);
    work->api->thread_detach(env);
    free(work);
    return NULL;
}
static void item_later(SkEnv* env, SkObject* completion, int64_t value, int64_t how) {
    Work* work = new_work(env, how, value);
    if ((work->completion = env->api->completion_begin(env, completion)) != NULL) start(end_item, work);
}
static void* end_by_falling(void* data) {
    Work* work = data;
    usleep((useconds_t)work->value);
    fall(work->how);
    return NULL;
}
static void fall_later(SkEnv* env, SkObject* completion, int64_t how, int64_t micros) {
    Work* work = new_work(env, how, micros);
    if ((work->completion = env->api->completion_begin(env, completion)) != NULL) start(end_by_falling, work);
}
static int64_t is_wanted(SkEnv* env, SkObject* completion) {
    SkCompletion* c = env->api->completion_begin(env, completion);
    if (c == NULL) return -1;
    int64_t wanted = env->api->completion_wanted(c);
    env->api->complete_i64(c, 3);
    return wanted;
}

/* -- threads
 * ------------------------------------------------------------------------------------------------- */
static void* call_on_thread(void* data) {
    Work* work = data;
    const SkApi* api = work->api;
    SkEnv* env = api->thread_attach(work->vm);
    if (env == NULL) {
        work->result = -errno;
        return NULL;
    }
    SkEnv* again = api->thread_attach(work->vm);
    if (again != env) work->result = -1000;
    api->thread_detach(again);
    SkObject* f = api->root_get(env, work->root);
    for (int64_t i = 0; i < work->value; i++) {
        SkValue args[2] = {{.i64 = i}, {.string = api->string_new(env, "thread", 6)}}, result = {0};
        if (api->call_function(env, f, "(i64,string)->i64", args, &result)) {
            work->result += result.i64;
        } else {
            SkObject* error = api->take_pending(env);
            work->result += 1000000;
            if (strcmp(api->type_name(env, error), "std.core.KeyError") != 0) work->result += 5;
        }
    }
    if (work->how == 1) fall(0);
    api->thread_detach(env);
    return NULL;
}
static int64_t on_threads(SkEnv* env, SkObject* f, int64_t threads, int64_t times, int64_t how) {
    pthread_t ids[64];
    Work work[64];
    if (threads > 64) return -1;
    SkRoot* root = env->api->root_new(env, f);
    int64_t total = 0;
    for (int64_t i = 0; i < threads; i++) {
        work[i] = (Work){env->api, env->api->vm_of(env), NULL, root, how, times, 0};
        pthread_create(&ids[i], NULL, call_on_thread, &work[i]);
    }
    for (int64_t i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        total += work[i].result;
    }
    env->api->root_free(env, root);
    return total;
}
/* An array that a thread makes and leaves in a root. */
static void* make_array(void* data) {
    Work* work = data;
    SkEnv* env = work->api->thread_attach(work->vm);
    if (env == NULL) return NULL;
    SkArray* a = work->api->array_new(env, SK_I64, (size_t)work->value);
    work->api->root_set(env, work->root, a);
    int64_t* data_of = work->api->array_data(env, a);
    for (int64_t i = 0; i < work->value; i++) data_of[i] = i;
    work->api->thread_detach(env);
    return NULL;
}
static SkArray* array_of_thread(SkEnv* env, int64_t n) {
    Work work = {env->api, env->api->vm_of(env), NULL, env->api->root_new(env, NULL), 0, n, 0};
    pthread_t thread;
    pthread_create(&thread, NULL, make_array, &work);
    pthread_join(thread, NULL);
    SkArray* a = env->api->root_get(env, work.root);
    env->api->root_free(env, work.root);
    return a != NULL ? a : env->api->array_new(env, SK_I64, 0);
}
/* Stays attached, and calls for ever. */
static void* call_for_ever(void* data) {
    Work* work = data;
    SkEnv* env = work->api->thread_attach(work->vm);
    if (env == NULL) return NULL;
    SkValue args[2] = {{.i64 = 0}, {.string = work->api->string_new(env, "", 0)}}, result;
    if (work->how == 0)
        work->api->call_function(env, work->api->root_get(env, work->root), "(i64,string)->i64", args,
                                 &result);
    while (work->how == 1) usleep(1000);
    work->api->thread_detach(env);
    return NULL;
}
static void for_ever(SkEnv* env, SkObject* f, int64_t how) {
    Work* work = new_work(env, how, 0);
    work->root = env->api->root_new(env, f);
    start(call_for_ever, work);
}
static void end(SkEnv* env, int64_t how) {
    (void)env;
    fall(how);
}
/* In a callback with a struct, and with a struct as result. */
static void fall_between(SkEnv* env, SkObject* f, const Item* item, int64_t how, Item* result) {
    apply(env, f, item, result);
    fall(how);
}
static bool is_open(SkEnv* env, int64_t handle) {
    return env->api->resource_is_open(env, handle);
}

static const SkNative natives[] = {
    {"crossing.swap", "((i64,string))(string,i64)", (SkFunction)swap, NULL},
    {"crossing.half", "(i64?)i64?", (SkFunction)half, NULL},
    {"crossing.same", "((string,i64)?)(string,i64)?", (SkFunction)same, NULL},
    {"crossing.renamed", "(crossing.Item,string?)crossing.Item", (SkFunction)renamed, NULL},
    {"crossing.weigh", "(i64,crossing.Point,f64,crossing.Item,bool)i64", (SkFunction)weigh, NULL},
    {"crossing.fails", "()crossing.Item", (SkFunction)fails, NULL},
    {"crossing.apply", "((crossing.Item,(i64,bool))->crossing.Item,crossing.Item)crossing.Item",
     (SkFunction)apply, NULL},
    {"crossing.callWrongly", "((crossing.Item,(i64,bool))->crossing.Item,i64,string)void",
     (SkFunction)call_wrongly, NULL},
    {"crossing.items", "(i64)[crossing.Item]", (SkFunction)items, NULL},
    {"crossing.sum", "([crossing.Item])i64", (SkFunction)sum, NULL},
    {"crossing.change", "([crossing.Item],([crossing.Item])->void,crossing.Item)i64", (SkFunction)change,
     NULL},
    {"crossing.scale", "([crossing.Point],i64)void", (SkFunction)scale, NULL},
    {"crossing.fillGaps", "([i64?])void", (SkFunction)fill_gaps, NULL},
    {"crossing.put", "([crossing.Item],i64,crossing.Item,i64)void", (SkFunction)put, NULL},
    {"crossing.putNumber", "([i64])void", (SkFunction)put_number, NULL},
    {"crossing.spoil", "([crossing.Item],i64)void", (SkFunction)spoil, NULL},
    {"crossing.spoilGaps", "([(string,i64)?])void", (SkFunction)spoil_gaps, NULL},
    {"crossing.badResult", "(std.core.Error,i64)crossing.Item", (SkFunction)bad_result, NULL},
    {"crossing.members", "(crossing.Holder)string", (SkFunction)members, NULL},
    {"crossing.numberLater", "(std.native.Completion<i64>,i64,i64,bool)void", (SkFunction)number_later, NULL},
    {"crossing.numberNow", "(std.native.Completion<i64>,i64)void", (SkFunction)number_now, NULL},
    {"crossing.textLater", "(std.native.Completion<string>,i64,bool)void", (SkFunction)text_later, NULL},
    {"crossing.bytesLater", "(std.native.Completion<[u8]>,i64)void", (SkFunction)bytes_later, NULL},
    {"crossing.itemLater", "(std.native.Completion<crossing.Item>,i64,i64)void", (SkFunction)item_later,
     NULL},
    {"crossing.fallLater", "(std.native.Completion<i64>,i64,i64)void", (SkFunction)fall_later, NULL},
    {"crossing.isWanted", "(std.native.Completion<i64>)i64", (SkFunction)is_wanted, NULL},
    {"crossing.onThreads", "((i64,string)->i64,i64,i64,i64)i64", (SkFunction)on_threads, NULL},
    {"crossing.arrayOfThread", "(i64)[i64]", (SkFunction)array_of_thread, NULL},
    {"crossing.forEver", "((i64,string)->i64,i64)void", (SkFunction)for_ever, NULL},
    {"crossing.end", "(i64)void", (SkFunction)end, NULL},
    {"crossing.fallBetween", "((crossing.Item,(i64,bool))->crossing.Item,crossing.Item,i64)crossing.Item",
     (SkFunction)fall_between, NULL},
    {"crossing.isOpen", "(i64)bool", (SkFunction)is_open, NULL},
};

static const SkPlugin plugin = {
    SK_ABI_VERSION, "crossing", "1.0", natives, sizeof natives / sizeof natives[0], NULL,
};

SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    (void)host;
    return &plugin;
}
