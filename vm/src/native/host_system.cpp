// Time, chance and memory, as natives see them: the system's, or with VmOptions::deterministic the machine's.
#include <cerrno>
#include <ctime>
#include <sys/random.h>

#include "native/host_support.h"
#include "native/trace_hash.h"
#include "runtime/determinism.h"
#include "skua/gc/heap.h"
#include "skua/vm/tier_support.h"

namespace skua::vm {

namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

bool interrupted(SkEnv* env) {
    Thread& thread = thread_of(env);
    return thread.interrupted.load(std::memory_order_acquire) && thread.vm->limits().ends_program();
}

bool deterministic(SkEnv* env) {
    return thread_of(env).vm->determinism() != nullptr;
}

std::int64_t clock_nanos(SkEnv* env, bool wall) {
    if (Determinism* own = thread_of(env).vm->determinism()) return own->read_clock(wall);
    timespec now{};
    ::clock_gettime(wall ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
    return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

void sleep_nanos(SkEnv* env, std::int64_t nanos) {
    if (nanos <= 0) return;
    Thread& thread = thread_of(env);
    if (Determinism* own = thread.vm->determinism()) return own->sleep(nanos);
    timespec end{};
    ::clock_gettime(CLOCK_MONOTONIC, &end);
    const std::int64_t part = end.tv_nsec + nanos % kNanosPerSecond;
    end.tv_sec += nanos / kNanosPerSecond + part / kNanosPerSecond;
    end.tv_nsec = part % kNanosPerSecond;
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, nullptr) == EINTR)
        if (interrupted(env)) return void(serve_interrupt(thread));
}

bool random_bytes(SkEnv* env, void* out, std::size_t len) {
    Thread& thread = thread_of(env);
    auto* bytes = static_cast<unsigned char*>(out);
    if (Determinism* own = thread.vm->determinism()) return own->random_bytes(bytes, len), true;
    while (len > 0) {
        const ssize_t n = ::getrandom(bytes, len, 0);
        if (n < 0 && errno == EINTR && !interrupted(env)) continue;
        if (n < 0) {
            env->api->throw_errno(env, "cannot get random bytes", errno);
            return false;
        }
        bytes += n;
        len -= static_cast<std::size_t>(n);
    }
    return true;
}

void trace_output(SkEnv* env, const void* bytes, std::size_t len) {
    if (TraceHash* tracer = thread_of(env).vm->tracer())
        tracer->output({static_cast<const char*>(bytes), len});
}

std::size_t memory_limit(SkEnv*) {
    return gc::heap_limit();
}

}  // namespace

void fill_system(SkApi& api) {
    api.interrupted = interrupted;
    api.deterministic = deterministic;
    api.clock_nanos = clock_nanos;
    api.sleep_nanos = sleep_nanos;
    api.random_bytes = random_bytes;
    api.memory_limit = memory_limit;
    api.trace_output = trace_output;
}

}  // namespace skua::vm
