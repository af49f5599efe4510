#include "isolate/turn.h"

#include <algorithm>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace skua::isolate {

namespace {

constexpr std::uint32_t kMostSpin = 50'000, kLeastSpin = 2'000;  // nanoseconds

std::int64_t monotonic_nanos() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Not private: the other waiter is another process.
long shared_futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
                  const timespec* timeout) {
    return syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation, value, timeout, nullptr, 0);
}

}  // namespace

Patience::Patience() : nanos_(sysconf(_SC_NPROCESSORS_ONLN) > 1 ? kMostSpin : 0) {}

bool Patience::spin(const std::atomic<std::uint32_t>& turn, Turn other) {
    if (nanos_ == 0) return false;
    const auto is_mine = [&] { return (turn.load(std::memory_order_acquire) & kWhose) != other; };
    if (is_mine()) return true;
    const std::int64_t end = monotonic_nanos() + nanos_;
    do {
        for (int i = 0; i < 32; i++) {
            relax();
            if (is_mine()) {
                nanos_ = std::min(kMostSpin, nanos_ * 2);
                return true;
            }
        }
    } while (monotonic_nanos() < end);
    nanos_ = std::max(kLeastSpin, nanos_ / 2);
    return false;
}

void sleep_while(std::atomic<std::uint32_t>& turn, Turn other, unsigned millis) {
    std::uint32_t seen = turn.load(std::memory_order_acquire);
    if ((seen & kWhose) != other) return;
    if ((seen & kSleeps) == 0 && !turn.compare_exchange_strong(seen, seen | kSleeps)) return;
    const timespec timeout{millis / 1000, static_cast<long>(millis % 1000) * 1'000'000};
    shared_futex(turn, FUTEX_WAIT, seen | kSleeps, millis == 0 ? nullptr : &timeout);
}

void give_turn(std::atomic<std::uint32_t>& turn, Turn to) {
    const std::uint32_t before = turn.exchange(to, std::memory_order_seq_cst);
    if ((before & kSleeps) != 0) shared_futex(turn, FUTEX_WAKE, 1, nullptr);
}

}  // namespace skua::isolate
