#include "native_stack.h"

#include <pthread.h>
#include <sys/resource.h>

namespace skua::tools {
namespace {

// Linux lets main's stack grow to the limit of the moment, but has laid out other mappings below it for the
// limit that was in force when the program started, at a distance of 128 MiB at least.
constexpr std::size_t kMaxGrowth = 120u << 20;

bool raise_limit(std::size_t bytes) {
    rlimit limit{};
    if (getrlimit(RLIMIT_STACK, &limit) != 0) return false;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= bytes) return true;
    if (bytes > kMaxGrowth || limit.rlim_max < bytes) return false;
    limit.rlim_cur = bytes;
    return setrlimit(RLIMIT_STACK, &limit) == 0;
}

struct Body {
    void (*run)(void*);
    void* data;
};

bool run_on_thread(std::size_t bytes, Body body) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_t thread{};
    const auto start = [](void* p) -> void* {
        const auto* own = static_cast<const Body*>(p);
        own->run(own->data);
        return nullptr;
    };
    const bool started = pthread_attr_setstacksize(&attributes, bytes) == 0 &&
                         pthread_create(&thread, &attributes, start, &body) == 0;
    pthread_attr_destroy(&attributes);
    if (started) pthread_join(thread, nullptr);
    return started;
}

}  // namespace

void run_on_native_stack(std::size_t bytes, void (*prepare)(), void (*run)(void* data), void* data) {
    if (raise_limit(bytes)) return run(data);
    prepare();
    if (!run_on_thread(bytes, {run, data})) run(data);
}

}  // namespace skua::tools
