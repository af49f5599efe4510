// The clock behind --timeout: a thread of its own that ends the program when its time is up.
//
// It interrupts the guest threads (Limits::end_program) and, since a thread may sit in a system call, sends
// them a signal again and again until it is stopped: the call returns EINTR, and the native asks whether to
// go on (SkApi::interrupted).
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <pthread.h>

namespace skua::vm {

class Vm;

class Watchdog {
public:
    explicit Watchdog(Vm& vm) : vm_(vm) {}
    ~Watchdog() { stop(); }
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    // The program may run so long from now. False: the system gives no thread.
    bool start(std::chrono::nanoseconds limit);
    void stop();

    // Called, on the watchdog's thread, if the program has not ended a second after its time was up.
    std::function<void()> overdue;

private:
    void run();

    Vm& vm_;
    std::chrono::nanoseconds limit_{};
    std::chrono::steady_clock::time_point deadline_;
    pthread_t thread_{};
    bool running_ = false;
    std::mutex lock_;
    std::condition_variable stopped_;
    bool stopping_ = false;
};

}  // namespace skua::vm
