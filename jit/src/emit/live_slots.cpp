// Register allocation: which stack slots and registers are in use at a call. The stack is scanned
// conservatively: what is left in another one would be kept alive, with all that it leads to, for as long as
// the function runs.
#include <algorithm>

#include "emit/allocator.h"
#include "run/code_cache.h"

namespace skua::jit {
namespace {

enum class Reads { NoCall, Before, Throughout };

// Of calls that come back and in which a collection may happen: are the operands read before it (they are in
// their places for the call), or may they be read when it has come back?
Reads reads_of(MOp op) {
    switch (op) {
        case MOp::Call:
        case MOp::CallVirtual:
        case MOp::CallIndirect:
        case MOp::CallClosure:
        case MOp::CallRuntime:
        case MOp::CallNative:
            return Reads::Before;
        case MOp::New:
        case MOp::NewArray:
        case MOp::Poll:
        case MOp::Fuel:
            return Reads::Throughout;
        default:
            return Reads::NoCall;
    }
}

}  // namespace

void Allocator::find_live_slots() {
    constexpr std::uint32_t kRegisters = CodeRange::kRegisters;
    out_.live_at.assign(lir_.insts.size(), Allocation::kUnknown);
    out_.dead_preserved.assign(lir_.insts.size(), 0);
    const std::uint32_t words = (kRegisters + out_.stack_slots + 63) / 64;
    struct Call {
        std::uint32_t pos;  // where its operands are read
        std::uint32_t inst;
        bool throughout;
    };
    Vector<Call> calls;
    for (std::uint32_t i = 0; i < lir_.insts.size(); ++i) {
        const Inst& in = lir_.insts[i];
        const Reads reads = reads_of(in.op);
        if (reads == Reads::NoCall) continue;
        const bool throughout = reads == Reads::Throughout;
        // What this function does not use may be its caller's.
        std::uint64_t registers = throughout ? kPreservedGp & ~out_.preserved : (1u << kRegisters) - 1;
        if (!throughout) out_.dead_preserved[i] = out_.preserved;
        for (const Use& use : lir_.uses_of(in))
            if (use.fixed != kNoReg) registers |= 1u << use.fixed;
        out_.live_at[i] = static_cast<std::uint32_t>(out_.live.size());
        out_.live.push_back(registers);
        out_.live.resize(out_.live_at[i] + words, 0);
        calls.push_back({4 * i + 1, i, throughout});
    }
    if (calls.empty()) return;
    for (VReg v = 0; v < intervals_.values.size(); ++v) {
        for (const Interval* part = intervals_.values[v].get(); part; part = part->next.get()) {
            // While it is in a register its slot is out of date, unless it is stored once and for all.
            const bool in_slot = slots_[v] != kNever && (part->reg == kNoReg || stored_at_def_[v]);
            const bool in_register = part->reg != kNoReg && part->cls == RegClass::Gp;
            if (!in_slot && !in_register) continue;
            for (const LiveRange& range : part->ranges) {
                auto call = std::lower_bound(calls.begin(), calls.end(), range.from,
                                             [](const Call& c, std::uint32_t pos) { return c.pos < pos; });
                for (; call != calls.end() && call->pos < range.to; ++call) {
                    if (call->pos + 1 >= range.to && !call->throughout) continue;
                    const auto set = [&](std::uint32_t bit) {
                        out_.live[out_.live_at[call->inst] + bit / 64] |= std::uint64_t{1} << (bit % 64);
                    };
                    if (in_slot) set(kRegisters + slots_[v]);
                    if (in_register) {
                        set(part->reg);
                        out_.dead_preserved[call->inst] &= ~(1u << part->reg);
                    }
                }
            }
        }
    }
}

}  // namespace skua::jit
