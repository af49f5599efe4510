// The clock behind --timeout: a thread of its own that ends the program when its time is up.
//
// The thread is started with the first limit and waits for the next one: a host that calls the guest for each
// frame sets a limit each time, which wakes nobody.
//
// It interrupts the guest threads (Limits::end_program) and, since a thread may sit in a system call, sends
// them a signal again and again until it is stopped: the call returns EINTR, and the native asks whether to
// go on (SkApi::interrupted).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <pthread.h>

namespace skua::vm {

class Vm;

class Watchdog {
public:
    explicit Watchdog(Vm& vm) : vm_(vm) {}
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    // The program may run so long from now. False: the system gives no thread.
    bool start(std::chrono::nanoseconds limit);
    // The program has ended: when this returns, nothing more happens because of its time.
    void stop();

    // Called, on the watchdog's thread, if the program has not ended a second after its time was up.
    std::function<void()> overdue;

private:
    using Time = std::chrono::steady_clock::time_point;
    bool start_thread();
    void run();
    void end_program(std::unique_lock<std::mutex>& guard);

    Vm& vm_;
    std::chrono::nanoseconds limit_{};
    pthread_t thread_{};
    bool has_thread_ = false;
    std::mutex lock_;  // of what follows
    std::condition_variable changed_;
    bool ending_ = false;           // the thread is to end
    bool armed_ = false;            // there is a deadline
    std::uint64_t starts_ = 0;      // deadlines that there have been
    Time deadline_, sleeps_until_;  // the thread looks at the deadline by then
};

}  // namespace skua::vm
