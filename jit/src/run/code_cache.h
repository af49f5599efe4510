// Memory for machine code: one reservation, mapped twice, so that no page is writable and executable at
// once; and what return addresses in it mean.
//
// Code is never moved or freed. Any thread may call; adding takes a lock, looking up a shared one.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <span>
#include <vector>

#include "skua/vm/linked_code.h"

namespace skua::jit {

// A piece of code with one frame size, and its calls.
struct CodeRange {
    const std::uint8_t* start = nullptr;
    std::uint32_t size = 0;
    std::uint32_t frame_size = 0;  // from rsp at a call to the return address
    struct Call {
        std::uint32_t offset;        // of the return address
        std::uint32_t first, count;  // the guest frames there, in `frames`, innermost first
        // Offset of the code that an exception goes to, with rsp as at the call; 0: none.
        std::uint32_t landing = 0;
    };
    std::vector<Call> calls;  // ascending
    std::vector<const vm::Instr*> frames;

    // Null if no call returns there.
    [[nodiscard]] const Call* call_at(const std::uint8_t* return_address) const;
    [[nodiscard]] std::span<const vm::Instr* const> frames_at(const std::uint8_t* return_address) const;
};

class CodeCache {
public:
    CodeCache() = default;
    ~CodeCache();
    CodeCache(const CodeCache&) = delete;
    CodeCache& operator=(const CodeCache&) = delete;

    // False if the system refuses.
    bool reserve(std::size_t bytes);

    // Space for `bytes`, 32-byte aligned: where the code will run, and where to write it. Null if full.
    struct Place {
        const std::uint8_t* run = nullptr;
        std::uint8_t* write = nullptr;
    };
    Place allocate(std::size_t bytes);

    void add(std::unique_ptr<CodeRange> range);
    const CodeRange* find(const std::uint8_t* address) const;

    [[nodiscard]] std::size_t used() const { return used_; }
    // Has there been no space for something?
    [[nodiscard]] bool full() const { return full_.load(std::memory_order_relaxed); }

private:
    void make_present(std::size_t end);

    std::uint8_t* run_ = nullptr;
    std::uint8_t* write_ = nullptr;
    std::size_t size_ = 0, used_ = 0, present_ = 0;
    std::atomic<bool> full_{false};
    mutable std::shared_mutex lock_;
    std::map<const std::uint8_t*, std::unique_ptr<CodeRange>> ranges_;  // by start
};

}  // namespace skua::jit
