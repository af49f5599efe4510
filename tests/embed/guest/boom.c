/* A plugin that does one thing well, and another one not at all. */
#include <stdlib.h>
#include <unistd.h>

#include "skua/native.h"

static int64_t twice(SkEnv* env, int64_t x) {
    (void)env;
    return 2 * x;
}
static int64_t crash(SkEnv* env) {
    (void)env;
    abort();
}
static int64_t process(SkEnv* env) {
    (void)env;
    return getpid();
}

static const SkNative natives[] = {
    {"blast.twice", "(i64)i64", (SkFunction)twice, NULL},
    {"blast.crash", "()i64", (SkFunction)crash, NULL},
    {"blast.process", "()i64", (SkFunction)process, NULL},
};

SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    static const SkPlugin plugin = {SK_ABI_VERSION, "boom", "1.0.0", natives, 3, NULL};
    (void)host;
    return &plugin;
}
