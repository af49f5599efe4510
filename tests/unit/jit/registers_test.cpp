// Programs for which register allocation went wrong once: compiled with few registers they must do what the
// interpreter, the oracle, does.
#include "hand_code.h"
#include "skua/jit/jit.h"
#include "vm_fixture.h"

namespace skua::jit {
namespace {

std::string error_of(std::string_view program, std::uint32_t threshold, unsigned registers) {
    vm::test::VmFixture m(program);
    Options options;
    options.threshold = threshold;
    options.background = false;
    options.registers = registers;
    std::string why_not;
    auto tier = make_tier(m.vm, options, why_not);
    INFO(why_not);
    REQUIRE(tier != nullptr);
    m.vm.set_tier(std::move(tier));
    auto thread = m.vm.attach_thread();
    REQUIRE(thread != nullptr);
    return m.call_error(*thread, "run", {});
}

void same_error(std::string_view program, std::string_view expected) {
    const std::string interpreted = error_of(program, 1u << 30, 0);
    CHECK(interpreted.find(expected) != std::string::npos);
    CHECK(error_of(program, 0, 3) == interpreted);
    CHECK(error_of(program, 0, 4) == interpreted);
    CHECK(error_of(program, 0, 0) == interpreted);
}

TEST_CASE("A phi's place is written although another value has had the slot since") {
    same_error(R"(
.module t
.function public static run() i64
  .regs r0: i64, r1: i64, r2: i64, r3: i64, r4: [u8], r5: u8, r6: u8, r7: i64, r8: i64, r9: u16
  .regs r10: std.core.Error
  .handler try..end -> end, std.core.Error, r10
try:
  const.int r2, 1
  const.int r1, 4
  sub.i64 r1, r1, r2
loop:
  sub.i64 r1, r1, r2
  br.lt.i64 r1, r3, out
  array.lit r4, (r5, r6)
  array.len r7, r4
  sub.i64 r8, r1, r7
  bytes.get.u16.le r9, r4, r8
  br loop
end:
  throw r10
out:
  ret r0
.end
)",
               "index -1 is out of range for length 2");
}

}  // namespace
}  // namespace skua::jit
