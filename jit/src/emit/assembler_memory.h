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

// Prepares `code` for machine code of this CPU.
inline void begin_code(asmjit::CodeHolder& code) {
    static MemoryErrors errors;
    if (code.init(asmjit::Environment::host()) != asmjit::kErrorOk) throw std::bad_alloc();
    code.setErrorHandler(&errors);
}

}  // namespace skua::jit
