// Memory kept back for a library that does not bear a failed allocation.
//
// RE2 is not written for exceptions: one that is thrown in its parser leaves freed memory in use, and one
// below its std::call_once cannot pass pthread_once when the program has an unwinder of its own (decision
// 001). So it is only entered while there is a reserve larger than what one call takes, and an operator new
// that fails in there gives the reserve back to the system and tries again.
#pragma once

#include <cstddef>

namespace skua::stdlib {

// While one of these lives, its thread's allocations fail only if 20 MiB, and `more` bytes, do not suffice;
// then the process ends with a message and exit code 71. Throws std::bad_alloc if the reserve is not to be
// had, which is before anything has happened. Address space, not memory: nobody touches it. Not nested.
class MemoryReserve {
public:
    // The first one of a process must ask for more; only these see to it that operator new asks the reserve.
    explicit MemoryReserve(std::size_t more = 0);
    ~MemoryReserve();
    MemoryReserve(const MemoryReserve&) = delete;
    MemoryReserve& operator=(const MemoryReserve&) = delete;

private:
    static void give_back();  // the handler that operator new calls

    void* more_ = nullptr;
};

}  // namespace skua::stdlib
