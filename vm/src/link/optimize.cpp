#include "link/optimize.h"

#include <algorithm>

#include "link/linked_effects.h"
#include "skua/vm/class.h"

namespace skua::vm {
namespace {

constexpr std::size_t kMaxWords = 6000;  // beyond, linking would take too long
constexpr std::uint32_t kMaxSlots = 1500;
constexpr int kLookBack = 12;  // instructions searched for the definition of a moved value
constexpr std::uint32_t kNone = UINT32_MAX;

// Slots of a frame as bits.
class SlotSet {
public:
    explicit SlotSet(std::uint32_t slots) : words_((slots + 63) / 64) {}
    [[nodiscard]] bool has(std::uint32_t s) const { return words_[s / 64] >> (s % 64) & 1; }
    void add(std::uint32_t s) { words_[s / 64] |= std::uint64_t{1} << (s % 64); }
    void remove(std::uint32_t s) { words_[s / 64] &= ~(std::uint64_t{1} << (s % 64)); }
    bool merge(const SlotSet& other) {
        bool changed = false;
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const std::uint64_t before = words_[i];
            words_[i] |= other.words_[i];
            changed |= words_[i] != before;
        }
        return changed;
    }
    void clear() { std::fill(words_.begin(), words_.end(), 0); }

private:
    std::vector<std::uint64_t> words_;
};

class MoveOptimizer {
public:
    MoveOptimizer(LinkedBody& body, std::uint32_t slots) : body_(body), code_(body.code), slots_(slots) {}
    void run();

private:
    using Copies = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // slot, where it came from
    struct Block {
        std::uint32_t first = 0, last = 0;  // positions in instructions_, [first, last)
        std::vector<std::uint32_t> successors;
        std::uint32_t predecessors = 0, predecessor = 0;  // how many edges lead here; the last of them
        Copies copies;                                    // that hold at the end
    };

    void find_blocks();
    void propagate(std::uint32_t index);
    void compute_liveness();
    void apply_reads(const LinkedEffects& effects, SlotSet& live) const;
    bool sweep(const Block& block);  // with exact liveness: merges and removes; true if anything changed
    bool compute_in_place(const Block& block, std::uint32_t index, const std::vector<bool>& source_dies);
    void compact();

    Instr& at(std::uint32_t index) { return code_[instructions_[index]]; }
    [[nodiscard]] bool removed(std::uint32_t index) const { return removed_[index]; }

