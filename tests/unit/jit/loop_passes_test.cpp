// rotate and licm.
#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

void rotated(Graph& graph) {
    rotate(graph);
    simplify(graph);
}

// do { ... v5 = i + 1 } while (v5 < v2), behind a test.
std::string loop(const std::string& before, const std::string& body, const std::string& result = "v5") {
    return "graph f(i64, i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v3 = Param #2\n" +
           before + "Jump block1\nblock1 <- block0, block2:\n v4 = Phi 0, v5\n" + body +
           "v5 = Add v4, 1\n v6 = Lt v5, v2\n Branch v6, block2, block3\n"
           "block2 <- block1:\n Jump block1\nblock3 <- block1:\n Return " +
           result + "\n";
}

}  // namespace

TEST_CASE("a loop that tests first tests last behind a test") {
    check_pass(rotated,
               "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n Jump block1\n"
               "block1 <- block0, block2:\n v2 = Phi 0, v4\n v3 = Lt v2, v1\n Branch v3, block2, block3\n"
               "block2 <- block1:\n v4 = Add v2, 1\n Poll !1\n Jump block1\n"
               "block3 <- block1:\n Return v2\n",
               "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n v8 = Lt 0, v1\n Branch v8, block1, block2\n"
               "block1 <- block0:\n Jump block3\n"
               "block2 <- block0:\n Jump block5\n"
               "block3 <- block4, block1:\n v2 = Phi v4, 0\n v4 = Add v2, 1\n Poll !1\n v3 = Lt v4, v1\n"
               "Branch v3, block4, block6\n"
               "block4 <- block3:\n Jump block3\n"
               "block6 <- block3:\n Jump block5\n"
               "block5 <- block6, block2:\n v9 = Phi v4, 0\n Return v9\n");
}

TEST_CASE("invariant values, loads and guards are hoisted") {
    check_pass(licm, loop("", "v7 = Mul v2, v3\n v8 = CallRuntime v4, v7, @check, !1\n"),
               loop("v7 = Mul v2, v3\n", "v8 = CallRuntime v4, v7, @check, !1\n"));
    check_pass(
        licm,
        loop("", "v7 = NullCheck v1, !1\n v8 = Load [v7 + 16] field.w64\n v9 = CallRuntime v8, @check, !2\n"),
        loop("v7 = NullCheck v1, !1\n v8 = Load [v7 + 16] field.w64\n", "v9 = CallRuntime v8, @check, !2\n"));
}

TEST_CASE("a call without effect leaves the test that its argument is not null only if it takes null") {
    // The test is a branch: a handler covers it.
    const auto guarded = [](const std::string& argument, const std::string& entry, bool hoisted) {
        const std::string call = " v9 = CallRuntime " + argument + ", @" + entry + ", !2\n";
        return "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v7 = NullCheck v2, "
               "!1\n" +
               (hoisted ? call : "") +
               "Jump block1\nblock1 <- block0, block4:\n v4 = Phi 0, v5\n Branch v1, block2, block3\n"
               "block2 <- block1:\n" +
               (hoisted ? "" : call) +
               " v5 = Add v4, 1\n v6 = Lt v5, v9\n Branch v6, block4, block5\n"
               "block3 <- block1:\n Return v4\nblock4 <- block2:\n Jump block1\n"
               "block5 <- block2:\n Return v5\n";
    };
    check_pass(licm, guarded("v1", "pure", false), guarded("v1", "pure", false));
    check_pass(licm, guarded("v7", "pure", false), guarded("v7", "pure", true));
    check_pass(licm, guarded("v1", "total", false), guarded("v1", "total", true));
}

TEST_CASE("what could be noticed stays") {
    // Behind a call that may throw, the guard's exception would come first.
    const std::string late = loop("", "v9 = CallRuntime v4, @check, !2\n v7 = NullCheck v1, !1\n");
    check_pass(licm, late, late);
    // Behind a guard that stays.
    const std::string second = loop("", "v9 = DivCheck v4, !2\n v7 = NullCheck v1, !1\n");
    check_pass(licm, second, second);
    // What the loop writes.
    const std::string written =
        loop("v7 = NullCheck v1, !1\n", "v8 = Load [v7 + 16] field.w64\n Store [v3 + 16] field.w64, v8\n");
    check_pass(licm, written, written);
    check_pass(
        licm,
        loop("v7 = NullCheck v1, !1\n", "v8 = Load [v7 + 16] field.w64\n Store [v3 + 24] field.w64, v8\n"),
        loop("v7 = NullCheck v1, !1\n v8 = Load [v7 + 16] field.w64\n", "Store [v3 + 24] field.w64, v8\n"));
    // A constant index: the guard is no input of the load.
    const std::string indexed =
        loop("v7 = NullCheck v1, !1\n",
             "v9 = CallRuntime v4, @check, !2\n v10 = BoundsCheck 5, v3, !3\n"
             "v8 = Load [v7 + 56] element.w64 stride=8 key=524288\n v11 = CallRuntime v8, @check, !2\n");
    check_pass(licm, indexed, indexed);
    const std::string negative = loop("v7 = NullCheck v1, !1\n",
                                      "v9 = CallRuntime v4, @check, !2\n v10 = BoundsCheck -5, v3, !3\n"
                                      "v8 = Load [v7 + -4] element.u32 stride=4 key=262144\n"
                                      "v11 = CallRuntime v8, @check, !2\n");
    check_pass(licm, negative, negative);
    // A division by what may be zero.
    const std::string divided = loop("",
                                     "v9 = CallRuntime v4, @check, !2\n v7 = Div v2, v3\n v8 = Add v7, v4\n"
                                     "v10 = CallRuntime v8, @check, !2\n");
    check_pass(licm, divided, divided);
}
