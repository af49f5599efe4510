#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct tree {
    struct tree *left, *right;
};

static struct tree* make(int depth) {
    struct tree* t = malloc(sizeof *t);
    t->left = depth > 0 ? make(depth - 1) : NULL;
    t->right = depth > 0 ? make(depth - 1) : NULL;
    return t;
}

static int check(const struct tree* t) { return t->left ? 1 + check(t->left) + check(t->right) : 1; }

static void release(struct tree* t) {
    if (t->left) {
        release(t->left);
        release(t->right);
    }
    free(t);
}

static void workload(bool small, char* text) {
    const int min = 4, max = small ? 8 : 16;
    struct tree* stretch = make(max + 1);
    text += sprintf(text, "stretch tree of depth %d, check: %d\n", max + 1, check(stretch));
    release(stretch);
    struct tree* kept = make(max);
    for (int depth = min; depth <= max; depth += 2) {
        int rounds = 1 << (max - depth + min), total = 0;
        for (int i = 0; i < rounds; i++) {
            struct tree* t = make(depth);
            total += check(t);
            release(t);
        }
        text += sprintf(text, "%d trees of depth %d, check: %d\n", rounds, depth, total);
    }
    sprintf(text, "long lived tree of depth %d, check: %d\n", max, check(kept));
    release(kept);
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
