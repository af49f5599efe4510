#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

void straight(const std::string& before, const std::string& after) {
    const std::string head = "graph f(i64, i64) -> (i64)\nblock0:\n  v1 = Param #0\n  v2 = Param #1\n";
    check_pass(gvn, head + before, head + after);
}

}  // namespace

TEST_CASE("equal values and guards are one") {
    straight("v3 = Add v1, v2\n v4 = Add v2, v1\n v5 = Mul v3, v4\n Return v5\n",
             "v3 = Add v1, v2\n v5 = Mul v3, v3\n Return v5\n");
    straight("v3 = NullCheck v1, !1\n v4 = NullCheck v1, !2\n v5 = Add v3, v4\n Return v5\n",
             "v3 = NullCheck v1, !1\n v5 = Add v3, v3\n Return v5\n");
}

TEST_CASE("loads see stores and loads of the same place, until it is written") {
    straight("Store [v1 + 16] field.w64, v2\n v3 = Load [v1 + 16] field.w64\n Return v3\n",
             "Store [v1 + 16] field.w64, v2\n Return v2\n");
    straight(
        "v3 = Load [v1 + 16] field.w64\n Store [v2 + 24] field.w64, 1\n v4 = Load [v1 + 16] field.w64\n"
        "v5 = Sub v3, v4\n Return v5\n",
        "v3 = Load [v1 + 16] field.w64\n Store [v2 + 24] field.w64, 1\n v5 = Sub v3, v3\n Return v5\n");
    const char* aliased =
        "v3 = Load [v1 + 16] field.w64\n Store [v2 + 16] field.w64, 1\n v4 = Load [v1 + 16] field.w64\n"
        "v5 = Sub v3, v4\n Return v5\n";
    straight(aliased, aliased);
    straight("Store [v1 + 16] field.u8, v2\n v3 = Load [v1 + 16] field.i8\n Return v3\n",
             "Store [v1 + 16] field.u8, v2\n v3 = SExt8 v2\n Return v3\n");
    const char* called =
        "v3 = Load [v1 + 16] field.w64\n v6 = CallRuntime v1, @effect, !1\n v4 = Load [v1 + 16] field.w64\n"
        "v5 = Sub v3, v4\n Return v5\n";
    straight(called, called);
    straight(
        "v3 = Load [v1 + 16] field.w64\n v6 = CallRuntime v1, @check, !1\n v4 = Load [v1 + 16] field.w64\n"
        "v5 = Sub v3, v4\n Return v5\n",
        "v3 = Load [v1 + 16] field.w64\n v6 = CallRuntime v1, @check, !1\n v5 = Sub v3, v3\n Return v5\n");
    // Unaligned bytes overlap elements of arrays of bytes.
    const char* bytes =
        "v3 = Load [v1 + v2*1 + 16] element.u8\n Store [v1 + v2*1 + 16] bytes.u16, 1\n"
        "v4 = Load [v1 + v2*1 + 16] element.u8\n v5 = Sub v3, v4\n Return v5\n";
    straight(bytes, bytes);
}

TEST_CASE("a loop that writes makes a new version, a join of two others too") {
    const auto loop = [](const std::string& body, const std::string& load) {
        return "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n"
               "v3 = Load [v1 + 16] field.w64\n Jump block1\n"
               "block1 <- block0, block2:\n v4 = Phi 0, v5\n" +
               load +
               "Branch v5, block2, block3\n"
               "block2 <- block1:\n" +
               body + "Jump block1\nblock3 <- block1:\n Return v4\n";
    };
    const std::string load = "v6 = Load [v1 + 16] field.w64\n v5 = Add v4, v6\n";
    check_pass(gvn, loop("Store [v2 + 24] field.w64, 1\n", load),
               loop("Store [v2 + 24] field.w64, 1\n", "v5 = Add v3, v4\n"));
    check_pass(gvn, loop("Store [v2 + 16] field.w64, 1\n", load),
               loop("Store [v2 + 16] field.w64, 1\n", load));
}

TEST_CASE("branches teach") {
    check_pass(
        gvn,
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Branch v1, block1, block2\n"
        "block1 <- block0:\n v3 = NullCheck v1, !1\n v4 = Load [v3 + 8] field.w64\n Return v4\n"
        "block2 <- block0:\n v5 = NullCheck v1, !2\n Return v5\n",
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Branch v1, block1, block2\n"
        "block1 <- block0:\n v4 = Load [v1 + 8] field.w64\n Return v4\n"
        "block2 <- block0:\n v5 = NullCheck v1, !2\n Return v5\n");
    const auto compare = [](const char* first, const char* second) {
        return std::string("graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v3 = ") +
               first + "\n Branch v3, block1, block2\nblock1 <- block0:\n" + second +
               "block2 <- block0:\n Return 9\n";
    };
    check_pass(gvn, compare("Lt v1, v2", "v4 = Le v1, v2\n Return v4\n"), compare("Lt v1, v2", "Return 1\n"));
    check_pass(gvn, compare("Lt v1, v2", "v4 = Le v2, v1\n Return v4\n"), compare("Lt v1, v2", "Return 0\n"));
    check_pass(gvn, compare("Le v1, v2", "v4 = Lt v1, v2\n Return v4\n"),
               compare("Le v1, v2", "v4 = Lt v1, v2\n Return v4\n"));
    check_pass(gvn, compare("Lt v1, v2", "v4 = Eq v1, v2\n Return v4\n"), compare("Lt v1, v2", "Return 0\n"));
}

TEST_CASE("a branch on what was checked is decided") {
    const std::string head = "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = NullCheck v1, !1\n";
    check_pass(gvn,
               head +
                   "v3 = CallRuntime v2, @effect, !2\n Branch v1, block1, block2\n"
                   "block1 <- block0:\n Return v2\nblock2 <- block0:\n Return 0\n",
               head +
                   "v3 = CallRuntime v2, @effect, !2\n Branch 1, block1, block2\n"
                   "block1 <- block0:\n Return v2\nblock2 <- block0:\n Return 0\n");
}
