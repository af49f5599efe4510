// OS threads that plugins attach to the machine, and what becomes of them at its end.
//
// A plugin knows the machine by an SkVm, which outlives it: whoever attaches too late is told so. A thread
// that is attached keeps the machine from being destroyed (Vm::close).
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "skua/native.h"
#include "skua/vm/thread.h"

struct SkVm {
    std::mutex lock;
    skua::vm::Vm* vm;  // null: it has ended
};

namespace skua::vm {

class PluginThreads {
public:
    // Made when first asked for, and never freed.
    SkVm* identity(Vm& vm);
    // Of the machine's identity, which is locked. Null, with errno.
    SkEnv* attach(Vm& vm);
    void detach(Thread& thread);
    // As Vm::close.
    bool close(Vm& vm, std::chrono::milliseconds patience);

private:
    using Attached = std::unique_ptr<Thread, void (*)(Thread*)>;
    std::atomic<SkVm*> identity_{nullptr};
    std::mutex lock_;  // of what follows; inside of the identity's
    std::condition_variable changed_;
    std::vector<Attached> attached_;
};

}  // namespace skua::vm
