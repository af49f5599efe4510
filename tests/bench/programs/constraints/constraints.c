#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// Golomb rulers by constraint propagation on bounds, and branch and bound.

struct constraint;
struct solver;

struct variable {
    int low, high;
    struct constraint** watchers;
    int watcher_count;
};

struct constraint {
    bool (*propagate)(struct constraint*, struct solver*);  // narrows the variables; false if there is no solution
    bool queued;
    int count;
    struct variable** variables;
};

struct change {
    struct variable* variable;
    int low, high;
};

struct solver {
    struct change* trail;
    int trail_length, trail_room;
    struct constraint** queue;  // has room for every constraint
    int queue_length;
};

static void save(struct solver* s, struct variable* v) {
    if (s->trail_length == s->trail_room) {
        s->trail_room = s->trail_room ? 2 * s->trail_room : 64;
        s->trail = realloc(s->trail, (size_t)s->trail_room * sizeof *s->trail);
    }
    s->trail[s->trail_length++] = (struct change){v, v->low, v->high};
}

static void enqueue(struct solver* s, struct variable* v) {
    for (int i = 0; i < v->watcher_count; i++) {
        struct constraint* c = v->watchers[i];
        if (!c->queued) {
            c->queued = true;
            s->queue[s->queue_length++] = c;
        }
    }
}

static bool at_least(struct solver* s, struct variable* v, int value) {
    if (value <= v->low) return true;
    if (value > v->high) return false;
    save(s, v);
    v->low = value;
    enqueue(s, v);
    return true;
}

static bool at_most(struct solver* s, struct variable* v, int value) {
    if (value >= v->high) return true;
    if (value < v->low) return false;
    save(s, v);
    v->high = value;
    enqueue(s, v);
    return true;
}

static bool propagate(struct solver* s) {
    while (s->queue_length > 0) {
        struct constraint* c = s->queue[--s->queue_length];
        c->queued = false;
        if (!c->propagate(c, s)) return false;
    }
    return true;
}

static void undo(struct solver* s, int mark) {
    while (s->queue_length > 0) s->queue[--s->queue_length]->queued = false;
    while (s->trail_length > mark) {
        struct change* change = &s->trail[--s->trail_length];
        change->variable->low = change->low;
        change->variable->high = change->high;
    }
}

// x + y == z
static bool sum(struct constraint* c, struct solver* s) {
    struct variable *x = c->variables[0], *y = c->variables[1], *z = c->variables[2];
    return at_least(s, z, x->low + y->low) && at_most(s, z, x->high + y->high) && at_least(s, x, z->low - y->high) &&
           at_most(s, x, z->high - y->low) && at_least(s, y, z->low - x->high) && at_most(s, y, z->high - x->low);
}

// x < y
static bool less(struct constraint* c, struct solver* s) {
    struct variable *x = c->variables[0], *y = c->variables[1];
    return at_least(s, y, x->low + 1) && at_most(s, x, y->high - 1);
}

// What one variable is fixed to is cut off the ends of the others.
static bool all_different(struct constraint* c, struct solver* s) {
    for (int i = 0; i < c->count; i++) {
        struct variable* v = c->variables[i];
        if (v->low != v->high) continue;
        int value = v->low;
        for (int j = 0; j < c->count; j++) {
            struct variable* w = c->variables[j];
            if (j == i) continue;
            if (w->low == value && !at_least(s, w, value + 1)) return false;
            if (w->high == value && !at_most(s, w, value - 1)) return false;
        }
    }
    return true;
}

struct ruler {
    int order, best, nodes;
    struct solver solver;
    struct variable *marks, *distances;
    struct constraint* constraints;
    int constraint_count;
};

static void watch(struct ruler* r, bool (*rule)(struct constraint*, struct solver*), int count, struct variable** of) {
    struct constraint* c = &r->constraints[r->constraint_count++];
    *c = (struct constraint){rule, false, count, malloc((size_t)count * sizeof *of)};
    memcpy(c->variables, of, (size_t)count * sizeof *of);
    for (int i = 0; i < count; i++) {
        struct variable* v = of[i];
        v->watchers = realloc(v->watchers, (size_t)(v->watcher_count + 1) * sizeof *v->watchers);
        v->watchers[v->watcher_count++] = c;
    }
    rule(c, &r->solver);
}

static void search(struct ruler* r) {
    struct solver* s = &r->solver;
    r->nodes++;
    int at = 0;
    while (at < r->order && r->marks[at].low == r->marks[at].high) at++;
    struct variable* last = &r->marks[r->order - 1];
    if (at == r->order) {
        r->best = last->low;
        return;
    }
    struct variable* mark = &r->marks[at];
    int before = s->trail_length;
    if (at_most(s, last, r->best - 1) && at_most(s, mark, mark->low) && propagate(s)) search(r);
    undo(s, before);
    if (at_most(s, last, r->best - 1) && at_least(s, mark, mark->low + 1) && propagate(s)) search(r);
    undo(s, before);
}

static int solve(int order, char* text) {
    int pairs = order * (order - 1) / 2, most = pairs + order + 1;
    struct ruler r = {.order = order, .best = order * order};
    r.marks = calloc((size_t)order, sizeof *r.marks);
    r.distances = calloc((size_t)pairs, sizeof *r.distances);
    r.constraints = calloc((size_t)most, sizeof *r.constraints);
    r.solver.queue = calloc((size_t)most, sizeof *r.solver.queue);
    for (int i = 1; i < order; i++) r.marks[i] = (struct variable){1, r.best, NULL, 0};
    struct variable** all = malloc((size_t)pairs * sizeof *all);
    int count = 0;
    for (int i = 0; i < order; i++) {
        for (int j = i + 1; j < order; j++) {
            struct variable* distance = &r.distances[count];
            *distance = (struct variable){1, r.best, NULL, 0};
            watch(&r, sum, 3, (struct variable*[]){&r.marks[i], distance, &r.marks[j]});
            all[count++] = distance;
        }
    }
    for (int i = 1; i < order; i++) watch(&r, less, 2, (struct variable*[]){&r.marks[i - 1], &r.marks[i]});
    // A ruler and its mirror image count once.
    watch(&r, less, 2, (struct variable*[]){all[0], all[pairs - 1]});
    watch(&r, all_different, pairs, all);
    search(&r);
    int length = sprintf(text, "%d marks, length %d, %d nodes\n", order, r.best, r.nodes);
    for (int i = 0; i < r.constraint_count; i++) free(r.constraints[i].variables);
    for (int i = 0; i < order; i++) free(r.marks[i].watchers);
    for (int i = 0; i < pairs; i++) free(r.distances[i].watchers);
    free(all);
    free(r.marks);
    free(r.distances);
    free(r.constraints);
    free(r.solver.queue);
    free(r.solver.trail);
    return length;
}

static void workload(bool small, char* text) {
    for (int order = small ? 3 : 6; order <= (small ? 5 : 8); order++)
        for (int round = 0; round < 3; round++) text += solve(order, text);
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
