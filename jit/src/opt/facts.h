// What a node's operation alone says of its value. Cheap: a few levels of inputs, through one phi at most.
#pragma once

#include <cstdint>

#include "ir/ir.h"

namespace skua::jit {

inline constexpr std::uint64_t kMaxArrayLength = std::uint64_t{1} << 46;  // new_array refuses more

// No value of the node, as an unsigned number of its width, is above.
[[nodiscard]] std::uint64_t max_unsigned(const Node* n, int depth = 4);
[[nodiscard]] inline bool is_bool(const Node* n) {
    return max_unsigned(n) <= 1;
}
// An I64 that equals the sign extension of its low 32 bits.
[[nodiscard]] bool fits_i32(const Node* n);
// A reference that is no null.
[[nodiscard]] bool is_not_null(const Node* n);
// The length of an array or string, which never changes.
[[nodiscard]] bool is_length_load(const Node* n);

[[nodiscard]] inline bool is_int_compare(Op op) {
    return op >= Op::Eq && op <= Op::LeU;
}
[[nodiscard]] inline bool is_compare(Op op) {
    return op >= Op::Eq && op <= Op::FLe;
}
// A guard whose value is its first input.
[[nodiscard]] inline bool is_check(Op op) {
    return op == Op::NullCheck || op == Op::BoundsCheck || op == Op::BytesCheck || op == Op::DivCheck ||
           op == Op::CharCheck || op == Op::CastCheck;
}
// The node whose value a guard that checks its first input hands on; else the node itself.
[[nodiscard]] Node* behind_guards(Node* n);

}  // namespace skua::jit
