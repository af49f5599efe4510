// Liveness at exception handlers: backward data flow over blocks. Only functions with handlers pay.
#include "link/translator.h"
#include "link/translator_operands.h"

namespace skua::vm {

void Translator::find_live_at_handlers() {
    const auto& handlers = def_.decl->code.handlers;
    if (handlers.empty()) return;
    const std::size_t blocks = block_starts_.size();
    const auto count = static_cast<std::uint32_t>(code_.instructions.size());
    constexpr std::size_t kWorthwhile = 1u << 22;  // bits; beyond it everything counts as live
    if (blocks * regs_.size() > kWorthwhile) {
        live_at_handler_.assign(handlers.size(), std::vector<bool>(regs_.size(), true));
        return;
    }
    using Bits = std::vector<bool>;
    std::vector<Bits> use(blocks, Bits(regs_.size())), def(blocks, Bits(regs_.size())),
        live(blocks, Bits(regs_.size()));
    std::vector<std::vector<std::uint32_t>> successors(blocks);
    for (std::size_t b = 0; b < blocks; ++b) {
        const std::uint32_t end = b + 1 < blocks ? block_starts_[b + 1] : count;
        for (std::uint32_t i = block_starts_[b]; i < end; ++i) {
            const Instruction& in = code_.instructions[i];
            for_each_register_operand(code_, in, [&](std::int64_t r, bool is_write, unsigned, int) {
                const auto index = static_cast<std::size_t>(r);
                if ((!is_write || in.op == Op::Insert) && !def[b][index]) use[b][index] = true;
            });
            for_each_register_operand(code_, in, [&](std::int64_t r, bool is_write, unsigned, int) {
                if (is_write) def[b][static_cast<std::size_t>(r)] = true;
            });
        }
        const Instruction& last = code_.instructions[end - 1];
        for_each_label(code_, last, [&](std::int64_t t) {
            successors[b].push_back(block_of_[static_cast<std::size_t>(t)]);
        });
        if (!classfile::op_info(last.op).has(classfile::EndsBlock) && b + 1 < blocks) {
            successors[b].push_back(static_cast<std::uint32_t>(b + 1));
        }
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t b = blocks; b-- > 0;) {
            auto need = [&](std::size_t r) {
                if (live[b][r]) return;
                live[b][r] = true;
                changed = true;
            };
            for (std::size_t r = 0; r < regs_.size(); ++r) {
                if (use[b][r]) need(r);
                for (std::uint32_t s : successors[b]) {
                    if (live[s][r] && !def[b][r]) need(r);
                }
            }
            // Any instruction of a protected block may go to the handler with what it had so far.
            for (const auto& handler : handlers) {
                if (block_starts_[b] < handler.start || block_starts_[b] >= handler.end) continue;
                const Bits& wanted = live[block_of_[handler.target]];
                for (std::size_t r = 0; r < regs_.size(); ++r) {
                    if (wanted[r] && r != handler.reg) need(r);
                }
            }
        }
    }
    for (const auto& handler : handlers) live_at_handler_.push_back(live[block_of_[handler.target]]);
}

}  // namespace skua::vm
