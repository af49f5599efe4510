// What the translator finds out about registers before it emits anything.
#include <algorithm>
#include <limits>

#include "interp/guest_coverage.h"
#include "link/optimize.h"
#include "link/translator.h"
#include "link/translator_operands.h"

namespace skua::vm {

Result<void> Translator::close_registers() {
    regs_.resize(def_.registers.size());
    for (std::size_t i = 0; i < regs_.size(); ++i) {
        RegInfo& reg = regs_[i];
        reg.type = close(def_.registers[i]);
        if (!reg.type) {
            reg.trouble = "a register's type is nested too deeply";
            continue;
        }
        auto layout = layout_of(vm_.types(), reg.type);
        if (layout) {
            reg.layout = *layout;
        } else {
            reg.trouble = layout.error().message;
        }
    }
    return {};
}

void Translator::find_blocks() {
    const std::size_t count = code_.instructions.size();
    std::vector<bool> leader(count + 1, false);
    leader[0] = true;
    for (std::size_t i = 0; i < count; ++i) {
        const Instruction& in = code_.instructions[i];
        const auto& info = classfile::op_info(in.op);
        for_each_label(code_, in,
                       [&](std::int64_t target) { leader[static_cast<std::size_t>(target)] = true; });
        if (info.has(classfile::Branch) || info.has(classfile::EndsBlock)) leader[i + 1] = true;
    }
    for (const auto& handler : def_.decl->code.handlers) {
        leader[handler.start] = leader[handler.target] = true;
        if (handler.end <= count) leader[handler.end] = true;
    }
    block_of_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (leader[i]) block_starts_.push_back(static_cast<std::uint32_t>(i));
        block_of_[i] = static_cast<std::uint32_t>(block_starts_.size() - 1);
    }
}

template <typename F>
void Translator::for_each_register(const Instruction& in, F&& f) const {
    for_each_register_operand(code_, in, std::forward<F>(f));
}

void Translator::count_uses() {
    for (std::size_t i = 0; i < def_.params.size(); ++i) {
        ++regs_[i].defs;
    }
    for (std::uint32_t i = 0; i < code_.instructions.size(); ++i) {
        for_each_register(code_.instructions[i], [&](std::int64_t r, bool is_write, unsigned, int) {
            RegInfo& reg = regs_[static_cast<std::size_t>(r)];
            if (is_write) {
                ++reg.defs;
                reg.def_at = i;
            } else {
                ++reg.uses;
                reg.use_at = i;
            }
        });
    }
    for (const auto& handler : def_.decl->code.handlers) ++regs_[handler.reg].defs;
}

// A definition reaches a use surely if it comes earlier in the same block, or in the entry block,
// which dominates everything.
bool Translator::constant_reaches(const RegInfo& reg, std::uint32_t at) const {
    return at > reg.def_at && (block_of_[at] == block_of_[reg.def_at] || block_of_[reg.def_at] == 0);
}

bool Translator::can_fold(const Instruction& in, unsigned column, int list_position,
                          std::int64_t value) const {
    if (list_position >= 0)
        return uses_window(in) && in.op != Op::ArrayLit;  // loaded straight into the window
    return immediate_form(in.op, column, value) != ImmediateForm::None;
}

void Translator::find_constants() {
    for (RegInfo& reg : regs_) {
        if (reg.defs != 1 || reg.def_at == kUnknown || !reg.layout || reg.layout->slots() != 1) continue;
        const Instruction& in = code_.instructions[reg.def_at];
        if (in.op != Op::ConstInt) continue;
        reg.is_constant = true;
        reg.constant = canonical_constant(reg.layout->leaves[0].rep, code_.operand(in, 1));
        reg.folded = true;  // until a use says otherwise
    }
    for (std::uint32_t i = 0; i < code_.instructions.size(); ++i) {
        const Instruction& in = code_.instructions[i];
        // With two constant operands only one becomes an immediate.
        bool one_folded = false;
        for_each_register(in, [&](std::int64_t r, bool is_write, unsigned column, int list_position) {
            RegInfo& reg = regs_[static_cast<std::size_t>(r)];
            if (is_write || !reg.is_constant) return;
            const bool fits = constant_reaches(reg, i) && can_fold(in, column, list_position, reg.constant) &&
                              (list_position >= 0 || !one_folded);
            if (!fits) {
                reg.folded = false;
            } else if (list_position < 0) {
                one_folded = true;
            }
        });
    }
}

