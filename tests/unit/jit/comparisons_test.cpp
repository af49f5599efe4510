// The pass `comparisons`.
#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

const std::string kHead = "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n";

}  // namespace

TEST_CASE("each branch compares by itself") {
    check_pass(
        comparisons,
        kHead +
            "v3 = Lt v1, v2\n Branch v3, block1, block2\n"
            "block1 <- block0:\n v4 = CallRuntime v1, @effect, !1\n Branch v3, block3, block4\n"
            "block2 <- block0:\n Return 1\nblock3 <- block1:\n Return 2\nblock4 <- block1:\n Return 3\n",
        kHead +
            "v3 = Lt v1, v2\n Branch v3, block1, block2\n"
            "block1 <- block0:\n v4 = CallRuntime v1, @effect, !1\n v5 = Lt v1, v2\n"
            "Branch v5, block3, block4\n"
            "block2 <- block0:\n Return 1\nblock3 <- block1:\n Return 2\nblock4 <- block1:\n Return 3\n");
}

TEST_CASE("a comparison goes to the only branch on it") {
    check_pass(comparisons,
               kHead +
                   "v3 = LtU v1, v2\n Jump block1\nblock1 <- block0:\n Branch v3, block2, block3\n"
                   "block2 <- block1:\n Return 2\nblock3 <- block1:\n Return 3\n",
               kHead +
                   "Jump block1\nblock1 <- block0:\n v3 = LtU v1, v2\n Branch v3, block2, block3\n"
                   "block2 <- block1:\n Return 2\nblock3 <- block1:\n Return 3\n");
}

TEST_CASE("a comparison that is a number, too, is made once") {
    const std::string text = kHead +
                             "v3 = Lt v1, v2\n Jump block1\n"
                             "block1 <- block0:\n Branch v3, block2, block3\n"
                             "block2 <- block1:\n Return v3\nblock3 <- block1:\n Return 3\n";
    check_pass(comparisons, text, text);
}
