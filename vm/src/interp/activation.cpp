#include "skua/vm/activation.h"

#include <algorithm>
#include <span>

#include "interp/slow_paths.h"
#include "runtime/runtime.h"
#include "skua/vm/vm.h"

namespace skua::vm {
namespace {

constexpr std::uint32_t kSlack = 8;  // beyond arguments and results, until the function is linked

}  // namespace

Slot* stack_top(const Thread& thread) {
    if (!thread.fp) return thread.stack_base;
    if (thread.compiled.boundary_sp != 0) {
        // Compiled code runs in place of this frame and holds its values elsewhere. pc is a stub of
        // the function: of one that was called, or, of a loop that was taken over, the one that linked it.
        const auto* function = static_cast<const Function*>(thread.pc[1].pointer);
        if (thread.pc->op == static_cast<std::uint16_t>(LOp::CompiledStub))
            return thread.fp + std::max(function->arg_slots, function->result_slots);
        return thread.fp + function->frame_slots.load(std::memory_order_relaxed);
    }
    // Mostly a native has called back, and finding bodies takes a lock.
    if (thread.pc->op == static_cast<std::uint16_t>(LOp::NativeStub)) return thread.fp + kNativeFrameSlots;
    const LinkedBody* body = body_at(thread.pc);
    return thread.fp +
           (body ? body->function->frame_slots.load(std::memory_order_relaxed) : kNativeFrameSlots);
}

Activation::Activation(Thread& thread, Function& function) : thread_(thread), function_(function) {
    if (--thread.ticks < 0) [[unlikely]] {
        const void* osr = nullptr;
        if (!poll(thread, &function, nullptr, osr)) return;
    }
    Slot* fp = stack_top(thread) + kLinkSlots;
    if (!ensure_frame(thread, fp + function.arg_slots + function.result_slots + kSlack)) return;
    fp[-1] = reinterpret_cast<Slot>(kActivationReturn);
    fp[-2] = reinterpret_cast<Slot>(thread.fp);
    fp[-3] = reinterpret_cast<Slot>(thread.pc);
    const Thread::Compiled::Span outer = thread.compiled.span();
    fp[-4] = outer.anchor_sp;
    fp[-5] = outer.boundary_sp;
    stack_used_ = thread.stack_used;
    frame_ = fp;
}

Activation::~Activation() {
    if (!frame_) return;
    thread_.fp = reinterpret_cast<Slot*>(frame_[-2]);
    thread_.pc = reinterpret_cast<const Instr*>(frame_[-3]);
    thread_.compiled.set_span({frame_[-4], frame_[-5]});
    thread_.stack_used = stack_used_;  // an exception may have ended the call
}

bool Activation::run() {
    thread_.compiled.set_span({});
    const Instr* code = function_.code.load(std::memory_order_acquire);
    if (code->op != static_cast<std::uint16_t>(LOp::CompiledStub))
        return interpret(thread_, function_, frame_);
    // What the interpreter does for a compiled function, without its beginning and end.
    thread_.pc = code;
    thread_.fp = frame_;
    return ensure_frame(thread_, frame_ + function_.frame_slots.load(std::memory_order_relaxed)) &&
           run_compiled(thread_, function_, frame_);
}

bool may_call_back(Thread& thread) {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    if (thread.native_depth < kMaxNativeDepth && here >= thread.native_stack_limit) [[likely]]
        return true;
    throw_error(thread, "std.core.StackOverflowError", "calls through native code are nested too deeply");
    return false;
}

bool invoke(Thread& thread, Function& function, std::span<const Slot> args, Slot* results) {
    if (!may_call_back(thread)) return false;
    Activation activation(thread, function);
    Slot* frame = activation.frame();
    if (!frame) return false;
    // Mostly a few: loops, where memmove would take longer to be called.
    for (std::size_t i = 0; i < args.size(); ++i) frame[i] = args[i];
    ++thread.native_depth;
    const bool returned = activation.run();
    --thread.native_depth;
    for (std::uint32_t i = 0; returned && results && i < function.result_slots; ++i) results[i] = frame[i];
    return returned;
}

}  // namespace skua::vm
