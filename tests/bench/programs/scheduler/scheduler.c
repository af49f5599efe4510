#define _POSIX_C_SOURCE 200809L
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum status { READY, BLOCKED, SLEEPING };

struct message {
    int value;
    struct message* next;
};

struct kernel;

struct process {
    enum status (*step)(struct process*, struct kernel*);  // does a little work, says what the process waits for then
    int priority;
    enum status status;
    int wake_at;
    struct process* next;  // in the queue or list where the process is
    struct message *first, *last;
};

struct ready_queue {
    struct process *first, *last;
};

struct kernel {
    int clock, idle, messages, next_wake;
    struct ready_queue ready[4];
    struct process* sleepers;
    struct message* free;
};

static void put(struct process* p, struct message* m) {
    if (p->last) p->last->next = m;
    else p->first = m;
    p->last = m;
}

static struct message* take(struct process* p) {
    struct message* m = p->first;
    if (m) {
        p->first = m->next;
        if (!p->first) p->last = NULL;
        m->next = NULL;
    }
    return m;
}

static struct message* make_message(struct kernel* k, int value) {
    struct message* m = k->free;
    if (m) {
        k->free = m->next;
    } else {
        m = malloc(sizeof *m);
        k->messages++;
    }
    m->value = value;
    m->next = NULL;
    return m;
}

static void recycle(struct kernel* k, struct message* m) {
    m->next = k->free;
    k->free = m;
}

static void start(struct kernel* k, struct process* p) {
    struct ready_queue* q = &k->ready[p->priority];
    p->status = READY;
    p->next = NULL;
    if (q->last) q->last->next = p;
    else q->first = p;
    q->last = p;
}

static void send(struct kernel* k, struct process* receiver, struct message* m) {
    put(receiver, m);
    if (receiver->status == BLOCKED) start(k, receiver);
}

static void put_to_sleep(struct kernel* k, struct process* p) {
    p->next = k->sleepers;
    k->sleepers = p;
    if (p->wake_at < k->next_wake) k->next_wake = p->wake_at;
}

static void wake(struct kernel* k) {
    struct process* p = k->sleepers;
    k->sleepers = NULL;
    k->next_wake = INT_MAX;
    while (p) {
        struct process* next = p->next;
        if (p->wake_at <= k->clock) start(k, p);
        else put_to_sleep(k, p);
        p = next;
    }
}

static struct process* pick(struct kernel* k) {
    for (int i = 0; i < 4; i++) {
        struct ready_queue* q = &k->ready[i];
        struct process* p = q->first;
        if (p) {
            q->first = p->next;
            if (!q->first) q->last = NULL;
            return p;
        }
    }
    return NULL;
}

static void run(struct kernel* k, int end) {
    while (k->clock < end) {
        k->clock++;
        if (k->clock >= k->next_wake) wake(k);
        struct process* p = pick(k);
        if (!p) {
            k->idle++;
            continue;
        }
        p->status = p->step(p, k);
        if (p->status == READY) start(k, p);
        else if (p->status == SLEEPING) put_to_sleep(k, p);
    }
}

struct producer {
    struct process process;
    struct process* receiver;
    long seed;
    int sent;
};

static enum status produce(struct process* p, struct kernel* k) {
    struct producer* self = (struct producer*)p;
    self->seed = self->seed * 16807 % 2147483647;
    send(k, self->receiver, make_message(k, (int)(self->seed % 1000)));
    if (++self->sent % 4 != 0) return READY;
    p->wake_at = k->clock + 20 + (int)(self->seed % 7);
    return SLEEPING;
}

struct filter {
    struct process process;
    struct process *even, *odd;
};

static enum status filter(struct process* p, struct kernel* k) {
    struct filter* self = (struct filter*)p;
    struct message* m = take(p);
    if (!m) return BLOCKED;
    m->value = m->value * 3 + 1;
    send(k, m->value % 2 == 0 ? self->even : self->odd, m);
    return READY;
}

struct consumer {
    struct process process;
    int count, checksum;
};

static enum status consume(struct process* p, struct kernel* k) {
    struct consumer* self = (struct consumer*)p;
    struct message* m = take(p);
    if (!m) return BLOCKED;
    self->count++;
    self->checksum = (self->checksum * 31 + m->value) % 1000003;
    recycle(k, m);
    return READY;
}

struct worker {
    struct process process;
    long seed, sum;
    int steps;
};

static enum status work(struct process* p, struct kernel* k) {
    struct worker* self = (struct worker*)p;
    for (int i = 0; i < 4; i++) {
        self->seed = self->seed * 16807 % 2147483647;
        self->sum = (self->sum + self->seed) % 1000003;
    }
    if (++self->steps % 16 != 0) return READY;
    p->wake_at = k->clock + 30;
    return SLEEPING;
}

struct monitor {
    struct process process;
    struct consumer* consumers;
    int seen;
};

static enum status monitor(struct process* p, struct kernel* k) {
    struct monitor* self = (struct monitor*)p;
    for (int i = 0; i < 3; i++) self->seen = (self->seen + self->consumers[i].count) % 1000003;
    p->wake_at = k->clock + 100;
    return SLEEPING;
}

static void workload(bool small, char* text) {
    struct kernel k = {.next_wake = INT_MAX};
    struct consumer consumers[3];
    struct filter filters[2];
    struct producer producers[6];
    struct worker workers[2];
    for (int i = 0; i < 3; i++) consumers[i] = (struct consumer){.process = {.step = consume, .priority = 0}};
    for (int i = 0; i < 2; i++)
        filters[i] = (struct filter){{.step = filter, .priority = 1}, &consumers[i].process, &consumers[i + 1].process};
    for (int i = 0; i < 6; i++)
        producers[i] = (struct producer){{.step = produce, .priority = 2}, &filters[i % 2].process, 42 + i, 0};
    workers[0] = (struct worker){{.step = work, .priority = 3}, 7, 0, 0};
    workers[1] = (struct worker){{.step = work, .priority = 3}, 11, 0, 0};
    struct monitor m = {{.step = monitor, .priority = 0}, consumers, 0};
    for (int i = 0; i < 3; i++) start(&k, &consumers[i].process);
    for (int i = 0; i < 2; i++) start(&k, &filters[i].process);
    for (int i = 0; i < 6; i++) start(&k, &producers[i].process);
    for (int i = 0; i < 2; i++) start(&k, &workers[i].process);
    start(&k, &m.process);
    run(&k, small ? 50000 : 24000000);
    for (int i = 0; i < 3; i++) text += sprintf(text, "%d %d\n", consumers[i].count, consumers[i].checksum);
    sprintf(text, "%d messages, idle %d, monitor %d, workers %ld %ld\n", k.messages, k.idle, m.seen, workers[0].sum,
            workers[1].sum);
    for (int i = 0; i < 3; i++)
        for (struct message* p = take(&consumers[i].process); p; p = take(&consumers[i].process)) free(p);
    for (int i = 0; i < 2; i++)
        for (struct message* p = take(&filters[i].process); p; p = take(&filters[i].process)) free(p);
    while (k.free) {
        struct message* p = k.free;
        k.free = p->next;
        free(p);
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
