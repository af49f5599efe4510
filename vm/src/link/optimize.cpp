#include "link/optimize.h"

#include <algorithm>

#include "link/fold.h"
#include "link/fuse.h"
#include "link/linked_flow.h"
#include "skua/vm/class.h"

namespace skua::vm {
namespace {

constexpr std::size_t kMaxWords = 6000;  // beyond, linking would take too long
constexpr std::uint32_t kMaxSlots = 1500;
constexpr int kLookBack = 12;  // instructions searched for the definition of a moved value
constexpr int kRounds = 3;

class MoveOptimizer {
public:
    using Block = LinkedFlow::Block;
    explicit MoveOptimizer(LinkedFlow& flow) : flow_(flow), copies_(flow.blocks().size()) {}
    void propagate(std::uint32_t index);
    bool sweep(const Block& block);  // with exact liveness: merges and removes; true if anything changed

private:
    using Copies = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // slot, where it came from

    bool compute_in_place(const Block& block, std::uint32_t index, const std::vector<bool>& source_dies);

    LinkedFlow& flow_;
    std::vector<Copies> copies_;  // that hold at the end of each block
};

// Reads of a slot that was copied from another one, which still holds the value, read that one.
// What holds at the end of a block's only predecessor holds at its start.
void MoveOptimizer::propagate(std::uint32_t index) {
    const Block& block = flow_.blocks()[index];
    Copies& copies = copies_[index];
    copies.clear();
    if (const auto before = flow_.only_predecessor(index); before != LinkedFlow::kNone)
        copies = copies_[before];
    const auto source = [&](std::uint32_t slot) {
        for (auto [to, from] : copies) {
            if (to == slot) return from;
        }
        return slot;
    };
    for (std::uint32_t i = block.first; i < block.last; ++i) {
        if (flow_.removed(i)) continue;
        Instr& in = flow_.at(i);
        const LinkedEffects& effects = flow_.effects(i);
        if (effects.a_renames) in.a = static_cast<std::uint16_t>(source(in.a));
        if (effects.b_renames) in.b = static_cast<std::uint16_t>(source(in.b));
        if (effects.c_renames) in.c = static_cast<std::uint16_t>(source(in.c));
        const auto op = static_cast<LOp>(in.op);
        if (op == LOp::MovN && in.c > 0) {
            const std::uint32_t first = source(in.b);
            bool contiguous = true;
            for (std::uint32_t k = 0; k < in.c; ++k) contiguous &= source(in.b + k) == first + k;
            if (contiguous) in.b = static_cast<std::uint16_t>(first);
        }
        std::erase_if(copies, [&](const auto& copy) {
            return std::any_of(effects.writes.begin(), effects.writes.end(), [&](SlotRange w) {
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

// A value that is moved once and not read from where it was computed is computed where it goes.
bool MoveOptimizer::compute_in_place(const Block& block, std::uint32_t index,
                                     const std::vector<bool>& source_dies) {
    const Instr& move = flow_.at(index);
    if (static_cast<LOp>(move.op) != LOp::Mov || !source_dies[index - block.first]) return false;
    const std::uint32_t to = move.a, from = move.b;
    int left = kLookBack;
    for (std::uint32_t i = index; i-- > block.first && left-- > 0;) {
        if (flow_.removed(i)) continue;
        Instr& in = flow_.at(i);
        const LinkedEffects& effects = flow_.effects(i);
        const auto writes = [&](std::uint32_t slot) {
            return std::any_of(effects.writes.begin(), effects.writes.end(),
                               [&](SlotRange r) { return r.contains(slot); });
        };
        const auto reads = [&](std::uint32_t slot) {
            return std::any_of(effects.reads.begin(), effects.reads.end(),
                               [&](SlotRange r) { return r.contains(slot); });
        };
        if (writes(from)) {
            if (!effects.single_result || in.a != from) return false;
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
    SlotSet live = flow_.live_out(flow_.index_of(block));
    bool changed = false;
    for (std::uint32_t i = block.last; i-- > block.first;) {
        if (flow_.removed(i)) continue;
        Instr& in = flow_.at(i);
        const auto op = static_cast<LOp>(in.op);
        const LinkedEffects& effects = flow_.effects(i);
        if (op == LOp::Mov2) {
            const bool first = live.has(in.a) && in.a != in.b,
                       second = live.has(in.a + 1u) && in.a + 1u != in.c;
            // One half is dead, or stays where it is: the other is a plain move (which must not read what the
            // first half would have written: it cannot, halves read before they write).
            if (first != second) {
                in.op = static_cast<std::uint16_t>(LOp::Mov);
                if (second) in.b = in.c, in.a = static_cast<std::uint16_t>(in.a + 1);
                in.c = 0;
                (void)flow_.effects(i);  // `effects` is of the move now
                changed = true;
            } else if (!first) {
                flow_.remove(i);
                changed = true;
                continue;
            }
        }
        const auto now = static_cast<LOp>(in.op);
        bool useless =
            effects.removable && std::none_of(effects.writes.begin(), effects.writes.end(), [&](SlotRange w) {
                for (std::uint32_t s = w.first; s < w.end; ++s) {
                    if (live.has(s)) return true;
                }
                return false;
            });
        useless |= (now == LOp::Mov || now == LOp::MovN) && in.a == in.b;
        if (useless) {
            flow_.remove(i);
            changed = true;
            continue;
        }
        if (now == LOp::Mov) source_dies[i - block.first] = !live.has(in.b);
        LinkedFlow::apply(effects, live);
    }
    for (std::uint32_t i = block.first; i < block.last; ++i) {
        if (flow_.removed(i) || !compute_in_place(block, i, source_dies)) continue;
        flow_.remove(i);
        changed = true;
    }
    return changed;
}

}  // namespace

void optimize_linked(LinkedBody& body, std::uint32_t slots) {
    if (!body.handlers.empty() || body.code.size() > kMaxWords || slots > kMaxSlots) return;
    LinkedFlow flow(body, slots);
    MoveOptimizer moves(flow);
    // First where values are computed, then what reads them: reading through a copy keeps its source alive.
    for (int round = 0; round < kRounds; ++round) {
        flow.compute_liveness();
        bool changed = false;
        for (const auto& block : flow.blocks()) changed |= moves.sweep(block);
        if (!changed && round > 1) break;
        for (std::uint32_t b = 0; b < flow.blocks().size(); ++b) moves.propagate(b);
        if (fold(flow)) flow.remove_unreachable();
    }
    flow.compute_liveness();
    for (const auto& block : flow.blocks()) moves.sweep(block);
    flow.compute_liveness();
    fuse(flow);
    flow.compact();
}

}  // namespace skua::vm
