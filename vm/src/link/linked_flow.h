// Linked code as blocks, for the passes that improve it (optimize.cpp, fold.cpp, fuse.cpp).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "link/linked_effects.h"
#include "skua/vm/linked_code.h"

namespace skua::vm {

// Slots of a frame as bits.
class SlotSet {
public:
    explicit SlotSet(std::uint32_t slots) : words_((slots + 63) / 64) {}
    [[nodiscard]] bool has(std::uint32_t s) const { return words_[s / 64] >> (s % 64) & 1; }
    void add(std::uint32_t s) { words_[s / 64] |= std::uint64_t{1} << (s % 64); }
    void remove(std::uint32_t s) { words_[s / 64] &= ~(std::uint64_t{1} << (s % 64)); }
    bool merge(const SlotSet& other) {
        bool changed = false;
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const std::uint64_t before = words_[i];
            words_[i] |= other.words_[i];
            changed |= words_[i] != before;
        }
        return changed;
    }

private:
    std::vector<std::uint64_t> words_;
};

// While passes work, instructions keep their places; removed ones are marked, and an instruction may
// have become a longer one, whose second word is kept aside. compact() puts it all together.
class LinkedFlow {
public:
    struct Block {
        std::uint32_t first = 0, last = 0;  // instructions, [first, last)
        std::vector<std::uint32_t> successors;
        std::uint32_t predecessors = 0, predecessor = 0;  // how many edges lead here; the last of them
    };

    LinkedFlow(LinkedBody& body, std::uint32_t slots);

    [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }
    [[nodiscard]] std::uint32_t index_of(const Block& block) const {
        return static_cast<std::uint32_t>(&block - blocks_.data());
    }
    // The block's only predecessor if its instructions come before the block's, or kNone.
    [[nodiscard]] std::uint32_t only_predecessor(std::uint32_t block) const;
    [[nodiscard]] Instr& at(std::uint32_t index) { return body_.code[instructions_[index]]; }
    [[nodiscard]] std::uint32_t word_of(std::uint32_t index) const { return instructions_[index]; }
    [[nodiscard]] bool removed(std::uint32_t index) const { return removed_[index]; }
    void remove(std::uint32_t index) { removed_[index] = true; }
    // The instruction at index, which is one word long, becomes this one of two words.
    void lengthen(std::uint32_t index, Instr first, Instr second);
    [[nodiscard]] const LinkedEffects& effects(std::uint32_t index);  // until the next call
    [[nodiscard]] std::uint32_t slots() const { return slots_; }
    // Whether a trace says the same of both: they come from one line of one function.
    [[nodiscard]] bool same_place(std::uint32_t x, std::uint32_t y) const { return place(x) == place(y); }

    void compute_liveness();
    [[nodiscard]] const SlotSet& live_out(std::uint32_t block) const { return live_out_[block]; }
    // From the set live behind an instruction to the one in front of it.
    static void apply(const LinkedEffects& effects, SlotSet& live);

    void remove_unreachable();
    void compact();

    static constexpr std::uint32_t kNone = UINT32_MAX;

private:
    using Place = std::pair<const LinkedBody::Inlined*, std::uint32_t>;  // innermost, line
    [[nodiscard]] Place place(std::uint32_t index) const;
    void find_blocks();
    void remove_jumps_to_next();

    LinkedBody& body_;
    std::uint32_t slots_;
    std::vector<std::uint32_t> instructions_;  // words at which they start
    std::vector<bool> removed_;
    std::vector<std::pair<std::uint32_t, Instr>> second_words_;  // of the instructions that grew
    std::vector<Block> blocks_;
    std::vector<SlotSet> live_out_;
    LinkedEffects effects_;
};

}  // namespace skua::vm
