// Native resources behind integers that the guest can keep but not forge into pointers.
//
// Handles are drawn at random, so that code which has one cannot guess another one's, and not used again.
// Closing while another thread uses the resource is deferred to the last
// release. Any thread may call; `close` functions run without the table's lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "runtime/determinism.h"
#include "skua/native.h"

namespace skua::vm {

class HandleTable {
public:
    ~HandleTable() { close_all(); }

    // Numbers from a seed in place of the system's, for a deterministic machine. Before the first handle.
    void determine(std::uint64_t seed) { determined_ = std::make_unique<Determinism>(seed); }

    // At most so many open at a time; 0: no limit.
    void set_limit(std::size_t limit) { limit_ = limit; }
    [[nodiscard]] std::size_t limit() const { return limit_; }

    // 0 if the limit is reached (is_full), or there is no room for `bytes` more; may throw std::bad_alloc.
    std::int64_t add(const SkHandleType* type, void* pointer, std::size_t bytes = 0);
    [[nodiscard]] bool is_full();
    void* acquire(const SkHandleType* type, std::int64_t handle);  // null if closed or of another type
    void release(std::int64_t handle);
    bool close(const SkHandleType* type, std::int64_t handle);
    [[nodiscard]] const SkHandleType* type_of(std::int64_t handle);  // null if closed
    void close_all();
    [[nodiscard]] std::size_t count();  // how many are open

private:
    struct Entry {
        const SkHandleType* type;
        void* pointer;
        std::size_t bytes = 0;  // that the resource may take
        std::uint32_t users = 0;
        bool closing = false;  // as good as closed: waits for its users
    };
    std::int64_t draw();  // under lock_

    std::mutex lock_;
    std::array<std::uint64_t, 32> drawn_{};  // of the system, in advance
    std::size_t left_ = 0;
    std::unique_ptr<Determinism> determined_;
    std::size_t limit_ = 0;
    std::size_t bytes_ = 0;  // of all entries
    std::unordered_map<std::int64_t, Entry> entries_;
};

}  // namespace skua::vm