    LinkedBody& body_;
    std::vector<Instr>& code_;
    std::uint32_t slots_;
    std::vector<std::uint32_t> instructions_;  // words at which they start
    std::vector<bool> removed_;
    std::vector<Block> blocks_;
    std::vector<SlotSet> live_out_;
    LinkedEffects effects_;
};

void MoveOptimizer::find_blocks() {
    std::vector<bool> leader(code_.size() + 1, false);
    std::vector<std::uint32_t> index_of(code_.size() + 1, kNone), next;
    leader[0] = true;
    for (std::uint32_t w = 0; w < code_.size();) {
        index_of[w] = static_cast<std::uint32_t>(instructions_.size());
        instructions_.push_back(w);
        const std::uint32_t after = w + linked_row(static_cast<LOp>(code_[w].op)).words;
        linked_successors(code_, w, next);
        if (next.size() != 1 || next[0] != after) {
            for (auto target : next) leader[target] = true;
            leader[after] = true;
        }
        w = after;
    }
    removed_.assign(instructions_.size(), false);
    std::vector<std::uint32_t> block_of(code_.size() + 1, kNone);
    for (std::uint32_t i = 0; i < instructions_.size(); ++i) {
        if (leader[instructions_[i]]) {
            if (!blocks_.empty()) blocks_.back().last = i;
            blocks_.push_back({i, 0, {}, 0, 0, {}});
        }
        block_of[instructions_[i]] = static_cast<std::uint32_t>(blocks_.size() - 1);
    }
    blocks_.back().last = static_cast<std::uint32_t>(instructions_.size());
    for (Block& block : blocks_) {
        linked_successors(code_, instructions_[block.last - 1], next);
        for (auto word : next) {
            if (word >= code_.size()) continue;
            block.successors.push_back(block_of[word]);
            ++blocks_[block_of[word]].predecessors;
            blocks_[block_of[word]].predecessor = static_cast<std::uint32_t>(&block - blocks_.data());
        }
    }
}

// Reads of a slot that was copied from another one, which still holds the value, read that one.
// What holds at the end of a block's only predecessor holds at its start.
void MoveOptimizer::propagate(std::uint32_t index) {
    Block& block = blocks_[index];
    Copies& copies = block.copies;
    copies.clear();
    if (block.predecessors == 1 && block.predecessor < index) copies = blocks_[block.predecessor].copies;
    const auto source = [&](std::uint32_t slot) {
        for (auto [to, from] : copies) {
            if (to == slot) return from;
        }
        return slot;
    };
    for (std::uint32_t i = block.first; i < block.last; ++i) {
        if (removed(i)) continue;
        Instr& in = at(i);
        linked_effects(&in, slots_, effects_);
        if (effects_.a_renames) in.a = static_cast<std::uint16_t>(source(in.a));
        if (effects_.b_renames) in.b = static_cast<std::uint16_t>(source(in.b));
        if (effects_.c_renames) in.c = static_cast<std::uint16_t>(source(in.c));
        const auto op = static_cast<LOp>(in.op);
        if (op == LOp::MovN && in.c > 0) {
            const std::uint32_t first = source(in.b);
            bool contiguous = true;
            for (std::uint32_t k = 0; k < in.c; ++k) contiguous &= source(in.b + k) == first + k;
            if (contiguous) in.b = static_cast<std::uint16_t>(first);
        }
        std::erase_if(copies, [&](const auto& copy) {
            return std::any_of(effects_.writes.begin(), effects_.writes.end(), [&](SlotRange w) {
                return w.contains(copy.first) || w.contains(copy.second);
            });
        });
        const auto remember = [&](std::uint32_t to, std::uint32_t from) {
            if (to != from) copies.emplace_back(to, from);
        };
        if (op == LOp::Mov) remember(in.a, in.b);
        if (op == LOp::Mov2) {
            if (in.b != in.a && in.b != in.a + 1u) remember(in.a, in.b);
            if (in.c != in.a && in.c != in.a + 1u) remember(in.a + 1u, in.c);
        }
        if (op == LOp::MovN && (in.b + in.c <= in.a || in.a + in.c <= in.b)) {
            for (std::uint32_t k = 0; k < in.c; ++k) remember(in.a + k, in.b + k);
        }
    }
}

void MoveOptimizer::apply_reads(const LinkedEffects& effects, SlotSet& live) const {
    for (SlotRange w : effects.writes) {
        for (std::uint32_t s = w.first; s < w.end; ++s) live.remove(s);
    }
    for (SlotRange r : effects.reads) {
        for (std::uint32_t s = r.first; s < r.end; ++s) live.add(s);
    }
}

void MoveOptimizer::compute_liveness() {
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
                if (removed(i)) continue;
                linked_effects(&at(i), slots_, effects_);
                apply_reads(effects_, live);
            }
            changed |= live_in[b].merge(live);
        }
        first = false;
    }
}

// A value that is moved once and not read from where it was computed is computed where it goes.
bool MoveOptimizer::compute_in_place(const Block& block, std::uint32_t index,
                                     const std::vector<bool>& source_dies) {
    const Instr& move = at(index);
    if (static_cast<LOp>(move.op) != LOp::Mov || !source_dies[index - block.first]) return false;
    const std::uint32_t to = move.a, from = move.b;
    int left = kLookBack;
    for (std::uint32_t i = index; i-- > block.first && left-- > 0;) {
        if (removed(i)) continue;
        Instr& in = at(i);
        linked_effects(&in, slots_, effects_);
        const auto writes = [&](std::uint32_t slot) {
            return std::any_of(effects_.writes.begin(), effects_.writes.end(),
                               [&](SlotRange r) { return r.contains(slot); });
        };
        const auto reads = [&](std::uint32_t slot) {
            return std::any_of(effects_.reads.begin(), effects_.reads.end(),
                               [&](SlotRange r) { return r.contains(slot); });
        };
        if (writes(from)) {
            if (!effects_.single_result || in.a != from) return false;
            in.a = static_cast<std::uint16_t>(to);
            return true;
        }
        if (writes(to) || reads(to) || reads(from)) return false;
    }
    return false;
}

