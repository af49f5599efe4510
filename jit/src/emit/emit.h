// From a graph to machine code in the cache.
#pragma once

#include <cstdint>
#include <string>

#include "emit/thunks.h"
#include "ir/ir.h"
#include "run/code_cache.h"

namespace skua::jit {

struct EmitOptions {
    unsigned registers = 0;  // leave only this many of each class to the allocator (3 or more); 0: all
    bool print_asm = false;
    bool strict = false;  // a mistake of the register allocator's stops the program; else the function is not
                          // compiled  // on stderr
};

struct Emitted {
    const std::uint8_t* entry = nullptr;         // for Function::compiled_entry; null for OSR graphs
    const std::uint8_t* interp_entry = nullptr;  // for skua_jit_enter: takes the interpreter's frame; for OSR
                                                 // graphs the loop's entry
    // For Class::closure_entry of function.closure_class; null if there was none.
    const std::uint8_t* closure_entry = nullptr;
    const vm::Class* closure_class = nullptr;
    std::uint32_t bytes = 0;
};

// False, with the reason, if the cache is full. The code's CodeRanges are in the cache when this returns.
bool emit(Graph& graph, CodeCache& cache, const Thunks& thunks, const EmitOptions& options, Emitted& out,
          std::string& why_not);

}  // namespace skua::jit
