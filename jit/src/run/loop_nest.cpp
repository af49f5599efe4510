#include "run/loop_nest.h"

#include <algorithm>

#include "build/linked_rows.h"

namespace skua::jit {

using vm::Instr;
using vm::LOp;

const Instr* outermost_loop(const vm::LinkedBody& body, const Instr* header) {
    const auto at = static_cast<std::int64_t>(header - body.code.data());
    std::int64_t outermost = at;
    const auto edge = [&](std::int64_t from, std::int64_t to) {
        if (to <= at && at <= from) outermost = std::min(outermost, to);
    };
    for (std::size_t w = 0; w < body.code.size();) {
        const Instr in = read_instr(body.code[w]);
        const auto op = static_cast<LOp>(in.op);
        const auto from = static_cast<std::int64_t>(w);
        if (op == LOp::Jmp || op == LOp::JmpL) edge(from, from + in.imm32());
        if (row_of(op).short_branch) edge(from, from + in.sc());
        if (op == LOp::SwitchDense || op == LOp::SwitchSparse) {
            const auto* table = static_cast<const vm::SwitchTable*>(body.code[w + 1].pointer);
            for (const std::int32_t offset : table->offsets) edge(from, from + offset);
            edge(from, from + table->default_offset);
        }
        w += row_of(op).words;
    }
    return body.code.data() + outermost;
}

}  // namespace skua::jit
