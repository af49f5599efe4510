#include "runtime/watchdog.h"

#include <csignal>

#include "skua/vm/vm.h"

namespace skua::vm {
namespace {

constexpr auto kGrace = std::chrono::seconds(1);
constexpr auto kAgain = std::chrono::milliseconds(10);  // a signal may come just before the system call

}  // namespace

Watchdog::~Watchdog() {
    if (!has_thread_) return;
    {
        const std::lock_guard guard(lock_);
        ending_ = true;
    }
    changed_.notify_all();
    pthread_join(thread_, nullptr);
}

bool Watchdog::start_thread() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the threads of the program
    has_thread_ = pthread_create(
                      &thread_, nullptr,
                      [](void* self) -> void* {
                          static_cast<Watchdog*>(self)->run();
                          return nullptr;
                      },
                      this) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return has_thread_;
}

bool Watchdog::start(std::chrono::nanoseconds limit) {
    const auto now = std::chrono::steady_clock::now();
    bool wake = false;
    {
        const std::lock_guard guard(lock_);
        limit_ = limit;
        deadline_ = now + std::min<std::chrono::nanoseconds>(limit, Time::max() - now);
        armed_ = true;
        ++starts_;
        wake = deadline_ < sleeps_until_;
    }
    if (!has_thread_) return start_thread();
    if (wake) changed_.notify_all();
    return true;
}

void Watchdog::stop() {
    const std::lock_guard guard(lock_);
    armed_ = false;
}

void Watchdog::end_program(std::unique_lock<std::mutex>& guard) {
    vm_.limits().end_program(Limit::Time, static_cast<std::uint64_t>(limit_.count()));
    const auto patience = std::chrono::steady_clock::now() + kGrace;
    const std::uint64_t start = starts_;
    bool told = false;
    do {
        vm_.wake_threads();
        if (!told && overdue && std::chrono::steady_clock::now() >= patience) {
            told = true;
            overdue();
        }
        changed_.wait_for(guard, kAgain);
    } while (armed_ && starts_ == start && !ending_);
}

void Watchdog::run() {
    std::unique_lock guard(lock_);
    while (!ending_) {
        sleeps_until_ = armed_ ? deadline_ : Time::max();
        if (!armed_)
            changed_.wait(guard);
        else if (deadline_ > std::chrono::steady_clock::now())
            changed_.wait_until(guard, deadline_);
        else
            end_program(guard);
    }
}

}  // namespace skua::vm
