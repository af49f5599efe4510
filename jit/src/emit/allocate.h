// Register allocation: linear scan over intervals with holes, splitting and spilling by distance of the next
// use, after Wimmer and Franz, "Linear Scan Register Allocation on SSA Form" (CGO 2010). Beyond the paper:
// phis are joined with their inputs beforehand; distances look around the loops that a position is in; splits
// move to where they are executed least; a value with one definition is stored there, once.
#pragma once

#include <cstdint>
#include <vector>

#include "emit/lir.h"

namespace skua::jit {

struct Location {
    enum class Kind : std::uint8_t { None, Register, Stack } kind = Kind::None;
    std::uint32_t n = 0;  // register, or slot of 8 bytes

    friend bool operator==(const Location&, const Location&) = default;
};

struct Move {
    Location from;
    const Node* constant = nullptr;  // instead of `from`
    Location to;
    RegClass cls = RegClass::Gp;
    bool wide = false;  // a vector, in two slots
};

// Where in an instruction's surroundings moves are made, in this order. All moves of one place are parallel.
enum class MovePlace : std::uint8_t { BlockStart, Before, BlockEnd, After };

struct PlacedMove {
    std::uint32_t inst;
    MovePlace place;
    Move move;
    VReg value = kNoVReg;  // the joined VReg whose place is written; of fixed operands none
};

struct Allocation {
    // By instruction and operand: in the order of Lir::uses; fixed operands are in their register.
    Vector<Location> uses;
    Vector<Location> defs, temps;  // by instruction
    Vector<PlacedMove> moves;      // in the order of the code
    std::uint32_t stack_slots = 0;
    // Of those that calls preserve: used by this function.
    RegMask preserved = 0;
    // By instruction that calls guest code or what may collect: of `preserved` those whose value is not used
    // any more. Cleared before the call: the callee would save, and collections find, what is dead.
    Vector<RegMask> dead_preserved;

    // For an instruction that calls what may collect and comes back, as in CodeRange::live. Its first word is
    // live[live_at[i]]; kUnknown of other instructions.
    static constexpr std::uint32_t kUnknown = ~std::uint32_t{0};
    Vector<std::uint32_t> live_at;
    Vector<std::uint64_t> live;
};

// `registers`: how many of each class may be used (3 or more); 0: all.
Allocation allocate_registers(Lir& lir, unsigned registers);

}  // namespace skua::jit
