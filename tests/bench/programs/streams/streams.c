#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// A stream without end: a function that returns the next element, and what it needs for that.
struct stream {
    long (*next)(struct stream*);
    struct stream *source, *other;
    long (*one)(long, long);             // of an element and `parameter`
    long (*two)(long, long);             // of two elements
    long parameter, state;
};

static long next(struct stream* s) { return s->next(s); }

static long next_natural(struct stream* s) { return ++s->state; }
static long next_mapped(struct stream* s) { return s->one(next(s->source), s->parameter); }
static long next_scanned(struct stream* s) { return s->state = s->two(s->state, next(s->source)); }

static long next_zipped(struct stream* s) {
    long a = next(s->source);
    return s->two(a, next(s->other));
}

static long next_kept(struct stream* s) {
    long x = next(s->source);
    while (!s->one(x, s->parameter)) x = next(s->source);
    return x;
}

static long residue(long x, long factor) { return x * factor % 1009; }
static long not_of_three(long x, long unused) { return (void)unused, x % 3 != 0; }
static long is_even(long x, long unused) { return (void)unused, x % 2 == 0; }
static long sum_within(long a, long x) { return (a + x) % 65521; }
static long mix(long a, long b) { return a * 2 + b % 7; }

static long sum_of(struct stream* s, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) sum += next(s);
    return sum;
}

static void workload(bool small, char* text) {
    int count = small ? 1000 : 100000;
    long total = 0;
    for (int round = 0; round < (small ? 5 : 100); round++) {
        struct stream first = {.next = next_natural};
        struct stream residues = {.next = next_mapped, .source = &first, .one = residue, .parameter = round + 3};
        struct stream kept = {.next = next_kept, .source = &residues, .one = not_of_three};
        struct stream sums = {.next = next_scanned, .source = &kept, .two = sum_within, .state = round};
        struct stream second = {.next = next_natural};
        struct stream even = {.next = next_kept, .source = &second, .one = is_even};
        struct stream mixed = {.next = next_zipped, .source = &sums, .other = &even, .two = mix};
        total += sum_of(&mixed, count);
    }
    sprintf(text, "%ld\n", total);
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
