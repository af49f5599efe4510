// A native stack that is large enough for compiled code.
#pragma once

#include <cstddef>

namespace skua::tools {

// Calls run(data) where the native stack has `bytes` for it: on this stack if its limit can be raised that
// far, else on a thread of its own, for which prepare() is called first. Where the system refuses both, the
// stack is as large as it is. To be called by main, once.
void run_on_native_stack(std::size_t bytes, void (*prepare)(), void (*run)(void* data), void* data);

}  // namespace skua::tools
