/* What the work itself costs: C that calls the library. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int add(int a, int b);
long touch(const char* text, long length);
long repeat(long (*function)(long), long count);
long checksum(const unsigned char* bytes, long length);

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static unsigned char* bytes;
static char text[21] = "twenty bytes of text";
static long plus_one(long x) {
    return x + 1;
}

static long run(int which, long n) {
    long result = 0;
    int x = 0;
    switch (which) {
        case 0:
            for (long i = 0; i < n; i++) x = add(x, (int)i);
            return x;
        case 1:
            for (long i = 0; i < n; i++) result += touch(text, (long)strlen(text));
            return result;
        case 2:
            return repeat(plus_one, n);
        default:
            for (long i = 0; i < n; i++) result += checksum(bytes, 1 << 20);
            return result;
    }
}

int main(void) {
    static const char* const names[] = {"ints", "string", "callback", "bytes"};
    static const long counts[] = {200000, 50000, 20000, 40};
    bytes = malloc(1 << 20);
    for (int i = 0; i < 1 << 20; i++) bytes[i] = (unsigned char)(i * 7);
    for (int which = 0; which < 4; which++) {
        double best = 1e18;
        long result = 0;
        for (int round = 0; round < 100; round++) {
            double start = now();
            result = run(which, counts[which]);
            double each = (now() - start) / (double)counts[which];
            if (each < best) best = each;
        }
        printf("%s %.3f %ld\n", names[which], best, result);
    }
    return 0;
}
