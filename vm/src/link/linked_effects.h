// Which slots an instruction of linked code reads and writes.
#pragma once

#include <cstdint>
#include <vector>

#include "skua/vm/linked_code.h"

namespace skua::vm {

struct SlotRange {
    std::uint32_t first, end;
    [[nodiscard]] bool contains(std::uint32_t slot) const { return slot >= first && slot < end; }
};

struct LinkedEffects {
    std::vector<SlotRange> reads, writes;
    // Operands that are one slot which is only read, and may be another slot of the same content.
    bool a_renames = false, b_renames = false, c_renames = false;
    bool single_result =
        false;  // writes slot `a` and nothing else, or a call with one result: a may be another slot
    bool removable = false;  // does nothing but write, cannot throw

    void clear() {
        reads.clear(), writes.clear();
        a_renames = b_renames = c_renames = single_result = removable = false;
    }
};

struct LinkedRow {
    std::uint8_t words;
    bool reads_a, writes_a, b, c;      // slots
    bool reads_second, writes_second;  // the slot in the second word's low 16 bits
    bool short_branch, long_branch;
    bool wide_immediate;  // 32 bits, in b and c
};
[[nodiscard]] const LinkedRow& linked_row(LOp op);

// Writes slot a, computed from nothing but the slots it reads and its immediate; never throws.
[[nodiscard]] bool is_pure(LOp op);

// `slots`: calls overwrite everything from their window up to here.
void linked_effects(const Instr* pc, std::uint32_t slots, LinkedEffects& out);

// Successors of the instruction at `word`, the next one included.
void linked_successors(const std::vector<Instr>& code, std::uint32_t word, std::vector<std::uint32_t>& out);

}  // namespace skua::vm
