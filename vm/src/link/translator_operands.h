// Walks over the operands of portable instructions, and the table of immediate forms.
#pragma once

#include <cstdint>

#include "skua/classfile/instruction.h"
#include "skua/vm/layout.h"
#include "skua/vm/linked_code.h"

namespace skua::vm {

// f(register, is_write, column, position in a list or -1)
template <typename F>
void for_each_register_operand(const classfile::DecodedCode& code, const classfile::Instruction& in, F&& f) {
    using classfile::OperandKind;
    const auto& info = classfile::op_info(in.op);
    for (unsigned i = 0; i < info.operand_count; ++i) {
        switch (info.operands[i].kind) {
            case OperandKind::Write:
                f(code.operand(in, i), true, i, -1);
                break;
            case OperandKind::Read:
            case OperandKind::DenseTable:
            case OperandKind::SparseTable:
                if (info.operands[i].kind == OperandKind::Read) f(code.operand(in, i), false, i, -1);
                break;
            case OperandKind::Result:
                if (code.operand(in, i) >= 0) f(code.operand(in, i), true, i, -1);
                break;
            case OperandKind::Regs: {
                int position = 0;
                for (std::int64_t r : code.regs(in, i)) f(r, false, i, position++);
                break;
            }
            default:
                break;
        }
    }
}

// f(target instruction)
template <typename F>
void for_each_label(const classfile::DecodedCode& code, const classfile::Instruction& in, F&& f) {
    using classfile::OperandKind;
    const auto& info = classfile::op_info(in.op);
    for (unsigned i = 0; i < info.operand_count; ++i) {
        if (info.operands[i].kind == OperandKind::Label) f(code.operand(in, i));
        if (info.operands[i].kind == OperandKind::DenseTable) {
            const auto count = static_cast<unsigned>(code.operand(in, i + 1));
            for (unsigned k = 0; k <= count; ++k) f(code.operand(in, i + 2 + k));
        }
        if (info.operands[i].kind == OperandKind::SparseTable) {
            const auto count = static_cast<unsigned>(code.operand(in, i));
            for (unsigned k = 0; k < count; ++k) f(code.operand(in, i + 2 + 2 * k));
            f(code.operand(in, i + 1 + 2 * count));
        }
    }
}

// How an instruction takes a constant in a column.
enum class ImmediateForm : std::uint8_t {
    None,
    Binary,   // R[b] op k
    Negated,  // R[b] + (-k)
    Swapped,  // k in the first column: the linked op compares the other way round
    From,     // k - R[b]
    Move,     // the constant itself goes to the destination
    Compare,  // branch on R[a] op k
};
struct Immediate {
    ImmediateForm form = ImmediateForm::None;
    LOp op = LOp::Mov;
};
[[nodiscard]] Immediate immediate_of(classfile::Op op, unsigned column, std::int64_t value);
[[nodiscard]] inline ImmediateForm immediate_form(classfile::Op op, unsigned column, std::int64_t value) {
    return immediate_of(op, column, value).form;
}

// The slot contents of an integer constant for a representation.
[[nodiscard]] std::int64_t canonical_constant(Rep rep, std::int64_t value);

}  // namespace skua::vm
