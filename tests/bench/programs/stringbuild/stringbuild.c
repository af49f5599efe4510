#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct builder {
    char* bytes;
    size_t length, room;
};

static void reserve(struct builder* b, size_t more) {
    if (b->length + more <= b->room) return;
    while (b->room < b->length + more) b->room *= 2;
    b->bytes = realloc(b->bytes, b->room);
}

static void append_char(struct builder* b, char c) {
    reserve(b, 1);
    b->bytes[b->length++] = c;
}

static void append_text(struct builder* b, const char* text) {
    size_t length = strlen(text);
    reserve(b, length);
    memcpy(b->bytes + b->length, text, length);
    b->length += length;
}

static void append_int(struct builder* b, unsigned n) {
    char digits[12], *at = digits + sizeof digits;
    *--at = 0;
    do *--at = (char)('0' + n % 10);
    while (n /= 10);
    append_text(b, at);
}

static struct builder report(int lines, const char** names, int count) {
    struct builder b = {malloc(64), 0, 64};
    for (int i = 0; i < lines; i++) {
        append_text(&b, "item ");
        append_int(&b, (unsigned)i);
        append_text(&b, ": ");
        append_text(&b, names[i % count]);
        append_char(&b, ' ');
        append_int(&b, (unsigned)((long)i * 7919 % 100000));
        append_char(&b, '\n');
    }
    return b;
}

static void workload(bool small, char* text) {
    const char* names[] = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"};
    int lines = small ? 500 : 200000, rounds = small ? 3 : 10;
    size_t bytes = 0;
    long checksum = 0;
    for (int round = 0; round < rounds; round++) {
        struct builder b = report(lines + round, names, 10);
        bytes += b.length;
        for (size_t at = (size_t)round; at < b.length; at += 97) checksum += b.bytes[at];
        free(b.bytes);
    }
    sprintf(text, "%zu bytes, checksum %ld\n", bytes, checksum);
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
