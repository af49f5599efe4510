// The compiled tier: what a program that runs guest code needs to know of it. Everything else is private.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "skua/vm/tier.h"
#include "skua/vm/vm.h"

namespace skua::jit {

struct Options {
    // Ticks (calls and loop iterations, see tier.h) after which a function is compiled. 0: every function
    // is compiled when it is linked, before it runs, by the thread that calls it.
    std::uint32_t threshold = 8192;
    bool background = true;  // on a thread of its own; false: by the thread that meets the threshold
    unsigned registers = 0;  // leave only this many of each class to the allocator (3 or more); 0: all
    std::size_t code_cache = 64u << 20;  // bytes; when it is full, nothing more is compiled
    std::string print_ir;    // after this pass ("build" for the first, "all"), on stderr; empty: never
    bool print_asm = false;  // on stderr
    std::string only;        // print and compile only functions whose name contains this; empty: all
    bool perf_map = false;   // write /tmp/perf-PID.map
    // Checks that the optimiser removes stay as assertions, which end the process and say which pass it was.
    bool check_eliminated = false;
    bool log = false;  // one line per compilation on stderr
};

// For Vm::set_tier, before anything is linked. Null with a reason if the system refuses the memory or the
// processor lacks an instruction; in the background that is found out by the first compilation, and then
// nothing is compiled.
std::unique_ptr<vm::ExecutionTier> make_tier(vm::Vm& vm, const Options& options, std::string& why_not);

}  // namespace skua::jit
