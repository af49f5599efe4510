// Memory for machine code: one reservation, mapped twice, so that no page is writable and executable at
// once; and what return addresses in it mean.
//
// Code is never moved or freed. Any thread may call. Looking up takes no lock, so that a collection may do it
// while threads stand still wherever they are.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
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
        std::uint32_t live = kUnknown;  // index in `live` of the first word about this call
    };
    static constexpr std::uint32_t kUnknown = ~std::uint32_t{0};
    std::vector<Call> calls;  // ascending
    std::vector<const vm::Instr*> frames;
    // The slots of values: words of the frame, the first of them at this offset from rsp at a call.
    std::uint32_t slots_offset = 0, slots = 0;
    // For a call a bit per general register (kRegisters, as the hardware counts) and then one per slot, 64 to
    // a word: is its value used after the call, or by a handler? Registers are told of calls that preserve
    // them; else all bits are set.
    static constexpr std::uint32_t kRegisters = 16;
    std::vector<std::uint64_t> live;
    // By number: the registers preserved by calls that this code uses, and whether it has saved them: in
    // ascending order, behind the slots of values. At its calls those of no more use are zero.
    std::uint32_t preserved = 0;
    bool saves = false;

    // Null if no call returns there.
    [[nodiscard]] const Call* call_at(const std::uint8_t* return_address) const;
    [[nodiscard]] std::span<const vm::Instr* const> frames_of(const Call& call) const {
        return {frames.data() + call.first, call.count};
    }
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

    // In the order of the code: each lies behind those that were added before.
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
    std::mutex lock_;  // of those that allocate and add
    // All ranges, ascending, in chunks that never move.
    using Chunk = std::unique_ptr<std::unique_ptr<CodeRange>[]>;
    static constexpr std::size_t kChunk = 1024;
    [[nodiscard]] const CodeRange& range(std::size_t i) const { return *chunks_[i / kChunk][i % kChunk]; }
    std::vector<Chunk> chunks_;
    std::atomic<std::size_t> count_{0};
};

}  // namespace skua::jit
