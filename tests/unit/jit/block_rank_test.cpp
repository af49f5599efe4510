// Where blocks lie: the oracle is the ranks written beside each graph.
#include "opt/block_rank.h"

#include "ir/order.h"
#include "ir_support.h"
#include "opt/frequency.h"

namespace skua::jit {
namespace {

// The ranks of the blocks by number.
std::vector<std::uint32_t> ranks(std::string_view text) {
    const auto graph = test::graph_of(text);
    const auto order = reverse_post_order(*graph);
    const auto rank = rank_blocks(order, estimate_frequencies(order, graph->blocks.size()));
    return {rank.begin(), rank.end()};
}

std::string loop_with(const std::string& rare, const std::string& condition) {
    return "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n Jump block1\n"
           "block1 <- block0, block5:\n v3 = Phi 0, v5\n v4 = " +
           condition + "\n Branch v4, block2, block3\nblock2 <- block1:\n" + rare +
           " Jump block4\nblock3 <- block1:\n Jump block4\n"
           "block4 <- block2, block3:\n v5 = Add v3, 1\n v6 = Lt v5, v2\n Branch v6, block5, block6\n"
           "block5 <- block4:\n Jump block1\nblock6 <- block4:\n Return v5\n";
}

TEST_CASE("what is rare and calls lies aside, all that it dominates with it") {
    const std::string call = " v7 = CallRuntime v1, @effect, !1\n";
    CHECK(ranks(loop_with(call, "Eq v3, v1")) == std::vector<std::uint32_t>{0, 0, 1, 0, 0, 0, 0});
    CHECK(ranks(loop_with(call, "Lt v3, v1")) == std::vector<std::uint32_t>{0, 0, 1, 0, 0, 0, 0});
    // Likely, or without a call: in line.
    CHECK(ranks(loop_with(call, "Ne v3, v1")) == std::vector<std::uint32_t>(7, 0));
    CHECK(ranks(loop_with(" Store [v1 + 16] field.w64, v3\n", "Eq v3, v1")) ==
          std::vector<std::uint32_t>(7, 0));
    const auto nested = [](const char* other) {
        return std::string(
                   "graph f(i64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v3 = Eq v1, v2\n"
                   " Branch v3, block1, block4\n"
                   "block1 <- block0:\n v4 = CallRuntime v1, @effect, !1\n v5 = Eq v4, v2\n"
                   " Branch v5, block2, block3\n"
                   "block2 <- block1:\n v6 = CallRuntime v1, @effect, !2\n Return v6\n"
                   "block3 <- block1:\n Return v4\n") +
               "block4 <- block0" + other + ":\n Return v2\n";
    };
    CHECK(ranks(nested("")) == std::vector<std::uint32_t>{0, 1, 2, 1, 0});
    CHECK(ranks(nested(" cold")) == std::vector<std::uint32_t>{0, 0, 1, 0, kColdRank});
}

}  // namespace
}  // namespace skua::jit
