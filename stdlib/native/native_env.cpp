// Natives of std.env, std.time and std.random: small questions to the system.
#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "native_support.h"
#include "outside_text.h"

extern char** environ;

namespace skua::stdlib {
namespace {

// ---- std.env -----------------------------------------------------------------------------------

std::int64_t argument_count(SkEnv* env) {
    return static_cast<std::int64_t>(env->api->arg_count(env));
}

SkString* argument(SkEnv* env, std::int64_t index) {
    const char* text = index < 0 ? nullptr : env->api->arg(env, static_cast<std::size_t>(index));
    return text == nullptr ? nullptr : new_string(env, text);
}

SkString* variable(SkEnv* env, SkString* name) {
    return guarded(env, [&]() -> SkString* {
        const char* key = env->api->string_cstr(env, name);
        if (key == nullptr || !env->api->require(env, "env", key)) return nullptr;
        const char* value = std::getenv(key);
        return value == nullptr ? nullptr
                                : outside_text(env, value, std::string("environment variable ") + key);
    });
}

SkArray* variable_names(SkEnv* env) {
    if (!env->api->require(env, "env", nullptr)) return nullptr;
    return guarded(env, [&]() -> SkArray* {
        // Sorted: the system has them in any order.
        std::vector<std::string_view> sorted;
        for (char** entry = environ; *entry != nullptr; entry++) {
            const std::string_view text = *entry;
            sorted.push_back(text.substr(0, text.find('=')));
        }
        std::sort(sorted.begin(), sorted.end());
        SkArray* names = env->api->array_new(env, SK_STRING, sorted.size());
        for (std::size_t i = 0; names != nullptr && i < sorted.size(); i++) {
            SkString* name = outside_text(env, sorted[i], "a name in the environment");
            if (name == nullptr) return nullptr;
            env->api->array_set(env, names, i, name);
        }
        return names;
    });
}

SkString* current_folder(SkEnv* env) {
    if (!env->api->require(env, "env", "PWD")) return nullptr;
    return guarded(env, [&]() -> SkString* {
        char path[PATH_MAX];
        if (::getcwd(path, sizeof path) == nullptr) {
            env->api->throw_errno(env, "cannot tell the current folder", errno);
            return nullptr;
        }
        return outside_text(env, path, "the name of the current folder");
    });
}

const SkNative kEnvNatives[] = {
    native<argument_count>("std.env.argumentCount", "()i64", "args"),
    native<argument>("std.env.argument", "(i64)string?", "args"),
    native<variable>("std.env.variable", "(string)string?"),
    native<variable_names>("std.env.variableNames", "()[string]"),
    native<current_folder>("std.env.currentFolder", "()string"),
};

// ---- std.time ---------------------------------------------------------------------------------------

std::int64_t monotonic_nanos(SkEnv* env) {
    return env->api->clock_nanos(env, false);
}

std::int64_t wall_nanos(SkEnv* env) {
    return env->api->clock_nanos(env, true);
}

void sleep_nanos(SkEnv* env, std::int64_t count) {
    env->api->sleep_nanos(env, count);
}

const SkNative kTimeNatives[] = {
    native<monotonic_nanos>("std.time.monotonicNanos", "()i64", "clock"),
    native<wall_nanos>("std.time.wallNanos", "()i64", "clock"),
    native<sleep_nanos>("std.time.sleepNanos", "(i64)void", "clock"),
};

// ---- std.random ----------------------------------------------------------------------------------------

std::int64_t system_seed(SkEnv* env) {
    if (!env->api->require(env, "random", nullptr)) return 0;
    std::int64_t seed = 0;
    unsigned char bytes[8] = {};
    if (!env->api->random_bytes(env, bytes, sizeof bytes)) return 0;
    for (int i = 7; i >= 0; i--)
        seed = static_cast<std::int64_t>(static_cast<std::uint64_t>(seed) << 8 | bytes[i]);
    return seed;
}

const SkNative kRandomNatives[] = {
    native<system_seed>("std.random.systemSeed", "()i64"),
};

}  // namespace

SKUA_PLUGIN(std_env, "std.env", "0.1.0", kEnvNatives)
SKUA_PLUGIN(std_time, "std.time", "0.1.0", kTimeNatives)
SKUA_PLUGIN(std_random, "std.random", "0.1.0", kRandomNatives)

}  // namespace skua::stdlib
