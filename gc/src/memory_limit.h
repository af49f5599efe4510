// How much memory the heap takes at most when the user does not say.
#pragma once

#include <cstddef>

namespace skua::gc {

// Three quarters of what this process may use: the machine's memory or its control group's limit.
std::size_t default_memory_limit();

}  // namespace skua::gc
