// array.fill compiled: few elements are stored in place, more by C++; wrong ranges are C++'s in either case.
// The oracle is what the instruction is defined to do, computed here.
#include <string>

#include "skua/jit/jit.h"
#include "vm_fixture.h"

namespace skua::jit {
namespace {

using vm::Slot;

// Of an array of n elements all that lie in from..to are set to x; sum of (i + 1) * element i, or -1 for an
// IndexError.
std::string program(const std::string& element, const std::string& make, const std::string& read) {
    return R"(
.module t
.function public static fill(from: i64, to: i64, n: i64, x: i64) i64
  .regs r4: [)" +
           element + "], r5: " + element +
           R"(, r6: i64, r7: i64, r8: i64, r9: i64, r10: std.core.Error, r11: i32
  .handler try..end -> catch, std.core.IndexError, r10
  )" + make +
           R"(
  array.new r4, r2
try:
  array.fill r4, r0, r1, r5
end:
  const.int r8, 1
loop:
  br.le.i64 r2, r6, done
  )" + read +
           R"(
  add.i64 r6, r6, r8
  mul.i64 r7, r7, r6
  add.i64 r9, r9, r7
  br loop
done:
  ret r9
catch:
  const.int r9, -1
  ret r9
.end
)";
}

void check(const std::string& text) {
    vm::test::VmFixture m(text);
    Options options;
    options.threshold = 0;
    options.background = false;
    options.code_cache = 1 << 20;
    std::string why_not;
    auto tier = make_tier(m.vm, options, why_not);
    REQUIRE(tier != nullptr);
    m.vm.set_tier(std::move(tier));
    const auto thread = m.vm.attach_thread();
    REQUIRE(thread != nullptr);
    constexpr std::int64_t kValue = 100;
    for (std::int64_t n = 0; n <= 9; ++n) {
        for (std::int64_t from = -2; from <= n + 2; ++from) {
            for (std::int64_t to = -2; to <= n + 2; ++to) {
                std::int64_t expected = 0;
                for (std::int64_t i = from; i < to; ++i) expected += (i + 1) * kValue;
                if (from < 0 || to < from || to > n) expected = -1;
                INFO("n " << n << ", from " << from << ", to " << to);
                REQUIRE(m.call(*thread, "fill", {Slot(from), Slot(to), Slot(n), Slot(kValue)}) ==
                        Slot(expected));
            }
        }
    }
    vm::Function& f = m.function("t", "fill");
    CHECK(f.code.load() == f.compiled_stub);  // all this was compiled code
}

}  // namespace

TEST_CASE("words are filled") {
    check(program("i64", "move r5, r3", "array.get r7, r4, r6"));
}

TEST_CASE("bytes are filled") {
    check(program("u8", "wrap.i64.i32 r11, r3\n  narrow.u8 r5, r11",
                  "array.get r5, r4, r6\n  sext.i32.i64 r7, r5"));
}

TEST_CASE("tuples of several leaves are filled") {
    check(program("(i64,i32)", "pack r5, (r3, r11)", "array.getf r7, r4, r6, (i64,i32)::0:i64"));
}

}  // namespace skua::jit
