// What instructions of linked code make of constants; for fold.cpp.
#pragma once

#include <cstdint>
#include <optional>

#include "skua/vm/linked_code.h"

namespace skua::vm {

// The result of a pure integer operation; `y` is the second slot or the immediate. Nothing for other ones.
[[nodiscard]] std::optional<std::int64_t> evaluate(LOp op, std::int64_t x, std::int64_t y);

// Makes the instruction, which writes slot a, a LdI if the value fits.
[[nodiscard]] bool load_constant(Instr& in, std::int64_t value);

// Makes `op a, b, c` with a known value in c an instruction with an immediate, or a move.
[[nodiscard]] bool with_immediate(Instr& in, std::int64_t value);

[[nodiscard]] bool commutes(LOp op);

// JT to JGeKL: whether it jumps.
[[nodiscard]] bool branches(LOp op, std::int64_t x, std::int64_t y);

// Makes a branch that compares slots a and b, where b's value is known, one with an immediate.
[[nodiscard]] bool branch_with_immediate(Instr& in, std::int64_t value);

}  // namespace skua::vm
