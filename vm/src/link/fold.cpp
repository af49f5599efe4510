#include "link/fold.h"

#include <optional>
#include <utility>
#include <vector>

#include "link/fold_constants.h"

namespace skua::vm {
namespace {

constexpr std::size_t kMaxKnown = 48;  // values remembered at a time; the oldest are forgotten

struct Constant {
    std::uint32_t slot;
    std::int64_t value;
};
// Slot `slot` holds what `op` makes of operands b and c.
struct Value {
    LOp op;
    std::uint16_t b, c;
    std::uint32_t slot;
};

bool is_load(LOp op) {
    return op >= LOp::Get8S && op <= LOp::Get64;
}
std::uint32_t width(LOp op) {
    switch (op) {
        case LOp::Get8S:
        case LOp::Get8U:
        case LOp::Put8:
            return 1;
        case LOp::Get16S:
        case LOp::Get16U:
        case LOp::Put16:
            return 2;
        case LOp::Get32S:
        case LOp::Get32U:
        case LOp::Put32:
            return 4;
        default:
            return 8;
    }
}
// Lengths never change; fields do, by the instructions that forget() knows.
bool is_repeatable(LOp op) {
    return (is_pure(op) && op != LOp::Mov) || is_load(op) || op == LOp::ALen || op == LOp::StrLen ||
           op == LOp::StrByte;
}
// Neither writes a field of an object nor runs other code that might.
bool keeps_fields(LOp op) {
    if (is_pure(op) || is_repeatable(op)) return true;
    if (op >= LOp::Mov && op <= LOp::Zero) return true;
    if (op >= LOp::Add && op <= LOp::NotB) return true;  // those that may throw
    if (op >= LOp::Jmp && op <= LOp::SwitchSparse) return true;
    if (op >= LOp::ANew && op <= LOp::BPut64Be) return true;  // elements are not fields
    switch (op) {
        case LOp::Fuel:
        case LOp::Enter:
        case LOp::EnterLeaf:
        case LOp::Leave:
        case LOp::New:
        case LOp::NullCheck:
        case LOp::SGet:
        case LOp::SPut:
        case LOp::StrConcat:
        case LOp::StrEq:
        case LOp::StrHash:
        case LOp::IntHash:
        case LOp::IntToStr:
        case LOp::FToStr:
        case LOp::Is:
        case LOp::CastCheck:
        case LOp::BoxNew:
        case LOp::ClosureNew:
        case LOp::MulAdd:
        case LOp::MulAddF:
        case LOp::MulSubF:
        case LOp::FieldAGet64:
        case LOp::FieldALen:
        case LOp::Get64x2:
        case LOp::IncJLtL:
        case LOp::IncJLtKL:
            return true;
        default:
            return false;
    }
}
// A loop polls at its back edge: other threads' writes may be seen behind it.
bool is_back_edge(const Instr& in) {
    const LinkedRow& row = linked_row(static_cast<LOp>(in.op));
    return (row.short_branch && in.sc() <= 0) || (row.long_branch && in.imm32() <= 0);
}

class Folder {
public:
    explicit Folder(LinkedFlow& flow) : flow_(flow), ends_(flow.blocks().size()) {}
    bool run() {
        for (std::uint32_t b = 0; b < ends_.size(); ++b) block(b);
        return decided_;
    }

private:
    struct State {
        std::vector<Constant> constants;
        std::vector<Value> values;
    };

    void block(std::uint32_t index);
    void compute(Instr& in);
    void decide_branch(Instr& in);
    void rotate(Instr& in);
    void reuse(Instr& in);
    void forget(const Instr& in, const LinkedEffects& effects);
    void remember(const Instr& in, const LinkedEffects& effects);

    [[nodiscard]] std::optional<std::int64_t> constant(std::uint32_t slot) const {
        for (const Constant& k : known_.constants) {
            if (k.slot == slot) return k.value;
        }
        return std::nullopt;
    }
    [[nodiscard]] const Value* made_by(std::uint32_t slot, LOp op) const {
        for (const Value& v : known_.values) {
            if (v.slot == slot && v.op == op) return &v;
        }
        return nullptr;
    }

