// The pass `carried`.
#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

// do { BODY } while (v9 < v2), on the object v4.
std::string loop(const std::string& before, const std::string& body) {
    return "graph f(i64, i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v3 = Param #2\n"
           "v4 = NullCheck v1, !1\n" +
           before + "Jump block1\nblock1 <- block0, block2:\n" + body +
           "v10 = Lt v9, v2\n Branch v10, block2, block3\nblock2 <- block1:\n Poll !2\n Jump block1\n"
           "block3 <- block1:\n Return v9\n";
}

const std::string kCount = "v8 = Load [v4 + 16] field.w64\n v9 = Add v8, 1\n Store [v4 + 16] field.w64, v9\n";

void stays(const std::string& text) {
    check_pass(carried, text, text);
}

}  // namespace

TEST_CASE("what a round stores the next one has in a register") {
    check_pass(carried, loop("", kCount),
               loop("v7 = Load [v4 + 16] field.w64\n",
                    "v8 = Phi v7, v9\n v9 = Add v8, 1\n Store [v4 + 16] field.w64, v9\n"));
}

TEST_CASE("a field that something else may write is loaded") {
    stays(loop("", kCount + "v11 = CallRuntime v9, @effect, !3\n"));
    stays(loop("", kCount + "Store [v3 + 16] field.w64, v9\n"));
    stays(loop("", kCount + "Store [v4 + 16] field.u32, v9\n"));
}

TEST_CASE("other fields, and objects that the loop makes, are written as it likes") {
    const std::string other =
        "Store [v3 + 24] field.w64, v9\n v12 = New @C, !3\n Store [v12 + 16] field.w64, v9\n";
    check_pass(carried, loop("", kCount + other),
               loop("v7 = Load [v4 + 16] field.w64\n",
                    "v8 = Phi v7, v9\n v9 = Add v8, 1\n Store [v4 + 16] field.w64, v9\n" + other));
}

TEST_CASE("a place that cannot be read in front of the loop is loaded where it was") {
    // Whether the object is large enough is known in the loop alone.
    stays(
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Jump block1\n"
        "block1 <- block0, block4:\n v3 = Phi 0, v9\n v4 = Is v1, @A\n Branch v4, block2, block5\n"
        "block2 <- block1:\n v8 = Load [v1 + 32] field.w64\n v9 = Add v8, 1\n Store [v1 + 32] field.w64, v9\n"
        " v10 = Lt v9, v2\n Branch v10, block4, block6\nblock4 <- block2:\n Jump block1\n"
        "block5 <- block1:\n Return v3\nblock6 <- block2:\n Return v9\n");
}
