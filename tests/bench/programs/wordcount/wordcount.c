#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VOCABULARY = 5000, SLOTS = 16384, TOP = 10 };

struct entry {
    char* word;
    size_t length;
    int count;
};

static long seed;

static long next(long bound) {
    seed = seed * 16807 % 2147483647;
    return seed % bound;
}

static struct entry table[SLOTS];

static void count_word(const char* word, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)word[i]) * 16777619u;
    for (uint32_t i = hash % SLOTS;; i = (i + 1) % SLOTS) {
        struct entry* e = &table[i];
        if (!e->word) {
            e->word = malloc(length + 1);
            memcpy(e->word, word, length);
            e->word[length] = 0;
            e->length = length;
            e->count = 1;
            return;
        }
        if (e->length == length && memcmp(e->word, word, length) == 0) {
            e->count++;
            return;
        }
    }
}

static int by_count(const void* x, const void* y) {
    const struct entry *a = x, *b = y;
    if (a->count != b->count) return b->count - a->count;
    return a->word && b->word ? strcmp(a->word, b->word) : 0;
}

static void workload(bool small, char* output) {
    static char vocabulary[VOCABULARY][12];
    const int words = small ? 5000 : 500000;
    seed = 42;
    memset(table, 0, sizeof table);
    memset(vocabulary, 0, sizeof vocabulary);
    for (int i = 0; i < VOCABULARY; i++) {
        long length = 3 + next(8);
        for (long k = 0; k < length; k++) vocabulary[i][k] = (char)('a' + next(26));
    }
    char* text = malloc((size_t)words * 12);
    char* end = text;
    for (int i = 0; i < words; i++) {
        long a = next(VOCABULARY), b = next(VOCABULARY);
        const char* word = vocabulary[a * b / VOCABULARY];
        if (i > 0) *end++ = ' ';
        size_t length = strlen(word);
        memcpy(end, word, length);
        end += length;
    }
    *end = 0;
    for (char* p = text; p < end;) {
        size_t length = strcspn(p, " ");
        count_word(p, length);
        p += length + 1;
    }
    qsort(table, SLOTS, sizeof table[0], by_count);
    int distinct = 0;
    while (distinct < SLOTS && table[distinct].word) distinct++;
    output += sprintf(output, "%ld bytes, %d distinct\n", (long)(end - text), distinct);
    for (int i = 0; i < TOP; i++) output += sprintf(output, "%s %d\n", table[i].word, table[i].count);
    for (int i = 0; i < distinct; i++) free(table[i].word);
    free(text);
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
