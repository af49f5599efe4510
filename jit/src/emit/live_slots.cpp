// Register allocation: which stack slots are in use at a call. The stack is scanned conservatively: what is
// left in another slot would be kept alive, with all that it leads to, for as long as the function runs.
#include <algorithm>

#include "emit/allocator.h"

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
    out_.live_at.assign(lir_.insts.size(), Allocation::kUnknown);
    const std::uint32_t words = (out_.stack_slots + 63) / 64;
    if (words == 0) return;
    struct Call {
        std::uint32_t pos;  // where its operands are read
        std::uint32_t inst;
        bool throughout;
    };
    Vector<Call> calls;
    for (std::uint32_t i = 0; i < lir_.insts.size(); ++i) {
        const Reads reads = reads_of(lir_.insts[i].op);
        if (reads == Reads::NoCall) continue;
        out_.live_at[i] = static_cast<std::uint32_t>(calls.size()) * words;
        calls.push_back({4 * i + 1, i, reads == Reads::Throughout});
    }
    out_.live.assign(calls.size() * words, 0);
    for (VReg v = 0; v < intervals_.values.size(); ++v) {
        const std::uint32_t slot = slots_[v];
        if (slot == kNever) continue;
        for (const Interval* part = intervals_.values[v].get(); part; part = part->next.get()) {
            // While it is in a register its slot is out of date, unless it is stored once and for all.
            if (part->reg != kNoReg && !stored_at_def_[v]) continue;
            for (const LiveRange& range : part->ranges) {
                auto call = std::lower_bound(calls.begin(), calls.end(), range.from,
                                             [](const Call& c, std::uint32_t pos) { return c.pos < pos; });
                for (; call != calls.end() && call->pos < range.to; ++call) {
                    if (call->pos + 1 < range.to || call->throughout)
                        out_.live[out_.live_at[call->inst] + slot / 64] |= std::uint64_t{1} << (slot % 64);
                }
            }
        }
    }
}

}  // namespace skua::jit
