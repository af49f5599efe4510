/* What is called, the same for all: those that can call C as it is load it as a library; natives that are
 * written for one machine contain it, as they would if it were their own work. */
#include <stdint.h>
#include <string.h>

#ifndef WORK
#define WORK static inline
#endif

WORK int add(int a, int b) {
    return a + b;
}

WORK long touch(const char* text, long length) {
    return length + text[0] + text[length - 1];
}

WORK long repeat(long (*function)(long), long count) {
    long sum = 0;
    for (long i = 0; i < count; i++) sum += function(i);
    return sum;
}

/* Of a length that 32 divides; near the speed of memory, so that a copy would be seen. */
WORK long checksum(const unsigned char* bytes, long length) {
    uint64_t a = 0, b = 0, c = 0, d = 0, word;
    for (long i = 0; i < length; i += 32) {
        memcpy(&word, bytes + i, 8);
        a += word;
        memcpy(&word, bytes + i + 8, 8);
        b += word;
        memcpy(&word, bytes + i + 16, 8);
        c += word;
        memcpy(&word, bytes + i + 24, 8);
        d += word;
    }
    return (long)((a + 3 * b + 5 * c + 7 * d) >> 8 & 0xFFFFFFF);
}
