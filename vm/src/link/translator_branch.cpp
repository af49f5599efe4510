// Branches, switches, returns and throw.
#include "link/translator.h"
#include "link/translator_operands.h"

namespace skua::vm {

using classfile::Op;

namespace {

LOp compare_op(Op op) {
    switch (op) {
        case Op::BrEqI32: case Op::BrEqI64: case Op::BrEqRef: return LOp::JEq;
        case Op::BrNeI32: case Op::BrNeI64: case Op::BrNeRef: return LOp::JNe;
        case Op::BrLtI32: case Op::BrLtI64: return LOp::JLt;
        case Op::BrLeI32: case Op::BrLeI64: return LOp::JLe;
        case Op::BrLtU32: case Op::BrLtU64: return LOp::JLtU;
        case Op::BrLeU32: case Op::BrLeU64: return LOp::JLeU;
        case Op::BrEqF64: return LOp::JEqF;
        case Op::BrNeF64: return LOp::JNeF;
        case Op::BrLtF64: return LOp::JLtF;
        case Op::BrLeF64: return LOp::JLeF;
        case Op::BrNltF64: return LOp::JNltF;
        case Op::BrNleF64: return LOp::JNleF;
        default: return LOp::Count;
    }
}

}  // namespace

Result<void> Translator::translate_branch(const Instruction& in, bool& handled) {
    handled = true;
    auto label = [&](unsigned column) { return static_cast<std::uint32_t>(operand(in, column)); };
    switch (in.op) {
        case Op::Br: out_.jump(label(0), current_); return {};
        case Op::BrTrue: case Op::BrNonNull: out_.branch(LOp::JT, 0, slot(in, 0), label(1), current_); return {};
        case Op::BrFalse: case Op::BrNull: out_.branch(LOp::JF, 0, slot(in, 0), label(1), current_); return {};
        case Op::BrIs: case Op::BrIsNot: {
            auto type = close_index(static_cast<classfile::TypeIndex>(operand(in, 1)));
            if (!type) return std::move(type).error();
            auto cls = test_class_of(vm_, *type);
            if (!cls) return std::move(cls).error();
            out_.branch_pointer(in.op == Op::BrIs ? LOp::JIs : LOp::JIsNot, slot(in, 0), *cls, label(2), current_);
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
            out_.switch_table(LOp::SwitchSparse, slot(in, 0), &table, std::move(targets), label(2 + 2 * count));
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
        case Op::RetVoid: out_.emit(LOp::Ret0, 0, 0, 0); return {};
        case Op::Throw: out_.emit(LOp::Throw, 0, slot(in, 0), 0); return {};
        default: break;
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
