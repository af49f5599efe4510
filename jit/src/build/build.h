// From linked code to SSA.
//
// The slots of the interpreter's frame become values: each block knows the value of each slot, phis are made
// on demand (Braun et al., "Simple and Efficient Construction of Static Single Assignment Form", CC 2013).
// A callee that is inlined has its frame where the interpreter would put it, in the caller's window, so
// that its slots are slots of the same space.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ir/ir.h"
#include "skua/vm/class.h"
#include "skua/vm/thread.h"

namespace skua::jit {

struct BuildOptions {
    bool inline_calls = true;
    std::uint32_t max_callee_words = 160;  // of one callee that is inlined
    std::uint32_t small_callee_words = 32;
    std::uint32_t budget_words = 1500;       // of all that is inlined into one graph
    std::uint32_t small_budget_words = 750;  // beyond that, for small callees
    int max_depth = 9;
    int max_recursion = 3;  // of small callees: frames of the same body around that are inlined
    vm::Vm* vm = nullptr;   // which links natives that are called; null: only those that are linked are known
};

struct BuildResult {
    std::unique_ptr<Graph> graph;  // null: the function stays interpreted
    std::string why_not;
    std::vector<vm::Function*> callees;  // called, not inlined: worth compiling too
    std::size_t linked_words = 0;        // of linked code that was translated, inlined callees included
};

// `osr_header`: null, or the loop header in the function's body at which the graph takes over the
// interpreter's frame. The function is linked and has a body.
BuildResult build_graph(const vm::Function& function, const vm::Instr* osr_header,
                        const BuildOptions& options);

}  // namespace skua::jit