bool MoveOptimizer::sweep(const Block& block) {
    // Backwards with liveness: what is dead goes, and which moves are the last reader of their source.
    std::vector<bool> source_dies(block.last - block.first, false);
    SlotSet live = live_out_[static_cast<std::size_t>(&block - blocks_.data())];
    bool changed = false;
    for (std::uint32_t i = block.last; i-- > block.first;) {
        if (removed(i)) continue;
        Instr& in = at(i);
        const auto op = static_cast<LOp>(in.op);
        linked_effects(&in, slots_, effects_);
        if (op == LOp::Mov2) {
            const bool first = live.has(in.a) && in.a != in.b,
                       second = live.has(in.a + 1u) && in.a + 1u != in.c;
            // One half is dead, or stays where it is: the other is a plain move (which must not read what the
            // first half would have written: it cannot, halves read before they write).
            if (first != second) {
                in.op = static_cast<std::uint16_t>(LOp::Mov);
                if (second) in.b = in.c, in.a = static_cast<std::uint16_t>(in.a + 1);
                in.c = 0;
                linked_effects(&in, slots_, effects_);
                changed = true;
            } else if (!first) {
                removed_[i] = changed = true;
                continue;
            }
        }
        const auto now = static_cast<LOp>(in.op);
        bool useless = effects_.removable &&
                       std::none_of(effects_.writes.begin(), effects_.writes.end(), [&](SlotRange w) {
                           for (std::uint32_t s = w.first; s < w.end; ++s) {
                               if (live.has(s)) return true;
                           }
                           return false;
                       });
        useless |= (now == LOp::Mov || now == LOp::MovN) && in.a == in.b;
        if (useless) {
            removed_[i] = changed = true;
            continue;
        }
        if (now == LOp::Mov) source_dies[i - block.first] = !live.has(in.b);
        apply_reads(effects_, live);
    }
    for (std::uint32_t i = block.first; i < block.last; ++i) {
        if (removed(i) || !compute_in_place(block, i, source_dies)) continue;
        removed_[i] = changed = true;
    }
    return changed;
}

// Closes the gaps: branches, positions and inlined ranges follow.
void MoveOptimizer::compact() {
    const auto size = static_cast<std::uint32_t>(code_.size());
    std::vector<std::uint32_t> moved(size + 1, 0);
    std::uint32_t to = 0, w = 0;
    for (std::uint32_t i = 0; i < instructions_.size(); ++i) {
        const std::uint32_t words = linked_row(static_cast<LOp>(code_[instructions_[i]].op)).words;
        for (std::uint32_t k = 0; k < words; ++k) moved[w + k] = removed(i) ? to : to + k;
        if (!removed(i)) to += words;
        w += words;
    }
    moved[size] = to;
    for (std::uint32_t i = 0; i < instructions_.size(); ++i) {
        if (removed(i)) continue;
        const std::uint32_t from = instructions_[i];
        Instr& in = code_[from];
        const auto op = static_cast<LOp>(in.op);
        const LinkedRow& row = linked_row(op);
        const auto offset = [&](std::int64_t old) {
            return static_cast<std::int32_t>(moved[static_cast<std::uint32_t>(from + old)]) -
                   static_cast<std::int32_t>(moved[from]);
        };
        if (op == LOp::SwitchDense || op == LOp::SwitchSparse) {
            auto* table = static_cast<SwitchTable*>(const_cast<void*>(code_[from + 1].pointer));
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
        const std::uint32_t words = linked_row(static_cast<LOp>(code_[from].op)).words;
        std::copy_n(code_.begin() + from, words, kept.begin() + moved[from]);
    }
    code_ = std::move(kept);
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

void MoveOptimizer::run() {
    find_blocks();
    ++blocks_[0].predecessors;  // the caller
    // First where values are computed, then what reads them: reading through a copy keeps its source alive.
    constexpr int kRounds = 3;
    bool any = false;
    for (int round = 0; round < kRounds; ++round) {
        compute_liveness();
        bool changed = false;
        for (const Block& block : blocks_) changed |= sweep(block);
        any |= changed;
        if (!changed && round > 1) break;
        for (std::uint32_t b = 0; b < blocks_.size(); ++b) propagate(b);
    }
    compute_liveness();
    for (const Block& block : blocks_) any |= sweep(block);
    if (any) compact();
}

}  // namespace

void optimize_moves(LinkedBody& body, std::uint32_t slots) {
    if (!body.handlers.empty() || body.code.size() > kMaxWords || slots > kMaxSlots) return;
    MoveOptimizer(body, slots).run();
}

}  // namespace skua::vm
