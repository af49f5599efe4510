#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct vec2 {
    double x, y;
};

static struct vec2 plus(struct vec2 a, struct vec2 b) { return (struct vec2){a.x + b.x, a.y + b.y}; }
static struct vec2 minus(struct vec2 a, struct vec2 b) { return (struct vec2){a.x - b.x, a.y - b.y}; }
static struct vec2 times(struct vec2 a, double k) { return (struct vec2){a.x * k, a.y * k}; }
static double dot(struct vec2 a, struct vec2 b) { return a.x * b.x + a.y * b.y; }

struct ball {
    struct vec2 position, velocity;
    double radius;
};

struct cell {
    struct ball** balls;
    int count, room;
};

// Balls of equal mass in a square box, in cells that are as wide as the largest ball.
struct box {
    int cell_count, ball_count;
    double side;
    struct ball* balls;
    struct cell* cells;
    int collisions;
};

static void add(struct cell* c, struct ball* b) {
    if (c->count == c->room) {
        c->room = c->room ? 2 * c->room : 4;
        c->balls = realloc(c->balls, (size_t)c->room * sizeof(struct ball*));
    }
    c->balls[c->count++] = b;
}

static int clamp(int i, int low, int high) { return i < low ? low : i > high ? high : i; }

static void move(const struct box* box, struct ball* b, double dt) {
    b->position = plus(b->position, times(b->velocity, dt));
    struct vec2 p = b->position, v = b->velocity;
    if ((p.x < b->radius && v.x < 0) || (p.x > box->side - b->radius && v.x > 0)) b->velocity.x = -v.x;
    if ((p.y < b->radius && v.y < 0) || (p.y > box->side - b->radius && v.y > 0)) b->velocity.y = -v.y;
}

static void meet(struct box* box, struct ball* a, struct ball* b) {
    struct vec2 apart = minus(b->position, a->position);
    double reach = a->radius + b->radius, distance2 = dot(apart, apart);
    if (distance2 >= reach * reach || distance2 == 0) return;
    struct vec2 normal = times(apart, 1 / sqrt(distance2));
    double closing = dot(minus(a->velocity, b->velocity), normal);
    if (closing <= 0) return;
    a->velocity = minus(a->velocity, times(normal, closing));
    b->velocity = plus(b->velocity, times(normal, closing));
    box->collisions++;
}

static void meet_all(struct box* box, struct ball* b, const struct cell* others) {
    for (int i = 0; i < others->count; i++) meet(box, b, others->balls[i]);
}

// Every pair of neighbouring cells is looked at once: the cell itself and those right and below.
static void meet_around(struct box* box, int row, int column) {
    int n = box->cell_count;
    const struct cell* here = &box->cells[row * n + column];
    for (int i = 0; i < here->count; i++) {
        struct ball* b = here->balls[i];
        for (int j = i + 1; j < here->count; j++) meet(box, b, here->balls[j]);
        if (column + 1 < n) meet_all(box, b, here + 1);
        if (row + 1 < n) {
            if (column > 0) meet_all(box, b, here + n - 1);
            meet_all(box, b, here + n);
            if (column + 1 < n) meet_all(box, b, here + n + 1);
        }
    }
}

static void step(struct box* box, double dt) {
    int n = box->cell_count;
    for (int i = 0; i < n * n; i++) box->cells[i].count = 0;
    for (int i = 0; i < box->ball_count; i++) {
        struct ball* b = &box->balls[i];
        move(box, b, dt);
        int column = clamp((int)b->position.x, 0, n - 1), row = clamp((int)b->position.y, 0, n - 1);
        add(&box->cells[row * n + column], b);
    }
    for (int row = 0; row < n; row++)
        for (int column = 0; column < n; column++) meet_around(box, row, column);
}

static double next_random(long* seed) {
    *seed = *seed * 16807 % 2147483647;
    return (double)*seed / 2147483647.0;
}

static void workload(bool small, char* text) {
    int n = small ? 10 : 60, count = small ? 60 : 2000;
    struct box box = {.cell_count = n, .ball_count = count, .side = n};
    box.balls = malloc((size_t)count * sizeof *box.balls);
    box.cells = calloc((size_t)(n * n), sizeof *box.cells);
    long seed = 42;
    for (int i = 0; i < count; i++) {
        struct ball* b = &box.balls[i];
        b->position.x = next_random(&seed) * n;
        b->position.y = next_random(&seed) * n;
        b->velocity.x = next_random(&seed) * 4 - 2;
        b->velocity.y = next_random(&seed) * 4 - 2;
        b->radius = 0.2 + next_random(&seed) * 0.3;
    }
    for (int i = 0; i < (small ? 50 : 4000); i++) step(&box, 0.02);
    struct vec2 sum = {0, 0};
    double energy = 0;
    for (int i = 0; i < count; i++) {
        sum = plus(sum, box.balls[i].position);
        energy += dot(box.balls[i].velocity, box.balls[i].velocity);
    }
    sprintf(text, "%d collisions, at %ld %ld, energy %ld\n", box.collisions, (long)(sum.x * 1e6), (long)(sum.y * 1e6),
            (long)(energy * 1e6));
    for (int i = 0; i < n * n; i++) free(box.cells[i].balls);
    free(box.cells);
    free(box.balls);
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
