// When the system gives no memory for what lies outside of the heap (std::bad_alloc): the guest gets an
// OutOfMemoryError. No C++ exception passes through compiled code, nor through C code of natives and hosts,
// so that whatever these call turns one into the other.
#pragma once

#include <new>
#include <type_traits>

#include "skua/vm/thread.h"

namespace skua::vm {

// Sets std.core.OutOfMemoryError pending, one made in advance if need be.
[[gnu::cold]] void throw_no_memory(Thread& thread) noexcept;

// Runs `work`; without memory the error is pending and the result is 0, null, false.
template <typename Work>
auto containing_no_memory(Thread& thread, Work&& work) noexcept -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        throw_no_memory(thread);
        if constexpr (!std::is_void_v<decltype(work())>) return {};
    }
}

}  // namespace skua::vm
