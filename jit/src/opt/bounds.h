// Proofs of x <= y + c, on demand, from conditions that dominate and from how values are computed. After
// Bodik, Gupta, Sarkar: ABCD: Eliminating Array Bounds Checks on Demand (PLDI 2000), with facts looked up by
// dominance instead of renamed values.
//
// Numbers are those that registers hold, as signed integers of the node's width; c is wide enough that no
// intermediate sum overflows. Extensions that keep the number and guards that hand on their input count as
// that input.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/ir.h"

namespace skua::jit {

class Bounds {
public:
    using Wide = __int128;
    // Before the node at `position` of the block.
    struct Point {
        const Block* block;
        std::uint32_t position;
    };

    // `order` with dominators; both must stay as they are. Nodes may be replaced meanwhile, not moved.
    Bounds(const Graph& graph, const Vector<Block*>& order);

    // Whether x <= y + c is certain at the point; a null node is 0. False also if it takes too long.
    bool less_equal(const Node* x, const Node* y, Wide c, Point at);
    // Whether a phi that once fulfils 0 <= phi + low and phi <= y + high does so on every later way round.
    bool keeps(const Node* phi, Wide low, const Node* y, Wide high, const Vector<Block*>& latches);

    [[nodiscard]] Point before(const Node* n) const { return {n->block, position_[n->id]}; }
    [[nodiscard]] static Point at_end(const Block* block) {
        return {block, static_cast<std::uint32_t>(block->nodes.size())};
    }
    // The node that Bounds takes for `n`.
    static const Node* canonical(const Node* n);

private:
    struct Fact {  // x <= y + c from a position of a block on
        const Node *x, *y;
        std::int64_t c;
        Point from;
        std::uint32_t next_upper, next_lower;  // of x, of y
    };
    struct Assumption {
        const Node *x, *y;
        Wide c;
    };

    void add_fact(const Node* x, const Node* y, std::int64_t c, Point from);
    void add_branch_facts(const Block& block);
    void add_comparison(const Node* condition, bool holds, Point from);
    void add_guard_facts(const Node* n, Point behind);
    [[nodiscard]] bool valid(const Fact& fact, Point at) const;
    [[nodiscard]] bool dominates(const Block* a, const Block* b) const;
    // Defined where it does not change while the phi's loop runs.
    [[nodiscard]] bool fixed_at(const Node* n, const Node* phi) const;

    bool prove(const Node* x, const Node* y, Wide c, Point at, int depth);
    bool from_definition_of_x(const Node* x, const Node* y, Wide c, Point at, int depth);
    bool from_definition_of_y(const Node* x, const Node* y, Wide c, Point at, int depth);
    bool not_negative(const Node* n, Point at, int depth) { return prove(nullptr, n, 0, at, depth); }
    bool at_most(const Node* n, Wide most, Point at, int depth) { return prove(n, nullptr, most, at, depth); }
    bool at_least(const Node* n, Wide least, Point at, int depth) {
        return prove(nullptr, n, -least, at, depth);
    }
    bool adds_exactly(const Node* add, Point at, int depth);

    Vector<std::uint32_t> position_, upper_, lower_;  // by node
    Vector<std::uint32_t> enter_, leave_;             // of the dominator tree, by block
    Vector<Fact> facts_;
    Vector<Assumption> assumptions_;
    int fuel_ = 0;
    std::int64_t total_fuel_;
};

}  // namespace skua::jit
