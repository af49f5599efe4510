// What surrounds a call from the host: its limits, and who counts as running.
//
// Calls that run at the same time, and calls within calls, are one as far as limits go: the first begins
// them, the last ends them, and forgives what was reached, so that the machine can be used again.
#pragma once

#include "host_machine.h"

namespace skua::embed {

// Counts a call as running. False: the system gives no thread to watch over the time.
bool begin_call(SkuaVm& vm);
// `thread`: the one that ran, whose error, if any, has been taken; null if that is not known to have ended.
void end_call(SkuaVm& vm, vm::Thread* thread);

// Of a thread that calls: nothing is counted if it is within a call already.
class CallScope {
public:
    CallScope(SkuaVm& vm, vm::Thread& thread)
        : vm_(vm),
          thread_(thread),
          outermost_(thread.native_depth == 0),
          begun_(!outermost_ || begin_call(vm)) {}
    ~CallScope() {
        if (outermost_ && begun_) end_call(vm_, &thread_);
    }
    CallScope(const CallScope&) = delete;
    CallScope& operator=(const CallScope&) = delete;
    explicit operator bool() const { return begun_; }

private:
    SkuaVm& vm_;
    vm::Thread& thread_;
    const bool outermost_, begun_;
};

}  // namespace skua::embed
