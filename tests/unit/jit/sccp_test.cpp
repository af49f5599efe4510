// The pass `sccp`.
#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

const std::string kOne = "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n";

// while (v1-th time) { if (x != 0) x = OTHER }, from x = 0.
std::string closing_loop(const std::string& other) {
    return kOne +
           "Jump block1\nblock1 <- block0, block5:\n v2 = Phi 0, v6\n v3 = Phi v1, v7\n v4 = Ne v2, 0\n"
           "Branch v4, block2, block3\nblock2 <- block1:\n Jump block4\nblock3 <- block1:\n Jump block4\n"
           "block4 <- block2, block3:\n v6 = Phi " +
           other +
           ", v2\n v7 = Sub v3, 1\n v8 = Ne v7, 0\n Branch v8, block5, block6\nblock5 <- block4:\n Poll !1\n"
           "Jump block1\nblock6 <- block4:\n Return v6\n";
}

bool returns_zero(const std::string& text) {
    auto graph = graph_of(text);
    sccp(*graph);
    simplify(*graph);
    INFO(text_of(*graph));
    REQUIRE(verify_graph(*graph) == "");
    return text_of(*graph).find("Return 0") != std::string::npos;
}

}  // namespace

TEST_CASE("a value that only a way that it closes would change is constant") {
    CHECK(returns_zero(closing_loop("7")));
    auto graph = graph_of(closing_loop("7"));
    simplify(*graph);
    CHECK(text_of(*graph).find("Return 0") == std::string::npos);  // what is certain says nothing
}

TEST_CASE("a value that changes on a way that may be taken is none") {
    auto text = closing_loop("7");
    text.replace(text.find("v2 = Phi 0"), 10, "v2 = Phi v1");
    CHECK_FALSE(returns_zero(text));
}

TEST_CASE("constants are computed, switches and branches on them decided") {
    check_pass(
        sccp,
        kOne +
            "v2 = Add 2, 3\n v3 = Lt v2, 6\n Branch v3, block1, block2\nblock1 <- block0:\n Jump block3\n"
            "block2 <- block0:\n Jump block3\nblock3 <- block1, block2:\n v4 = Phi 4, v1\n v5 = Mul v4, v2\n"
            " Return v5\n",
        kOne +
            "Branch 1, block1, block2\nblock1 <- block0:\n Jump block3\nblock2 <- block0:\n Jump block3\n"
            "block3 <- block1, block2:\n Return 20\n");
    check_pass(sccp,
               kOne +
                   "v2 = Add 2, 3\n Switch v2, #4, block1, block2, block3\nblock1 <- block0:\n Jump block4\n"
                   "block2 <- block0:\n Jump block4\nblock3 <- block0:\n Jump block4\n"
                   "block4 <- block1, block2, block3:\n v3 = Phi v1, 8, 9\n Return v3\n",
               kOne +
                   "Switch 5, #4, block1, block2, block3\nblock1 <- block0:\n Jump block4\n"
                   "block2 <- block0:\n Jump block4\nblock3 <- block0:\n Jump block4\n"
                   "block4 <- block1, block2, block3:\n Return 8\n");
}

TEST_CASE("what stands behind a guard stays behind it") {
    const std::string text = kOne +
                             "v2 = Load [v1 + 8] constant.w64\n v3 = BoundsCheck 5, v2, !1\n v4 = Add v3, 1\n"
                             " Return v4\n";
    check_pass(sccp, text, text);
}
