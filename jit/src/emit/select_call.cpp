// Selection: calls, polls.
#include <algorithm>

#include "emit/selector.h"
#include "run/runtime_entry.h"
#include "run/runtime_table.h"
#include "skua/vm/class.h"
#include "skua/vm/thread.h"

namespace skua::jit {
namespace {

constexpr auto kArgsOffset =
    static_cast<std::int32_t>(offsetof(vm::Thread, compiled) + offsetof(vm::Thread::Compiled, args));

// The least size of a buffer: a native's argument registers are loaded from it whether they are used or
// not.
constexpr std::uint32_t kLeastSlots = 8;

}  // namespace

void Selector::clobber() {
    lir_.insts.back().clobbers_gp = kCallGp;
    lir_.insts.back().clobbers_xmm = kAllXmm;
    lir_.calls = true;
}

// Those that go through memory are stored here; the call's registers follow in `arguments`.
void Selector::guest_arguments(const Node* n, std::uint32_t first) {
    unsigned integers = 0, floats = 0;
    fixed_.clear();
    for (std::uint32_t i = first; i < n->input_count; ++i) {
        const Node* argument = n->in(i);
        const bool fp = is_float(argument->type);
        unsigned& count = fp ? floats : integers;
        if (count < (fp ? kFloatArgs : std::size(kIntegerArgs))) {
            fixed_.emplace_back(argument, fp ? static_cast<Reg>(count) : kIntegerArgs[count]);
            ++count;
            continue;
        }
        const Value v = value(argument);
        Inst& in = add(MOp::ArgToMemory, argument, size_of(argument->type));
        in.imm = 1;  // relative to the thread
        in.disp = kArgsOffset + static_cast<std::int32_t>(8 * (i - first));
        use(v.v).constant = v.constant;
    }
}

void Selector::runtime_call(const Node* n) {
    const auto& entry = *static_cast<const RuntimeEntry*>(n->ptr);
    if (entry.form == RuntimeEntry::Form::Buffer) {
        const std::uint32_t slots = std::max(n->input_count, kLeastSlots);
        lir_.outgoing_slots = std::max(lir_.outgoing_slots, slots);
        for (std::uint32_t i = 0; i < n->input_count; ++i) {
            const Value v = value(n->in(i));
            Inst& in = add(MOp::ArgToMemory, n->in(i), size_of(n->in(i)->type));
            in.disp = static_cast<std::int32_t>(8 * i);
            use(v.v).constant = v.constant;
        }
    }
    Inst& in = add(MOp::CallRuntime, n);
    if (n->type != Type::Void && uses(n) > 0) {
        in.def = def_of(n);
        in.def_fixed = gp::rax;
    }
    clobber();
    if (entry.form == RuntimeEntry::Form::Direct) {
        for (std::uint32_t i = 0; i < n->input_count; ++i) use_fixed(n->in(i), kIntegerArgs[i + 1]);
    }
}

bool Selector::select_call(const Node* n) {
    switch (n->op) {
        case Op::Call:
        case Op::CallVirtual:
        case Op::CallIndirect:
        case Op::CallClosure: {
            const std::uint32_t first = n->op == Op::CallIndirect || n->op == Op::CallClosure ? 1 : 0;
            guest_arguments(n, first);
            Inst& in = add(n->op == Op::Call          ? MOp::Call
                           : n->op == Op::CallVirtual ? MOp::CallVirtual
                           : n->op == Op::CallClosure ? MOp::CallClosure
                                                      : MOp::CallIndirect,
                           n);
            if (n->type != Type::Void && uses(n) > 0) {
                in.def = def_of(n);
                in.def_fixed = is_float(n->type) ? Reg{0} : gp::rax;
            }
            clobber();
            if (first == 1) use_fixed(n->in(0), n->op == Op::CallClosure ? gp::r10 : gp::rax);
            for (auto [argument, r] : fixed_) use_fixed(argument, r);
            return true;
        }
        case Op::CallRuntime:
            runtime_call(n);
            return true;
        case Op::CallNative: {
            Inst& in = add(MOp::CallNative, n);
            if (n->type != Type::Void && uses(n) > 0) {
                in.def = def_of(n);
                in.def_fixed = is_float(n->type) ? Reg{0} : gp::rax;
            }
            clobber();
            unsigned integers = 1, floats = 0;  // the first integer one is the SkEnv
            for (const Node* input : n->all())
                use_fixed(input,
                          is_float(input->type) ? static_cast<Reg>(floats++) : kIntegerArgs[integers++]);
            return true;
        }
        case Op::Result: {
            if (uses(n) == 0) return true;
            Inst& in = add(MOp::ResultLoad, n, size_of(n->type));
            in.def = def_of(n);
            in.imm = n->imm;
            return true;
        }
        case Op::Interrupted:
        case Op::StackUsed:
        case Op::TakePending: {
            Inst& in = add(n->op == Op::Interrupted ? MOp::Interrupted
                           : n->op == Op::StackUsed ? MOp::StackUsed
                                                    : MOp::TakePending,
                           n);
            in.def = def_of(n);
            return true;
        }
        case Op::SetStackUsed: {
            const VReg used = reg(n->in(0));
            add(MOp::SetStackUsed, n);
            use(used);
            return true;
        }
        case Op::Poll:
        case Op::Fuel:
            add(n->op == Op::Poll ? MOp::Poll : MOp::Fuel, n).imm = n->imm;
            lir_.calls = true;
            return true;
        default:
            return false;
    }
}

}  // namespace skua::jit
