#include "opt/passes.h"

#include <cstdio>
#include <cstdlib>

#include "ir/text.h"
#include "ir/verify.h"

namespace skua::jit {
namespace {

// clang-format off
constexpr Pass kPasses[] = {
    {"loops", separate_loops},
    {"simplify", simplify},
    {"gvn", gvn},
    {"simplify", simplify},
    {"escape", escape},
    {"sccp", sccp},
    {"rotate", rotate},
    {"simplify", simplify},
    {"lagging", lagging},
    {"hot_loops", hot_loops},
    {"gvn", gvn},
    {"licm", licm},
    {"ranges", ranges},
    {"simplify", simplify},
    {"licm", licm},
    {"gvn", gvn},
    {"carried", carried},
    {"versions", versions},
    {"ranges", ranges},
    {"licm", licm},
    {"gvn", gvn},
    {"selects", selects},
    {"divide", divide},
    {"unroll", unroll},
    {"gvn", gvn, true},  // those since the last make nodes, or do nothing
    {"simplify", simplify},
    {"pack", pack},
    {"reassociate", reassociate},
    {"narrow", narrow},
    {"place_literals", place_literals},
    {"latches", latches},
    {"comparisons", comparisons},
};
// clang-format on

void check(Graph& graph, const char* pass) {
    const std::string wrong = verify_graph(graph);
    if (wrong.empty()) return;
    std::fprintf(stderr, "skua: internal error: after the pass '%s' in %s: %s\n%s", pass, graph.name.c_str(),
                 wrong.c_str(), print(graph).c_str());
    std::abort();
}

}  // namespace

std::span<const Pass> pass_list() {
    return kPasses;
}

const Pass* find_pass(std::string_view name) {
    for (const Pass& pass : kPasses) {
        if (name == pass.name) return &pass;
    }
    return nullptr;
}

void optimize(Graph& graph, const PassOptions& options) {
    if (options.verify) check(graph, "build");
    std::uint32_t settled_nodes = 0;  // behind the last gvn
    for (const Pass& pass : kPasses) {
        if (pass.only_after_new_nodes && graph.node_count() == settled_nodes) continue;
        if (options.assert_eliminated) graph.assert_by = pass.name;
        pass.run(graph);
        if (pass.run == gvn) settled_nodes = graph.node_count();
        if (options.verify) check(graph, pass.name);
        if (options.print && (options.print_after == "all" || options.print_after == pass.name)) {
            options.print(pass.name, graph);
        }
    }
    if (!options.assert_eliminated) return;
    expand_asserts(graph);
    graph.assert_by = nullptr;
    if (options.verify) check(graph, "asserts");
}

}  // namespace skua::jit
