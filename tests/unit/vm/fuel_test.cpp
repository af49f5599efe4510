// The limit on instructions (VmOptions::max_instructions). The oracle is counting by hand: a block is paid
// for, instruction by instruction, when it is entered.
#include <atomic>
#include <thread>

#include "vm_fixture.h"

namespace skua::vm::test {
namespace {

// count(n) runs 3 + 2 (n + 1) + 4 n + 1 instructions: entry, tests, bodies, return. The handler covers all of
// it, itself included.
constexpr const char* kCounting = R"(
.module t
.function public static count(n: i64) i64
  .regs r1: i64, r2: i64, r3: std.core.Error
  .handler start..end -> caught, std.core.Error, r3
start:
  const.int r1, 0
  const.int r2, 1
  br test
body:
  nop
  nop
  add.i64 r1, r1, r2
  br test
test:
  nop
  br.lt.i64 r1, r0, body
  ret r1
caught:
  const.int r1, -1
  br caught
end:
.end
.function public static count_twice(n: i64) i64
  .regs r1: i64, r2: i64
  call r1, t::count(i64)i64, (r0)
  call r2, t::count(i64)i64, (r0)
  add.i64 r1, r1, r2
  ret r1
.end
)";

constexpr std::uint64_t instructions_of(std::uint64_t n) {
    return 3 + 2 * (n + 1) + 4 * n + 1;
}

// Whether count(n), or another function, comes to its end with a limit.
bool ends(VmFixture& fixture, Thread& thread, std::uint64_t limit, Slot n, std::string_view name = "count") {
    fixture.vm.instructions().restart(limit, thread.fuel);
    Slot result = 0;
    const bool returned = invoke(thread, fixture.function("t", name), {&n, 1}, &result);
    if (!returned) {
        const std::string text = describe_error(thread, thread.pending);
        INFO(text);
        CHECK(text.find("std.core.LimitError: the limit of " + std::to_string(limit)) == 0);
        thread.pending = nullptr;
    }
    return returned;
}

}  // namespace

TEST_CASE("a program runs as many instructions as it may, and no block more") {
    VmFixture fixture(kCounting, 1 << 20, 1);
    auto thread = fixture.vm.attach_thread();
    for (const std::uint64_t n : {0, 1, 10, 1000, 400'000}) {
        const std::uint64_t all = instructions_of(n);
        CHECK(ends(fixture, *thread, all, n));
        CHECK(fixture.vm.instructions().left(thread->fuel) == 0);
        CHECK(ends(fixture, *thread, all + 5, n));
        CHECK(fixture.vm.instructions().left(thread->fuel) == 5);
        CHECK_FALSE(ends(fixture, *thread, all - 1, n));
        CHECK_FALSE(ends(fixture, *thread, all / 2, n));
        CHECK(ends(fixture, *thread, 2 * all + 4, n, "count_twice"));
        CHECK_FALSE(ends(fixture, *thread, 2 * all + 3, n, "count_twice"));
    }
}

TEST_CASE("past the limit nothing runs, however short") {
    VmFixture fixture(kCounting, 1 << 20, 1);
    auto thread = fixture.vm.attach_thread();
    CHECK_FALSE(ends(fixture, *thread, 5, 10));
    // Two instructions were left.
    CHECK(fixture.vm.instructions().left(thread->fuel) == 0);
    CHECK(fixture.call_error(*thread, "count", {0}).find("std.core.LimitError") == 0);
}

TEST_CASE("a limit of 0 counts, too, what is linked under it") {
    VmFixture fixture(kCounting, 1 << 20, 1);
    auto thread = fixture.vm.attach_thread();
    CHECK_FALSE(ends(fixture, *thread, 0, 0));
    CHECK_FALSE(ends(fixture, *thread, instructions_of(0) - 1, 0));
    CHECK(ends(fixture, *thread, instructions_of(0), 0));
}

TEST_CASE("threads share the limit") {
    constexpr int kThreads = 4;
    constexpr std::uint64_t kRounds = 300'000;
    // Enough for two of them, and what a third one draws in advance.
    VmFixture fixture(kCounting, 1 << 20, 2 * instructions_of(kRounds) + (1 << 20));
    auto main_thread = fixture.vm.attach_thread();
    gc::prepare_threads();
    std::atomic<int> ended{0};
    std::vector<std::thread> threads;
    Function& count = fixture.function("t", "count");
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            auto thread = fixture.vm.attach_thread();
            Slot n = kRounds, result = 0;
            if (thread && invoke(*thread, count, {&n, 1}, &result)) ++ended;
        });
    for (auto& t : threads) t.join();
    CHECK(ended <= 2);
}

}  // namespace skua::vm::test
