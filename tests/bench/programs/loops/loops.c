#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// Finds the loops of control flow graphs: dominators by the iterative algorithm of Cooper, Harvey
// and Kennedy, then natural loops from the inside out.

struct list {
    void** items;
    int length, room;
};

static void add(struct list* l, void* item) {
    if (l->length == l->room) {
        l->room = l->room ? 2 * l->room : 4;
        l->items = realloc(l->items, (size_t)l->room * sizeof(void*));
    }
    l->items[l->length++] = item;
}

struct loop;

struct block {
    int id, order;  // order: in reverse postorder
    struct list successors, predecessors;
    struct block* dominator;
    struct loop* in_loop;  // the innermost one
};

struct loop {
    struct block* header;
    struct loop* parent;
    int size;
};

static int depth_of(const struct loop* l) {
    int n = 1;
    while ((l = l->parent)) n++;
    return n;
}

static struct block* add_block(struct list* graph) {
    struct block* b = calloc(1, sizeof *b);
    b->id = graph->length;
    b->order = -1;
    add(graph, b);
    return b;
}

static void connect(struct block* source, struct block* target) {
    add(&source->successors, target);
    add(&target->predecessors, source);
}

static struct block* add_after(struct list* graph, struct block* source) {
    struct block* b = add_block(graph);
    connect(source, b);
    return b;
}

static struct block* add_diamond(struct list* graph, struct block* source) {
    struct block* left = add_after(graph, source);
    struct block* right = add_after(graph, source);
    struct block* end = add_after(graph, left);
    connect(right, end);
    return end;
}

static struct block* add_loops(struct list* graph, struct block* source, int depth, int width) {
    struct block *header = add_after(graph, source), *at = header;
    for (int i = 0; i < width; i++) {
        at = add_diamond(graph, at);
        if (depth > 1) at = add_loops(graph, at, depth - 1, width);
    }
    struct block* latch = add_after(graph, at);
    connect(latch, header);
    return add_after(graph, latch);
}

struct entry {
    struct block* block;
    int taken;  // how many of its successors
};

// The blocks in reverse postorder.
static struct list number(const struct list* graph) {
    struct entry* stack = malloc((size_t)graph->length * sizeof *stack);
    struct list postorder = {0}, ordered = {0};
    int depth = 0;
    struct block* first = graph->items[0];
    first->order = 0;
    stack[depth++] = (struct entry){first, 0};
    while (depth > 0) {
        struct entry* top = &stack[depth - 1];
        if (top->taken < top->block->successors.length) {
            struct block* successor = top->block->successors.items[top->taken++];
            if (successor->order < 0) {
                successor->order = 0;
                stack[depth++] = (struct entry){successor, 0};
            }
        } else {
            add(&postorder, top->block);
            depth--;
        }
    }
    for (int i = 0; i < postorder.length; i++) {
        struct block* b = postorder.items[postorder.length - 1 - i];
        b->order = i;
        add(&ordered, b);
    }
    free(stack);
    free(postorder.items);
    return ordered;
}

static struct block* common(struct block* x, struct block* y) {
    while (x != y) {
        while (x->order > y->order) x = x->dominator;
        while (y->order > x->order) y = y->dominator;
    }
    return x;
}

static void find_dominators(const struct list* ordered) {
    struct block* first = ordered->items[0];
    first->dominator = first;
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 1; i < ordered->length; i++) {
            struct block *b = ordered->items[i], *dominator = NULL;
            for (int k = 0; k < b->predecessors.length; k++) {
                struct block* p = b->predecessors.items[k];
                if (p->dominator) dominator = dominator ? common(p, dominator) : p;
            }
            if (b->dominator != dominator) {
                b->dominator = dominator;
                changed = true;
            }
        }
    }
}

static bool dominates(const struct block* a, const struct block* b) {
    while (b->order > a->order) b = b->dominator;
    return a == b;
}

static void find_loop(struct block* header, struct list* loops) {
    struct list work = {0};
    for (int i = 0; i < header->predecessors.length; i++)
        if (dominates(header, header->predecessors.items[i])) add(&work, header->predecessors.items[i]);
    if (work.length == 0) return;
    struct loop* loop = calloc(1, sizeof *loop);
    loop->header = header;
    add(loops, loop);
    while (work.length > 0) {
        struct block* b = work.items[--work.length];
        struct loop* outermost = b->in_loop;
        if (!outermost) {
            b->in_loop = loop;
            if (b == header) continue;
            for (int i = 0; i < b->predecessors.length; i++) add(&work, b->predecessors.items[i]);
            continue;
        }
        // The outermost of the loops around the block that are known so far.
        while (outermost->parent) outermost = outermost->parent;
        if (outermost == loop) continue;
        outermost->parent = loop;
        const struct list* before = &outermost->header->predecessors;
        for (int i = 0; i < before->length; i++) {
            struct block* p = before->items[i];
            if (p->in_loop != outermost) add(&work, p);
        }
    }
    free(work.items);
}

static void workload(bool small, char* text) {
    int nests = small ? 1 : 15, depth = small ? 3 : 5, rounds = small ? 2 : 35, blocks = 0, count = 0, deepest = 0;
    long checksum = 0;
    for (int round = 0; round < rounds; round++) {
        struct list graph = {0}, loops = {0};
        struct block* at = add_block(&graph);
        for (int i = 0; i < nests; i++) at = add_loops(&graph, add_diamond(&graph, at), depth, 3);
        struct list ordered = number(&graph);
        find_dominators(&ordered);
        for (int i = ordered.length - 1; i >= 0; i--) find_loop(ordered.items[i], &loops);
        for (int i = 0; i < ordered.length; i++)
            for (struct loop* l = ((struct block*)ordered.items[i])->in_loop; l; l = l->parent) l->size++;
        deepest = 0;
        for (int i = 0; i < loops.length; i++) {
            struct loop* l = loops.items[i];
            if (depth_of(l) > deepest) deepest = depth_of(l);
            checksum = (checksum * 31 + l->header->id + l->size * depth_of(l)) % 1000003;
        }
        blocks = graph.length;
        count = loops.length;
        for (int i = 0; i < graph.length; i++) {
            struct block* b = graph.items[i];
            free(b->successors.items);
            free(b->predecessors.items);
            free(b);
        }
        for (int i = 0; i < loops.length; i++) free(loops.items[i]);
        free(graph.items);
        free(loops.items);
        free(ordered.items);
    }
    sprintf(text, "%d blocks, %d loops, %d deep, checksum %ld\n", blocks, count, deepest, checksum);
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
