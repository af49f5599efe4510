// What is known of literals when code is compiled.
#pragma once

#include <cstdint>
#include <optional>

#include "ir/ir.h"

namespace skua::vm {
struct Object;
}

namespace skua::jit {

// A load of a string literal, or of a function value that is always the same, from its root (Mem::key is 1).
// The root holds the object as long as there is code that names it, and never another one.
[[nodiscard]] bool is_literal(const Node* n);
// The object; null if the node is no such load.
[[nodiscard]] const vm::Object* literal_of(const Node* n);
// What a load would give if its base were this one; nothing unless it reads a literal string's length.
[[nodiscard]] std::optional<std::int64_t> literal_length(const Node* load, const Node* base);

}  // namespace skua::jit
