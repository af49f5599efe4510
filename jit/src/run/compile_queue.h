// The thread that compiles, and the jobs that wait for it.
//
// It is a plain thread that the heap does not know: it never holds a reference to a guest object that class
// data or code does not hold, and a collection does not stop it. Its stack is large, because passes recurse;
// that is also why threads that must wait for a compilation leave it to this one. It starts with the first
// job.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <pthread.h>

#include "skua/vm/class.h"

namespace skua::jit {

struct CompileJob {
    vm::Function* function = nullptr;
    const vm::Instr* osr_header = nullptr;  // null: the whole function
};

class CompileQueue {
public:
    // `compile` runs on the thread, one job at a time.
    explicit CompileQueue(std::function<void(const CompileJob&)> compile) : compile_(std::move(compile)) {}
    ~CompileQueue();  // waits for the job that runs; drops the others
    CompileQueue(const CompileQueue&) = delete;
    CompileQueue& operator=(const CompileQueue&) = delete;

    // Any thread. `wait`: returns when the job has run. False if the system gives no thread.
    bool submit(const CompileJob& job, bool wait);

private:
    bool start();  // under the lock
    void run();

    std::function<void(const CompileJob&)> compile_;
    std::mutex lock_;
    std::condition_variable work_, done_;
    std::deque<CompileJob> jobs_;
    std::uint64_t submitted_ = 0, finished_ = 0;  // jobs; they finish in order
    bool started_ = false, stopping_ = false;
    pthread_t thread_{};
};

}  // namespace skua::jit
