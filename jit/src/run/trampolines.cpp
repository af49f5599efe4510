#include "run/trampolines.h"

#include <cstddef>

namespace {
using Thread = skua::vm::Thread;
constexpr int kAnchor = offsetof(Thread, compiled) + offsetof(Thread::Compiled, anchor_sp);
constexpr int kBoundary = offsetof(Thread, compiled) + offsetof(Thread::Compiled, boundary_sp);
}  // namespace

// The C ABI's callee-saved registers are saved here once, so that compiled code may use them all. It begins
// with none of the interpreter's values in them: C++ would save them, and collections find them, for as long
// as it runs. Written as functions' bodies, not at file level, because offsets come from C++.
extern "C" [[gnu::naked]] bool skua_jit_enter(Thread*, const void*, skua::vm::Slot*) {
    asm volatile(
        "push %%rbp\n push %%rbx\n push %%r12\n push %%r13\n push %%r14\n push %%r15\n"
        "sub $8, %%rsp\n"
        "mov %%rdi, %%r15\n"
        "mov %%rsp, %c0(%%r15)\n"
        "mov %%rdx, %%rdi\n"
        "xor %%ebx, %%ebx\n xor %%ebp, %%ebp\n xor %%r12d, %%r12d\n xor %%r13d, %%r13d\n xor %%r14d, %%r14d\n"
        "call *%%rsi\n"
        "mov $1, %%eax\n"
        ".globl skua_jit_leave\n"
        ".hidden skua_jit_leave\n"
        "skua_jit_leave:\n"
        "movq $0, %c0(%%r15)\n"
        "add $8, %%rsp\n"
        "pop %%r15\n pop %%r14\n pop %%r13\n pop %%r12\n pop %%rbx\n pop %%rbp\n"
        "ret\n" ::"i"(kBoundary));
}

// The return address below the anchor may have been popped already: nothing is written over it.
extern "C" [[gnu::naked]] void skua_jit_unwind() {
    asm volatile(
        "sub $64, %%rsp\n"
        "and $-16, %%rsp\n"
        "mov %%rbx, 0(%%rsp)\n mov %%rbp, 8(%%rsp)\n mov %%r12, 16(%%rsp)\n"
        "mov %%r13, 24(%%rsp)\n mov %%r14, 32(%%rsp)\n"
        "mov %%r15, %%rdi\n"
        "mov %%rsp, %%rsi\n"
        "call skua_jit_find_landing\n"
        "test %%rdx, %%rdx\n"
        "jz 1f\n"
        "mov 0(%%rsp), %%rbx\n mov 8(%%rsp), %%rbp\n mov 16(%%rsp), %%r12\n"
        "mov 24(%%rsp), %%r13\n mov 32(%%rsp), %%r14\n"
        "mov %%rax, %%rsp\n"
        "jmp *%%rdx\n"
        "1: mov %c0(%%r15), %%rsp\n"
        "xor %%eax, %%eax\n"
        "jmp skua_jit_leave\n" ::"i"(kBoundary));
}

// What both bridges do; they differ in the C++ half and in that a closure comes in r10.
#define SKUA_BRIDGE(half)                                                           \
    "lea 8(%%rsp), %%r11\n"                                                         \
    "mov %%r11, %c0(%%r15)\n"                                                       \
    "sub $120, %%rsp\n"                                                             \
    "mov %%rdi, 0(%%rsp)\n mov %%rsi, 8(%%rsp)\n mov %%rdx, 16(%%rsp)\n"            \
    "mov %%rcx, 24(%%rsp)\n mov %%r8, 32(%%rsp)\n mov %%r9, 40(%%rsp)\n"            \
    "movsd %%xmm0, 48(%%rsp)\n movsd %%xmm1, 56(%%rsp)\n movsd %%xmm2, 64(%%rsp)\n" \
    "movsd %%xmm3, 72(%%rsp)\n movsd %%xmm4, 80(%%rsp)\n movsd %%xmm5, 88(%%rsp)\n" \
    "movsd %%xmm6, 96(%%rsp)\n movsd %%xmm7, 104(%%rsp)\n"                          \
    "mov %%r15, %%rdi\n"                                                            \
    "mov %%rax, %%rsi\n"                                                            \
    "mov %%rsp, %%rdx\n"                                                            \
    "mov %%r10, %%rcx\n"                                                            \
    "call " half                                                                    \
    "\n"                                                                            \
    "test %%al, %%al\n"                                                             \
    "jz skua_jit_unwind\n"                                                          \
    "mov 0(%%rsp), %%rax\n"                                                         \
    "movsd 48(%%rsp), %%xmm0\n"                                                     \
    "add $120, %%rsp\n"                                                             \
    "ret\n"

extern "C" [[gnu::naked]] void skua_jit_bridge() {
    asm volatile(SKUA_BRIDGE("skua_jit_interpret")::"i"(kAnchor));
}

extern "C" [[gnu::naked]] void skua_jit_closure_bridge() {
    asm volatile(SKUA_BRIDGE("skua_jit_interpret_closure")::"i"(kAnchor));
}
