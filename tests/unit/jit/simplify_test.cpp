#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

// A function of three integers x = v1, y = v2, z = v3 that returns v9.
void value(const std::string& before, const std::string& after) {
    const std::string head =
        "graph f(i64, i64, i64) -> (i64)\nblock0:\n  v1 = Param #0\n  v2 = Param #1\n  v3 = Param #2\n";
    check_pass(simplify, head + before, head + after);
}

}  // namespace

TEST_CASE("arithmetic identities") {
    value("v4 = Add v1, 0\n v5 = Mul v4, 1\n v9 = Sub v5, v2\n Return v9\n", "v9 = Sub v1, v2\n Return v9\n");
    value("v4 = Add v1, 5\n v5 = Add v4, -7\n Return v5\n", "v9 = Add v1, -2\n Return v9\n");
    value("v4 = Sub v1, v1\n Return v4\n", "Return 0\n");
    value("v4 = Mul v1, 8\n Return v4\n", "v9 = Shl v1, 3\n Return v9\n");
    value("v4 = Mul v1, 10\n Return v4\n", "v9 = Mul v1, 10\n Return v9\n");
    value("v4 = Xor v1, -1\n v5 = Not v4\n Return v5\n", "Return v1\n");
    value("v4 = Add v1, v2\n v5 = Sub v4, v2\n Return v5\n", "Return v1\n");
    value("v4 = ZExt8 v1\n v5 = And v4, 255\n Return v5\n", "v4 = ZExt8 v1\n Return v4\n");
    value("v4 = Shl v1, 3\n v5 = Shl v4, 4\n Return v5\n", "v4 = Shl v1, 7\n Return v4\n");
    value("v4 = ShrU v1, 60\n v5 = RemU v4, 16\n Return v5\n", "v4 = ShrU v1, 60\n Return v4\n");
    value("v4 = Mul 6, 7\n Return v4\n", "Return 42\n");
    value("v4 = IntToF.f64 v1\n v5 = FMul.f64 v4, 2.0:f64\n v6 = FToI64 v5\n Return v6\n",
          "v4 = IntToF.f64 v1\n v5 = FAdd.f64 v4, v4\n v6 = FToI64 v5\n Return v6\n");
}

TEST_CASE("division") {
    value("v4 = DivCheck 8, !1\n v5 = DivU v1, v4\n Return v5\n", "v4 = ShrU v1, 3\n Return v4\n");
    value("v4 = Rem v1, -1\n Return v4\n", "Return 0\n");
    value("v4 = Div v1, -1\n Return v4\n", "v4 = Neg v1\n Return v4\n");
    value("v4 = ZExt8 v1\n v5 = Rem v4, 4\n Return v5\n", "v4 = ZExt8 v1\n v5 = And v4, 3\n Return v5\n");
    // A negative dividend rounds towards zero: no shift.
    value("v5 = Div v1, 7\n Return v5\n", "v5 = Div v1, 7\n Return v5\n");
    value("v4 = DivCheck 0, !1\n v5 = DivU v1, v4\n Return v5\n",
          "v4 = DivCheck 0, !1\n v5 = DivU v1, v4\n Return v5\n");
}

TEST_CASE("rotation is recognised") {
    const std::string narrow = "v4 = Trunc.i32 v1\n v5 = Trunc.i32 v2\n";
    value(narrow +
              "v6 = ShrU.i32 v4, 7:i32\n v7 = Shl.i32 v4, 25:i32\n v8 = Or.i32 v6, v7\n v9 = SExt v8\n "
              "Return v9\n",
          "v4 = Trunc.i32 v1\n v8 = Rotl.i32 v4, 25:i32\n v9 = SExt v8\n Return v9\n");
    value(narrow +
              "v6 = Sub.i32 32:i32, v5\n v7 = Shl.i32 v4, v6\n v8 = ShrU.i32 v4, v5\n v9 = Or.i32 v7, v8\n"
              "v10 = SExt v9\n Return v10\n",
          narrow + "v8 = Rotr.i32 v4, v5\n v9 = SExt v8\n Return v9\n");
    value("v4 = Shl v1, 3\n v5 = ShrU v1, 60\n v6 = Or v4, v5\n Return v6\n",
          "v4 = Shl v1, 3\n v5 = ShrU v1, 60\n v6 = Or v4, v5\n Return v6\n");
}

