// Guards that passes remove stay as assertions when they are asked to.
#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

std::size_t count(const Graph& graph, Op op) {
    std::size_t n = 0;
    for (const auto& block : graph.blocks)
        for (const Node* node : block->nodes) n += node->op == op;
    return n;
}

// for v4 in 0..length: the bounds check always holds.
constexpr const char* kAssertedLoop =
    "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = NullCheck v1, !1\n v3 = Load [v2 + 8] "
    "constant.w64\n"
    "v20 = Lt 0, v3\n Branch v20, block4, block5\n"
    "block4 <- block0:\n Jump block1\nblock5 <- block0:\n Return 0\n"
    "block1 <- block4, block2:\n v4 = Phi 0, v5\n v7 = BoundsCheck v4, v3, !2\n"
    "Store [v2 + v7*8 + 16] element.w64, 7\n v5 = Add v4, 1\n v6 = Lt v5, v3\n Branch v6, block2, block3\n"
    "block2 <- block1:\n Jump block1\nblock3 <- block1:\n Return v5\n";

}  // namespace

TEST_CASE("a guard that a pass removes leaves an assertion that names the pass") {
    auto graph = graph_of(kAssertedLoop);
    graph->assert_by = "ranges";
    ranges(*graph);
    CHECK(count(*graph, Op::BoundsCheck) == 0);
    REQUIRE(count(*graph, Op::Assert) == 1);
    CHECK(verify_graph(*graph) == "");
    CHECK(print(*graph).find("Assert v4, v3, @BoundsCheck/ranges, !") != std::string::npos);
    // No pass drops it, and it does not keep others from their work.
    simplify(*graph);
    licm(*graph);
    gvn(*graph);
    CHECK(count(*graph, Op::Assert) == 1);
}

TEST_CASE("an assertion becomes a test with a call that ends the process") {
    auto graph = graph_of(kAssertedLoop);
    graph->assert_by = "ranges";
    ranges(*graph);
    expand_asserts(*graph);
    CHECK(count(*graph, Op::Assert) == 0);
    CHECK(count(*graph, Op::LtU) == 1);
    CHECK(count(*graph, Op::CallRuntime) == 1);
    CHECK(verify_graph(*graph) == "");
}

TEST_CASE("an addition that cannot overflow is asserted, too") {
    auto graph = graph_of(
        "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = ZExt8 v1\n v3 = AddChecked v2, 5, !1\n"
        "Return v3\n");
    graph->assert_by = "ranges";
    ranges(*graph);
    CHECK(count(*graph, Op::AddChecked) == 0);
    REQUIRE(count(*graph, Op::Assert) == 1);
    expand_asserts(*graph);
    CHECK(verify_graph(*graph) == "");
}

TEST_CASE("an assertion does not let an object escape") {
    auto graph = graph_of(
        "graph f(i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = New @A, !1\n Store [v2 + 16] field.w64, v1\n"
        "v3 = NullCheck v2, !2\n v4 = Load [v3 + 16] field.w64\n Return v4\n");
    graph->assert_by = "simplify";
    simplify(*graph);
    REQUIRE(count(*graph, Op::Assert) == 1);
    escape(*graph);
    CHECK(count(*graph, Op::New) == 0);
    CHECK(count(*graph, Op::Assert) == 0);
    CHECK(verify_graph(*graph) == "");
}

TEST_CASE("without the option nothing stays") {
    auto graph = graph_of(kAssertedLoop);
    ranges(*graph);
    CHECK(count(*graph, Op::Assert) == 0);
}
