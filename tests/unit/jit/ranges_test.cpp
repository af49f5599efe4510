#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

// for v4 = START; behind a test; do { body; v5 = v4 + STEP } while (v5 < v3), v3 the length of array v2.
std::string counting_loop(const std::string& start, const std::string& body, const std::string& step = "1",
                          const std::string& before = "") {
    return "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v9 = Param #1\n v2 = NullCheck v1, !1\n"
           "v3 = Load [v2 + 8] constant.w64\n" +
           before + "v20 = Lt " + start +
           ", v3\n Branch v20, block4, block5\n"
           "block4 <- block0:\n Jump block1\nblock5 <- block0:\n Return 0\n"
           "block1 <- block4, block2:\n v4 = Phi " +
           start + ", v5\n" + body + "v5 = Add v4, " + step +
           "\n v6 = Lt v5, v3\n Branch v6, block2, block3\n"
           "block2 <- block1:\n Jump block1\nblock3 <- block1:\n Return v5\n";
}
// The same loop once its condition is known to hold.
std::string endless(std::string text) {
    text.replace(text.find("Branch v6"), 9, "Branch 1");
    text.erase(text.find("v6 = Lt v5, v3"), 14);
    return text;
}
std::string store(const char* index) {
    return std::string("Store [v2 + ") + index + "*8 + 16] element.w64, 7\n";
}

}  // namespace

TEST_CASE("a counter between 0 and the length needs no check") {
    check_pass(ranges, counting_loop("0", "v7 = BoundsCheck v4, v3, !2\n" + store("v7")),
               counting_loop("0", store("v4")));
    check_pass(ranges, counting_loop("0", "v7 = BoundsCheck v4, v3, !2\n" + store("v7"), "2"),
               counting_loop("0", store("v4"), "2"));
    // Neighbours: one is out at an end, the other was checked.
    check_pass(ranges, counting_loop("1", "v10 = Add v4, -1\n v7 = BoundsCheck v10, v3, !2\n" + store("v7")),
               counting_loop("1", "v10 = Add v4, -1\n" + store("v10")));
    const std::string behind =
        counting_loop("0", "v10 = Add v4, 1\n v7 = BoundsCheck v10, v3, !2\n" + store("v7"));
    check_pass(ranges, behind, endless(behind));  // v5 was checked
    const std::string below = counting_loop("0",
                                            "v12 = CallRuntime v4, @check, !7\n v10 = Add v4, -1\n"
                                            "v7 = BoundsCheck v10, v3, !2\n" +
                                                store("v7"));
    check_pass(ranges, below, below);
}

TEST_CASE("a start that nothing is known of is checked once, if that is the first thing to be seen") {
    check_pass(
        ranges, counting_loop("v9", "v7 = BoundsCheck v4, v3, !2\n" + store("v7")),
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v9 = Param #1\n v2 = NullCheck v1, !1\n"
        "v3 = Load [v2 + 8] constant.w64\nv20 = Lt v9, v3\n Branch v20, block4, block5\n"
        "block4 <- block0:\n v21 = BoundsCheck v9, v3, !2\n Jump block1\nblock5 <- block0:\n Return 0\n"
        "block1 <- block4, block2:\n v4 = Phi v9, v5\n" +
            store("v4") +
            "v5 = Add v4, 1\n v6 = Lt v5, v3\n Branch v6, block2, block3\n"
            "block2 <- block1:\n Jump block1\nblock3 <- block1:\n Return v5\n");
    const std::string late =
        counting_loop("v9", "v8 = CallRuntime v4, @check, !5\n v7 = BoundsCheck v4, v3, !2\n" + store("v7"));
    check_pass(ranges, late, late);
    // A counter that may step over the end of all numbers.
    const std::string wraps =
        counting_loop("0", "v8 = CallRuntime v4, @check, !5\n v7 = BoundsCheck v4, v3, !2\n" + store("v7"),
                      "9223372036854775807");
    check_pass(ranges, wraps, wraps);
    // Downwards: that the loop goes on below the length is certain, that the counter stays above 0 is not.
    std::string down = counting_loop(
        "v9", "v8 = CallRuntime v4, @check, !5\n v7 = BoundsCheck v4, v3, !2\n" + store("v7"), "-1");
    check_pass(ranges, down, endless(down));
}

TEST_CASE("what one check says of others") {
    const std::string head =
        "graph f(i64, i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v9 = Param #2\n"
        "v3 = NewArray v2, @Array, !1\n v4 = BoundsCheck v9, v2, !2\n";
    check_pass(ranges, head + "v5 = Add v9, 1\n v6 = Add v2, 1\n v7 = BoundsCheck v5, v6, !3\n Return v7\n",
               head + "v5 = Add v9, 1\n v6 = Add v2, 1\n Return v5\n");
    check_pass(ranges, head + "v5 = ShrU v9, 1\n v7 = BoundsCheck v5, v2, !3\n Return v7\n",
               head + "v5 = ShrU v9, 1\n Return v5\n");
    check_pass(ranges, head + "v5 = AddChecked v9, 1, !3\n v6 = Le v5, v2\n Return v6\n",
               head + "v5 = Add v9, 1\n Return 1\n");
    const std::string other = head + "v5 = Add v9, 1\n v7 = BoundsCheck v5, v2, !3\n Return v7\n";
    check_pass(ranges, other, other);
}

TEST_CASE("overflow and division checks") {
    const auto value = [](const std::string& text) {
        return "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n" + text;
    };
    check_pass(ranges,
               value("v3 = ZExt8 v1\n v4 = AddChecked v3, 5, !1\n v5 = MulChecked v4, v3, !2\n Return v5\n"),
               value("v3 = ZExt8 v1\n v4 = Add v3, 5\n v5 = Mul v4, v3\n Return v5\n"));
    const std::string unknown = value("v4 = AddChecked v1, 5, !1\n Return v4\n");
    check_pass(ranges, unknown, unknown);
    check_pass(ranges, value("v3 = ZExt8 v1\n v4 = Add v3, 1\n v5 = DivCheck v4, !1\n Return v5\n"),
               value("v3 = ZExt8 v1\n v4 = Add v3, 1\n Return v4\n"));
    const std::string zero = value("v3 = ZExt8 v1\n v5 = DivCheck v3, !1\n Return v5\n");
    check_pass(ranges, zero, zero);
}

TEST_CASE("a bound that changes with the counter bounds nothing") {
    // v7 is another length each time round.
    const std::string text =
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v9 = Param #1\n Jump block1\n"
        "block1 <- block0, block2:\n v4 = Phi 0, v5\n v7 = CallRuntime v4, @check, !1\n"
        "v8 = BoundsCheck v4, v7, !2\n v5 = Add v8, 1\n v6 = Lt v5, v7\n Branch v6, block2, block3\n"
        "block2 <- block1:\n Jump block1\nblock3 <- block1:\n Return v5\n";
    check_pass(ranges, text, text);
}
