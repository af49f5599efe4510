// Register allocation: what became of each operand, and the moves that connect the parts of split values.
#include <algorithm>
#include <map>

#include "emit/allocator.h"
#include "opt/block_rank.h"

namespace skua::jit {

// Slots are shared by values that live one after the other.
void Allocator::assign_slots() {
    struct Span {
        std::uint32_t from, to;
        VReg v;
    };
    Vector<Span> spans;
    for (VReg v = 0; v < intervals_.values.size(); ++v) {
        const Interval* first = intervals_.values[v].get();
        if (!first) continue;
        bool on_stack = false;
        std::uint32_t to = 0;
        for (const Interval* it = first; it; it = it->next.get()) {
            on_stack |= it->reg == kNoReg;
            to = std::max(to, it->to());
        }
        if (on_stack) spans.push_back({first->from(), to, v});
    }
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.from < b.from; });
    // Vectors, which are rarely on the stack, have two slots to themselves.
    const auto narrow = std::stable_partition(spans.begin(), spans.end(),
                                              [&](const Span& span) { return lir_.wide[span.v]; });
    for (auto span = spans.begin(); span != narrow; ++span) {
        slots_[span->v] = out_.stack_slots;
        out_.stack_slots += 2;
    }
    spans.erase(spans.begin(), narrow);
    std::multimap<std::uint32_t, std::uint32_t> taken;  // end of life, slot
    Vector<std::uint32_t> free;
    for (const Span& span : spans) {
        while (!taken.empty() && taken.begin()->first <= span.from) {
            free.push_back(taken.begin()->second);
            taken.erase(taken.begin());
        }
        std::uint32_t slot = 0;
        if (free.empty()) {
            slot = out_.stack_slots++;
        } else {
            slot = free.back();
            free.pop_back();
        }
        slots_[span.v] = slot;
        taken.emplace(span.to, slot);
    }
}

const Interval* Allocator::part_at(VReg v, std::uint32_t pos) const {
    for (const Interval* it = intervals_.values[intervals_.root(v)].get(); it; it = it->next.get()) {
        if (pos < it->to() && it->covers(pos)) return it;
    }
    return nullptr;
}

Location Allocator::place_of(const Interval& it) const {
    if (it.reg != kNoReg) return {Location::Kind::Register, it.reg};
    return {Location::Kind::Stack, slots_[intervals_.root(it.v)]};
}

Location Allocator::location(VReg v, std::uint32_t pos) const {
    const Interval* part = part_at(v, pos);
    require(part != nullptr);
    return place_of(*part);
}

void Allocator::move(std::uint32_t inst, MovePlace place, VReg v, Location from, Location to) {
    if (from == to) return;
    out_.moves.push_back(
        {inst, place, {from, nullptr, to, lir_.classes[v], lir_.wide[v]}, intervals_.root(v)});
}

void Allocator::collect_operands() {
    out_.uses.resize(lir_.uses.size());
    out_.defs.resize(lir_.insts.size());
    out_.temps.resize(lir_.insts.size());
    for (std::uint32_t i = 0; i < lir_.insts.size(); ++i) {
        const Inst& in = lir_.insts[i];
        for (std::uint32_t k = 0; k < in.use_count; ++k) {
            const Use& u = lir_.uses[in.first_use + k];
            Location& at = out_.uses[in.first_use + k];
            if (u.fixed != kNoReg) {
                at = {Location::Kind::Register, u.fixed};
                if (u.constant) {
                    const RegClass cls = is_float(u.constant->type) ? RegClass::Xmm : RegClass::Gp;
                    out_.moves.push_back({i, MovePlace::Before, {{}, u.constant, at, cls}});
                } else {
                    move(i, MovePlace::Before, u.v, location(u.v, 4 * i - 1), at);
                }
            } else if (u.v != kNoVReg) {
                at = location(u.v, 4 * i + 1);
                require(u.any || at.kind == Location::Kind::Register);
            }
        }
        if (in.temp != kNoVReg) {
            out_.temps[i] = location(in.temp, 4 * i + 1);
            require(out_.temps[i].kind == Location::Kind::Register);
        }
        if (in.def == kNoVReg) continue;
        if (in.def_fixed == kNoReg) {
            out_.defs[i] = location(in.def, 4 * i + 2);
            require(out_.defs[i].kind == Location::Kind::Register);
        } else {
            out_.defs[i] = {Location::Kind::Register, in.def_fixed};
            move(i, MovePlace::After, in.def, out_.defs[i], location(in.def, 4 * i + 3));
        }
    }
}

