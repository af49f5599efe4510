// Which threads of the host are attached to which machines.
//
// A thread attaches when it first uses a machine, and detaches when it ends, or when the host or the end of
// the machine says so. As long as it is attached to any, it has an attachment to the heap of its own as well,
// so that another thread that ends a machine never takes its last one away.
#pragma once

#include "skua/embed.h"
#include "skua/vm/vm.h"

namespace skua::embed {

// The calling thread, as the machine knows it. Null if the system gives no memory for it, or the limit on
// threads is reached (Limits::reached).
vm::Thread* current_thread(SkuaVm& vm);

// The same, or the status that says why not.
SkuaStatus attach(SkuaVm& vm, vm::Thread*& thread, SkuaError** error);

// What the calling thread has with the machine, if anything, is given up.
void detach_current(SkuaVm& vm);

// The same for all threads, which stand still: the machine ends.
void detach_all(SkuaVm& vm);

}  // namespace skua::embed
