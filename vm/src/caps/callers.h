// Whose code has called.
#pragma once

#include <string>
#include <vector>

#include "skua/vm/code_source.h"
#include "skua/vm/vm.h"

namespace skua::vm {

// The source of a function's code; null for code that the machine made itself.
const CodeSource* source_of(const Function& function);

// Where the code comes from that has a call on the thread's stack, innermost first, each once, without the
// library's own; up to the innermost static initialiser, which the machine runs of its own accord: who
// happened to be first to use a type has no part in what its initialiser does. The thread is the calling one,
// and is in a native.
std::vector<const CodeSource*> callers_of(const Thread& thread);

// Asks with the callers' rights. `ask`: of the callers, a refusal or nothing. As long as all code is the
// program's, the stack is only looked at to say who was refused.
template <typename Ask>
std::string ask_as_callers(const Thread& thread, Ask&& ask) {
    std::vector<const CodeSource*> callers;
    if (thread.vm->app_loader().has_archives()) callers = callers_of(thread);
    std::string denied = ask(callers);
    if (!denied.empty() && callers.empty()) denied = ask(callers_of(thread));
    return denied;
}

}  // namespace skua::vm
