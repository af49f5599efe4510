#include "link/fuse.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace skua::vm {
namespace {

constexpr int kFuseLookBack = 16;  // instructions searched for what made a value
constexpr std::uint32_t kNone = LinkedFlow::kNone;

bool contains(const std::vector<SlotRange>& ranges, std::uint32_t slot) {
    return std::any_of(ranges.begin(), ranges.end(), [slot](SlotRange r) { return r.contains(slot); });
}
bool only_loads(LOp op) {
    return (op >= LOp::Get8S && op <= LOp::Get64) || (op >= LOp::AGet8S && op <= LOp::AGet64) ||
           op == LOp::ALen || op == LOp::StrLen || op == LOp::StrByte;
}
Instr make(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    Instr in{};
    in.op = static_cast<std::uint16_t>(op);
    in.a = static_cast<std::uint16_t>(a);
    in.b = static_cast<std::uint16_t>(b);
    in.c = static_cast<std::uint16_t>(c);
    return in;
}
// A second word; see linked_ops.def.
Instr second(std::uint32_t slot, std::uint32_t x = 0, std::uint32_t y = 0) {
    Instr in{};
    in.op = static_cast<std::uint16_t>(slot);
    in.a = static_cast<std::uint16_t>(x);
    in.b = static_cast<std::uint16_t>(y);
    return in;
}

// Works on one block, from its end, with what is live behind the instruction it looks at. The last of
// the instructions becomes the fused one, the others go.
class Fuser {
public:
    Fuser(LinkedFlow& flow, const LinkedFlow::Block& block)
        : flow_(flow), block_(block), live_(flow.live_out(flow.index_of(block))) {}

    void run() {
        for (std::uint32_t i = block_.last; i-- > block_.first;) {
            if (flow_.removed(i)) continue;
            one(i);
            LinkedFlow::apply(flow_.effects(i), live_);
        }
        pair_loads();
    }

private:
    void one(std::uint32_t i) {
        switch (op(i)) {
            case LOp::JLtL:
            case LOp::JLtKL:
                return count_loop(i);
            case LOp::Add:
            case LOp::AddF:
            case LOp::SubF:
                return multiply_add(i);
            case LOp::Put64:
                return update_field(i);
            case LOp::AGet64:
            case LOp::ALen:
                return array_in_field(i);
            default:
                return;
        }
    }
    void count_loop(std::uint32_t i);
    void multiply_add(std::uint32_t i);
    void update_field(std::uint32_t i);
    void array_in_field(std::uint32_t i);
    void pair_loads();

    [[nodiscard]] LOp op(std::uint32_t i) const { return static_cast<LOp>(flow_.at(i).op); }
    [[nodiscard]] std::uint32_t before(std::uint32_t i) const {
        while (i-- > block_.first) {
            if (!flow_.removed(i)) return i;
        }
        return kNone;
    }
    [[nodiscard]] bool dead_behind(std::uint32_t slot, std::uint32_t i) const {
        return !live_.has(slot) || (linked_row(op(i)).writes_a && flow_.at(i).a == slot);
    }
    // The instruction of this op that makes what i reads in `slot`, if nothing else reads it.
    [[nodiscard]] std::uint32_t only_for(std::uint32_t i, std::uint32_t slot, LOp wanted) const;
    // Nothing from behind `from` up to `to` writes the slot.
    [[nodiscard]] bool keeps(std::uint32_t slot, std::uint32_t from, std::uint32_t to) const;
    // The load at `from` may as well be done, and may as well fail, at `to`.
    [[nodiscard]] bool load_can_wait(std::uint32_t from, std::uint32_t to) const;
    [[nodiscard]] bool not_null(std::uint32_t slot, std::uint32_t i) const;

