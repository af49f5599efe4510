// The process of an isolated plugin, from its start to its end.
//
// A thread of ours starts it and waits for it, so that it is reaped at once whenever it ends, and so that it
// is killed when this process ends (the kernel counts the thread as the parent). Any thread may call.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <string>
#include <sys/types.h>
#include <vector>

#include "isolate/lane_layout.h"
#include "skua/classfile/result.h"

namespace skua::vm {

class PluginProcess {
public:
    // Starts `host`, the program that loads `plugin`.
    static Result<std::unique_ptr<PluginProcess>> start(const std::string& host, const std::string& plugin);
    ~PluginProcess();  // kills it
    PluginProcess(const PluginProcess&) = delete;
    PluginProcess& operator=(const PluginProcess&) = delete;

    // Has it ended, or is it going to, because kill() was called? Stays so.
    [[nodiscard]] bool is_dead() const { return dead_.load(std::memory_order_seq_cst); }
    // "crashed (SIGSEGV)", "ended by itself (exit code 3)", or what kill() was told. Once is_dead();
    // waits until it is reaped.
    [[nodiscard]] std::string how_it_ended();

    // Waits until it is reaped, at most so long. Is it?
    [[nodiscard]] bool ends_within(unsigned millis);

    // Ends it at once; whoever waits on a lane comes back. `why` continues "plugin 'p' ": the first reason
    // stays.
    void kill(std::string why);
    // The same, and comes back when nothing is left of it.
    void kill_and_wait(std::string why);
    // Interrupts a system call of one of its threads. Whatever the number is, no other process is meant.
    void wake_thread(std::uint32_t thread);

    // Tells it, with the descriptors of a lane, if that is what it is told of. False: it cannot be reached.
    bool send_control(const isolate::Control& control, const int* descriptors = nullptr);
    // Over which letters come; shut down when it has ended.
    [[nodiscard]] int control_socket() const { return control_; }
    // Whose waiters are woken at its end; until drop_lane.
    void add_lane(isolate::LaneHeader* header);
    void drop_lane(isolate::LaneHeader* header);

private:
    PluginProcess() = default;
    void run();
    int spawn(pid_t& id);
    void wake_all();  // under lock_

    std::string host_, plugin_;
    int theirs_ = -1, control_ = -1;
    std::atomic<bool> dead_{false};
    std::mutex lock_;
    pid_t id_ = 0;           // 0: reaped, or not started
    std::string why_, how_;  // what kill() was told first; how it has ended
    std::vector<isolate::LaneHeader*> lanes_;
    pthread_t waiter_{};
    std::atomic<int> reaped_{0};    // 1 when it is
    std::atomic<int> started_{-1};  // errno of starting; -1: not yet
};

// Sends descriptors, if any, with some bytes (at least one), without waiting.
bool send_descriptors(int socket, const void* bytes, std::size_t length, const int* descriptors,
                      unsigned count);

}  // namespace skua::vm
