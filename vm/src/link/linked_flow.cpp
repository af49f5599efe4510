#include "link/linked_flow.h"

#include <algorithm>

#include "skua/vm/class.h"

namespace skua::vm {

LinkedFlow::LinkedFlow(LinkedBody& body, std::uint32_t slots) : body_(body), slots_(slots) {
    find_blocks();
}

const LinkedEffects& LinkedFlow::effects(std::uint32_t index) {
    const Instr* in = &at(index);
    const std::uint32_t room =
        (index + 1 < instructions_.size() ? instructions_[index + 1]
                                          : static_cast<std::uint32_t>(body_.code.size())) -
        instructions_[index];
    Instr grown[2];
    if (linked_row(static_cast<LOp>(in->op)).words > room) {
        grown[0] = *in;
        for (const auto& [i, second] : second_words_) {
            if (i == index) grown[1] = second;
        }
        in = grown;
    }
    linked_effects(in, slots_, effects_);
    return effects_;
}

std::uint32_t LinkedFlow::only_predecessor(std::uint32_t block) const {
    const Block& b = blocks_[block];
    return b.predecessors == 1 && b.predecessor < block ? b.predecessor : kNone;
}

void LinkedFlow::find_blocks() {
    const std::vector<Instr>& code = body_.code;
    std::vector<bool> leader(code.size() + 1, false);
    std::vector<std::uint32_t> next;
    leader[0] = true;
    for (std::uint32_t w = 0; w < code.size();) {
        instructions_.push_back(w);
        const std::uint32_t after = w + linked_row(static_cast<LOp>(code[w].op)).words;
        linked_successors(code, w, next);
        if (next.size() != 1 || next[0] != after) {
            for (auto target : next) leader[target] = true;
            leader[after] = true;
        }
        w = after;
    }
    removed_.assign(instructions_.size(), false);
    std::vector<std::uint32_t> block_of(code.size() + 1, kNone);
    for (std::uint32_t i = 0; i < instructions_.size(); ++i) {
        if (leader[instructions_[i]]) {
            if (!blocks_.empty()) blocks_.back().last = i;
            blocks_.push_back({i, 0, {}, 0, 0});
        }
        block_of[instructions_[i]] = static_cast<std::uint32_t>(blocks_.size() - 1);
    }
    blocks_.back().last = static_cast<std::uint32_t>(instructions_.size());
    for (Block& block : blocks_) {
        linked_successors(code, instructions_[block.last - 1], next);
        for (auto word : next) {
            if (word >= code.size()) continue;
            block.successors.push_back(block_of[word]);
            ++blocks_[block_of[word]].predecessors;
            blocks_[block_of[word]].predecessor = index_of(block);
        }
    }
    ++blocks_[0].predecessors;  // the caller
}

LinkedFlow::Place LinkedFlow::place(std::uint32_t index) const {
    const std::uint32_t word = instructions_[index];
    const Function* function = body_.function;
    const std::vector<LinkedBody::Position>* positions = &body_.positions;
    const LinkedBody::Inlined* innermost = nullptr;
    for (const auto& inlined : body_.inlined) {
        if (word < inlined.start || word >= inlined.end) continue;
        innermost = &inlined;
        function = inlined.function;
        positions = &inlined.positions;
        break;
    }
    if (!function->def) return {innermost, 0};
    std::uint32_t instruction = 0, line = 0;
    for (const auto& position : *positions) {
        if (position.word > word) break;
        instruction = position.instruction;
    }
    for (const auto& entry : function->def->decl->code.lines) {
        if (entry.instruction > instruction) break;
        line = entry.line;
    }
    return {innermost, line};
}

void LinkedFlow::lengthen(std::uint32_t index, Instr first, Instr second) {
    at(index) = first;
    second_words_.emplace_back(index, second);
}

void LinkedFlow::apply(const LinkedEffects& effects, SlotSet& live) {
    for (SlotRange w : effects.writes) {
        for (std::uint32_t s = w.first; s < w.end; ++s) live.remove(s);
    }
    for (SlotRange r : effects.reads) {
        for (std::uint32_t s = r.first; s < r.end; ++s) live.add(s);
    }
}

void LinkedFlow::compute_liveness() {
    live_out_.assign(blocks_.size(), SlotSet(slots_));
    std::vector<SlotSet> live_in(blocks_.size(), SlotSet(slots_));
    bool changed = true, first = true;
    while (changed) {
        changed = false;
        for (std::size_t b = blocks_.size(); b-- > 0;) {
            bool grew = first;
            for (auto s : blocks_[b].successors) grew |= live_out_[b].merge(live_in[s]);
            if (!grew) continue;
            SlotSet live = live_out_[b];
            for (std::uint32_t i = blocks_[b].last; i-- > blocks_[b].first;) {
                if (!removed(i)) apply(effects(i), live);
            }
            changed |= live_in[b].merge(live);
        }
        first = false;
    }
}

// What no path leads to any more since a branch was decided.
void LinkedFlow::remove_unreachable() {
    std::vector<bool> reached(blocks_.size(), false);
    std::vector<std::uint32_t> todo = {0}, next;
    std::vector<std::uint32_t> block_at(body_.code.size() + 1, kNone);
    for (const Block& block : blocks_) block_at[instructions_[block.first]] = index_of(block);
    reached[0] = true;
    while (!todo.empty()) {
        Block& block = blocks_[todo.back()];
        todo.pop_back();
        block.successors.clear();
        linked_successors(body_.code, instructions_[block.last - 1], next);
        for (auto word : next) {
            if (word >= body_.code.size()) continue;
            const std::uint32_t successor = block_at[word];
            block.successors.push_back(successor);
            if (!reached[successor]) {
                reached[successor] = true;
                todo.push_back(successor);
            }
        }
    }
    for (Block& block : blocks_) {
        block.predecessors = 0;
        if (reached[index_of(block)]) continue;
        block.successors.clear();
        for (std::uint32_t i = block.first; i < block.last; ++i) removed_[i] = true;
    }
    ++blocks_[0].predecessors;
    for (const Block& block : blocks_) {
        for (auto s : block.successors) {
            ++blocks_[s].predecessors;
            blocks_[s].predecessor = index_of(block);
        }
    }
}

void LinkedFlow::remove_jumps_to_next() {
    for (std::uint32_t i = 0; i < instructions_.size(); ++i) {
        if (removed(i) || static_cast<LOp>(at(i).op) != LOp::Jmp || at(i).imm32() <= 0) continue;
        const std::uint32_t target = instructions_[i] + static_cast<std::uint32_t>(at(i).imm32());
        std::uint32_t next = i + 1;
        while (next < instructions_.size() && instructions_[next] < target && removed(next)) ++next;
        if (next < instructions_.size() && instructions_[next] == target) removed_[i] = true;
    }
}

// Closes the gaps: branches, positions and inlined ranges follow.
void LinkedFlow::compact() {
    remove_jumps_to_next();
    std::vector<Instr>& code = body_.code;
    const auto size = static_cast<std::uint32_t>(code.size());
    std::vector<std::uint32_t> moved(size + 1, 0);
    std::uint32_t to = 0;
    const auto words_at = [&](std::uint32_t index) {
        return linked_row(static_cast<LOp>(at(index).op)).words;
    };
    for (std::uint32_t i = 0; i < instructions_.size(); ++i) {
        const std::uint32_t first = instructions_[i];
        const std::uint32_t end = i + 1 < instructions_.size() ? instructions_[i + 1] : size;
        for (std::uint32_t w = first; w < end; ++w) moved[w] = removed(i) ? to : to + (w - first);
        if (!removed(i)) to += words_at(i);
    }
    moved[size] = to;
    for (std::uint32_t i = 0; i < instructions_.size(); ++i) {
        if (removed(i)) continue;
        const std::uint32_t from = instructions_[i];
        Instr& in = code[from];
        const auto op = static_cast<LOp>(in.op);
        const LinkedRow& row = linked_row(op);
        const auto offset = [&](std::int64_t old) {
            return static_cast<std::int32_t>(moved[static_cast<std::uint32_t>(from + old)]) -
                   static_cast<std::int32_t>(moved[from]);
        };
        if (op == LOp::SwitchDense || op == LOp::SwitchSparse) {
            auto* table = static_cast<SwitchTable*>(const_cast<void*>(code[from + 1].pointer));
            for (auto& o : table->offsets) o = offset(o);
            table->default_offset = offset(table->default_offset);
        }
        if (row.short_branch) in.c = static_cast<std::uint16_t>(offset(in.sc()));
        if (row.long_branch) in.hi = static_cast<std::uint32_t>(offset(in.imm32()));
    }
    std::vector<Instr> kept(to);
    for (std::uint32_t i = 0; i < instructions_.size(); ++i) {
        if (removed(i)) continue;
        const std::uint32_t from = instructions_[i];
        const std::uint32_t end = i + 1 < instructions_.size() ? instructions_[i + 1] : size;
        const std::uint32_t words = std::min<std::uint32_t>(words_at(i), end - from);
        std::copy_n(code.begin() + from, words, kept.begin() + moved[from]);
    }
    for (const auto& [index, second] : second_words_) {
        if (!removed(index)) kept[moved[instructions_[index]] + 1] = second;
    }
    code = std::move(kept);
    const auto move_positions = [&](std::vector<LinkedBody::Position>& positions) {
        std::vector<LinkedBody::Position> out;
        for (auto p : positions) {
            const std::uint32_t word = moved[p.word];
            // Of several at one word, the last stands for code that is still there.
            if (!out.empty() && out.back().word == word) out.pop_back();
            out.push_back({word, p.instruction});
        }
        positions = std::move(out);
    };
    move_positions(body_.positions);
    for (auto& inlined : body_.inlined) {
        inlined.start = moved[inlined.start];
        inlined.end = moved[inlined.end];
        move_positions(inlined.positions);
    }
}

}  // namespace skua::vm