    LinkedFlow& flow_;
    std::vector<State> ends_;
    State known_;
    bool decided_ = false;
};

void Folder::compute(Instr& in) {
    const auto op = static_cast<LOp>(in.op);
    const LinkedRow& row = linked_row(op);
    if (!row.writes_a || !row.b || row.words != 1) return;
    const auto x = constant(in.b);
    if (row.c) {
        const auto y = constant(in.c);
        if (x && y) {
            if (const auto value = evaluate(op, *x, *y); value && load_constant(in, *value)) return;
        }
        if (y && with_immediate(in, *y)) return;
        if (x && commutes(op)) {
            Instr swapped = in;
            std::swap(swapped.b, swapped.c);
            if (with_immediate(swapped, *x)) in = swapped;
        }
        return;
    }
    if (!x) return;
    // Where there is no slot c it is an immediate or nothing.
    if (const auto value = evaluate(op, *x, in.sc())) (void)load_constant(in, *value);
}

void Folder::decide_branch(Instr& in) {
    const auto op = static_cast<LOp>(in.op);
    if (op < LOp::JT || op > LOp::JGeKL) return;
    const bool one = op <= LOp::JFL;
    const bool immediate = op >= LOp::JEqK;
    const auto x = constant(one ? in.b : in.a);
    const auto y = one         ? std::optional<std::int64_t>(0)
                   : immediate ? std::optional<std::int64_t>(in.sb())
                               : constant(in.b);
    if (x && y) {
        const bool taken = branches(op, *x, *y);
        const std::int32_t offset = in.sc();
        const bool back = offset <= 0;
        in.word = 0;
        if (taken) {
            in.op = static_cast<std::uint16_t>(back ? LOp::JmpL : LOp::Jmp);
            in.hi = static_cast<std::uint32_t>(offset);
        } else {
            in.op = static_cast<std::uint16_t>(LOp::Mov);  // of a slot to itself: nothing
        }
        decided_ = true;
    } else if (y && !one && !immediate) {
        (void)branch_with_immediate(in, *y);
    }
}

// (x >>> n) | (x << (32 - n)) on 32 bits.
void Folder::rotate(Instr& in) {
    const auto op = static_cast<LOp>(in.op);
    if (op != LOp::Or && op != LOp::Xor && op != LOp::Add32) return;
    for (const bool swap : {false, true}) {
        const Value* right = made_by(swap ? in.c : in.b, LOp::ShrU32K);
        const Value* left = made_by(swap ? in.b : in.c, LOp::Shl32K);
        if (!right || !left || right->b != left->b || right->c == 0 || right->c + left->c != 32) continue;
        in.op = static_cast<std::uint16_t>(LOp::Rotr32K);
        in.b = right->b;
        in.c = right->c;
        return;
    }
}

void Folder::reuse(Instr& in) {
    const auto op = static_cast<LOp>(in.op);
    if (op == LOp::NullCheck) {
        for (const Value& v : known_.values) {
            // What was loaded through it is there.
            if (v.b != in.b || (!is_load(v.op) && v.op != LOp::ALen && v.op != LOp::StrLen)) continue;
            in = {};
            in.op = static_cast<std::uint16_t>(LOp::Mov);
            return;
        }
    }
    if (!is_repeatable(op)) return;
    for (const Value& v : known_.values) {
        if (v.op != op || v.b != in.b || v.c != in.c) continue;
        in.op = static_cast<std::uint16_t>(LOp::Mov);
        in.b = static_cast<std::uint16_t>(v.slot);
        in.c = 0;
        return;
    }
}

void Folder::forget(const Instr& in, const LinkedEffects& effects) {
    const auto written = [&](std::uint32_t slot) {
        for (SlotRange w : effects.writes) {
            if (w.contains(slot)) return true;
        }
        return false;
    };
    const auto op = static_cast<LOp>(in.op);
    std::erase_if(known_.constants, [&](const Constant& k) { return written(k.slot); });
    const bool put = op >= LOp::Put8 && op <= LOp::PutRef;
    const bool all = (!put && !keeps_fields(op)) || is_back_edge(in);
    std::erase_if(known_.values, [&](const Value& v) {
        const LinkedRow& row = linked_row(v.op);
        if (written(v.slot) || (row.b && written(v.b)) || (row.c && written(v.c))) return true;
        if (!is_load(v.op)) return false;
        // From here on the object is looked at as one of another class, where other fields lie at these
        // places. If it is none, nothing goes on; but what would be read then must not pass for a field of
        // theirs.
        if (op == LOp::CastCheck && v.b == in.b) return true;
        return all || (put && v.c < in.c + width(op) && in.c < v.c + width(v.op));
    });
}

void Folder::remember(const Instr& in, const LinkedEffects& effects) {
    const auto op = static_cast<LOp>(in.op);
    if (op == LOp::LdI) known_.constants.push_back({in.a, in.imm32()});
    if (op == LOp::Zero) {
        for (std::uint32_t k = 0; k < in.b && k < kMaxKnown; ++k) known_.constants.push_back({in.a + k, 0});
    }
    if (op == LOp::Mov && in.a != in.b) {
        if (const auto k = constant(in.b)) known_.constants.push_back({in.a, *k});
    }
    if (op == LOp::Put64 || op == LOp::PutRef) known_.values.push_back({LOp::Get64, in.a, in.c, in.b});
    if (is_repeatable(op) && effects.single_result) {
        const LinkedRow& row = linked_row(op);
        if ((row.b && in.b == in.a) || (row.c && in.c == in.a)) return;
        known_.values.push_back({op, in.b, in.c, in.a});
    }
    if (known_.values.size() > kMaxKnown) known_.values.erase(known_.values.begin());
    if (known_.constants.size() > 2 * kMaxKnown)
        known_.constants.erase(known_.constants.begin(), known_.constants.begin() + kMaxKnown);
}

void Folder::block(std::uint32_t index) {
    const LinkedFlow::Block& block = flow_.blocks()[index];
    const auto before = flow_.only_predecessor(index);
    known_ = before == LinkedFlow::kNone ? State{} : ends_[before];
    for (std::uint32_t i = block.first; i < block.last; ++i) {
        if (flow_.removed(i)) continue;
        Instr& in = flow_.at(i);
        compute(in);
        decide_branch(in);
        rotate(in);
        reuse(in);
        const LinkedEffects& effects = flow_.effects(i);
        forget(in, effects);
        remember(in, effects);
    }
    ends_[index] = std::move(known_);
}

}  // namespace

bool fold(LinkedFlow& flow) {
    return Folder(flow).run();
}

}  // namespace skua::vm
