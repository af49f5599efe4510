// Live intervals of virtual registers; see lir.h for positions.
#pragma once

#include <limits>
#include <memory>
#include <vector>

#include "emit/bit_set.h"
#include "emit/lir.h"

namespace skua::jit {

struct LiveRange {
    std::uint32_t from, to;  // half open
};

struct UsePosition {
    std::uint32_t pos;
    bool must;     // needs a register there
    float weight;  // how often it is executed
};

// A value, or after splitting a part of it, in one place.
struct Interval : InScratch<Interval> {
    VReg v = kNoVReg;
    RegClass cls = RegClass::Gp;
    Vector<LiveRange> ranges;        // ascending, disjoint
    Vector<UsePosition> uses;        // ascending; uses in fixed registers are not among them
    Reg reg = kNoReg;                // none: on the stack, once allocated
    std::unique_ptr<Interval> next;  // the part behind

    [[nodiscard]] std::uint32_t from() const { return ranges.front().from; }
    [[nodiscard]] std::uint32_t to() const { return ranges.back().to; }
    [[nodiscard]] bool covers(std::uint32_t pos) const;
    // First position that both cover, or the maximum.
    [[nodiscard]] std::uint32_t intersection(const Vector<LiveRange>& other) const;
};
inline constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

struct Hint {
    VReg v;     // or, if none:
    Reg fixed;  // a register
    float weight;
};

struct Intervals {
    Vector<std::unique_ptr<Interval>> values;  // by VReg; null: never live
    Vector<VReg> joined;                       // the VReg whose interval holds this one's, by VReg
    Vector<Vector<Hint>> hints;                // by VReg
    Vector<std::uint32_t> definition;          // by VReg: its only defining instruction, kNever if several
    Vector<LiveRange> fixed[2][16];            // by class and register: where instructions own it
    Vector<BitSet> live_in;                    // by block, of joined VRegs

    [[nodiscard]] VReg root(VReg v) const {
        while (joined[v] != v) v = joined[v];
        return v;
    }
};

// Drops instructions whose results nobody uses, then computes intervals and joins phis with their inputs.
Intervals build_intervals(Lir& lir);

// Has this instruction no effect beside its result?
[[nodiscard]] bool is_pure(MOp op);

}  // namespace skua::jit
