#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct node {
    int key;
    long value;
    struct node *previous, *next;
    struct node* chained;  // the next one in the same bucket
};

// The most recently used node comes first in a ring that begins and ends at `ends`.
struct cache {
    int capacity, count;
    uint32_t mask;
    struct node **buckets, *nodes;
    struct node ends;
};

static struct node** bucket(struct cache* c, int key) {
    return &c->buckets[(uint32_t)key * 2654435769u >> 7 & c->mask];
}

static void unlink_node(struct node* n) {
    n->previous->next = n->next;
    n->next->previous = n->previous;
}

static void link_first(struct cache* c, struct node* n) {
    n->previous = &c->ends;
    n->next = c->ends.next;
    n->next->previous = n;
    c->ends.next = n;
}

static struct node* get(struct cache* c, int key) {
    for (struct node* n = *bucket(c, key); n; n = n->chained) {
        if (n->key == key) {
            unlink_node(n);
            link_first(c, n);
            return n;
        }
    }
    return NULL;
}

static void put(struct cache* c, int key, long value) {
    struct node* n;
    if (c->count == c->capacity) {
        n = c->ends.previous;
        unlink_node(n);
        struct node** at = bucket(c, n->key);
        while (*at != n) at = &(*at)->chained;
        *at = n->chained;
    } else {
        n = &c->nodes[c->count++];
    }
    n->key = key;
    n->value = value;
    struct node** first = bucket(c, key);
    n->chained = *first;
    *first = n;
    link_first(c, n);
}

static int next_random(long* seed, int bound) {
    *seed = *seed * 16807 % 2147483647;
    return (int)(*seed % bound);
}

static void workload(bool small, char* text) {
    int operations = small ? 20000 : 6000000, range = small ? 1000 : 50000, hits = 0;
    struct cache c = {.capacity = range / 5};
    uint32_t size = 16;
    while (size < (uint32_t)c.capacity) size *= 2;
    c.mask = size - 1;
    c.buckets = calloc(size, sizeof(struct node*));
    c.nodes = malloc((size_t)c.capacity * sizeof(struct node));
    c.ends.next = c.ends.previous = &c.ends;
    long seed = 42, sum = 0;
    for (int i = 0; i < operations; i++) {
        // Small keys are asked for more often than large ones.
        long a = next_random(&seed, range), b = next_random(&seed, range);
        int key = (int)(a * b / range);
        struct node* found = get(&c, key);
        if (found) {
            hits++;
            sum += found->value;
        } else {
            put(&c, key, key * 3L + i % 7);
        }
    }
    sprintf(text, "%d hits of %d, sum %ld\n", hits, operations, sum);
    free(c.buckets);
    free(c.nodes);
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
