#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum operation { LOAD, ADD, SUBTRACT, MULTIPLY, REMAINDER, HALVE, JUMP, JUMP_EQUAL, JUMP_LESS, GET, PUT, HALT };

// A register machine with instructions of four numbers: operation, a, b, c.
struct machine {
    const int* code;
    int registers[16];
    int* memory;
    long executed;
};

static void run(struct machine* m) {
    int *r = m->registers, *memory = m->memory;
    const int* at = m->code;
    for (;;) {
        int a = at[1], b = at[2], c = at[3];
        const int* next = at + 4;
        m->executed++;
        switch (at[0]) {
            case LOAD: r[a] = b; break;
            case ADD: r[a] = r[b] + r[c]; break;
            case SUBTRACT: r[a] = r[b] - r[c]; break;
            case MULTIPLY: r[a] = r[b] * r[c]; break;
            case REMAINDER: r[a] = r[b] % r[c]; break;
            case HALVE: r[a] = r[b] / 2; break;
            case JUMP: next = m->code + a * 4; break;
            case JUMP_EQUAL: if (r[a] == r[b]) next = m->code + c * 4; break;
            case JUMP_LESS: if (r[a] < r[b]) next = m->code + c * 4; break;
            case GET: r[a] = memory[r[b]]; break;
            case PUT: memory[r[a]] = r[b]; break;
            default: return;
        }
        at = next;
    }
}

static void workload(bool small, char* text) {
    int limit = small ? 200 : 75000, size = small ? 1000 : 500000;
    for (int round = 0; round < 2; round++) {
        const int code[] = {
            LOAD, 0, 0, 0,                 //  0 zero
            LOAD, 1, 1, 0,                 //  1 one
            LOAD, 2, 2, 0,                 //  2 two
            LOAD, 3, 3, 0,                 //  3 three
            LOAD, 4, 1, 0,                 //  4 n = 1
            LOAD, 5, limit - round, 0,     //  5
            LOAD, 7, 0, 0,                 //  6 steps = 0
            ADD, 6, 4, 0,                  //  7 x = n
            JUMP_EQUAL, 6, 1, 17,          //  8 while x != 1
            ADD, 7, 7, 1,                  //  9 steps += 1
            REMAINDER, 8, 6, 2,            // 10
            JUMP_EQUAL, 8, 0, 15,          // 11 if x is odd
            MULTIPLY, 6, 6, 3,             // 12 x = 3 * x + 1
            ADD, 6, 6, 1,                  // 13
            JUMP, 8, 0, 0,                 // 14
            HALVE, 6, 6, 0,                // 15 else x = x / 2
            JUMP, 8, 0, 0,                 // 16
            ADD, 4, 4, 1,                  // 17 n += 1
            JUMP_LESS, 4, 5, 7,            // 18
            LOAD, 4, 2, 0,                 // 19 the sieve: i = 2
            LOAD, 5, size - round, 0,      // 20
            LOAD, 9, 0, 0,                 // 21 primes = 0
            GET, 8, 4, 0,                  // 22
            JUMP_EQUAL, 8, 1, 31,          // 23 if memory[i] == 0
            ADD, 9, 9, 1,                  // 24 primes += 1
            ADD, 6, 4, 4,                  // 25 j = 2 * i
            JUMP_LESS, 6, 5, 28,           // 26 while j < size
            JUMP, 31, 0, 0,                // 27
            PUT, 6, 1, 0,                  // 28 memory[j] = 1
            ADD, 6, 6, 4,                  // 29 j += i
            JUMP, 26, 0, 0,                // 30
            ADD, 4, 4, 1,                  // 31 i += 1
            JUMP_LESS, 4, 5, 22,           // 32
            HALT, 0, 0, 0,                 // 33
        };
        struct machine m = {.code = code, .memory = calloc((size_t)size, sizeof(int))};
        run(&m);
        text += sprintf(text, "%d steps, %d primes, %ld executed\n", m.registers[7], m.registers[9], m.executed);
        free(m.memory);
    }
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
