#include "runtime/watchdog.h"

#include <csignal>

#include "skua/vm/vm.h"

namespace skua::vm {
namespace {

constexpr auto kGrace = std::chrono::seconds(1);
constexpr auto kAgain = std::chrono::milliseconds(10);  // a signal may come just before the system call

// Without SA_RESTART, so that system calls return EINTR. A host's own handler stays.
void prepare_signal() {
    struct sigaction now {};
    if (sigaction(kWakeSignal, nullptr, &now) != 0) return;
    if ((now.sa_flags & SA_SIGINFO) != 0 || (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN)) return;
    struct sigaction wake {};
    wake.sa_handler = [](int) {};
    sigemptyset(&wake.sa_mask);
    sigaction(kWakeSignal, &wake, nullptr);
}

}  // namespace

bool Watchdog::start(std::chrono::nanoseconds limit) {
    stop();
    prepare_signal();
    limit_ = limit;
    const auto now = std::chrono::steady_clock::now();
    const auto most = std::chrono::steady_clock::time_point::max() - now;
    deadline_ = now + std::min<std::chrono::nanoseconds>(limit, most);
    stopping_ = false;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the threads of the program
    running_ = pthread_create(
                   &thread_, nullptr,
                   [](void* self) -> void* {
                       static_cast<Watchdog*>(self)->run();
                       return nullptr;
                   },
                   this) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return running_;
}

void Watchdog::stop() {
    if (!running_) return;
    {
        const std::lock_guard guard(lock_);
        stopping_ = true;
    }
    stopped_.notify_all();
    pthread_join(thread_, nullptr);
    running_ = false;
}

void Watchdog::run() {
    std::unique_lock guard(lock_);
    const auto is_stopping = [this] { return stopping_; };
    if (stopped_.wait_until(guard, deadline_, is_stopping)) return;
    vm_.limits().end_program(Limit::Time, static_cast<std::uint64_t>(limit_.count()));
    const auto patience = std::chrono::steady_clock::now() + kGrace;
    bool told = false;
    do {
        vm_.wake_threads();
        if (!told && overdue && std::chrono::steady_clock::now() >= patience) {
            told = true;
            overdue();
        }
    } while (!stopped_.wait_for(guard, kAgain, is_stopping));
}

}  // namespace skua::vm