bool Translator::uses_window(const Instruction& in) const {
    switch (in.op) {
        case Op::Call:
        case Op::CallVirtual:
        case Op::CallInterface:
        case Op::CallConstrained:
        case Op::CallClosure:
        case Op::Closure:
        case Op::StrConcat:
        case Op::ArrayLit:
        case Op::ArrayCopy:
        case Op::ArrayFill:
            return true;
        case Op::Equals: {  // of several leaves
            const RegInfo& compared = regs_[static_cast<std::size_t>(code_.operand(in, 1))];
            return compared.layout && compared.layout->slots() > 1;
        }
        default:
            return false;
    }
}

// Lets argument temporaries live in the window. Between the definition and the call, in one block,
// nothing else may use the window.
void Translator::coalesce_arguments() {
    for (std::uint32_t i = 0; i < code_.instructions.size(); ++i) {
        const Instruction& in = code_.instructions[i];
        if (!uses_window(in) || in.op == Op::ArrayLit || in.op == Op::ArrayCopy || in.op == Op::ArrayFill ||
            in.op == Op::Equals)
            continue;
        // The last window use before this one in the block.
        std::uint32_t barrier = block_starts_[block_of_[i]];
        for (std::uint32_t j = i; j-- > barrier;) {
            if (uses_window(code_.instructions[j])) {
                barrier = j;
                break;
            }
        }
        std::uint32_t offset = 0;
        bool known = true;
        for_each_register(in, [&](std::int64_t r, bool is_write, unsigned, int list_position) {
            if (is_write || list_position < 0 || !known) return;
            RegInfo& reg = regs_[static_cast<std::size_t>(r)];
            if (!reg.layout) {
                known = false;
                return;
            }
            const bool defined_in_reach = reg.defs == 1 && reg.uses == 1 && reg.def_at != kUnknown &&
                                          reg.def_at >= barrier && reg.def_at < i &&
                                          block_of_[reg.def_at] == block_of_[i];
            // A window user may itself define the temporary: its result is written after its own
            // arguments are dead. Structs updated in place (insert) are read as well as written.
            if (defined_in_reach && !reg.folded && code_.instructions[reg.def_at].op != Op::Insert) {
                reg.window_offset = offset;
            }
            offset += reg.layout->slots();
        });
    }
}

void Translator::assign_slots() {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < regs_.size(); ++i) {
        RegInfo& reg = regs_[i];
        const bool is_param = i < def_.params.size();
        reg.slot = next;
        const bool unused = reg.defs == 0 && reg.uses == 0;
        if (!is_param && (unused || reg.folded || reg.window_offset != kUnknown)) continue;
        next += reg.layout ? reg.layout->slots() : 1;
    }
    if (vm_.options().exact_stack && calls()) {
        stack_used_ = next++;
        handles_.assign(code_.instructions.size(), false);
        for (const auto& handler : def_.decl->code.handlers) handles_[handler.target] = true;
    }
    window_ = next + 1;  // the return address lies below
}

