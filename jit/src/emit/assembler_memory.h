// asmjit tells of a failed allocation and goes on, until it trips over what is missing: here it is a
// std::bad_alloc at once.
#pragma once

#include <asmjit/core.h>
#include <new>

namespace skua::jit {

class MemoryErrors final : public asmjit::ErrorHandler {
public:
    void handleError(asmjit::Error error, const char* /*message*/, asmjit::BaseEmitter* /*origin*/) override {
        if (error == asmjit::kErrorOutOfMemory) throw std::bad_alloc();
    }
};

// What a CodeHolder does by itself asks no handler.
inline void finished(asmjit::Error error) {
    if (error != asmjit::kErrorOk) throw std::bad_alloc();
}

// Prepares `code` for machine code of this CPU.
inline void begin_code(asmjit::CodeHolder& code) {
    static MemoryErrors errors;
    finished(code.init(asmjit::Environment::host()));
    code.setErrorHandler(&errors);
}

}  // namespace skua::jit
