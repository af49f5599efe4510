// A set of small numbers of a size known beforehand.
#pragma once

#include <bit>
#include <cstdint>

#include "ir/scratch.h"

namespace skua::jit {

class BitSet {
public:
    BitSet() = default;
    explicit BitSet(std::size_t size) : words_((size + 63) / 64, 0) {}

    [[nodiscard]] bool has(std::size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
    void add(std::size_t i) { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
    void remove(std::size_t i) { words_[i / 64] &= ~(std::uint64_t{1} << (i % 64)); }
    BitSet& operator|=(const BitSet& other) {
        for (std::size_t w = 0; w < words_.size(); ++w) words_[w] |= other.words_[w];
        return *this;
    }
    friend bool operator==(const BitSet&, const BitSet&) = default;

    // f(std::uint32_t) for each member, ascending.
    template <class F>
    void for_each(F&& f) const {
        for (std::size_t w = 0; w < words_.size(); ++w) {
            for (std::uint64_t left = words_[w]; left != 0; left &= left - 1)
                f(static_cast<std::uint32_t>(64 * w) + static_cast<std::uint32_t>(std::countr_zero(left)));
        }
    }

private:
    Vector<std::uint64_t> words_;
};

}  // namespace skua::jit
