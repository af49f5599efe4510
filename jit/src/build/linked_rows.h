// What linked_ops.def says of an operation, for walking over code.
#pragma once

#include <string_view>

#include "skua/vm/linked_code.h"

namespace skua::jit {

struct Row {
    std::uint8_t words;
    bool short_branch;  // c is an offset
};

inline constexpr Row kRows[] = {
#define SKUA_LOP(Name, words, format, doc) \
    {words, std::string_view(format).find('j') != std::string_view::npos},
#include "skua/vm/linked_ops.def"
#undef SKUA_LOP
};
[[nodiscard]] inline const Row& row_of(vm::LOp op) {
    return kRows[static_cast<std::size_t>(op)];
}

// The first word; the interpreter may be replacing its op.
[[nodiscard]] inline vm::Instr read_instr(const vm::Instr& in) {
    vm::Instr copy;
    copy.word = __atomic_load_n(&in.word, __ATOMIC_RELAXED);
    copy.op = static_cast<std::uint16_t>(vm::plain_op(copy.op));
    return copy;
}

}  // namespace skua::jit
