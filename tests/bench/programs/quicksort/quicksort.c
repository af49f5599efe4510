#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void quicksort(int* a, int low, int high) {
    int i = low, j = high, pivot = a[(low + high) / 2];
    while (i <= j) {
        while (a[i] < pivot) i++;
        while (a[j] > pivot) j--;
        if (i <= j) {
            int t = a[i];
            a[i] = a[j];
            a[j] = t;
            i++;
            j--;
        }
    }
    if (low < j) quicksort(a, low, j);
    if (i < high) quicksort(a, i, high);
}

static void workload(bool small, char* text) {
    int count = small ? 10000 : 1000000;
    int* a = malloc((size_t)count * sizeof *a);
    long seed = 42, sum = 0;
    for (int i = 0; i < count; i++) {
        seed = seed * 16807 % 2147483647;
        a[i] = (int)seed;
    }
    quicksort(a, 0, count - 1);
    for (int i = 1; i < count; i++)
        if (a[i - 1] > a[i]) abort();
    for (int i = 0; i < count; i += 1000) sum += a[i];
    sprintf(text, "%d %d %ld\n", a[0], a[count - 1], sum);
    free(a);
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
