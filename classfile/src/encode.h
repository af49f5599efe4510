// Encoding of one instruction from operands in DecodedCode form. Private to classfile.
#pragma once

#include <cstdint>
#include <vector>

#include "skua/classfile/leb128.h"
#include "skua/classfile/opcode.h"

namespace skua::classfile {

// `at` points at operand 0; `label` maps a label operand to an instruction index.
template <typename LabelMap>
void encode(Op op, const std::int64_t* at, std::vector<std::uint8_t>& out, LabelMap&& label) {
    const auto unsigned_operand = [&](std::int64_t v) { append_uleb(out, static_cast<std::uint64_t>(v)); };
    const auto fixed = [&](std::int64_t v, int width) {
        for (int i = 0; i < width; ++i)
            out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(v) >> (8 * i)));
    };
    out.push_back(static_cast<std::uint8_t>(op));
    for (const Operand& column : op_info(op).operand_list()) {
        switch (column.kind) {
            case OperandKind::Write:
            case OperandKind::Read:
            case OperandKind::Str:
            case OperandKind::Type:
            case OperandKind::Field:
            case OperandKind::Method:
                unsigned_operand(*at++);
                break;
            case OperandKind::Result:
                unsigned_operand(*at++ + 1);
                break;
            case OperandKind::Imm:
                append_sleb(out, *at++);
                break;
            case OperandKind::F64Bits:
                fixed(*at++, 8);
                break;
            case OperandKind::F32Bits:
                fixed(*at++, 4);
                break;
            case OperandKind::Label:
                unsigned_operand(label(*at++));
                break;
            case OperandKind::Regs: {
                const std::int64_t n = *at++;
                unsigned_operand(n);
                for (std::int64_t i = 0; i < n; ++i) unsigned_operand(*at++);
                break;
            }
            case OperandKind::DenseTable: {
                append_sleb(out, *at++);
                const std::int64_t n = *at++;
                unsigned_operand(n);
                for (std::int64_t i = 0; i <= n; ++i) unsigned_operand(label(*at++));
                break;
            }
            case OperandKind::SparseTable: {
                const std::int64_t n = *at++;
                unsigned_operand(n);
                for (std::int64_t i = 0; i < n; ++i) {
                    append_sleb(out, *at++);
                    unsigned_operand(label(*at++));
                }
                unsigned_operand(label(*at++));
                break;
            }
        }
    }
}

}  // namespace skua::classfile
