#include "emit/emit.h"

#include <cstdio>
#include <cstdlib>

#include "emit/allocator.h"
#include "emit/encoder.h"

namespace skua::jit {

bool emit(Graph& graph, CodeCache& cache, const Thunks& thunks, const EmitOptions& options, Emitted& out,
          std::string& why_not) {
    Lir lir = select_instructions(graph);
    Allocation allocation;
    try {
        allocation = allocate_registers(lir, options.registers);
    } catch (const AllocationFailure& failure) {
        if (options.strict) {
            std::fprintf(stderr, "skua: internal error: the registers of %s could not be allocated (%s:%d)\n",
                         graph.name.c_str(), failure.file, failure.line);
            std::abort();
        }
        why_not = "its registers could not be allocated";
        return false;
    }
    Encoder encoder(lir, allocation, thunks, options.print_asm);
    if (!encoder.run(cache, out)) {
        why_not = "the code cache is full";
        return false;
    }
    return true;
}

}  // namespace skua::jit
