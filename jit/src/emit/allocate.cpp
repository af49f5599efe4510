#include "emit/allocate.h"

#include <algorithm>

#include "emit/allocator.h"

namespace skua::jit {
namespace {

constexpr std::uint32_t floor4(std::uint32_t pos) {
    return pos & ~3u;
}

RegMask limited(RegMask all, unsigned count) {
    if (count == 0) return all;
    RegMask out = 0;
    // From the top: away from those that instructions name.
    for (int r = 15; r >= 0 && count > 0; --r) {
        if (all >> r & 1) {
            out |= 1u << r;
            --count;
        }
    }
    return out;
}

}  // namespace

Allocation allocate_registers(Lir& lir, unsigned registers) {
    return Allocator(lir, registers).run();
}

Allocator::Allocator(Lir& lir, unsigned registers) : lir_(lir), intervals_(build_intervals(lir)) {
    allowed_[0] = limited(kAllGp, registers);
    allowed_[1] = limited(kAllXmm, registers);
    const std::size_t count = lir_.classes.size();
    positions_.resize(count);
    last_register_.assign(count, kNoReg);
    slots_.assign(count, kNever);
    stored_at_def_.assign(count, false);
    for (VReg v = 0; v < count; ++v) {
        if (!intervals_.values[v]) continue;
        for (const UsePosition& u : intervals_.values[v]->uses) positions_[v].push_back(u.pos);
    }
    // All, where there are few to choose from; a loop that is entered from the interpreter saves none.
    saves_cost_ = registers == 0 && !lir_.graph->osr;
    find_calls();
    find_loops();
    for (std::size_t b = 0; b < lir_.blocks.size(); ++b) {
        const Block* block = lir_.blocks[b].block;
        if (block->loop == block) keep_around_loop(b, loops_[static_cast<std::size_t>(block_loop_[b])]);
    }
}

// What a loop uses often is wanted in a register where it begins again. Without a use there, a call on a rare
// way through the loop would leave it in memory up to the way back, and every round would load it.
void Allocator::keep_around_loop(std::size_t header, const LoopSpan& loop) {
    const double often = lir_.blocks[header].frequency / 2;
    const std::uint32_t end = loop.to - 3;
    intervals_.live_in[header].for_each([&](VReg v) {
        Interval* it = intervals_.values[v].get();
        if (!it || !it->covers(end)) return;
        const bool used = std::any_of(it->uses.begin(), it->uses.end(), [&](const UsePosition& u) {
            return u.pos >= loop.from && u.pos < loop.to && u.weight >= often;
        });
        const auto at = std::lower_bound(it->uses.begin(), it->uses.end(), end,
                                         [](const UsePosition& u, std::uint32_t pos) { return u.pos < pos; });
        if (!used || (at != it->uses.end() && at->pos == end)) return;
        it->uses.insert(at, {end, false, static_cast<float>(often)});
    });
}

Allocation Allocator::run() {
    scan(RegClass::Gp);
    scan(RegClass::Xmm);
    assign_slots();
    collect_operands();
    connect_parts();
    connect_blocks();
    store_at_definitions();
    find_preserved();
    find_live_slots();
    std::stable_sort(out_.moves.begin(), out_.moves.end(), [](const PlacedMove& a, const PlacedMove& b) {
        return a.inst != b.inst ? a.inst < b.inst : a.place < b.place;
    });
    return std::move(out_);
}

void Allocator::enqueue(Interval* it) {
    unhandled_.push(it);
}

void Allocator::scan(RegClass cls) {
    active_.clear();
    inactive_.clear();
    for (auto& it : intervals_.values) {
        if (it && it->cls == cls) enqueue(it.get());
    }
    while (!unhandled_.empty()) {
        Interval& current = *unhandled_.top();
        unhandled_.pop();
        const std::uint32_t pos = scanned_ = current.from();
        const auto sift = [&](Vector<Interval*>& from, Vector<Interval*>& other, bool want_covering) {
            for (std::size_t i = 0; i < from.size();) {
                Interval* it = from[i];
                const bool ended = it->to() <= pos;
                if (!ended && it->covers(pos) == want_covering) {
                    ++i;
                    continue;
                }
                if (!ended) other.push_back(it);
                from[i] = from.back();
                from.pop_back();
            }
        };
        now_active_.clear();
        now_inactive_.clear();
        sift(active_, now_inactive_, true);
        sift(inactive_, now_active_, false);
        active_.insert(active_.end(), now_active_.begin(), now_active_.end());
        inactive_.insert(inactive_.end(), now_inactive_.begin(), now_inactive_.end());

        const RegMask all = allowed_[static_cast<int>(cls)], unsaved = unsaved_for(current);
        if (try_free(current, all & ~unsaved)) continue;
        if (current.uses.empty()) {
            current.reg = kNoReg;  // only passed on, and no register is free all along
            continue;
        }
        if (unsaved != 0 && is_worth_saving(total_weight(current)) && try_free(current, all)) continue;
        take_blocked(current, all & ~unsaved);
    }
}

void Allocator::settle(Interval& it, Reg r) {
    it.reg = r;
    if (it.cls == RegClass::Gp) in_use_ |= 1u << r;
    last_register_[intervals_.root(it.v)] = r;
    active_.push_back(&it);
}

Reg Allocator::hinted(const Interval& it, const std::uint32_t* free_until) const {
    float weight[16] = {};
    const Reg before = last_register_[intervals_.root(it.v)];
    if (before != kNoReg) weight[before] += 1;
    for (const Hint& hint : intervals_.hints[intervals_.root(it.v)]) {
        const Reg r = hint.v == kNoVReg ? hint.fixed : last_register_[intervals_.root(hint.v)];
        if (r != kNoReg) weight[r] += hint.weight;
    }
    // As good as any other register, if not for all the interval.
    const std::uint32_t enough = std::min(it.to(), *std::max_element(free_until, free_until + 16));
    Reg best = kNoReg;
    if (enough == 0) return best;
    for (Reg r = 0; r < 16; ++r) {
        if (weight[r] > 0 && free_until[r] >= enough && (best == kNoReg || weight[r] > weight[best]))
            best = r;
    }
    return best;
}

bool Allocator::try_free(Interval& current, RegMask candidates) {
    const auto cls = static_cast<int>(current.cls);
    std::uint32_t free_until[16];
    for (Reg r = 0; r < 16; ++r) free_until[r] = candidates >> r & 1 ? kNever : 0;
    for (const Interval* it : active_) free_until[it->reg] = 0;
    for (const Interval* it : inactive_) {
        if (free_until[it->reg] == 0) continue;
        free_until[it->reg] = std::min(free_until[it->reg], current.intersection(it->ranges));
    }
    for (Reg r = 0; r < 16; ++r) {
        if (free_until[r] == 0) continue;
        free_until[r] = std::min(free_until[r], current.intersection(intervals_.fixed[cls][r]));
    }
    Reg best = hinted(current, free_until);
    if (best == kNoReg) {
        best = static_cast<Reg>(std::max_element(free_until, free_until + 16) - free_until);
        // Of a value that lives across no call: not in what others may need for that.
        if (current.cls == RegClass::Gp && (kPreservedGp >> best & 1) && !crosses_call(current)) {
            for (Reg r = 0; r < 16; ++r) {
                if ((kCallGp >> r & 1) && free_until[r] >= current.to()) best = r;
            }
        }
        // Of those that are free all along, the one that is needed soonest by others stays free: take the
        // first that fits.
        for (Reg r = 0; r < 16; ++r) {
            if (free_until[r] == free_until[best] && free_until[r] != kNever) best = r;
        }
    }
    if (free_until[best] >= current.to()) {
        settle(current, best);
        return true;
    }
    if (current.uses.empty()) return false;
    const std::uint32_t end = floor4(free_until[best]);
    // It must be worth it: a use in the free part.
    if (end <= current.from() || current.uses.front().pos >= end) return false;
    Interval* rest = split_before(current, end);
    settle(current, best);
    enqueue(rest);
    return true;
}

// Puts all of `current` up to its next use on the stack.
void Allocator::spill(Interval& current) {
    current.reg = kNoReg;
    const std::uint32_t start = current.from();
    for (const UsePosition& u : current.uses) {
        if (u.pos <= start) continue;
        const std::uint32_t latest = floor4(u.pos);
        if (latest <= start) continue;
        // A victim may have been cut far back; what is placed anew must lie ahead of the scan.
        const std::uint32_t earliest = floor4(std::max(start, scanned_)) + 4;
        enqueue(split(current, earliest < latest ? best_split(earliest, latest) : latest));
        return;
    }
}

// From `pos` on (or earlier, where nothing uses it) the victim is on the stack, until its next use.
void Allocator::spill_at(Interval& victim, std::uint32_t pos) {
    spill(*split_before(victim, pos));
}

void Allocator::take_blocked(Interval& current, RegMask candidates) {
    const auto cls = static_cast<int>(current.cls);
    const std::uint32_t start = current.from(), gap = floor4(start);
    std::uint32_t use[16], block[16];
    const auto look_at = [&](RegMask registers) {
        for (Reg r = 0; r < 16; ++r) {
            const bool allowed = registers >> r & 1;
            block[r] = allowed ? current.intersection(intervals_.fixed[cls][r]) : 0;
            use[r] = block[r];
        }
        for (const Interval* it : active_) {
            // One that began in this very gap cannot leave it again.
            use[it->reg] = std::min(use[it->reg], it->from() >= gap ? 0 : next_use(*it, gap));
        }
        for (const Interval* it : inactive_) {
            if (current.intersection(it->ranges) == kNever) continue;
            use[it->reg] = std::min(use[it->reg], next_use(*it, gap));
        }
        return static_cast<Reg>(std::max_element(use, use + 16) - use);
    };
    Reg best = look_at(candidates);
    const UsePosition& first = current.uses.front();
    // Not only the first: an operand that may be in memory can be the result, which may not.
    const bool needs_now = std::any_of(current.uses.begin(), current.uses.end(),
                                       [&](const UsePosition& u) { return u.must && floor4(u.pos) == gap; });
    if (needs_now && (use[best] == 0 || block[best] <= start)) best = look_at(allowed_[cls]);
    const std::uint32_t own = next_use(current, start);
    // A use that may be in memory is worth a register only if that is idle in the loop around it.
    const int loop = block_loop_[block_at(gap)];
    const bool idle = loop >= 0 && use[best] >= loops_[static_cast<std::size_t>(loop)].to;
    // Nor is one that the register would not live to see.
    const bool in_time = block[best] > first.pos;
    if (!needs_now && (own >= use[best] || !in_time || (!first.must && !idle))) {
        // Uses in memory do for now; where a register is a must, it is tried again.
        if (!first.must && floor4(first.pos) == gap) {
            current.reg = kNoReg;
            for (const UsePosition& u : current.uses) {
                if (!u.must || floor4(u.pos) <= gap) continue;
                const std::uint32_t latest = floor4(u.pos), earliest = gap + 4;
                enqueue(split(current, earliest < latest ? best_split(earliest, latest) : latest));
                return;
            }
            return;
        }
        spill(current);
        return;
    }
    require(use[best] > 0 && block[best] > start);
    if (block[best] < current.to()) enqueue(split_before(current, floor4(block[best])));
    for (std::size_t i = 0; i < active_.size();) {
        Interval* it = active_[i];
        if (it->reg != best) {
            ++i;
            continue;
        }
        active_[i] = active_.back();
        active_.pop_back();
        spill_at(*it, gap);
    }
    for (std::size_t i = 0; i < inactive_.size();) {
        Interval* it = inactive_[i];
        const std::uint32_t meets = it->reg == best ? current.intersection(it->ranges) : kNever;
        if (meets == kNever) {
            ++i;
            continue;
        }
        inactive_[i] = inactive_.back();
        inactive_.pop_back();
        // It is in a hole: the part behind it is placed anew.
        auto behind = std::find_if(it->ranges.begin(), it->ranges.end(),
                                   [start](const LiveRange& r) { return r.from > start; });
        require(behind != it->ranges.end());
        enqueue(split(*it, floor4(behind->from)));
    }
    settle(current, best);
}

}  // namespace skua::jit
