#include <stdio.h>
#include <stdlib.h>

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

int main(void) {
    const int min = 4, max = 16;
    struct tree* stretch = make(max + 1);
    printf("stretch tree of depth %d, check: %d\n", max + 1, check(stretch));
    release(stretch);
    struct tree* kept = make(max);
    for (int depth = min; depth <= max; depth += 2) {
        int rounds = 1 << (max - depth + min), total = 0;
        for (int i = 0; i < rounds; i++) {
            struct tree* t = make(depth);
            total += check(t);
            release(t);
        }
        printf("%d trees of depth %d, check: %d\n", rounds, depth, total);
    }
    printf("long lived tree of depth %d, check: %d\n", max, check(kept));
    release(kept);
    return 0;
}
