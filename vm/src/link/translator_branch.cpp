// Branches, switches, returns and throw.
#include <utility>

#include "link/translator.h"
#include "link/translator_operands.h"

namespace skua::vm {

using classfile::Op;

namespace {

LOp compare_op(Op op) {
    switch (op) {
        case Op::BrEqI32:
        case Op::BrEqI64:
        case Op::BrEqRef:
            return LOp::JEq;
        case Op::BrNeI32:
        case Op::BrNeI64:
        case Op::BrNeRef:
            return LOp::JNe;
        case Op::BrLtI32:
        case Op::BrLtI64:
            return LOp::JLt;
        case Op::BrLeI32:
        case Op::BrLeI64:
            return LOp::JLe;
        case Op::BrLtU32:
        case Op::BrLtU64:
            return LOp::JLtU;
        case Op::BrLeU32:
        case Op::BrLeU64:
            return LOp::JLeU;
        case Op::BrEqF64:
            return LOp::JEqF;
        case Op::BrNeF64:
            return LOp::JNeF;
        case Op::BrLtF64:
            return LOp::JLtF;
        case Op::BrLeF64:
            return LOp::JLeF;
        case Op::BrNltF64:
            return LOp::JNltF;
        case Op::BrNleF64:
            return LOp::JNleF;
        default:
            return LOp::Count;
    }
}

}  // namespace

namespace {

// The branches for a comparison: taken if it holds, and if it does not. `swap_negated`: the second one
// wants its operands the other way round.
struct FusedBranch {
    LOp if_true = LOp::Count, if_false = LOp::Count;
    bool swap_negated = false;
};

FusedBranch fused_registers(Op op) {
    switch (op) {
        case Op::EqI32:
        case Op::EqI64:
        case Op::EqRef:
            return {LOp::JEq, LOp::JNe};
        case Op::NeI32:
        case Op::NeI64:
            return {LOp::JNe, LOp::JEq};
        case Op::LtI32:
        case Op::LtI64:
            return {LOp::JLt, LOp::JLe, true};
        case Op::LeI32:
        case Op::LeI64:
            return {LOp::JLe, LOp::JLt, true};
        case Op::LtU32:
        case Op::LtU64:
            return {LOp::JLtU, LOp::JLeU, true};
        case Op::LeU32:
        case Op::LeU64:
            return {LOp::JLeU, LOp::JLtU, true};
        case Op::EqF64:
            return {LOp::JEqF, LOp::JNeF};
        case Op::NeF64:
            return {LOp::JNeF, LOp::JEqF};
        case Op::LtF64:
            return {LOp::JLtF, LOp::JNltF};
        case Op::LeF64:
            return {LOp::JLeF, LOp::JNleF};
        case Op::Equals:
            return {LOp::JStrEq, LOp::JStrNe};
        default:
            return {};
    }
}

FusedBranch fused_immediate(LOp compare) {
    switch (compare) {
        case LOp::EqK:
            return {LOp::JEqK, LOp::JNeK};
        case LOp::NeK:
            return {LOp::JNeK, LOp::JEqK};
        case LOp::LtK:
            return {LOp::JLtK, LOp::JGeK};
        case LOp::LeK:
            return {LOp::JLeK, LOp::JGtK};
        case LOp::GtK:
            return {LOp::JGtK, LOp::JLeK};
        default:
            return {LOp::JGeK, LOp::JLtK};
    }
}

}  // namespace

bool Translator::fuses_with_branch(std::uint32_t index) const {
    if (index + 1 >= code_.instructions.size() || block_of_[index] != block_of_[index + 1]) return false;
    const Instruction& compare = code_.instructions[index];
    const Instruction& next = code_.instructions[index + 1];
    if (next.op != Op::BrTrue && next.op != Op::BrFalse) return false;
    if (fused_registers(compare.op).if_true == LOp::Count ||
        code_.operand(compare, 0) != code_.operand(next, 0))
        return false;
    const RegInfo& result = regs_[static_cast<std::size_t>(code_.operand(compare, 0))];
    if (result.defs != 1 || result.uses != 1) return false;
    const RegInfo& operand = regs_[static_cast<std::size_t>(code_.operand(compare, 1))];
    return compare.op != Op::Equals || (operand.type && operand.type->kind == TypeKind::String);
}

void Translator::emit_fused_branch(const Instruction& compare, bool if_true, std::uint32_t target) {
    for (unsigned column : {1u, 2u}) {
        std::int64_t k = 0;
        if (!immediate(compare, column, k)) continue;
        const FusedBranch ops = fused_immediate(immediate_of(compare.op, column, k).op);
        out_.branch(if_true ? ops.if_true : ops.if_false, slot(compare, 3 - column),
                    static_cast<std::uint16_t>(k), target, current_);
        return;
    }
    const FusedBranch ops = fused_registers(compare.op);
    std::uint32_t a = slot(compare, 1), b = slot(compare, 2);
    if (!if_true && ops.swap_negated) std::swap(a, b);
    out_.branch(if_true ? ops.if_true : ops.if_false, a, b, target, current_);
}

Result<void> Translator::translate_branch(const Instruction& in, bool& handled) {
    handled = true;
    if ((in.op == Op::BrTrue || in.op == Op::BrFalse) && current_ > 0 && fuses_with_branch(current_ - 1)) {
        emit_fused_branch(code_.instructions[current_ - 1], in.op == Op::BrTrue,
                          static_cast<std::uint32_t>(operand(in, 1)));
        return {};
    }
    auto label = [&](unsigned column) { return static_cast<std::uint32_t>(operand(in, column)); };
    switch (in.op) {
        case Op::Br:
            out_.jump(label(0), current_);
            return {};
        case Op::BrTrue:
        case Op::BrNonNull:
            out_.branch(LOp::JT, 0, slot(in, 0), label(1), current_);
            return {};
        case Op::BrFalse:
        case Op::BrNull:
            out_.branch(LOp::JF, 0, slot(in, 0), label(1), current_);
            return {};
        case Op::BrIs:
        case Op::BrIsNot: {
            auto type = close_index(static_cast<classfile::TypeIndex>(operand(in, 1)));
            if (!type) return std::move(type).error();
            auto cls = test_class_of(vm_, *type);
            if (!cls) return std::move(cls).error();
            out_.branch_pointer(in.op == Op::BrIs ? LOp::JIs : LOp::JIsNot, slot(in, 0), *cls, label(2),
                                current_);
            return {};
        }
        case Op::SwitchDense: {
            SwitchTable& table = vm_.linker().switches.emplace_back();
            table.lo = operand(in, 1);
            const auto count = static_cast<unsigned>(operand(in, 2));
            std::vector<std::uint32_t> targets;
            for (unsigned i = 0; i < count; ++i) targets.push_back(label(3 + i));
            out_.switch_table(LOp::SwitchDense, slot(in, 0), &table, std::move(targets), label(3 + count));
            return {};
        }
        case Op::SwitchSparse: {
            SwitchTable& table = vm_.linker().switches.emplace_back();
            const auto count = static_cast<unsigned>(operand(in, 1));
            std::vector<std::uint32_t> targets;
            for (unsigned i = 0; i < count; ++i) {
                table.values.push_back(operand(in, 2 + 2 * i));
                targets.push_back(label(3 + 2 * i));
            }
            out_.switch_table(LOp::SwitchSparse, slot(in, 0), &table, std::move(targets),
                              label(2 + 2 * count));
            return {};
        }
        case Op::Ret: {
            const RegInfo& value = reg(in, 0);
            if (value.layout->slots() == 1) {
                out_.emit(LOp::Ret, 0, slot_of(value), 0);
            } else {
                out_.emit(LOp::RetN, 0, slot_of(value), value.layout->slots());
            }
            return {};
        }
        case Op::RetVoid:
            out_.emit(LOp::Ret0, 0, 0, 0);
            return {};
        case Op::Throw:
            out_.emit(LOp::Throw, 0, slot(in, 0), 0);
            return {};
        default:
            break;
    }
    const LOp op = compare_op(in.op);
    if (op == LOp::Count) {
        handled = false;
        return {};
    }
    for (unsigned column : {0u, 1u}) {
        std::int64_t k = 0;
        if (!immediate(in, column, k)) continue;
        const Immediate form = immediate_of(in.op, column, k);
        out_.branch(form.op, slot(in, 1 - column), static_cast<std::uint16_t>(k), label(2), current_);
        return {};
    }
    out_.branch(op, slot(in, 0), slot(in, 1), label(2), current_);
    return {};
}

}  // namespace skua::vm