    LinkedFlow& flow_;
    const LinkedFlow::Block& block_;
    SlotSet live_;
};

std::uint32_t Fuser::only_for(std::uint32_t i, std::uint32_t slot, LOp wanted) const {
    int left = kFuseLookBack;
    for (std::uint32_t j = before(i); j != kNone && left-- > 0; j = before(j)) {
        const LinkedEffects& effects = flow_.effects(j);
        if (contains(effects.writes, slot)) return op(j) == wanted && flow_.at(j).a == slot ? j : kNone;
        if (contains(effects.reads, slot)) return kNone;
    }
    return kNone;
}

bool Fuser::keeps(std::uint32_t slot, std::uint32_t from, std::uint32_t to) const {
    for (std::uint32_t j = from + 1; j < to; ++j) {
        if (!flow_.removed(j) && contains(flow_.effects(j).writes, slot)) return false;
    }
    return true;
}

// Whether something in front of i, in this block, went through the reference.
bool Fuser::not_null(std::uint32_t slot, std::uint32_t i) const {
    for (std::uint32_t j = before(i); j != kNone; j = before(j)) {
        const Instr& in = flow_.at(j);
        const LOp o = op(j);
        const bool through_b = (o >= LOp::Get8S && o <= LOp::Get64) || o == LOp::ALen || o == LOp::NullCheck;
        const bool through_a = o >= LOp::Put8 && o <= LOp::PutRef;
        if (contains(flow_.effects(j).writes, slot)) return false;
        if ((through_b && in.b == slot) || (through_a && in.a == slot)) return true;
    }
    return false;
}

bool Fuser::load_can_wait(std::uint32_t from, std::uint32_t to) const {
    const bool safe = not_null(flow_.at(from).b, from);
    if (!safe && !flow_.same_place(from, to)) return false;
    for (std::uint32_t j = from + 1; j < to; ++j) {
        if (flow_.removed(j) || is_pure(op(j)) || (safe && only_loads(op(j)))) continue;
        return false;
    }
    return keeps(flow_.at(from).b, from, to);
}

// i += 1; if i < n goto the loop's start.
void Fuser::count_loop(std::uint32_t i) {
    const Instr jump = flow_.at(i);
    const std::uint32_t step = before(i);
    if (step == kNone || op(step) != LOp::AddK) return;
    const Instr& add = flow_.at(step);
    if (add.a != jump.a || add.b != jump.a || add.c != 1) return;
    const bool slot = op(i) == LOp::JLtL;
    if (slot && jump.b == jump.a) return;
    flow_.at(i).op = static_cast<std::uint16_t>(slot ? LOp::IncJLtL : LOp::IncJLtKL);
    flow_.remove(step);
}

// x + y * z, y * z + x, x - y * z
void Fuser::multiply_add(std::uint32_t i) {
    const Instr sum = flow_.at(i);
    if (sum.b == sum.c) return;
    const LOp add = op(i);
    const LOp multiply = add == LOp::Add ? LOp::Mul : LOp::MulF;
    const LOp fused = add == LOp::Add ? LOp::MulAdd : add == LOp::AddF ? LOp::MulAddF : LOp::MulSubF;
    for (const bool first : {false, true}) {
        if (first && add == LOp::SubF) return;
        const std::uint32_t product = first ? sum.b : sum.c, other = first ? sum.c : sum.b;
        const std::uint32_t at = dead_behind(product, i) ? only_for(i, product, multiply) : kNone;
        if (at == kNone) continue;
        const Instr& mul = flow_.at(at);
        if (!keeps(mul.b, at, i) || !keeps(mul.c, at, i)) continue;
        const Instr in = make(fused, sum.a, mul.b, mul.c);
        flow_.remove(at);
        flow_.lengthen(i, in, second(other));
        return;
    }
}

// object.field += x, -= x, += constant, += x * y, -= x * y
void Fuser::update_field(std::uint32_t i) {
    const Instr put = flow_.at(i);
    const std::uint32_t object = put.a, value = put.b, offset = put.c;
    if (value == object || live_.has(value)) return;
    // The place that the field's old value comes from, if `slot` is nothing else at `sum`.
    const auto old_value = [&](std::uint32_t slot, std::uint32_t sum) {
        if (slot == object || (slot != value && live_.has(slot))) return kNone;
        const std::uint32_t get = only_for(sum, slot, LOp::Get64);
        if (get == kNone || flow_.at(get).b != object || flow_.at(get).c != offset) return kNone;
        if (!load_can_wait(get, i)) return kNone;
        // Nor does anything read it between the sum and here.
        for (std::uint32_t j = sum + 1; slot != value && j < i; ++j) {
            if (!flow_.removed(j) && contains(flow_.effects(j).reads, slot)) return kNone;
        }
        return get;
    };
    for (const auto& [sum_op, fused] : {std::pair{LOp::AddK, LOp::PutAddK},
                                        {LOp::Add, LOp::PutAdd},
                                        {LOp::AddF, LOp::PutAddF},
                                        {LOp::SubF, LOp::PutSubF}}) {
        const std::uint32_t at = only_for(i, value, sum_op);
        if (at == kNone) continue;
        const Instr sum = flow_.at(at);
        if (sum_op == LOp::AddK) {
            if (const std::uint32_t get = old_value(sum.b, at); get != kNone) {
                flow_.at(i) = make(fused, object, sum.c, offset);
                flow_.remove(get);
                flow_.remove(at);
            }
            return;
        }
        if (sum.b == sum.c) return;
        for (const bool swapped : {false, true}) {
            if (swapped && sum_op == LOp::SubF) return;
            const std::uint32_t old = swapped ? sum.c : sum.b, change = swapped ? sum.b : sum.c;
            const std::uint32_t get = keeps(change, at, i) ? old_value(old, at) : kNone;
            if (get == kNone) continue;
            flow_.remove(get);
            flow_.remove(at);
            const LOp with_product = fused == LOp::PutAddF   ? LOp::PutMulAddF
                                     : fused == LOp::PutSubF ? LOp::PutMulSubF
                                                             : LOp::Count;
            const std::uint32_t product =
                with_product != LOp::Count && !live_.has(change) ? only_for(i, change, LOp::MulF) : kNone;
            if (product != kNone) {
                const Instr mul = flow_.at(product);
                if (keeps(mul.b, product, i) && keeps(mul.c, product, i)) {
                    flow_.remove(product);
                    flow_.lengthen(i, make(with_product, object, mul.b, mul.c), second(offset));
                    return;
                }
            }
            flow_.at(i) = make(fused, object, change, offset);
            return;
        }
        return;
    }
}

// object.array[i], object.array.len
void Fuser::array_in_field(std::uint32_t i) {
    const Instr in = flow_.at(i);
    if (!dead_behind(in.b, i) || (op(i) == LOp::AGet64 && in.c == in.b)) return;
    const std::uint32_t at = only_for(i, in.b, LOp::Get64);
    if (at == kNone || !load_can_wait(at, i)) return;
    const Instr get = flow_.at(at);
    flow_.remove(at);
    if (op(i) == LOp::ALen) {
        flow_.at(i) = make(LOp::FieldALen, in.a, get.b, get.c);
    } else {
        flow_.lengthen(i, make(LOp::FieldAGet64, in.a, get.b, in.c), second(get.c));
    }
}

// Two fields, one behind the other. Last, so that loads are there for what saves more.
void Fuser::pair_loads() {
    for (std::uint32_t i = block_.first; i < block_.last; ++i) {
        if (flow_.removed(i) || op(i) != LOp::Get64) continue;
        const std::uint32_t j = before(i);
        if (j == kNone || op(j) != LOp::Get64) continue;
        const Instr first = flow_.at(j), next = flow_.at(i);
        if (first.a == next.b || first.a == next.a || !load_can_wait(j, i)) continue;
        flow_.remove(j);
        flow_.lengthen(i, make(LOp::Get64x2, first.a, first.b, next.b), second(next.a, first.c, next.c));
    }
}

}  // namespace

void fuse(LinkedFlow& flow) {
    for (const auto& block : flow.blocks()) Fuser(flow, block).run();
}

}  // namespace skua::vm
