// The inside of register allocation; see allocate.h. allocate.cpp: the scan; split.cpp: where intervals are
// cut; connect.cpp: moves and locations.
#pragma once

#include <queue>

#include "emit/allocate.h"
#include "emit/intervals.h"

namespace skua::jit {

// Thrown if the allocator has made a mistake: the function stays interpreted.
struct AllocationFailure {
    const char* file;  // where it was noticed
    int line;
};
// Not std::source_location: clang 14 has none.
inline void require(bool condition, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    if (!condition) throw AllocationFailure{file, line};
}

class Allocator {
public:
    Allocator(Lir& lir, unsigned registers);
    Allocation run();

private:
    struct LoopSpan {
        std::uint32_t from, to;
        int parent;          // index, or -1
        std::uint32_t rank;  // block_rank.h
    };

    void keep_around_loop(std::size_t header, const LoopSpan& loop);

    // ---- the scan (allocate.cpp) ---------------------------------------------------------------------
    void scan(RegClass cls);
    // Of these registers: one that is free, at least as long as it is worth it.
    bool try_free(Interval& current, RegMask candidates);
    void take_blocked(Interval& current, RegMask candidates);
    void spill(Interval& current);
    void spill_at(Interval& victim, std::uint32_t pos);
    void enqueue(Interval* it);
    void settle(Interval& it, Reg r);
    [[nodiscard]] Reg hinted(const Interval& it, const std::uint32_t* free_until) const;

    // ---- registers that calls preserve (preserved.cpp) ---------------------------------------------------
    void find_calls();
    [[nodiscard]] bool crosses_call(const Interval& it) const;
    // Is so much the reason to save one?
    [[nodiscard]] static bool is_worth_saving(double weight);
    [[nodiscard]] static double total_weight(const Interval& it);
    // What `it` costs if no register preserves it across the calls that it crosses.
    [[nodiscard]] double weight_across_calls(const Interval& it) const;
    // Those that are not saved yet and that `it` is no reason to save.
    [[nodiscard]] RegMask unsaved_for(const Interval& it) const;
    void find_preserved();

    // ---- splitting (split.cpp) -----------------------------------------------------------------------
    void find_loops();
    // Cuts at `pos` (a multiple of 4 inside the interval); returns the part behind.
    Interval* split(Interval& it, std::uint32_t pos);
    Interval* split_before(Interval& it, std::uint32_t pos);
    // The position in [lo, hi], multiples of 4, that is executed least; the latest of these.
    [[nodiscard]] std::uint32_t best_split(std::uint32_t lo, std::uint32_t hi) const;
    // Of the value at or behind `pos`, counting uses earlier in the loops around `pos`.
    [[nodiscard]] std::uint32_t next_use(const Interval& it, std::uint32_t pos) const;
    [[nodiscard]] std::size_t block_at(std::uint32_t pos) const;

    // ---- results (connect.cpp) -------------------------------------------------------------------------
    void assign_slots();
    void store_at_definitions();
    void collect_operands();
    void connect_parts();
    void connect_blocks();
    void connect_edge(std::size_t from, std::size_t to);
    void find_live_slots();
    [[nodiscard]] bool is_exceptional(std::size_t from, std::size_t to) const;
    [[nodiscard]] const Interval* part_at(VReg v, std::uint32_t pos) const;
    [[nodiscard]] Location location(VReg v, std::uint32_t pos) const;
    [[nodiscard]] Location place_of(const Interval& it) const;
    void move(std::uint32_t inst, MovePlace place, VReg v, Location from, Location to);

    Lir& lir_;
    Intervals intervals_;
    RegMask allowed_[2];
    Vector<LoopSpan> loops_;
    Vector<int> block_loop_;                   // innermost, by block
    Vector<Vector<std::uint32_t>> positions_;  // of all uses, by root VReg

    struct Later {
        bool operator()(const Interval* a, const Interval* b) const { return a->from() > b->from(); }
    };
    std::priority_queue<Interval*, Vector<Interval*>, Later> unhandled_;
    Vector<Interval*> active_, inactive_, now_active_, now_inactive_;
    std::uint32_t scanned_ = 0;    // where the interval at hand begins
    Vector<std::uint32_t> calls_;  // positions where calls that preserve registers destroy the others
    RegMask in_use_ = 0;           // of the general registers: given to a value so far
    bool saves_cost_ = true;       // those that calls preserve must be saved before they are used
    Vector<Reg> last_register_;    // by root VReg, for hints

    Vector<std::uint32_t> slots_;  // by root VReg; kNever: none
    Vector<bool> stored_at_def_;   // by root VReg
    Allocation out_;
};

}  // namespace skua::jit
