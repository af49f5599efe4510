/* Plugins that are wrong in one way each, chosen by -DWRONG=N. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "skua/describe.h"

#ifndef WRONG
#define WRONG 0
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef SIGNATURE
#define SIGNATURE "(i64)i64"
#endif

static int64_t twice(SkEnv* env, int64_t x) {
    (void)env;
    return 2 * x;
}

static const SkNative natives[] = {
    {"broken.twice", SIGNATURE, (SkFunction)twice, NULL},
#if WRONG == 1 /* overloaded */
    {"broken.twice", "(f64)f64", (SkFunction)twice, NULL},
#elif WRONG == 2
    {"broken.bad", "(i64", (SkFunction)twice, NULL},
#elif WRONG == 3
    {NULL, "()void", (SkFunction)twice, NULL},
#elif WRONG == 4 /* no such address */
    {(const char*)16, "()void", (SkFunction)twice, NULL},
#endif
};

const SkPlugin plugin = {
#if WRONG == 5
    SK_ABI_VERSION + 1,
#elif WRONG == 6
    0,
#else
    SK_ABI_VERSION,
#endif
#if WRONG == 7
    "other",
#else
    "broken",
#endif
    VERSION,
    natives,
    sizeof natives / sizeof *natives,
    NULL,
};

#if WRONG == 8
static const SkNativeNote notes[] = {{"broken.thrice", "x", NULL, NULL, 0}};
SK_EXPORT const SkDescription skua_plugin_description = SK_DESCRIPTION(NULL, notes, 1, NULL, 0);
#elif WRONG == 9
SK_EXPORT const SkDescription skua_plugin_description = SK_DESCRIPTION(NULL, NULL, 1u << 30, NULL, 0);
#elif WRONG == 10
SK_EXPORT const SkDescription skua_plugin_description = {4, 8, 8, 0, "", NULL, 0, NULL, 0};
#elif WRONG == 11
SK_EXPORT const SkDescription skua_plugin_description = SK_DESCRIPTION("not UTF-8: \xFF", NULL, 0, NULL, 0);
#elif WRONG == 12
extern int nobody_has_this(void);
int (*keep_it)(void) = nobody_has_this;
#endif

#if WRONG == 13
__attribute__((constructor)) static void end(void) {
    exit(0);
}
#elif WRONG == 19 /* does what it can to the world, in a folder that is named by the compiler */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
__attribute__((constructor)) static void attack(void) {
    int fd = open(FOLDER "/victim", O_RDONLY | O_TRUNC);
    if (fd >= 0) close(fd);
    fd = open(FOLDER "/new", O_WRONLY | O_CREAT, 0600);
    if (fd >= 0) close(fd);
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0) mkdir(FOLDER "/socket", 0700);
    unlink(FOLDER "/victim");
    rename(FOLDER "/victim", FOLDER "/moved");
    chmod(FOLDER "/victim", 0777);
    if (fork() >= 0) mkdir(FOLDER "/fork", 0700);
    kill(getppid(), SIGKILL);
    if (system("touch " FOLDER "/system") == 0) mkdir(FOLDER "/ran", 0700);
}
#elif WRONG == 14
__attribute__((constructor)) static void end(void) {
    abort();
}
#endif

#if WRONG != 15
SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    (void)host;
#if WRONG == 16
    return NULL;
#elif WRONG == 17
    return *(const SkPlugin* const*)8;
#elif WRONG == 18
    for (;;) pause();
#else
    return &plugin;
#endif
}
#endif
