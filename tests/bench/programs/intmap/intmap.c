#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct slot {
    int key;  // -1: the slot is free
    int value;
};

// Open addressing with linear probing, at most half full.
struct map {
    struct slot* slots;
    uint32_t mask;
    int shift, count;
};

static uint32_t home(const struct map* m, int key) { return (uint32_t)key * 2654435769u >> m->shift; }

static void allocate(struct map* m, int bits) {
    m->mask = (1u << bits) - 1;
    m->shift = 32 - bits;
    m->slots = malloc(((size_t)m->mask + 1) * sizeof *m->slots);
    for (uint32_t i = 0; i <= m->mask; i++) m->slots[i].key = -1;
}

// The key's slot, or the free one where it belongs.
static struct slot* find(const struct map* m, int key) {
    uint32_t i = home(m, key);
    while (m->slots[i].key != key && m->slots[i].key != -1) i = (i + 1) & m->mask;
    return &m->slots[i];
}

static void grow(struct map* m) {
    struct slot* old = m->slots;
    uint32_t size = m->mask + 1;
    allocate(m, 33 - m->shift);
    for (uint32_t i = 0; i < size; i++)
        if (old[i].key != -1) *find(m, old[i].key) = old[i];
    free(old);
}

// The value of a key, which gets 0 if it has none.
static int* value_of(struct map* m, int key) {
    struct slot* s = find(m, key);
    if (s->key == -1) {
        if ((uint32_t)++m->count * 2 > m->mask) {
            grow(m);
            s = find(m, key);
        }
        s->key = key;
        s->value = 0;
    }
    return &s->value;
}

static void erase(struct map* m, int key) {
    struct slot* s = find(m, key);
    if (s->key == -1) return;
    m->count--;
    uint32_t gap = (uint32_t)(s - m->slots);
    for (uint32_t i = (gap + 1) & m->mask; m->slots[i].key != -1; i = (i + 1) & m->mask) {
        // It may move back unless its home lies behind the gap.
        if (((i - home(m, m->slots[i].key)) & m->mask) >= ((i - gap) & m->mask)) {
            m->slots[gap] = m->slots[i];
            gap = i;
        }
    }
    m->slots[gap].key = -1;
}

static int next_random(long* seed) {
    *seed = *seed * 16807 % 2147483647;
    return (int)*seed;
}

static void workload(bool small, char* text) {
    int count = small ? 3000 : 500000, hits = 0;
    struct map m = {0};
    allocate(&m, 4);
    long seed = 42, sum = 0, rest = 0;
    for (int i = 0; i < count; i++) {
        int key = next_random(&seed);
        *value_of(&m, key) = i;
        ++*value_of(&m, key % 1000);
    }
    int size = m.count;
    for (int round = 0; round < 3; round++) {
        seed = 42;
        for (int i = 0; i < count; i++) {
            int key = next_random(&seed);
            struct slot* s = find(&m, key);
            if (s->key != -1) sum += s->value;
            if (find(&m, key + round)->key != -1) hits++;
        }
    }
    seed = 42;
    for (int i = 0; i < count; i++) {
        int key = next_random(&seed);
        if (i % 3 == 0) erase(&m, key);
    }
    for (uint32_t i = 0; i <= m.mask; i++)
        if (m.slots[i].key != -1) rest += m.slots[i].key % 1000 + m.slots[i].value;
    sprintf(text, "%d keys, %d hits, sum %ld; %d left, sum %ld\n", size, hits, sum, m.count, rest);
    free(m.slots);
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
