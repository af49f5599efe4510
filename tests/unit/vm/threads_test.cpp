// Several guest threads at once: they link the same functions, allocate, fill inline caches, run
// one initialiser, throw and catch. Run under TSan (with the malloc heap) by the tsan preset; with
// the collecting heap this is a stress of the stop-the-world machinery.
#include <atomic>
#include <thread>

#include "vm_fixture.h"

namespace skua::vm::test {
namespace {

// work(n): n times allocates a list node, calls a virtual method on one of two classes, divides by
// zero and catches it; gives the number of caught errors plus the sum of the virtual results.
constexpr const char* kProgram = R"(
.class public open t.Base
.field mutable next: t.Base?
.function public open value(this: t.Base) i64
  .regs r1: i64
  const.int r1, 1
  ret r1
.end
.class public t.Derived
.extends t.Base
.field mutable payload: [i64]?
.function public override value(this: t.Derived) i64
  .regs r1: i64
  const.int r1, 2
  ret r1
.end
.module t
.field static mutable started: i64
.function static static$init() void
  .regs r0: i64
  const.int r0, 5
  static.put t::started:i64, r0
  ret.void
.end
.function public static work(n: i64) i64
  .regs r1: i64, r2: i64, r3: t.Base, r4: t.Derived, r5: i64, r6: i64, r7: std.core.Error, r8: t.Base?, r9: i64, r10: [i64], r11: [i64]?, r12: i64, r13: i64
  .handler try..caught_end -> catch, std.core.ArithmeticError, r7
  static.get r13, t::started:i64
  br test
loop:
  const.int r9, 1
  and.i64 r5, r1, r9
  const.int r6, 0
  br.eq.i64 r5, r6, even
  new r4, t.Derived
  const.int r12, 10
  array.new r10, r12
  wrap r11, r10
  put r4, t.Derived::payload:[i64]?, r11
  move r3, r4
  br join
even:
  new r3, t.Base
join:
  put r3, t.Base::next:t.Base?, r8
  const.null r8
  call.virtual r5, t.Base::value(t.Base)i64, (r3)
  add.i64 r2, r2, r5
try:
  const.int r6, 0
  div.i64 r5, r1, r6
caught_end:
  br next
catch:
  const.int r9, 1
  add.i64 r2, r2, r9
next:
  const.int r9, 1
  add.i64 r1, r1, r9
test:
  br.lt.i64 r1, r0, loop
  const.int r9, 5
  br.eq.i64 r13, r9, ok
  const.int r2, -1
ok:
  ret r2
.end
)";

}  // namespace

TEST_CASE("guest threads run, link, allocate, dispatch and throw side by side") {
    VmFixture fixture(kProgram);
    auto main_thread = fixture.vm.attach_thread();
    REQUIRE(main_thread != nullptr);
    gc::prepare_threads();
    constexpr int kThreads = 4;
    constexpr std::int64_t kRounds = 3000;
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    Function& work = fixture.function("t", "work");
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            auto thread = fixture.vm.attach_thread();
            if (!thread) return;
            const Slot n = kRounds;
            Slot result = 0;
            // Half the objects answer 2, half 1, and each round catches one error.
            if (invoke(*thread, work, {&n, 1}, &result) && result == kRounds / 2 * 3 + kRounds) ++right;
        });
    }
    for (auto& t : threads) t.join();
    CHECK(right == kThreads);
}

TEST_CASE("an interrupt from another thread ends an endless loop") {
    VmFixture fixture(
        ".module t\n.function public static spin() i64\n .regs r0: i64, r1: i64\nloop:\n const.int r1, 1\n "
        "add.i64 r0, r0, r1\n br loop\n.end\n");
    auto thread = fixture.vm.attach_thread();
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        thread->request_interrupt();
    });
    CHECK(fixture.call_error(*thread, "spin", {}).find("std.core.InterruptError") == 0);
    other.join();
}

}  // namespace skua::vm::test
