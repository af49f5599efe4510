// What pure operations make of constants: exactly what the interpreter's handlers compute
// (handlers_scalar.inc). Bits are those of Node::imm of a Const of the type.
#pragma once

#include <optional>

#include "ir/ir.h"

namespace skua::jit {

// `input` is the type of the inputs, `type` that of the node; `y` is ignored by unary operations. Nothing if
// the operation has no value for them (division by zero, a failing guard) or is not one of values.
[[nodiscard]] std::optional<std::int64_t> fold(Op op, Type type, Type input, std::int64_t x, std::int64_t y);

}  // namespace skua::jit
