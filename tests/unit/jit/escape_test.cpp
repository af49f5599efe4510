#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

void straight_line(const std::string& before, const std::string& after) {
    const std::string head = "graph f(i64, i64) -> (i64)\nblock0:\n  v1 = Param #0\n  v2 = Param #1\n";
    check_pass(escape, head + before, head + after);
}
void same(const std::string& text) {
    straight_line(text, text);
}

}  // namespace

TEST_CASE("an object that stays inside becomes values") {
    straight_line(
        "v3 = New @A, !1\n Store [v3 + 16] field.w64, v1\n v4 = Load [v3 + 16] field.w64\n"
        "v5 = Load [v3 + 24] field.w64\n v6 = Add v4, v5\n Return v6\n",
        "v6 = Add v1, 0\n Return v6\n");
    straight_line(
        "v3 = New @A, !1\n Store [v3 + 16] field.u8, v1\n v4 = Load [v3 + 16] field.i8\n Return v4\n",
        "v4 = SExt8 v1\n Return v4\n");
    straight_line(
        "v3 = NewArray 4, @Array, !1\n Store [v3 + 32] element.w64 stride=8 key=524288, v1\n"
        "v4 = Load [v3 + 32] element.w64 stride=8 key=524288\n Return v4\n",
        "Return v1\n");
    straight_line("v3 = New @A, !1\n v4 = Eq v3, v1\n Return v4\n", "Return 0\n");
    straight_line(
        "v9 = IntToF.f64 v1\n v3 = New @A, !1\n Store [v3 + 16] field.f64, v9\n v4 = Load.f64 [v3 + 16] "
        "field.f64\n"
        "v5 = Load.f64 [v3 + 24] field.f64\n v6 = FAdd.f64 v4, v5\n v7 = FToI64 v6\n Return v7\n",
        "v9 = IntToF.f64 v1\n v6 = FAdd.f64 v9, 0.0:f64\n v7 = FToI64 v6\n Return v7\n");
}

TEST_CASE("what one object holds is free once it is gone") {
    straight_line(
        "v3 = New @A, !1\n v4 = New @B, !2\n Store [v4 + 16] field.w64 ref, v3\n"
        "Store [v3 + 16] field.w64, v2\n v5 = Load [v4 + 16] field.w64\n v6 = Load [v5 + 16] field.w64\n "
        "Return v6\n",
        "Return v2\n");
}

TEST_CASE("what was stored in an object that is gone is still there") {
    straight_line(
        "v4 = New @B, !1\n v3 = New @A, !2\n Store [v4 + 16] field.w64 ref, v3\n"
        "v5 = Load [v4 + 16] field.w64\n Return v5\n",
        "v3 = New @A, !2\n Return v3\n");
}

TEST_CASE("an object that anybody may see stays") {
    same("v3 = New @A, !1\n Store [v3 + 16] field.w64, v1\n Return v3\n");
    same("v3 = New @A, !1\n v4 = CallRuntime v3, @effect, !2\n v5 = Load [v3 + 16] field.w64\n Return v5\n");
    same("v3 = New @A, !1\n Store [v1 + 16] field.w64 ref, v3\n Return v1\n");
    same("v3 = New @A, !1\n Store [v3 + 16] field.w64 ref, v3\n v4 = Load [v3 + 16] field.w64\n Return v4\n");
    same(
        "v3 = NewArray 4, @Array, !1\n v4 = BoundsCheck v1, 4, !2\n v5 = Load [v3 + v4*8 + 16] element.w64\n "
        "Return v5\n");
    // Two views of one place.
    same("v3 = New @A, !1\n Store [v3 + 16] field.w64, v1\n v4 = Load [v3 + 20] field.u8\n Return v4\n");
}

TEST_CASE("fields become phis where ways meet") {
    check_pass(escape,
               "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v3 = New @A, !1\n Jump "
               "block1\n"
               "block1 <- block0, block2:\n v4 = Load [v3 + 16] field.w64\n v5 = Add v4, v2\n"
               "Store [v3 + 16] field.w64, v5\n v6 = Lt v5, v1\n Branch v6, block2, block3\n"
               "block2 <- block1:\n Poll !2\n Jump block1\n"
               "block3 <- block1:\n v7 = Load [v3 + 16] field.w64\n Return v7\n",
               "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Jump block1\n"
               "block1 <- block0, block2:\n v4 = Phi 0, v5\n v5 = Add v4, v2\n"
               "v6 = Lt v5, v1\n Branch v6, block2, block3\n"
               "block2 <- block1:\n Poll !2\n Jump block1\n"
               "block3 <- block1:\n Return v5\n");
    check_pass(
        escape,
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v3 = New @A, !1\n"
        "Branch v1, block1, block2\n"
        "block1 <- block0:\n Store [v3 + 16] field.w64, v2\n Jump block3\nblock2 <- block0:\n Jump block3\n"
        "block3 <- block1, block2:\n v7 = Load [v3 + 16] field.w64\n Return v7\n",
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Branch v1, block1, block2\n"
        "block1 <- block0:\n Jump block3\nblock2 <- block0:\n Jump block3\n"
        "block3 <- block1, block2:\n v7 = Phi v2, 0\n Return v7\n");
}
