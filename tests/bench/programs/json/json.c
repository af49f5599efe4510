#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// ---- memory: everything of one document is released at once ----

struct chunk {
    struct chunk* next;
    size_t used, size;
    char bytes[];
};

struct arena {
    struct chunk* first;
};

static void* allocate(struct arena* a, size_t size) {
    size = (size + 7) & ~(size_t)7;
    struct chunk* c = a->first;
    if (!c || c->used + size > c->size) {
        size_t room = size > 65536 ? size : 65536;
        c = malloc(sizeof *c + room);
        *c = (struct chunk){a->first, 0, room};
        a->first = c;
    }
    void* result = c->bytes + c->used;
    c->used += size;
    return result;
}

static void release(struct arena* a) {
    while (a->first) {
        struct chunk* c = a->first;
        a->first = c->next;
        free(c);
    }
}

// ---- values ----

enum kind { NUL, BOOL, NUMBER, TEXT, ARRAY, OBJECT };

struct text {
    const char* bytes;
    size_t length;
};

struct json {
    enum kind kind;
    int count, room;  // of items or members
    union {
        bool boolean;
        long number;
        struct text text;
        struct json* items;
        struct member* members;
    };
};

struct member {
    struct text name;
    struct json value;
};

static struct json* add_item(struct arena* a, struct json* array) {
    if (array->count == array->room) {
        int room = array->room ? 2 * array->room : 4;
        struct json* items = allocate(a, (size_t)room * sizeof *items);
        if (array->count) memcpy(items, array->items, (size_t)array->count * sizeof *items);
        array->items = items;
        array->room = room;
    }
    return &array->items[array->count++];
}

static struct member* add_member(struct arena* a, struct json* object) {
    if (object->count == object->room) {
        int room = object->room ? 2 * object->room : 4;
        struct member* members = allocate(a, (size_t)room * sizeof *members);
        if (object->count) memcpy(members, object->members, (size_t)object->count * sizeof *members);
        object->members = members;
        object->room = room;
    }
    return &object->members[object->count++];
}

// ---- reading; texts without escapes are parts of the document ----

struct parser {
    struct arena* arena;
    const char *start, *at;  // the text ends with a 0
};

static void fail(const struct parser* p, const char* what) {
    fprintf(stderr, "%s at %ld\n", what, (long)(p->at - p->start));
    exit(1);
}