// Definite assignment: forward data flow over blocks. Registers that some use may reach
// unassigned are zeroed at entry; if the function is huge, all are.
void Translator::find_zeroed() {
    const std::size_t blocks = block_starts_.size();
    const std::size_t words = (regs_.size() + 63) / 64;
    std::vector<bool> needs(regs_.size(), false);
    const auto count = static_cast<std::uint32_t>(code_.instructions.size());
    auto block_end = [&](std::size_t b) { return b + 1 < blocks ? block_starts_[b + 1] : count; };

    if (blocks * words > (1u << 20)) {
        needs.assign(regs_.size(), true);
    } else {
        using Bits = std::vector<std::uint64_t>;
        std::vector<Bits> in(blocks, Bits(words, ~0ull)), gen(blocks, Bits(words, 0));
        std::vector<std::vector<std::uint32_t>> successors(blocks);
        auto set = [](Bits& bits, std::size_t r) { bits[r / 64] |= 1ull << (r % 64); };
        for (std::size_t b = 0; b < blocks; ++b) {
            const std::uint32_t end = block_end(b);
            for (std::uint32_t i = block_starts_[b]; i < end; ++i) {
                for_each_register(code_.instructions[i], [&](std::int64_t r, bool is_write, unsigned, int) {
                    if (is_write) set(gen[b], static_cast<std::size_t>(r));
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
        in[0].assign(words, 0);
        for (std::size_t i = 0; i < def_.params.size(); ++i) set(in[0], i);
        std::vector<std::uint32_t> work;
        std::vector<bool> queued(blocks, false);
        for (std::uint32_t b = 0; b < blocks; ++b)
            work.push_back(static_cast<std::uint32_t>(blocks) - 1 - b), queued[b] = true;
        auto meet = [&](std::size_t into, const Bits& bits) {
            bool changed = false;
            for (std::size_t w = 0; w < words; ++w) {
                const std::uint64_t merged = in[into][w] & bits[w];
                changed |= merged != in[into][w];
                in[into][w] = merged;
            }
            if (changed && !queued[into]) {
                queued[into] = true;
                work.push_back(static_cast<std::uint32_t>(into));
            }
        };
        Bits out(words);
        while (!work.empty()) {
            const std::uint32_t b = work.back();
            work.pop_back();
            queued[b] = false;
            for (std::size_t w = 0; w < words; ++w) out[w] = in[b][w] | gen[b][w];
            for (std::uint32_t s : successors[b]) meet(s, out);
            for (const auto& handler : def_.decl->code.handlers) {
                if (block_starts_[b] >= handler.start && block_starts_[b] < handler.end) {
                    Bits at_entry = in[b];
                    set(at_entry, handler.reg);
                    meet(block_of_[handler.target], at_entry);
                }
            }
        }
        for (std::size_t b = 0; b < blocks; ++b) {
            Bits now = in[b];
            for (std::uint32_t i = block_starts_[b]; i < block_end(b); ++i) {
                const Instruction& instruction = code_.instructions[i];
                for_each_register(instruction, [&](std::int64_t r, bool is_write, unsigned, int) {
                    const auto index = static_cast<std::size_t>(r);
                    const bool partial = instruction.op == Op::Insert;
                    if ((!is_write || partial) && !(now[index / 64] >> (index % 64) & 1)) needs[index] = true;
                });
                for_each_register(instruction, [&](std::int64_t r, bool is_write, unsigned, int) {
                    if (is_write) set(now, static_cast<std::size_t>(r));
                });
            }
        }
    }
    for (std::size_t i = def_.params.size(); i < regs_.size(); ++i) {
        const RegInfo& reg = regs_[i];
        if (!needs[i] || reg.folded || reg.window_offset != kUnknown || !reg.layout ||
            (reg.defs == 0 && reg.uses == 0))
            continue;
        if (!zeroed_.empty() && zeroed_.back().first + zeroed_.back().second == reg.slot) {
            zeroed_.back().second += reg.layout->slots();
        } else {
            zeroed_.emplace_back(reg.slot, reg.layout->slots());
        }
    }
}

// A block is paid for when it is entered; so how many instructions have run at some place does not depend
// on what the linker or a tier makes of them.
void Translator::emit_fuel() {
    const std::size_t block = block_of_[current_];
    if (block_starts_[block] != current_) return;
    const std::size_t end =
        block + 1 < block_starts_.size() ? block_starts_[block + 1] : code_.instructions.size();
    out_.emit_fuel(static_cast<std::uint32_t>(end - current_), guest_place(function_.display_name, current_));
}

// May it stand in an endless recursion? The initialisers that it starts run once.
bool Translator::calls() const {
    return std::any_of(code_.instructions.begin(), code_.instructions.end(), [](const Instruction& in) {
        return classfile::op_info(in.op).has(classfile::Calls) || in.op == Op::Equals || in.op == Op::Hash ||
               in.op == Op::ToStr;
    });
}

// The distance of two frames of the interpreter that inlines nothing: it depends on the class file alone.
void Translator::emit_enter() {
    if (!vm_.options().exact_stack) return;
    const std::uint32_t bytes = 8 * window_;
    if (stack_used_ == kUnknown) {
        out_.emit_enter(LOp::EnterLeaf, 0, bytes);
    } else {
        out_.emit_enter(LOp::Enter, stack_used_, bytes);
    }
}

void Translator::emit_leave() {
    if (stack_used_ == kUnknown) return;
    if (handles_[current_]) out_.emit(LOp::Leave, 0, stack_used_, 0);
    const Op op = code_.instructions[current_].op;
    if (op == Op::Ret || op == Op::RetVoid) out_.emit(LOp::Leave, 0, stack_used_, window_);
}

Result<Translator::Output> Translator::run() {
    SKUA_TRY(close_registers());
    find_blocks();
    count_uses();
    find_constants();
    coalesce_arguments();
    assign_slots();
    find_zeroed();
    find_live_at_handlers();

    for (bool far : {false, true}) {
        out_ = LinkedBuilder(far);
        window_slots_ = 0;
        emit_enter();
        for (auto [first, count] : zeroed_) out_.emit(LOp::Zero, first, count, 0);
        for (current_ = 0; current_ < code_.instructions.size(); ++current_) {
            out_.mark(current_);
            if (vm_.instructions().counts()) emit_fuel();
            emit_leave();
            const std::uint32_t start = out_.position();
            if (auto done = translate(current_); !done) {
                if (thread_.pending) return std::move(done).error();
                out_.truncate(start);
                emit_fail(done.error());
            }
        }
        const auto end_of_code = out_.position();
        auto body = out_.finish();
        if (!body) {
            if (out_.too_far() && !far) continue;
            return std::move(body).error();
        }
        for (std::size_t h = 0; h < def_.decl->code.handlers.size(); ++h) {
            const auto& handler = def_.decl->code.handlers[h];
            const Type* type = close(def_.owner->pool_type(handler.type));
            if (!type) continue;
            auto cls = class_of(vm_, type);
            if (!cls) continue;  // nothing thrown can be of a class that does not exist
            const std::uint32_t end =
                handler.end < code_.instructions.size() ? out_.word_of(handler.end) : end_of_code;
            (*body)->handlers.push_back({out_.word_of(handler.start),
                                         end,
                                         out_.word_of(handler.target),
                                         *cls,
                                         static_cast<std::uint16_t>(regs_[handler.reg].slot),
                                         {}});
            for (std::size_t r = 0; r < regs_.size(); ++r) {
                const RegInfo& reg = regs_[r];
                const bool has_slots =
                    reg.layout && !reg.folded && reg.window_offset == kUnknown && (reg.defs || reg.uses);
                if (has_slots && !live_at_handler_[h][r])
                    (*body)->handlers.back().dead.emplace_back(reg.slot, reg.slot + reg.layout->slots());
            }
        }
        (*body)->function = &function_;
        (*body)->window = window_;
        const std::uint32_t slots = window_ + window_slots_ + 2;
        optimize_linked(**body, slots);
        return Output{std::move(*body), slots};
    }
    Diagnostic d;
    d.message = "the function is too large";
    return d;
}

}  // namespace skua::vm
