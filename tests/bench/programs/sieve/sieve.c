#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int sieve(int n) {
    bool* composite = calloc((size_t)n + 1, 1);
    int count = 0;
    for (int i = 2; i <= n; i++) {
        if (!composite[i]) {
            count++;
            for (long j = (long)i * i; j <= n; j += i) composite[j] = true;
        }
    }
    free(composite);
    return count;
}

static void workload(bool small, char* text) {
    for (int round = 0; round < 3; round++) text += sprintf(text, "%d\n", sieve((small ? 50000 : 5000000) + round));
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
