#include "run/compile_queue.h"

#include <csignal>

namespace skua::jit {
namespace {
constexpr std::size_t kStackBytes = 64u << 20;  // touched only as far as it is needed
}

CompileQueue::~CompileQueue() {
    {
        std::lock_guard guard(lock_);
        stopping_ = true;
    }
    work_.notify_all();
    if (started_) pthread_join(thread_, nullptr);
}

bool CompileQueue::start() {
    if (started_) return true;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    // Signals are for the threads of the program.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const auto body = [](void* self) -> void* {
        static_cast<CompileQueue*>(self)->run();
        return nullptr;
    };
    started_ = pthread_create(&thread_, &attributes, body, this) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    return started_;
}

bool CompileQueue::submit(const CompileJob& job, bool wait) {
    std::unique_lock guard(lock_);
    if (!start()) return false;
    jobs_.push_back(job);
    const std::uint64_t number = ++submitted_;
    work_.notify_one();
    if (wait) done_.wait(guard, [&] { return finished_ >= number; });
    return true;
}

void CompileQueue::run() {
    pthread_setname_np(pthread_self(), "skua-jit");
    std::unique_lock guard(lock_);
    for (;;) {
        work_.wait(guard, [&] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        const CompileJob job = jobs_.front();
        jobs_.pop_front();
        guard.unlock();
        compile_(job);
        guard.lock();
        ++finished_;
        done_.notify_all();
    }
}

}  // namespace skua::jit
