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
    std::vector<vm::Function*> callees;  // that it calls; with duplicates
};

class Compiler {
public:
    // All must outlive the compiler.
    Compiler(const Options& options, CodeCache& cache, vm::Vm* machine);

    // To be called first. False, with the reason: nothing can be compiled.
    bool prepare(std::string& why_not) { return make_thunks(cache_, thunks_, why_not); }

    // The function is linked and has a body. `osr_header`: as build_graph says. One call at a time.
    CompileResult compile(vm::Function& function, const vm::Instr* osr_header);

private:
    void optimize(Graph& graph, const std::string& name) const;
    void announce(const std::string& name, const Emitted& code);

    const Options& options_;
    CodeCache& cache_;
    vm::Vm* machine_;
    Thunks thunks_;
    GdbSymbols gdb_;
    PerfMap perf_;
};

}  // namespace skua::jit
