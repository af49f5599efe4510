// hot_loops. A call on a rare way through a loop: what comes back from it goes on in a copy, up to the loop's
// header.
#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

// do { if (v4 == v2) { call }; v3 += field } while (++v4 < v2)
std::string summing_loop(const std::string& condition, const std::string& rare) {
    return "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Jump block1\n"
           "block1 <- block0, block5:\n v3 = Phi 0, v9\n v4 = Phi 0, v10\n v5 = Load [v1 + 16] field.w64\n "
           "v6 = " +
           condition + "\n Branch v6, block2, block3\nblock2 <- block1:\n" + rare +
           " Jump block4\nblock3 <- block1:\n Jump block4\n"
           "block4 <- block2, block3:\n v8 = Phi v7, v5\n v9 = Add v3, v8\n v10 = Add v4, 1\n v11 = Lt v10, "
           "v2\n"
           " Branch v11, block5, block6\n"
           "block5 <- block4:\n Poll !2\n Jump block1\nblock6 <- block4:\n Return v9\n";
}

const std::string kRareCall = " v7 = CallRuntime v1, @effect, !1\n";

}  // namespace

TEST_CASE("a loop that calls on a rare way gets an inner loop that does not") {
    check_pass(hot_loops, summing_loop("Eq v4, v2", kRareCall),
               "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Jump block9\n"
               "block1 <- block5, block9:\n v3 = Phi v9, v40\n v4 = Phi v10, v41\n"
               " v5 = Load [v1 + 16] field.w64\n v6 = Eq v4, v2\n Branch v6, block2, block3\n"
               "block2 <- block1:\n v7 = CallRuntime v1, @effect, !1\n Jump block7\n"
               "block3 <- block1:\n Jump block4\n"
               "block4 <- block3:\n v9 = Add v3, v5\n v10 = Add v4, 1\n v11 = Lt v10, v2\n"
               " Branch v11, block5, block10\n"
               "block5 <- block4:\n Poll !2\n Jump block1\n"
               "block6 <- block10, block11:\n v43 = Phi v9, v34\n Return v43\n"
               "block7 <- block2:\n v34 = Add v3, v7\n v35 = Add v4, 1\n v36 = Lt v35, v2\n"
               " Branch v36, block8, block11\n"
               "block8 <- block7:\n Poll !2\n Jump block9\n"
               "block9 <- block0, block8:\n v40 = Phi 0, v34\n v41 = Phi 0, v35\n Jump block1\n"
               "block10 <- block4:\n Jump block6\nblock11 <- block7:\n Jump block6\n");
}

TEST_CASE("a loop is left alone if its usual way calls, or no way writes memory") {
    for (const std::string& same :
         {summing_loop("Ne v4, v2", kRareCall), summing_loop("Lt v4, v2", " v7 = Mul v3, v3\n"),
          summing_loop("Eq v4, v2", " v7 = CallRuntime v1, @check, !1\n")})
        check_pass(hot_loops, same, same);
}
