#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct text {
    char* bytes;
    uint32_t length;
};

struct slot {
    struct text key;  // bytes is NULL if the slot is free
    uint32_t hash;
    int value;
};

// Open addressing with linear probing, at most half full.
struct map {
    struct slot* slots;
    uint32_t mask;
    int count;
};

static uint32_t hash_of(struct text key) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < key.length; i++) hash = (hash ^ (unsigned char)key.bytes[i]) * 16777619u;
    return hash ^ hash >> 15;
}

// The key's slot, or the free one where it belongs.
static struct slot* find(const struct map* m, struct text key, uint32_t hash) {
    for (uint32_t i = hash & m->mask;; i = (i + 1) & m->mask) {
        struct slot* s = &m->slots[i];
        if (!s->key.bytes) return s;
        if (s->hash == hash && s->key.length == key.length && memcmp(s->key.bytes, key.bytes, key.length) == 0) return s;
    }
}

static void grow(struct map* m) {
    struct slot* old = m->slots;
    uint32_t size = m->mask + 1;
    m->mask = m->mask * 2 + 1;
    m->slots = calloc((size_t)m->mask + 1, sizeof *m->slots);
    for (uint32_t i = 0; i < size; i++)
        if (old[i].key.bytes) *find(m, old[i].key, old[i].hash) = old[i];
    free(old);
}

// The value of a key, which gets 0 if it has none.
static int* value_of(struct map* m, struct text key) {
    uint32_t hash = hash_of(key);
    struct slot* s = find(m, key, hash);
    if (!s->key.bytes) {
        if ((uint32_t)++m->count * 2 > m->mask) {
            grow(m);
            s = find(m, key, hash);
        }
        s->key = key;
        s->hash = hash;
    }
    return &s->value;
}

static int next_random(long* seed, int bound) {
    *seed = *seed * 16807 % 2147483647;
    return (int)(*seed % bound);
}

static struct text make_word(long* seed) {
    struct text word = {malloc(16), (uint32_t)(4 + next_random(seed, 9))};
    for (uint32_t k = 0; k < word.length; k++) word.bytes[k] = (char)('a' + next_random(seed, 26));
    return word;
}

static void workload(bool small, char* text) {
    int count = small ? 500 : 60000, rounds = small ? 5 : 20, absent = 0;
    long seed = 42, sum = 0;
    struct text* words = malloc((size_t)count * sizeof *words);
    struct text* missing = malloc((size_t)count * sizeof *missing);
    for (int i = 0; i < count; i++) {
        words[i] = make_word(&seed);
        missing[i] = (struct text){malloc(16), words[i].length + 1};
        memcpy(missing[i].bytes, words[i].bytes, words[i].length);
        missing[i].bytes[words[i].length] = '!';
    }
    struct map m = {calloc(16, sizeof(struct slot)), 15, 0};
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            *value_of(&m, words[(long)i * 7919 % count]) += i % 10;
            if (!find(&m, missing[i], hash_of(missing[i]))->key.bytes) absent++;
        }
    }
    for (uint32_t i = 0; i <= m.mask; i++)
        if (m.slots[i].key.bytes) sum += (long)m.slots[i].key.length * m.slots[i].value;
    sprintf(text, "%d words, %d absent, sum %ld\n", m.count, absent, sum);
    for (int i = 0; i < count; i++) {
        free(words[i].bytes);
        free(missing[i].bytes);
    }
    free(words);
    free(missing);
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