// Parts that meet inside a block.
void Allocator::connect_parts() {
    Vector<bool> starts(lir_.insts.size() + 1, false);
    for (const LirBlock& block : lir_.blocks) starts[block.first] = true;
    for (auto& first : intervals_.values) {
        for (const Interval* it = first.get(); it && it->next; it = it->next.get()) {
            const Interval& next = *it->next;
            const std::uint32_t pos = next.from();
            if (it->to() != pos || pos % 4 != 0 || starts[pos / 4]) continue;
            move(pos / 4, MovePlace::Before, it->v, place_of(*it), place_of(next));
        }
    }
}

void Allocator::connect_blocks() {
    for (std::size_t b = 0; b < lir_.blocks.size(); ++b) {
        for (std::uint32_t s : lir_.blocks[b].succs) connect_edge(b, s);
    }
}

bool Allocator::is_exceptional(std::size_t from, std::size_t to) const {
    const LirBlock& pred = lir_.blocks[from];
    return lir_.insts[pred.last - 1].op == MOp::Catch && pred.succs[1] == to;
}

void Allocator::connect_edge(std::size_t from, std::size_t to) {
    const LirBlock &pred = lir_.blocks[from], &succ = lir_.blocks[to];
    const bool at_start = succ.preds.size() == 1;
    require(at_start || pred.succs.size() == 1);
    const std::uint32_t inst = at_start ? succ.first : pred.last - 1;
    const MovePlace place = at_start ? MovePlace::BlockStart : MovePlace::BlockEnd;
    // Exceptions leave in the middle of the call in front of the Catch.
    const bool exceptional = is_exceptional(from, to);
    const std::uint32_t leave = exceptional ? 4 * (pred.last - 2) + 2 : pred.to() - 1;
    intervals_.live_in[to].for_each([&](VReg v) {
        if (!exceptional && !intervals_.values[intervals_.root(v)]->next) return;  // never changes place
        const Location at = location(v, leave);
        require(!exceptional || at.kind == Location::Kind::Stack);
        move(inst, place, v, at, location(v, succ.from()));
    });
    for (std::size_t p = 0; p < succ.preds.size(); ++p) {
        if (succ.preds[p] != from) continue;
        for (const LirPhi& phi : succ.phis) {
            if (!intervals_.values[intervals_.root(phi.def)]) continue;
            const Interval* part = part_at(phi.def, succ.from());
            if (!part) continue;
            const Use& u = phi.inputs[p];
            if (u.constant) {
                out_.moves.push_back({inst, place, {{}, u.constant, place_of(*part), lir_.classes[phi.def]}});
            } else {
                move(inst, place, phi.def, location(u.v, pred.to() - 1), place_of(*part));
            }
        }
    }
}

// A value with one definition that is stored several times is stored there, if that is cheaper.
void Allocator::store_at_definitions() {
    Vector<double> cost(slots_.size(), 0);
    const auto is_store = [&](const PlacedMove& m) {
        return m.move.to.kind == Location::Kind::Stack && !m.move.constant && m.value != kNoVReg &&
               intervals_.definition[m.value] != kNever;
    };
    for (const PlacedMove& m : out_.moves) {
        if (is_store(m)) cost[m.value] += lir_.blocks[block_at(4 * m.inst)].frequency;
    }
    Vector<PlacedMove> kept;
    for (const PlacedMove& m : out_.moves) {
        if (is_store(m)) {
            const std::uint32_t def = intervals_.definition[m.value];
            if (lir_.blocks[block_at(4 * def)].frequency <= cost[m.value]) {
                if (!stored_at_def_[m.value]) {
                    stored_at_def_[m.value] = true;
                    const Location slot{Location::Kind::Stack, slots_[m.value]};
                    kept.push_back({def,
                                    MovePlace::After,
                                    {out_.defs[def], nullptr, slot, m.move.cls, m.move.wide},
                                    m.value});
                }
                continue;
            }
        }
        kept.push_back(m);
    }
    out_.moves = std::move(kept);
}

}  // namespace skua::jit
