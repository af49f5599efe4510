// SKUA_CHECK: a condition that our own code guarantees. Broken means a bug in the project, never
// bad input: say where and stop, in every build.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace skua {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "skua: internal error: %s:%d: %s\n", file, line, condition);
    std::abort();
}

}  // namespace skua

#define SKUA_CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::skua::check_failed(#condition, __FILE__, __LINE__))