TEST_CASE("widths") {
    value("v4 = Trunc.i32 v1\n v5 = SExt v4\n v6 = Trunc.i32 v5\n v7 = SExt v6\n Return v7\n",
          "v4 = Trunc.i32 v1\n v5 = SExt v4\n Return v5\n");
    value(
        "v4 = Trunc.i32 v1\n v5 = SExt v4\n v6 = Trunc.i32 v2\n v7 = SExt v6\n v8 = Lt v5, v7\n Return v8\n",
        "v4 = Trunc.i32 v1\n v6 = Trunc.i32 v2\n v8 = Lt v4, v6\n Return v8\n");
    value("v4 = Trunc.i32 v1\n v5 = ZExt v4\n v8 = Lt v5, 10\n Return v8\n",
          "v4 = Trunc.i32 v1\n v8 = LtU v4, 10:i32\n Return v8\n");
    value(
        "v4 = Trunc.i32 v1\n v5 = SExt v4\n v6 = Trunc.i32 v2\n v7 = SExt v6\n v8 = Xor v5, v7\n v9 = "
        "Trunc.i32 v8\n"
        "v10 = ZExt v9\n Return v10\n",
        "v4 = Trunc.i32 v1\n v6 = Trunc.i32 v2\n v8 = Xor.i32 v4, v6\n v9 = ZExt v8\n Return v9\n");
}

TEST_CASE("comparisons") {
    value("v4 = Lt v1, v2\n v5 = Eq v4, 0\n Return v5\n", "v4 = Le v2, v1\n Return v4\n");
    value("v4 = Lt v1, v2\n v5 = Xor v4, 1\n v6 = Ne v5, 0\n Return v6\n", "v4 = Le v2, v1\n Return v4\n");
    value("v4 = Add v1, 3\n v5 = Eq v4, 10\n Return v5\n", "v5 = Eq v1, 7\n Return v5\n");
    value("v4 = ZExt8 v1\n v5 = Lt v4, 256\n Return v5\n", "Return 1\n");
    value("v4 = ZExt8 v1\n v5 = Lt v4, 255\n Return v5\n", "v4 = ZExt8 v1\n v5 = Lt v4, 255\n Return v5\n");
    value("v4 = Le v1, v1\n Return v4\n", "Return 1\n");
    // Not less is not greater or equal for floats.
    value("v4 = IntToF.f64 v1\n v5 = IntToF.f64 v2\n v6 = FLt v4, v5\n v7 = Eq v6, 0\n Return v7\n",
          "v4 = IntToF.f64 v1\n v5 = IntToF.f64 v2\n v6 = FLt v4, v5\n v7 = Eq v6, 0\n Return v7\n");
}

TEST_CASE("guards that hold go, others stay") {
    value("v4 = New @A, !1\n v5 = NullCheck v4, !2\n v6 = Load [v5 + 16] field.w64\n Return v6\n",
          "v4 = New @A, !1\n v6 = Load [v4 + 16] field.w64\n Return v6\n");
    value("v4 = NullCheck v1, !2\n v5 = NullCheck v4, !3\n Return v5\n",
          "v4 = NullCheck v1, !2\n Return v4\n");
    value("v4 = DivCheck v1, !2\n Return 1\n", "v4 = DivCheck v1, !2\n Return 1\n");
    value("v4 = AddChecked 1, 2, !2\n Return v4\n", "Return 3\n");
    value(
        "v4 = New @B, !1\n v5 = Is v4, @A\n v6 = Is v4, @C\n v7 = Sub v5, v6\n v8 = CastCheck v4, @A, !2\n "
        "Return v7\n",
        "Return 1\n");
    value(
        "v4 = NewArray v1, @Array, !1\n v5 = Load [v4 + 8] constant.w64\n v6 = Load [v4] constant.w64\n"
        "v7 = Add v5, v6\n v8 = Sub v7, v6\n Return v8\n",
        "v4 = NewArray v1, @Array, !1\n Return v1\n");
}

TEST_CASE("addresses take constants") {
    value("v4 = NullCheck v1, !1\n v5 = Add v2, 3\n v6 = Load [v4 + v5*8 + 16] element.w64\n Return v6\n",
          "v4 = NullCheck v1, !1\n v6 = Load [v4 + v2*8 + 40] element.w64 key=524288\n Return v6\n");
    value(
        "v4 = NullCheck v1, !1\n v5 = BoundsCheck 2, v3, !2\n v6 = Load [v4 + v5*8 + 16] element.w64\n "
        "Return v6\n",
        "v4 = NullCheck v1, !1\n v5 = BoundsCheck 2, v3, !2\n"
        "v6 = Load [v4 + 32] element.w64 stride=8 key=524288\n Return v6\n");
}

TEST_CASE("dead objects go with the stores into them") {
    value("v4 = New @A, !1\n Store [v4 + 16] field.w64, v1\n v5 = Load [v2 + 16] field.w64\n Return v3\n",
          "Return v3\n");
    value("v4 = New @A, !1\n Store [v2 + 16] field.w64 ref, v4\n Return v3\n",
          "v4 = New @A, !1\n Store [v2 + 16] field.w64 ref, v4\n Return v3\n");
    value("v4 = CallRuntime v1, @pure, !1\n v5 = CallRuntime v1, @check, !1\n Return v3\n",
          "v5 = CallRuntime v1, @check, !1\n Return v3\n");
}

