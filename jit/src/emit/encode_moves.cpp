// Encoding: parallel moves.
#include <algorithm>

#include "emit/encoder.h"
#include "skua/classfile/check.h"

namespace skua::jit {

using namespace asmjit;

void Encoder::moves(std::uint32_t inst, MovePlace place) {
    const auto& all = allocation_.moves;
    Vector<Move> here;
    while (next_move_ < all.size() && all[next_move_].inst == inst && all[next_move_].place == place) {
        here.push_back(all[next_move_++].move);
    }
    if (!here.empty()) parallel(std::move(here));
}

void Encoder::load_immediate(const x86::Gp& to, std::int64_t value) {
    if (value == 0) {
        a_.xor_(to.r32(), to.r32());
    } else if (value > 0 && value <= 0xFFFFFFFFll) {
        a_.mov(to.r32(), static_cast<std::uint32_t>(value));
    } else {
        a_.mov(to.r64(), value);
    }
}

void Encoder::load_constant(const Move& m) {
    const std::int64_t bits = m.constant->imm;
    if (m.to.kind == Location::Kind::Stack) {
        if (bits == static_cast<std::int32_t>(bits)) {
            a_.mov(slot(m.to.n), bits);
        } else {
            a_.mov(gpr(kScratchGp), bits);
            a_.mov(slot(m.to.n), gpr(kScratchGp));
        }
        return;
    }
    if (m.cls == RegClass::Gp) {
        load_immediate(gpr(m.to.n), bits);
        return;
    }
    const x86::Xmm to = x86::xmm(m.to.n);
    if (bits == 0) {
        a_.vxorps(to, to, to);
    } else if (m.constant->type == Type::F64) {
        a_.vmovsd(to, pooled(static_cast<std::uint64_t>(bits), 8));
    } else {
        a_.vmovss(to, pooled(static_cast<std::uint64_t>(bits), 4));
    }
}

void Encoder::one_move(const Move& m, bool scratch_gp_busy) {
    const bool from_stack = m.from.kind == Location::Kind::Stack,
               to_stack = m.to.kind == Location::Kind::Stack;
    if (from_stack && to_stack) {
        SKUA_CHECK(!m.wide);  // only phis change slots
        if (scratch_gp_busy) {
            a_.push(slot(m.from.n));
            a_.pop(slot(m.to.n));  // its address is taken after rsp has moved back
        } else {
            a_.mov(gpr(kScratchGp), slot(m.from.n));
            a_.mov(slot(m.to.n), gpr(kScratchGp));
        }
        return;
    }
    if (m.cls == RegClass::Gp) {
        if (to_stack) {
            a_.mov(slot(m.to.n), gpr(m.from.n));
        } else if (from_stack) {
            a_.mov(gpr(m.to.n), slot(m.from.n));
        } else {
            a_.mov(gpr(m.to.n), gpr(m.from.n));
        }
        return;
    }
    if (m.wide && to_stack) {
        a_.vmovups(slot(m.to.n, kVectorBytes), x86::xmm(m.from.n));
    } else if (m.wide && from_stack) {
        a_.vmovups(x86::xmm(m.to.n), slot(m.from.n, kVectorBytes));
    } else if (to_stack) {
        a_.vmovsd(slot(m.to.n), x86::xmm(m.from.n));
    } else if (from_stack) {
        a_.vmovsd(x86::xmm(m.to.n), slot(m.from.n));
    } else {
        a_.vmovaps(x86::xmm(m.to.n), x86::xmm(m.from.n));
    }
}

void Encoder::parallel(Vector<Move> pending) {
    const auto same = [](const Move& x, const Location& from, const Move& y) {
        if (from != y.to) return false;
        return from.kind == Location::Kind::Stack || x.cls == y.cls;
    };
    Vector<Move> constants;
    std::erase_if(pending, [&](const Move& m) {
        if (m.constant) constants.push_back(m);
        return m.constant != nullptr;
    });
    bool gp_busy = false;
    while (!pending.empty()) {
        // One whose target nobody still reads.
        auto ready = std::find_if(pending.begin(), pending.end(), [&](const Move& m) {
            return std::none_of(pending.begin(), pending.end(), [&](const Move& other) {
                return &other != &m && same(other, other.from, m);
            });
        });
        if (ready != pending.end()) {
            one_move(*ready, gp_busy);
            if (ready->from.kind == Location::Kind::Register && ready->from.n == kScratchGp &&
                ready->cls == RegClass::Gp)
                gp_busy = false;
            pending.erase(ready);
            continue;
        }
        // Only cycles are left: the first one's source waits in the scratch register of its class.
        Move& m = pending.front();
        const Location scratch{Location::Kind::Register, m.cls == RegClass::Gp ? kScratchGp : kScratchXmm};
        one_move({m.from, nullptr, scratch, m.cls, m.wide}, gp_busy);
        gp_busy |= m.cls == RegClass::Gp;
        const Location from = m.from;
        const RegClass cls = m.cls;
        for (Move& other : pending) {
            if (other.from == from &&
                (from.kind == Location::Kind::Stack ? other.cls == cls : other.cls == cls))
                other.from = scratch;
        }
    }
    for (const Move& m : constants) load_constant(m);
}

}  // namespace skua::jit
