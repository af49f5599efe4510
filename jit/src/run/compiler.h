// One compilation after the other: from linked code to code in the cache, and whoever wants to know of it.
#pragma once

#include <string>
#include <vector>

#include "emit/emit.h"
#include "run/code_cache.h"
#include "run/gdb_interface.h"
#include "run/perf_map.h"
#include "skua/jit/jit.h"

namespace skua::jit {

struct CompileResult {
    Emitted code;  // valid if `why_not` is empty
    std::string why_not;
    bool cache_full = false;             // nothing more can be compiled
    std::vector<vm::Function*> callees;  // that it calls; with duplicates
};

class Compiler {
public:
    // Both must outlive the compiler.
    Compiler(const Options& options, CodeCache& cache);

    // The function is linked and has a body. `osr_header`: as build_graph says. One call at a time.
    CompileResult compile(vm::Function& function, const vm::Instr* osr_header);

private:
    void announce(const std::string& name, const Emitted& code);

    const Options& options_;
    CodeCache& cache_;
    GdbSymbols gdb_;
    PerfMap perf_;
};

}  // namespace skua::jit
