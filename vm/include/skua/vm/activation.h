// Calling guest code from C++: an activation of the interpreter on top of whatever the thread runs.
#pragma once

#include "skua/vm/class.h"
#include "skua/vm/thread.h"

namespace skua::vm {

// Made by the thread itself, on its stack, and ended in reverse order. It counts a tick, so that a function
// which is only called from C++ or compiled code is seen to be hot. The caller has seen to it that the
// native stack has room (Thread::native_stack_limit).
//
// What the thread ran before is kept in the slots below the frame (interp/interpreter.h); the thread's view
// of it (pc, fp, compiled frames) is restored at the end.
class Activation {
public:
    Activation(Thread& thread, Function& function);
    ~Activation();
    Activation(const Activation&) = delete;
    Activation& operator=(const Activation&) = delete;

    // Where the arguments are to be stored and the results will be, in slots. Null: thread.pending is set.
    [[nodiscard]] Slot* frame() const { return frame_; }

    // Once. False: thread.pending is set.
    [[nodiscard]] bool run();

private:
    Thread& thread_;
    Function& function_;
    Slot* frame_ = nullptr;
    std::uint64_t stack_used_ = 0;
};

// Whether there is room for one more activation that C++ begins, which it then counts in
// Thread::native_depth. False: a StackOverflowError is pending.
[[nodiscard]] bool may_call_back(Thread& thread);

// The first slot of its stack that the thread does not need. Only for the thread itself, where its pc and fp
// are stored: in natives, compiled code and slow paths.
[[nodiscard]] Slot* stack_top(const Thread& thread);

}  // namespace skua::vm
