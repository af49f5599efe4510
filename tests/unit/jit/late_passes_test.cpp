// The passes `selects`, `reassociate` and `narrow`: what is computed stays, how it is computed changes.
#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

const std::string kThree =
    "graph f(i64, i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v3 = Param #2\n";

}  // namespace

TEST_CASE("a choice between two values is a select") {
    check_pass(selects,
               kThree +
                   "v4 = Lt v1, v2\n Branch v4, block1, block2\nblock1 <- block0:\n Jump block3\n"
                   "block2 <- block0:\n v5 = Add v3, 1\n Jump block3\n"
                   "block3 <- block1, block2:\n v6 = Phi v3, v5\n Return v6\n",
               kThree + "v5 = Add v3, 1\n v7 = Lt v1, v2\n v8 = Select v7, v3, v5\n Return v8\n");
}

TEST_CASE("a function that returns one of two values selects it") {
    check_pass(selects,
               kThree +
                   "v4 = LtU v1, v2\n Branch v4, block1, block2\n"
                   "block1 <- block0:\n Return v1\nblock2 <- block0:\n Return v2\n",
               kThree + "v5 = LtU v1, v2\n v6 = Select v5, v1, v2\n Return v6\n");
}

TEST_CASE("what stores, may fail or takes long stays on its way") {
    for (const std::string on_its_way :
         {"Store [v3 + 8] field.w64, v1", "v5 = NullCheck v3, !1", "v5 = DivU v1, v2",
          "v5 = Load [v3 + 8] field.w64", "v5 = Add v1, 1\n v7 = Add v2, 2\n v8 = Add v3, 3"}) {
        const std::string text = kThree + "v4 = Lt v1, v2\n Branch v4, block1, block2\nblock1 <- block0:\n " +
                                 on_its_way +
                                 "\n Jump block3\nblock2 <- block0:\n Jump block3\n"
                                 "block3 <- block1, block2:\n v6 = Phi v1, v2\n Return v6\n";
        check_pass(selects, text, text);
    }
}

TEST_CASE("a field is loaded on both ways only where the object is known to reach so far") {
    const std::string ways =
        " v5 = Lt v1, v2\n Branch v5, block1, block2\n"
        "block1 <- block0:\n v6 = Load [v3 + 8] field.w64\n Jump block3\n"
        "block2 <- block0:\n Jump block3\n"
        "block3 <- block1, block2:\n v7 = Phi v6, v2\n v8 = Add v7, v4\n Return v8\n";
    check_pass(selects, kThree + "v4 = Load [v3 + 16] field.w64\n" + ways,
               kThree +
                   "v4 = Load [v3 + 16] field.w64\n v6 = Load [v3 + 8] field.w64\n v9 = Lt v1, v2\n"
                   "v10 = Select v9, v6, v2\n v8 = Add v10, v4\n Return v8\n");
    const std::string nearer = kThree + "v4 = Load [v3 + 8] field.u32\n" + ways;
    check_pass(selects, nearer, nearer);
}

TEST_CASE("what is known last is added last") {
    check_pass(reassociate,
               kThree +
                   "v4 = Mul v1, 3\n v5 = Xor v4, v2\n v6 = Add v1, v5\n v7 = Add v6, v2\n v8 = Add v7, v3\n"
                   "Return v8\n",
               kThree +
                   "v4 = Mul v1, 3\n v5 = Xor v4, v2\n v9 = Add v1, v2\n v10 = Add v9, v3\n"
                   "v11 = Add v10, v5\n Return v11\n");
}

TEST_CASE("sums that others use, and constants, stay as they are") {
    for (const std::string sums : {"v6 = Add v1, v5\n v7 = Add v6, v2\n v8 = Xor v6, v7",
                                   "v6 = Add v1, v5\n v7 = Add v6, 2\n v8 = Add v7, v3"}) {
        const std::string text = kThree + "v4 = Mul v1, 3\n v5 = Xor v4, v2\n " + sums + "\n Return v8\n";
        check_pass(reassociate, text, text);
    }
}

TEST_CASE("an extension whose high half nobody sees is none") {
    const auto loop = [](const std::string& extend, const std::string& end) {
        return kThree +
               "Jump block1\nblock1 <- block0, block2:\n v4 = Phi 0, v7\n v5 = Trunc.i32 v4\n"
               " v6 = Mul.i32 v5, 3:i32\n v7 = " +
               extend +
               " v6\n Poll !1\n v8 = Load [v3 + 8] field.w64\n Branch v8, block2, block3\nblock2 <- block1:\n"
               " Jump block1\nblock3 <- block1:\n " +
               end;
    };
    const std::string seen = "Return v7\n", unseen = "Store [v3 + 16] field.u32, v7\n Return v1\n";
    for (const std::string extend : {"SExt", "ZExt"}) {
        check_pass(narrow, loop(extend, unseen), loop("AnyExt", unseen));
        check_pass(narrow, loop(extend, seen), loop(extend, seen));
    }
}
