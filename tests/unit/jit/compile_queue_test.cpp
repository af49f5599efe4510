// The compiling thread: order, waiting, ending.
#include "run/compile_queue.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

namespace skua::jit {
namespace {

TEST_CASE("Jobs run in order, on one other thread") {
    std::vector<vm::Function> functions(50);
    std::vector<const vm::Function*> seen;
    std::vector<std::thread::id> threads;
    CompileQueue queue([&](const CompileJob& job) {
        seen.push_back(job.function);
        threads.push_back(std::this_thread::get_id());
    });
    for (std::size_t i = 0; i + 1 < functions.size(); ++i)
        REQUIRE(queue.submit({&functions[i], nullptr}, false));
    REQUIRE(queue.submit({&functions.back(), nullptr}, true));  // after all the others
    REQUIRE(seen.size() == functions.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
        CHECK(seen[i] == &functions[i]);
        CHECK(threads[i] == threads[0]);
        CHECK(threads[i] != std::this_thread::get_id());
    }
}

TEST_CASE("Several threads wait, each for its own job") {
    std::atomic<int> done{0};
    CompileQueue queue([&](const CompileJob& job) {
        ++done;
        job.function->frame_slots = 1;
    });
    std::atomic<int> early{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 100; ++i) {
                vm::Function function;
                queue.submit({&function, nullptr}, true);
                early += function.frame_slots != 1;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(done == 400);
    CHECK(early == 0);
}

TEST_CASE("The program does not wait for a job that it only submits") {
    std::mutex gate;
    gate.lock();
    std::atomic<bool> started{false};
    std::atomic<int> done{0};
    vm::Function function;
    {
        CompileQueue queue([&](const CompileJob&) {
            started = true;
            std::lock_guard guard(gate);
            ++done;
        });
        for (int i = 0; i < 5; ++i) queue.submit({&function, nullptr}, false);
        CHECK(done == 0);
        while (!started) std::this_thread::yield();
        CHECK(done == 0);
        gate.unlock();
    }
    // The end waits for the job that runs; the others may have been dropped.
    CHECK(done >= 1);
    CHECK(done <= 5);
}

TEST_CASE("A queue that was never used has no thread to wait for") {
    CompileQueue queue([](const CompileJob&) {});
}

}  // namespace
}  // namespace skua::jit
