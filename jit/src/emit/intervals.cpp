#include "emit/intervals.h"

#include <algorithm>

namespace skua::jit {
namespace {

void append_backwards(Vector<LiveRange>& ranges, LiveRange r) {
    // Made from the end of the code to its start; `ranges` is kept in that order.
    if (!ranges.empty() && ranges.back().from <= r.to) {
        ranges.back().from = std::min(ranges.back().from, r.from);
        ranges.back().to = std::max(ranges.back().to, r.to);
    } else {
        ranges.push_back(r);
    }
}

Vector<LiveRange> merged(const Vector<LiveRange>& a, const Vector<LiveRange>& b) {
    Vector<LiveRange> out;
    std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out),
               [](const LiveRange& x, const LiveRange& y) { return x.from < y.from; });
    Vector<LiveRange> joined;
    for (LiveRange r : out) {
        if (!joined.empty() && joined.back().to >= r.from) {
            joined.back().to = std::max(joined.back().to, r.to);
        } else {
            joined.push_back(r);
        }
    }
    return joined;
}

class Build {
public:
    explicit Build(Lir& lir) : lir_(lir) {}

    Intervals run() {
        const std::size_t count = lir_.classes.size();
        out_.values.resize(count);
        out_.hints.resize(count);
        out_.joined.resize(count);
        out_.definition.assign(count, kNever);
        for (VReg v = 0; v < count; ++v) out_.joined[v] = v;
        liveness();
        for (std::size_t b = lir_.blocks.size(); b-- > 0;) block(b);
        for (auto& interval : out_.values) {
            if (!interval) continue;
            std::reverse(interval->ranges.begin(), interval->ranges.end());
            std::reverse(interval->uses.begin(), interval->uses.end());
        }
        for (auto& cls : out_.fixed) {
            for (auto& ranges : cls) std::reverse(ranges.begin(), ranges.end());
        }
        join_phis();
        for (std::size_t b = 0; b < lir_.blocks.size(); ++b) {
            BitSet roots(count);
            in_[b].for_each([&](VReg v) { roots.add(out_.root(v)); });
            out_.live_in.push_back(std::move(roots));
        }
        return std::move(out_);
    }

private:
    void liveness() {
        const std::size_t count = lir_.classes.size(), blocks = lir_.blocks.size();
        in_.assign(blocks, BitSet(count));
        out_live_.assign(blocks, BitSet(count));
        bool changed = true;
        for (bool first = true; changed; first = false) {
            changed = false;
            for (std::size_t b = blocks; b-- > 0;) {
                const LirBlock& block = lir_.blocks[b];
                BitSet live = live_out(b);
                if (!first && live == out_live_[b]) continue;
                out_live_[b] = live;
                for (std::uint32_t i = block.last; i-- > block.first;) {
                    const Inst& in = lir_.insts[i];
                    if (in.def != kNoVReg) {
                        if (!live.has(in.def) && is_pure(in.op)) continue;
                        live.remove(in.def);
                    }
                    for (const Use& u : lir_.uses_of(in)) {
                        if (u.v != kNoVReg) live.add(u.v);
                    }
                }
                for (const LirPhi& phi : block.phis) live.remove(phi.def);
                if (live != in_[b]) {
                    in_[b] = std::move(live);
                    changed = true;
                }
            }
        }
    }

    [[nodiscard]] BitSet live_out(std::size_t b) const {
        BitSet live(lir_.classes.size());
        for (std::uint32_t s : lir_.blocks[b].succs) {
            const LirBlock& succ = lir_.blocks[s];
            live |= in_[s];
            for (std::size_t p = 0; p < succ.preds.size(); ++p) {
                if (succ.preds[p] != b) continue;
                for (const LirPhi& phi : succ.phis) {
                    if (phi.inputs[p].v != kNoVReg) live.add(phi.inputs[p].v);
                }
            }
        }
        return live;
    }

