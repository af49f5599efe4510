#include <stdio.h>
#include <stdlib.h>

struct shape;
struct shape_class {
    long (*cost)(const struct shape*, long);
};
struct shape {
    const struct shape_class* class;
    long a, b;
};

static long square_cost(const struct shape* s, long i) { return s->a * s->a + i; }
static long rectangle_cost(const struct shape* s, long i) { return s->a * s->b - i; }
static long frame_cost(const struct shape* s, long i) { return s->a + s->b + i + i; }

static const struct shape_class square = {square_cost}, rectangle = {rectangle_cost}, frame = {frame_cost};

int main(void) {
    enum { COUNT = 1000, ROUNDS = 20000 };
    struct shape* shapes[COUNT];
    long seed = 42, total = 0;
    for (int i = 0; i < COUNT; i++) {
        seed = seed * 16807 % 2147483647;
        long kind = seed % 3, size = seed % 100;
        struct shape* s = malloc(sizeof *s);
        s->class = kind == 0 ? &square : kind == 1 ? &rectangle : &frame;
        s->a = size;
        s->b = size + 1;
        shapes[i] = s;
    }
    for (long round = 0; round < ROUNDS; round++)
        for (int i = 0; i < COUNT; i++) total += shapes[i]->class->cost(shapes[i], round);
    printf("%ld\n", total);
    return 0;
}
