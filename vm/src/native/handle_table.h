// Native resources behind integers that the guest can keep but not forge into pointers.
//
// Handles are drawn at random, so that code which has one cannot guess another one's, and not used again.
// Closing while another thread uses the resource is deferred to the last
// release. Any thread may call; `close` functions run without the table's lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "skua/native.h"

namespace skua::vm {

class HandleTable {
public:
    ~HandleTable() { close_all(); }

    std::int64_t add(const SkHandleType* type, void* pointer);     // may throw std::bad_alloc
    void* acquire(const SkHandleType* type, std::int64_t handle);  // null if closed or of another type
    void release(std::int64_t handle);
    bool close(const SkHandleType* type, std::int64_t handle);
    void close_all();
    [[nodiscard]] std::size_t count();  // how many are open

private:
    struct Entry {
        const SkHandleType* type;
        void* pointer;
        std::uint32_t users = 0;
        bool closing = false;  // as good as closed: waits for its users
    };
    std::int64_t draw();  // under lock_

    std::mutex lock_;
    std::array<std::uint64_t, 32> drawn_{};  // of the system, in advance
    std::size_t left_ = 0;
    std::unordered_map<std::int64_t, Entry> entries_;
};

}  // namespace skua::vm
