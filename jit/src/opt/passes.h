// The optimisation passes and their order.
//
// A pass gets a graph in the state that ir.h promises and leaves it so, settled and without unreachable
// blocks; the orders of order.h are stale before and after it. docs/jit.md says what each is for.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "ir/ir.h"

namespace skua::jit {

struct PassOptions {
    std::string_view print_after;  // a pass's name or "all"; empty: nothing is printed
    std::function<void(std::string_view pass, const Graph&)> print;
    bool assert_eliminated = false;  // guards that passes remove become Asserts, and these, tests
#ifdef NDEBUG
    bool verify = false;
#else
    bool verify = true;
#endif
};

struct Pass {
    const char* name;  // of --print-ir; the same wherever the pass stands in the list
    void (*run)(Graph&);
    // Runs only if passes since the last one of its name have made nodes: those between change nothing else.
    bool only_after_new_nodes = false;
};

// What optimize runs, in order.
[[nodiscard]] std::span<const Pass> pass_list();
// Null if there is no pass of this name.
[[nodiscard]] const Pass* find_pass(std::string_view name);

// With options.verify, a graph that a pass left unsound stops the program: SKUA_CHECK's terms.
void optimize(Graph& graph, const PassOptions& options);

// The passes, one file each.
void separate_loops(Graph& graph);  // loops.cpp
void simplify(Graph& graph);
void gvn(Graph& graph);
void escape(Graph& graph);
void sccp(Graph& graph);
void rotate(Graph& graph);
void lagging(Graph& graph);
void hot_loops(Graph& graph);
void licm(Graph& graph);
void ranges(Graph& graph);
void selects(Graph& graph);
void divide(Graph& graph);
void carried(Graph& graph);
void place_literals(Graph& graph);
void versions(Graph& graph);

// asserts.cpp, behind all passes: each Assert becomes a test that ends the process if it fails.
void expand_asserts(Graph& graph);
void unroll(Graph& graph);
void pack(Graph& graph);
void reassociate(Graph& graph);
void narrow(Graph& graph);
void latches(Graph& graph);
void comparisons(Graph& graph);

}  // namespace skua::jit