static void skip_blanks(struct parser* p) {
    while (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t') p->at++;
}

static bool accept(struct parser* p, char c) {
    if (*p->at != c) return false;
    p->at++;
    return true;
}

static void expect(struct parser* p, char c) {
    if (!accept(p, c)) fail(p, "something else expected");
}

static struct text escaped(struct parser* p, const char* start) {
    const char* end = p->at;
    for (; *end != '"'; end++) {
        if (*end == '\\' && end[1]) end++;
        if (!*end) fail(p, "unfinished string");
    }
    char* bytes = allocate(p->arena, (size_t)(end - start));
    size_t length = (size_t)(p->at - start);
    memcpy(bytes, start, length);
    while (*p->at != '"') {
        char c = *p->at++;
        if (c == '\\') {
            switch (*p->at++) {
                case 'n': c = '\n'; break;
                case 't': c = '\t'; break;
                case '"': c = '"'; break;
                case '\\': c = '\\'; break;
                default: fail(p, "unknown escape");
            }
        }
        bytes[length++] = c;
    }
    p->at++;
    return (struct text){bytes, length};
}

static struct text string(struct parser* p) {
    expect(p, '"');
    const char* start = p->at;
    while (*p->at != '"') {
        if (*p->at == '\\') return escaped(p, start);
        if (!*p->at) fail(p, "unfinished string");
        p->at++;
    }
    return (struct text){start, (size_t)(p->at++ - start)};
}

static void word(struct parser* p, const char* name) {
    size_t length = strlen(name);
    if (strncmp(p->at, name, length) != 0) fail(p, "word expected");
    p->at += length;
}

static long number(struct parser* p) {
    bool negative = accept(p, '-');
    const char* start = p->at;
    long n = 0;
    while (*p->at >= '0' && *p->at <= '9') n = n * 10 + *p->at++ - '0';
    if (p->at == start) fail(p, "value expected");
    return negative ? -n : n;
}

static struct json value(struct parser* p) {
    skip_blanks(p);
    struct json v = {NUL, 0, 0, {0}};
    switch (*p->at) {
        case '{':
            v.kind = OBJECT;
            p->at++;
            skip_blanks(p);
            if (accept(p, '}')) break;
            do {
                skip_blanks(p);
                struct text name = string(p);
                skip_blanks(p);
                expect(p, ':');
                struct json inner = value(p);
                *add_member(p->arena, &v) = (struct member){name, inner};
                skip_blanks(p);
            } while (accept(p, ','));
            expect(p, '}');
            break;
        case '[':
            v.kind = ARRAY;
            p->at++;
            skip_blanks(p);
            if (accept(p, ']')) break;
            do {
                struct json inner = value(p);
                *add_item(p->arena, &v) = inner;
                skip_blanks(p);
            } while (accept(p, ','));
            expect(p, ']');
            break;
        case '"':
            v.kind = TEXT;
            v.text = string(p);
            break;
        case 't':
            word(p, "true");
            v.kind = BOOL;
            v.boolean = true;
            break;
        case 'f':
            word(p, "false");
            v.kind = BOOL;
            break;
        case 'n': word(p, "null"); break;
        default:
            v.kind = NUMBER;
            v.number = number(p);
    }
    return v;
}

static struct json document(struct arena* a, const char* text) {
    struct parser p = {a, text, text};
    struct json v = value(&p);
    skip_blanks(&p);
    if (*p.at) fail(&p, "end expected");
    return v;
}

// ---- writing ----

struct builder {
    char* bytes;
    size_t length, room;
};

static void append(struct builder* b, const char* bytes, size_t length) {
    if (b->length + length > b->room) {
        while (b->room < b->length + length) b->room = b->room ? 2 * b->room : 64;
        b->bytes = realloc(b->bytes, b->room);
    }
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

static void append_char(struct builder* b, char c) { append(b, &c, 1); }

static void append_number(struct builder* b, long n) {
    char digits[24], *at = digits + sizeof digits;
    unsigned long rest = n < 0 ? -(unsigned long)n : (unsigned long)n;
    do *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (n < 0) *--at = '-';
    append(b, at, (size_t)(digits + sizeof digits - at));
}

static void write_text(struct builder* b, struct text t) {
    append_char(b, '"');
    size_t from = 0;
    for (size_t i = 0; i < t.length; i++) {
        const char* escape;
        switch (t.bytes[i]) {
            case '\n': escape = "\\n"; break;
            case '\t': escape = "\\t"; break;
            case '"': escape = "\\\""; break;
            case '\\': escape = "\\\\"; break;
            default: continue;
        }
        append(b, t.bytes + from, i - from);
        append(b, escape, 2);
        from = i + 1;
    }
    append(b, t.bytes + from, t.length - from);
    append_char(b, '"');
}

static void write(struct builder* b, const struct json* v) {
    switch (v->kind) {
        case NUL: append(b, "null", 4); break;
        case BOOL: append(b, v->boolean ? "true" : "false", v->boolean ? 4 : 5); break;
        case NUMBER: append_number(b, v->number); break;
        case TEXT: write_text(b, v->text); break;
        case ARRAY:
            append_char(b, '[');
            for (int i = 0; i < v->count; i++) {
                if (i > 0) append_char(b, ',');
                write(b, &v->items[i]);
            }
            append_char(b, ']');
            break;
        case OBJECT:
            append_char(b, '{');
            for (int i = 0; i < v->count; i++) {
                if (i > 0) append_char(b, ',');
                write_text(b, v->members[i].name);
                append_char(b, ':');
                write(b, &v->members[i].value);
            }
            append_char(b, '}');
    }
}

// The sum of all numbers and of the lengths of all texts.
static long measure(const struct json* v) {
    long sum = 0;
    switch (v->kind) {
        case NUL: return 1;
        case BOOL: return v->boolean ? 2 : 3;
        case NUMBER: return v->number;
        case TEXT: return (long)v->text.length;
        case ARRAY:
            for (int i = 0; i < v->count; i++) sum += measure(&v->items[i]);
            return sum;
        case OBJECT:
            for (int i = 0; i < v->count; i++)
                sum += (long)v->members[i].name.length + measure(&v->members[i].value);
    }
    return sum;
}

// ---- the document ----

static int next_random(long* seed, int bound) {
    *seed = *seed * 16807 % 2147483647;
    return (int)(*seed % bound);
}

static struct json text_value(const char* bytes) {
    struct json v = {.kind = TEXT};
    v.text = (struct text){bytes, strlen(bytes)};
    return v;
}

static struct json number_value(long n) {
    struct json v = {.kind = NUMBER};
    v.number = n;
    return v;
}

static struct json random_word(struct arena* a, long* seed) {
    int length = 3 + next_random(seed, 8);
    char* bytes = allocate(a, (size_t)length + 1);
    for (int i = 0; i < length; i++) bytes[i] = (char)('a' + next_random(seed, 26));
    bytes[length] = 0;
    return text_value(bytes);
}

static void add_named(struct arena* a, struct json* object, const char* name, struct json v) {
    *add_member(a, object) = (struct member){{name, strlen(name)}, v};
}

static struct json make_record(struct arena* a, int i, long* seed) {
    struct json tags = {.kind = ARRAY}, position = {.kind = OBJECT}, record = {.kind = OBJECT};
    int count = next_random(seed, 5);
    for (int k = 0; k < count; k++) {
        struct json tag = random_word(a, seed);
        *add_item(a, &tags) = tag;
    }
    add_named(a, &position, "x", number_value(next_random(seed, 2000) - 1000));
    add_named(a, &position, "y", number_value(next_random(seed, 2000) - 1000));
    add_named(a, &record, "id", number_value(i));
    add_named(a, &record, "name", random_word(a, seed));
    struct json active = {.kind = BOOL};
    active.boolean = next_random(seed, 2) == 0;
    add_named(a, &record, "active", active);
    add_named(a, &record, "parent", i % 3 == 0 ? (struct json){.kind = NUL} : number_value(i / 3));
    add_named(a, &record, "tags", tags);
    add_named(a, &record, "position", position);
    add_named(a, &record, "note",
              text_value(i % 5 == 0 ? "a \"quoted\" word,\n\ta back\\slash" : "nothing to be said about this one"));
    return record;
}

static void workload(bool small, char* text) {
    struct arena records_arena = {0};
    struct json records = {.kind = ARRAY};
    struct builder b = {0};
    long seed = 42, sum = 0;
    int same = 0;
    for (int i = 0; i < (small ? 30 : 4000); i++) {
        struct json record = make_record(&records_arena, i, &seed);
        *add_item(&records_arena, &records) = record;
    }
    write(&b, &records);
    append_char(&b, 0);
    for (int round = 0; round < (small ? 3 : 45); round++) {
        struct arena a = {0};
        struct builder again = {0};
        struct json v = document(&a, b.bytes);
        sum += measure(&v);
        write(&again, &v);
        append_char(&again, 0);
        if (again.length == b.length && memcmp(again.bytes, b.bytes, b.length) == 0) same++;
        free(again.bytes);
        release(&a);
    }
    sprintf(text, "%zu bytes, sum %ld, %d times the same\n", b.length - 1, sum, same);
    free(b.bytes);
    release(&records_arena);
}

int main(int argc, char** argv) {
    static char output[4096], text[4096];
    int rounds = argc > 1 ? atoi(argv[1]) : 1;
    for (int round = 0; round == 0 || round < rounds; round++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        workload(rounds == 0, text);
        clock_gettime(CLOCK_MONOTONIC, &end);
        long long spent = (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec;
        if (argc > 1) fprintf(stderr, "%lld\n", spent);
        if (round > 0 && strcmp(text, output) != 0) return 1;
        strcpy(output, text);
    }
    fputs(output, stdout);
    return 0;
}
