// The pass `versions`.
#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

// for i in 0 until v2 { call(v1[i + offset]) }, entered if `entered`.
std::string versioned_loop(const std::string& entered, const std::string& index, const std::string& compare) {
    return "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v3 = NullCheck v1, !1\n v4 "
           "= " +
           entered +
           "\n Branch v4, block1, block2\n"
           "block1 <- block0:\n Jump block3\n"
           "block3 <- block1, block4:\n v5 = Phi 0, v6\n v7 = Load [v3 + 8] constant.w64\n v8 = " +
           index +
           "\n v9 = BoundsCheck v8, v7, !2\n v10 = CallRuntime v9, @check, !3\n v6 = Add v5, 1\n v11 = " +
           compare +
           " v6, v2\n Branch v11, block4, block5\n"
           "block4 <- block3:\n Jump block3\n"
           "block5 <- block3:\n Return 1\nblock2 <- block0:\n Return 0\n";
}

// How many branches lie in front of the loop, behind the one that enters it.
std::size_t tests(const std::string& text) {
    auto graph = graph_of(text);
    REQUIRE(verify_graph(*graph) == "");
    versions(*graph);
    gvn(*graph);  // it has the test whether v1 is null
    simplify(*graph);
    INFO(text_of(*graph));
    REQUIRE(verify_graph(*graph) == "");
    std::size_t checks = 0, branches = 0;
    for (const auto& block : graph->blocks) {
        for (const Node* n : block->nodes) {
            checks += n->op == Op::BoundsCheck;
            branches += n->op == Op::Branch;
        }
    }
    CHECK(checks == 1);   // in the copy
    return branches - 3;  // without those of the entry and of both loops
}

}  // namespace

TEST_CASE(
    "one comparison is enough where the counter begins at a constant and the loop is entered below its "
    "limit") {
    CHECK(tests(versioned_loop("Lt 0, v2", "Add v5, 0", "Lt")) == 1);
    CHECK(tests(versioned_loop("LtU 0, v2", "Add v5, 0", "LtU")) == 1);
    CHECK(tests(versioned_loop("Ne v2, 0", "Add v5, 0", "LtU")) == 1);
    CHECK(tests(versioned_loop("Lt 0, v2", "Add v5, 7", "Lt")) == 1);
    CHECK(tests(versioned_loop("Lt 5, v2", "Add v5, 0", "Lt")) == 1);
}

TEST_CASE("else the first index is tested, too") {
    CHECK(tests(versioned_loop("Ne v2, 0", "Add v5, 0", "Lt")) ==
          2);  // v2 may be negative, and one round is made
    CHECK(tests(versioned_loop("Le 0, v2", "Add v5, 0", "Lt")) == 2);    // v2 may be 0
    CHECK(tests(versioned_loop("Lt 0, v2", "Add v5, -1", "Lt")) == 2);   // the first index is negative
    CHECK(tests(versioned_loop("LtU v2, 9", "Add v5, 0", "LtU")) == 3);  // nor does this say anything of v2
    CHECK(tests(versioned_loop("Ne v2, 0", "Add v5, 1", "LtU")) ==
          3);  // v2 + 1 may be 0 as an unsigned number
}