TEST_CASE("an object that holds that of the round before stays, whoever looks at it") {
    const auto loop = [](const char* held) {
        return std::string(
                   "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n Jump block1\n"
                   "block1 <- block0, block1:\n") +
               held + " Poll !2\n Jump block1\n";
    };
    const std::string grows = loop(" v2 = Phi 0, v3\n v3 = New @A, !1\n Store [v3 + 16] field.w64 ref, v2\n");
    check_pass(simplify, grows, grows);
    check_pass(simplify, loop(" v3 = New @A, !1\n Store [v3 + 16] field.w64 ref, v1\n"), loop(""));
}

TEST_CASE("control flow: constants, diamonds, threading, merging") {
    check_pass(simplify,
               "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n Branch 0, block1, block2\n"
               "block1 <- block0:\n Jump block3\nblock2 <- block0:\n Jump block3\n"
               "block3 <- block1, block2:\n v2 = Phi v1, 7\n Return v2\n",
               "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n Return 7\n");
    check_pass(
        simplify,
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v3 = Param #1\n v4 = Lt v1, v3\n"
        "Branch v4, block1, block2\n"
        "block1 <- block0:\n Jump block3\nblock2 <- block0:\n Jump block3\n"
        "block3 <- block1, block2:\n v2 = Phi 0, 1\n Return v2\n",
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v3 = Param #1\n v4 = Le v3, v1\n Return v4\n");
    // a && b: the join's branch on (b, 0) is decided where it comes from a.
    check_pass(
        simplify,
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Branch v1, block1, block2\n"
        "block1 <- block0:\n v5 = CallRuntime v1, @check, !1\n v6 = Lt v5, v2\n Jump block3\n"
        "block2 <- block0:\n Jump block3\n"
        "block3 <- block1, block2:\n v3 = Phi v6, 0\n Branch v3, block4, block5\n"
        "block4 <- block3:\n Return 1\nblock5 <- block3:\n Return 2\n",
        "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Branch v1, block1, block2\n"
        "block1 <- block0:\n v5 = CallRuntime v1, @check, !1\n v6 = Lt v5, v2\n Branch v6, block4, block6\n"
        "block2 <- block0:\n Jump block5\n"
        "block4 <- block1:\n Return 1\nblock6 <- block1:\n Jump block5\n"
        "block5 <- block6, block2:\n Return 2\n");
    check_pass(simplify,
               "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Eq v1, 0\n Branch v2, block1, block2\n"
               "block1 <- block0:\n Return 1\nblock2 <- block0:\n Return 2\n",
               "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n Branch v1, block2, block1\n"
               "block1 <- block0:\n Return 1\nblock2 <- block0:\n Return 2\n");
}

TEST_CASE("ways on which a computed condition is known pass the branch by") {
    check_pass(
        simplify,
        "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n Branch v1, block1, block2\n"
        "block1 <- block0:\n v8 = CallRuntime v1, @effect, !1\n Jump block3\n"
        "block2 <- block0:\n Jump block3\n"
        "block3 <- block1, block2:\n v2 = Phi 7, 2\n v3 = Sub v2, 2\n v4 = Lt 0, v3\n"
        "Branch v4, block4, block5\n"
        "block4 <- block3:\n v5 = CallRuntime v3, @effect, !2\n Return v5\nblock5 <- block3:\n Return v2\n",
        "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n Branch v1, block1, block2\n"
        "block1 <- block0:\n v8 = CallRuntime v1, @effect, !1\n v5 = CallRuntime 5, @effect, !2\n Return v5\n"
        "block2 <- block0:\n Return 2\n");
}

TEST_CASE("a phi of references that are not null needs no test, though it be of itself, cast") {
    const auto loop = [](const std::string& tested, const std::string& cast, const std::string& seen) {
        return "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = New @B, !1\n v7 = New @C, !1\n"
               "Branch v1, block1, block2\nblock1 <- block0:\n Jump block3\nblock2 <- block0:\n Jump block3\n"
               "block3 <- block1, block2, block5:\n v3 = Phi v2, v7, v5\n" +
               tested + " v5 = CastCheck " + cast + ", @A, !3\n" + seen +
               ", @effect, !4\n Branch v6, block5, block6\n"
               "block5 <- block3:\n Poll !5\n Jump block3\nblock6 <- block3:\n Return v5\n";
    };
    check_pass(simplify, loop(" v4 = NullCheck v3, !2\n", "v4", "v8 = Ne v5, 0\n v6 = CallRuntime v8"),
               loop("", "v3", "v6 = CallRuntime 1"));
}
