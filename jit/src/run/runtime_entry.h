// What compiled code calls in C++.
//
// Form Direct: uint64_t f(vm::Thread*, uint64_t a, uint64_t b, ...): integers in registers by the C
// convention (at most five; a Const input may be anything). Form Buffer: uint64_t f(vm::Thread*, const void*
// aux, vm::Slot* values): the inputs lie in consecutive slots, canonical as object.h says; aux is
// Node::mem.key as a pointer. The value is the result in rax; result i >= 1 is values[i] (Buffer only).
#pragma once

#include <cstdint>

namespace skua::jit {

struct RuntimeEntry {
    const char* name;
    const void* address;
    enum class Form : std::uint8_t { Direct, Buffer } form;
    // How it throws: never; result 0 means that thread.pending is set; or thread.pending must be tested.
    enum class Throws : std::uint8_t { Never, IfZero, TestPending } throws;
    bool leaf;      // neither collects nor walks the stack nor calls back: needs no anchor
    bool clobbers;  // may write to guest memory that others see
    // Good for null references, too. Else it must stay behind the test that excludes them, which need not be
    // among its inputs.
    bool takes_null = false;
};

}  // namespace skua::jit
