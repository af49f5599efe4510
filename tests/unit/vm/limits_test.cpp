// Limits as a host sees them: as data, and after them the machine goes on if it is told to.
#include <thread>

#include "skua/vm/run_limits.h"
#include "skua/vm/tier_support.h"
#include "vm_fixture.h"

namespace skua::vm::test {
namespace {

// Both catch everything, themselves included.
constexpr const char* kEndless = R"(
.module t
.function public static loop(n: i64) i64
  .regs r1: i64, r2: std.core.Error
  .handler start..end -> start, std.core.Error, r2
start:
  const.int r1, 0
body:
  add.i64 r1, r1, r0
  br body
end:
.end
.function public static twice(n: i64) i64
  .regs r1: i64
  add.i64 r1, r0, r0
  ret r1
.end
.function public static main() void
  .regs r0: i64, r1: i64
  const.int r0, 1
  call r1, t::loop(i64)i64, (r0)
  ret.void
.end
)";

VmOptions limited(std::size_t max_threads, std::chrono::nanoseconds timeout) {
    VmOptions options;
    options.max_threads = max_threads;
    options.timeout = timeout;
    return options;
}

}  // namespace

TEST_CASE("no more threads attach than may") {
    VmFixture fixture(kEndless, limited(2, {}));
    auto first = fixture.vm.attach_thread();
    REQUIRE(first != nullptr);
    CHECK_FALSE(fixture.vm.limits().reached());
    {
        auto second = fixture.vm.attach_thread();
        REQUIRE(second != nullptr);
        CHECK(fixture.vm.attach_thread() == nullptr);
        const auto reached = fixture.vm.limits().reached();
        REQUIRE(reached);
        CHECK(reached->limit == Limit::Threads);
        CHECK(reached->value == 2);
        CHECK(describe_limit(*reached, false) == "the limit of 2 threads is reached; --max-threads sets it");
    }
    // It concerns nobody who is attached already.
    CHECK_FALSE(fixture.vm.limits().ends_program());
    CHECK(fixture.call(*first, "twice", {4}) == 8);
    CHECK(fixture.vm.attach_thread() != nullptr);
}

TEST_CASE("time that is up ends run_main, and the host may go on") {
    VmFixture fixture(kEndless, limited(0, std::chrono::milliseconds(50)));
    auto thread = fixture.vm.attach_thread();
    for (int round = 0; round < 2; ++round) {
        std::string uncaught;
        auto code = fixture.vm.run_main(*thread, "t", "main", &uncaught);
        REQUIRE(code.ok());
        CHECK(*code == 70);
        CHECK(uncaught.find("std.core.LimitError: the limit of 50 ms is reached; --timeout sets it") !=
              std::string::npos);
        const auto reached = fixture.vm.limits().reached();
        REQUIRE(reached);
        CHECK(reached->limit == Limit::Time);
        CHECK(reached->value == 50'000'000);
        // Whatever is thrown from now on is that error.
        CHECK(fixture.call_error(*thread, "loop", {1}).find("LimitError: the limit of 50 ms") !=
              std::string::npos);
        fixture.vm.limits().forgive();
        CHECK_FALSE(fixture.vm.limits().reached());
        CHECK(fixture.call(*thread, "twice", {21}) == 42);
    }
}

TEST_CASE("a program that is to end cannot catch that, whoever says so") {
    VmFixture fixture(kEndless);
    auto thread = fixture.vm.attach_thread();
    std::thread other([&] { fixture.vm.limits().end_program(Limit::Handles, 7); });
    const std::string text = fixture.call_error(*thread, "loop", {1});
    other.join();
    CHECK(text.find("std.core.LimitError: the limit of 7 open handles is reached; --max-handles sets it") ==
          0);
}

TEST_CASE("an interrupt that is no limit is caught as before") {
    VmFixture fixture(kEndless);
    auto thread = fixture.vm.attach_thread();
    thread->request_interrupt();
    CHECK(serve_interrupt(*thread) == false);
    CHECK(describe_error(*thread, thread->pending).find("std.core.InterruptError") == 0);
    thread->pending = nullptr;
    CHECK(serve_interrupt(*thread));
    CHECK(asks_handlers(*thread));
}

TEST_CASE("limits say which they are") {
    CHECK(describe_limit({Limit::Time, 2'000'000'000}, false) ==
          "the limit of 2 s is reached; --timeout sets it");
    CHECK(describe_limit({Limit::Time, 1'500'000'000}, false) ==
          "the limit of 1500 ms is reached; --timeout sets it");
    CHECK(describe_limit({Limit::Metadata, 1 << 20}, false) ==
          "the limit of 1024 KiB for classes and their code is reached; --max-metadata sets it");
    CHECK(describe_limit({Limit::Instructions, 5}, false) ==
          "the limit of 5 instructions is reached; --max-instructions sets it");
    CHECK(describe_limit({Limit::Instructions, 5}, true) ==
          "the limit of 5 instructions is reached; SkuaOptions.max_instructions sets it");
}

}  // namespace skua::vm::test
