// Which accesses may touch the same memory: accesses fall into partitions by what Mem promises, and
// what a block or a loop may write is a set of partitions.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/ir.h"
#include "ir/order.h"

namespace skua::jit {

// A call that may write what others see. Allocations write only what nobody has seen; polls run no
// guest code.
[[nodiscard]] bool clobbers_memory(const Node* n);

// A Load or Store of an element, not of one place in an object.
[[nodiscard]] inline bool has_index(const Node* access) {
    return access->input_count != (access->op == Op::Load ? 1u : 2u);
}

class Partitions {
public:
    static constexpr std::uint32_t kConstant = 0;  // loads from it always see the same

    // Numbers the accesses of the graph.
    explicit Partitions(const Graph& graph);

    [[nodiscard]] std::uint32_t of(const Node* access) const { return of_node_[access->id]; }
    [[nodiscard]] std::uint32_t count() const { return count_; }

    // A set of partitions; calls write all but kConstant.
    class Set {
    public:
        explicit Set(std::uint32_t count) : bits_((count + 63) / 64, 0) {}
        void add(std::uint32_t i) { bits_[i / 64] |= std::uint64_t{1} << (i % 64); }
        void add_all() {
            for (auto& word : bits_) word = ~std::uint64_t{0};
            bits_[0] &= ~std::uint64_t{1};
        }
        void add(const Set& other) {
            for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] |= other.bits_[i];
        }
        [[nodiscard]] bool has(std::uint32_t i) const { return bits_[i / 64] >> (i % 64) & 1; }

    private:
        Vector<std::uint64_t> bits_;
    };
    [[nodiscard]] Set written_by(const Block& block) const;
    [[nodiscard]] Set written_by(const Loop& loop) const;

private:
    Vector<std::uint32_t> of_node_;
    std::uint32_t count_ = 1;
};

}  // namespace skua::jit