    Interval& value(VReg v) {
        auto& p = out_.values[v];
        if (!p) {
            p = std::make_unique<Interval>();
            p->v = v;
            p->cls = lir_.classes[v];
        }
        return *p;
    }
    void live(VReg v, std::uint32_t from, std::uint32_t to) { append_backwards(value(v).ranges, {from, to}); }
    void own(RegClass cls, Reg r, std::uint32_t from, std::uint32_t to) {
        append_backwards(out_.fixed[static_cast<int>(cls)][r], {from, to});
    }
    // Of the range under construction: ends here.
    void starts(VReg v, std::uint32_t pos) {
        Interval& it = value(v);
        if (it.ranges.empty() || it.ranges.back().from > pos) {
            append_backwards(it.ranges, {pos, pos + 1});  // nobody reads it
        } else {
            it.ranges.back().from = pos;
        }
    }

    void block(std::size_t b) {
        const LirBlock& block = lir_.blocks[b];
        const auto weight = static_cast<float>(block.frequency);
        BitSet live_now = out_live_[b];
        live_now.for_each([&](VReg v) { live(v, block.from(), block.to()); });
        for (std::uint32_t i = block.last; i-- > block.first;) {
            Inst& in = lir_.insts[i];
            const std::uint32_t base = 4 * i;
            if (in.def != kNoVReg && !live_now.has(in.def)) {
                if (is_pure(in.op)) {
                    in = Inst{};
                    continue;
                }
                if (in.def_fixed != kNoReg) in.def = kNoVReg;
            }
            const bool def_gp = in.def == kNoVReg || lir_.classes[in.def] == RegClass::Gp;
            if (in.def != kNoVReg) {
                live_now.remove(in.def);
                out_.definition[in.def] = out_.definition[in.def] == kNever ? i : kNever;
                if (in.def_fixed != kNoReg) {
                    starts(in.def, base + 3);
                    out_.hints[in.def].push_back({kNoVReg, in.def_fixed, weight});
                } else {
                    starts(in.def, base + 2);
                    value(in.def).uses.push_back({base + 2, true, weight});
                    if (in.use_count > 0) {
                        const Use& first = lir_.uses[in.first_use + tied_use(in)];
                        if (first.v != kNoVReg && lir_.classes[first.v] == lir_.classes[in.def]) {
                            out_.hints[in.def].push_back({first.v, kNoReg, weight});
                            out_.hints[first.v].push_back({in.def, kNoReg, weight});
                        }
                    }
                }
            }
            if (in.temp != kNoVReg) {
                live(in.temp, base, base + 3);
                value(in.temp).uses.push_back({base + 1, true, weight});
            }
            RegMask from_start[2] = {0, 0};
            for (const Use& u : lir_.uses_of(in)) {
                if (u.fixed == kNoReg) continue;
                const bool gp = u.constant ? !is_float(u.constant->type) : lir_.classes[u.v] == RegClass::Gp;
                from_start[gp ? 0 : 1] |= 1u << u.fixed;
            }
            RegMask clobbers[2] = {in.clobbers_gp, in.clobbers_xmm};
            if (in.def_fixed != kNoReg) {
                clobbers[def_gp ? 0 : 1] |= 1u << in.def_fixed;
                // Parameters lie in their registers from the start.
                if (in.op == MOp::Param || in.op == MOp::Frame) {
                    own(def_gp ? RegClass::Gp : RegClass::Xmm, in.def_fixed, block.from(), base + 3);
                }
            }
            for (int c = 0; c < 2; ++c) {
                for (Reg r = 0; r < 16; ++r) {
                    const auto cls = static_cast<RegClass>(c);
                    if (from_start[c] >> r & 1) {
                        own(cls, r, base, base + 3);
                    } else if (clobbers[c] >> r & 1) {
                        own(cls, r, base + 2, base + 3);
                    }
                }
            }
            for (std::uint32_t k = in.use_count; k-- > 0;) {
                const Use& u = lir_.uses[in.first_use + k];
                if (u.v == kNoVReg) continue;
                live_now.add(u.v);
                if (u.fixed != kNoReg) {
                    live(u.v, block.from(), base);
                    out_.hints[u.v].push_back({kNoVReg, u.fixed, weight});
                    continue;
                }
                live(u.v, block.from(), base + (u.late ? 3 : 2));
                value(u.v).uses.push_back({base + 1, !u.any, weight});
            }
        }
        for (const LirPhi& phi : block.phis) {
            if (!out_.values[phi.def]) continue;  // nobody reads it
            live_now.remove(phi.def);
            starts(phi.def, block.from());
            out_.definition[phi.def] = kNever;
            for (const Use& u : phi.inputs) {
                if (u.v == kNoVReg) continue;
                out_.hints[phi.def].push_back({u.v, kNoReg, weight});
                out_.hints[u.v].push_back({phi.def, kNoReg, weight});
            }
        }
    }

