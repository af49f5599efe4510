// Register allocation: the registers that calls preserve. A function that uses one saves it where it begins
// and restores it where it returns, so the first value in it must be worth that.
#include <algorithm>
#include <bit>

#include "emit/allocator.h"
#include "run/frame_walk.h"

namespace skua::jit {
namespace {

// A store and a load, each executed once.
constexpr double kSaveCost = 2;

// Unwinding restores what this file has saved.
constexpr bool unwinding_knows_all() {
    RegMask known = 0;
    for (const std::uint8_t r : kPreserved) known |= 1u << r;
    return known == kPreservedGp;
}
static_assert(unwinding_knows_all());

}  // namespace

void Allocator::find_calls() {
    for (std::uint32_t i = 0; i < lir_.insts.size(); ++i) {
        const RegMask destroyed = lir_.insts[i].clobbers_gp;
        if ((destroyed & kCallGp) == kCallGp && (destroyed & kPreservedGp) == 0) calls_.push_back(4 * i + 2);
    }
}

bool Allocator::crosses_call(const Interval& it) const {
    auto call = std::lower_bound(calls_.begin(), calls_.end(), it.from());
    for (; call != calls_.end() && *call < it.to(); ++call) {
        if (it.covers(*call)) return true;
    }
    return false;
}

double Allocator::total_weight(const Interval& it) {
    double sum = 0;
    for (const UsePosition& u : it.uses) sum += u.weight;
    return sum;
}

bool Allocator::is_worth_saving(double weight) {
    return weight > kSaveCost;
}

// Before the first call behind a definition it would be stored, before the first use behind a call loaded.
double Allocator::weight_across_calls(const Interval& it) const {
    double sum = 0;
    std::uint32_t from = it.from();
    const UsePosition* before = nullptr;
    const auto gap = [&](std::uint32_t to, const UsePosition* behind) {
        auto call = std::upper_bound(calls_.begin(), calls_.end(), from);
        while (call != calls_.end() && *call < to && !it.covers(*call)) ++call;
        if (call == calls_.end() || *call >= to) return;
        if (before && before->pos % 4 == 2) sum += before->weight;
        if (behind && behind->pos % 4 != 2) sum += behind->weight;
    };
    for (const UsePosition& u : it.uses) {
        gap(u.pos, &u);
        from = u.pos;
        before = &u;
    }
    gap(it.to(), nullptr);
    return sum;
}

RegMask Allocator::unsaved_for(const Interval& it) const {
    if (!saves_cost_ || it.cls != RegClass::Gp) return 0;
    const RegMask unsaved = kPreservedGp & ~in_use_;
    return unsaved != 0 && is_worth_saving(weight_across_calls(it)) ? 0 : unsaved;
}

void Allocator::find_preserved() {
    for (const auto& first : intervals_.values) {
        for (const Interval* part = first.get(); part; part = part->next.get()) {
            if (part->cls == RegClass::Gp && part->reg != kNoReg) out_.preserved |= 1u << part->reg;
        }
    }
    out_.preserved &= kPreservedGp;
}

}  // namespace skua::jit
