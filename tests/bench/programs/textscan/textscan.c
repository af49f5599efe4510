#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct text {
    const char* bytes;
    size_t length;
};

static struct text make_log(int lines) {
    static const char* levels[] = {"INFO", "WARN", "DEBUG", "ERROR"};
    static const char* parts[] = {"home", "static", "images", "api", "users", "index"};
    char* bytes = malloc((size_t)lines * 100);
    char* at = bytes;
    long seed = 42;
    for (int i = 0; i < lines; i++) {
        seed = seed * 16807 % 2147483647;
        at += sprintf(at, "%ld:%ld:%ld %s user=u%ld bytes=%ld path=", 10 + seed % 13, 10 + seed % 49, 10 + seed % 47,
                      levels[seed % 7 % 4], seed % 5000, seed % 100000);
        for (int k = 0; k < 1 + seed % 4; k++) at += sprintf(at, "/%s", parts[(seed + k) % 6]);
        *at++ = '\n';
    }
    return (struct text){bytes, (size_t)(at - bytes)};
}

struct statistics {
    long lines, seconds, warnings, errors, users, bytes, slashes, longest;
};

struct scanner {
    const char *at, *end;
};

static long number(struct scanner* s) {
    long n = 0;
    for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) n = n * 10 + *s->at - '0';
    return n;
}

// A run of letters.
static struct text word(struct scanner* s) {
    const char* start = s->at;
    while (s->at < s->end && (*s->at | 32) >= 'a' && (*s->at | 32) <= 'z') s->at++;
    return (struct text){start, (size_t)(s->at - start)};
}

// To the end of the line: how long that is, and how many slashes there are.
static long path(struct scanner* s, long* slashes) {
    const char* start = s->at;
    for (; s->at < s->end && *s->at != '\n'; s->at++)
        if (*s->at == '/') ++*slashes;
    return s->at - start;
}

static bool is(struct text t, const char* literal) {
    return t.length == strlen(literal) && memcmp(t.bytes, literal, t.length) == 0;
}

static void scan(struct text text, struct statistics* found) {
    struct scanner s = {text.bytes, text.bytes + text.length};
    while (s.at < s.end) {
        found->lines++;
        long hours = number(&s);
        s.at++;
        long minutes = number(&s);
        s.at++;
        found->seconds = (found->seconds + (hours * 60 + minutes) * 60 + number(&s)) % 1000003;
        s.at++;
        struct text level = word(&s);
        if (is(level, "WARN")) found->warnings++;
        else if (is(level, "ERROR")) found->errors++;
        s.at += 7;  // " user=u"
        found->users = (found->users + number(&s)) % 1000003;
        s.at += 7;  // " bytes="
        found->bytes += number(&s);
        s.at += 6;  // " path="
        long length = path(&s, &found->slashes);
        if (length > found->longest) found->longest = length;
        s.at++;
    }
}

static void workload(bool small, char* text) {
    struct text log = make_log(small ? 200 : 40000);
    struct statistics f = {0};
    for (int round = 0; round < (small ? 5 : 110); round++) scan(log, &f);
    sprintf(text, "%zu bytes: %ld %ld %ld %ld %ld %ld %ld %ld\n", log.length, f.lines, f.seconds, f.warnings, f.errors,
            f.users, f.bytes, f.slashes, f.longest);
    free((void*)log.bytes);
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