    // Inner loops first: there a move costs most.
    void join_phis() {
        Vector<std::size_t> order(lir_.blocks.size());
        for (std::size_t b = 0; b < order.size(); ++b) order[b] = b;
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return lir_.blocks[a].frequency > lir_.blocks[b].frequency;
        });
        for (std::size_t b : order) {
            for (const LirPhi& phi : lir_.blocks[b].phis) {
                for (const Use& u : phi.inputs) {
                    if (u.v != kNoVReg) join(phi.def, u.v);
                }
            }
        }
    }

    void join(VReg a, VReg b) {
        a = out_.root(a);
        b = out_.root(b);
        if (a == b || !out_.values[a] || !out_.values[b]) return;
        Interval &x = *out_.values[a], &y = *out_.values[b];
        if (x.cls != y.cls || x.intersection(y.ranges) != kNever) return;
        x.ranges = merged(x.ranges, y.ranges);
        Vector<UsePosition> uses;
        std::merge(x.uses.begin(), x.uses.end(), y.uses.begin(), y.uses.end(), std::back_inserter(uses),
                   [](const UsePosition& p, const UsePosition& q) { return p.pos < q.pos; });
        x.uses = std::move(uses);
        out_.hints[a].insert(out_.hints[a].end(), out_.hints[b].begin(), out_.hints[b].end());
        out_.joined[b] = a;
        out_.definition[a] = kNever;
        out_.values[b].reset();
    }

    Lir& lir_;
    Intervals out_;
    Vector<BitSet> in_, out_live_;
};

}  // namespace

bool Interval::covers(std::uint32_t pos) const {
    auto it = std::upper_bound(ranges.begin(), ranges.end(), pos,
                               [](std::uint32_t p, const LiveRange& r) { return p < r.from; });
    return it != ranges.begin() && pos < std::prev(it)->to;
}

std::uint32_t Interval::intersection(const Vector<LiveRange>& other) const {
    auto a = ranges.begin();
    auto b = std::lower_bound(other.begin(), other.end(), from(),
                              [](const LiveRange& r, std::uint32_t p) { return r.to <= p; });
    while (a != ranges.end() && b != other.end()) {
        if (a->to <= b->from) {
            ++a;
        } else if (b->to <= a->from) {
            ++b;
        } else {
            return std::max(a->from, b->from);
        }
    }
    return kNever;
}

bool is_pure(MOp op) {
    switch (op) {
        case MOp::AddTrap:
        case MOp::SubTrap:
        case MOp::MulTrap:
        case MOp::MulTrapU:
        case MOp::FToI64Trap:
        case MOp::FToU64Trap:
        case MOp::New:
        case MOp::NewArray:
        case MOp::Call:
        case MOp::CallVirtual:
        case MOp::CallIndirect:
        case MOp::CallClosure:
        case MOp::CallRuntime:
        case MOp::CallNative:
        case MOp::TakePending:
            return false;
        default:
            return true;  // asked only of what has a result
    }
}

Intervals build_intervals(Lir& lir) {
    return Build(lir).run();
}

}  // namespace skua::jit
