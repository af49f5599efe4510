// Random graphs do after each pass what they did before it.
#include <cstdlib>

#include "ir_support.h"
#include "opt/passes.h"
#include "random_graph.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

constexpr std::uint64_t kVariants = 6;

std::uint64_t seeds() {
    const char* more = std::getenv("SKUA_JIT_SEEDS");  // for campaigns
    return more ? std::strtoull(more, nullptr, 10) : 150;
}

Outcome run(const Graph& graph, std::uint64_t variant) {
    Memory memory;
    const auto arguments = random_arguments(variant, memory);
    return evaluate(graph, arguments, memory);
}

std::vector<Outcome> run_all(const Graph& graph) {
    std::vector<Outcome> outcomes;
    for (std::uint64_t variant = 0; variant < kVariants; ++variant) outcomes.push_back(run(graph, variant));
    return outcomes;
}

void compare(const std::vector<Outcome>& outcomes, const Graph& after, std::uint64_t seed, const char* pass) {
    for (std::uint64_t variant = 0; variant < kVariants; ++variant) {
        const Outcome& expected = outcomes[variant];
        if (expected.end == Outcome::End::TimedOut) continue;
        const Outcome found = run(after, variant);
        if (found == expected) continue;
        INFO("seed " << seed << ", variant " << variant << ", pass " << pass);
        INFO(print(*random_graph(seed), {&symbols(), false}));
        INFO(print(after, {&symbols(), false}));
        CHECK(static_cast<int>(found.end) == static_cast<int>(expected.end));
        CHECK(found.values == expected.values);
        CHECK(found.trace == expected.trace);
        CHECK(found.memory == expected.memory);
        FAIL("the pass changed what the graph does");
    }
}

}  // namespace

TEST_CASE("random graphs are sound and their text comes back") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        auto graph = random_graph(seed);
        INFO(print(*graph, {&symbols(), false}));
        REQUIRE(verify_graph(*graph) == "");
        const std::string text = text_of(*graph);
        REQUIRE(text_of(*graph_of(text)) == text);
    }
}

TEST_CASE("the passes keep what random graphs do") {
    std::uint64_t returned = 0, compared = 0, guards_before = 0, guards_after = 0;
    const std::uint64_t first =
        std::getenv("SKUA_JIT_SEED") ? std::strtoull(std::getenv("SKUA_JIT_SEED"), nullptr, 10) : 1;
    for (std::uint64_t seed = first; seed < first + seeds(); ++seed) {
        const auto outcomes = run_all(*random_graph(seed));
        auto graph = random_graph(seed);
        for (const Pass& pass : pass_list()) {
            const std::string text = print(*graph, {&symbols(), false});
            pass.run(*graph);
            const std::string wrong = verify_graph(*graph);
            if (!wrong.empty()) {
                INFO("seed " << seed << ", pass " << pass.name << "\n" << text);
                INFO(print(*graph, {&symbols(), false}));
                REQUIRE(wrong == "");
            }
            compare(outcomes, *graph, seed, pass.name);
        }
        for (std::uint64_t variant = 0; variant < kVariants; ++variant) {
            const Outcome& before = outcomes[variant];
            compared += before.end != Outcome::End::TimedOut;
            returned += before.end == Outcome::End::Returned;
            if (before.end != Outcome::End::Returned) continue;
            guards_before += before.guards;
            guards_after += run(*graph, variant).guards;
        }
    }
    // Graphs that all threw at once or never ended would prove little.
    if (seeds() < 100) return;
    INFO("compared " << compared << ", returned " << returned << ", guards " << guards_before << " to "
                     << guards_after);
    CHECK(compared > seeds() * kVariants / 2);
    CHECK(returned > seeds() * kVariants / 10);
    CHECK(guards_after < guards_before);
}
