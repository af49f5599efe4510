// Decoded instructions of one function, and the encoder the compiler and assembler use.
//
// Branches name instruction indices, so code can be built without relaxing offsets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "skua/classfile/opcode.h"
#include "skua/classfile/result.h"

namespace skua::classfile {

struct Instruction {
    Op op = Op::Nop;
    std::uint32_t first = 0;        // index of operand 0 in DecodedCode::operands
    std::uint32_t byte_offset = 0;  // where the instruction starts in Code::bytes
};

// Operand i of an instruction is operands[first + i], one entry per column of its row: register,
// index, label, immediate, or IEEE bits. A column that is a list (always the last) is stored as
//   Regs:        count, reg...
//   DenseTable:  lo, count, label..., default
//   SparseTable: count, (value, label)..., default
// starting at that entry. Result is stored as -1 for none, else the register.
struct DecodedCode {
    std::vector<Instruction> instructions;
    std::vector<std::int64_t> operands;

    [[nodiscard]] std::int64_t operand(const Instruction& in, unsigned i) const {
        return operands[in.first + i];
    }
    // The registers of a Regs column; `i` is its position.
    [[nodiscard]] std::span<const std::int64_t> regs(const Instruction& in, unsigned i) const {
        return {operands.data() + in.first + i + 1, static_cast<std::size_t>(operands[in.first + i])};
    }
};

// Decodes and checks shape: known opcodes, minimal LEB128, no truncation, labels inside the
// function, at most `register_limit` registers, tables not larger than the bytes could hold,
// last instruction ends its block. Does not look at types or at other tables' sizes (check_code in
// structure.h does). The offset of an error is the index of the instruction.
Result<DecodedCode> decode(std::span<const std::uint8_t> bytes, std::uint32_t register_limit);

// How many entries of `operands` an instruction has, which depends on its list column.
[[nodiscard]] std::size_t operand_entries(Op op, std::span<const std::int64_t> operands);

// Appends instructions to a byte vector. Labels may be bound later.
class CodeBuilder {
public:
    struct Label {
        std::uint32_t id = 0;
    };

    [[nodiscard]] Label new_label();
    void bind(Label label);  // to the next instruction
    [[nodiscard]] std::uint32_t position() const { return static_cast<std::uint32_t>(instructions_.size()); }
    [[nodiscard]] bool is_bound(Label label) const;

    // Operands in DecodedCode form; a Label operand is given as Label::id.
    void emit(Op op, std::span<const std::int64_t> operands);
    void emit(Op op, std::initializer_list<std::int64_t> operands) {
        emit(op, std::span(operands.begin(), operands.size()));
    }

    // Encodes everything; every label must be bound. Label of a handler: use resolve().
    [[nodiscard]] std::uint32_t resolve(Label label) const;
    [[nodiscard]] std::vector<std::uint8_t> finish() const;

    [[nodiscard]] const std::vector<Instruction>& instructions() const { return instructions_; }

private:
    std::vector<Instruction> instructions_;
    std::vector<std::int64_t> operands_;
    std::vector<std::uint32_t> labels_;  // id -> instruction index, kUnbound if not yet known
};

}  // namespace skua::classfile
