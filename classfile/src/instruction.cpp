#include "skua/classfile/instruction.h"

#include <limits>

#include "encode.h"
#include "skua/classfile/byte_reader.h"
#include "skua/classfile/check.h"

namespace skua::classfile {

namespace {

constexpr std::uint32_t kUnbound = 0xFFFFFFFF;

class Decoder {
public:
    Decoder(std::span<const std::uint8_t> bytes, std::uint32_t register_limit)
        : in_(bytes), register_limit_(register_limit) {
        code_.instructions.reserve(bytes.size() / 4 + 1);
        code_.operands.reserve(bytes.size());
    }

    Result<DecodedCode> run() {
        while (in_.ok() && in_.remaining() > 0) instruction();
        if (in_.ok()) check_end();
        if (in_.ok()) check_labels();
        if (in_.ok()) return std::move(code_);
        Diagnostic error = in_.error();
        error.offset = static_cast<std::int64_t>(where_);
        return error;
    }

private:
    void push(std::int64_t value) { code_.operands.push_back(value); }

    void reg() {
        const std::uint32_t r = in_.uleb("a register");
        if (r >= register_limit_) bad_register(r);
        push(r);
    }

    void bad_register(std::uint32_t r) {
        in_.fail("F029", "register r" + std::to_string(r) + " does not exist; the function has " +
                             std::to_string(register_limit_) + " registers");
    }

    void instruction() {
        where_ = code_.instructions.size();
        Instruction instruction;
        instruction.byte_offset = static_cast<std::uint32_t>(in_.offset());
        instruction.first = static_cast<std::uint32_t>(code_.operands.size());
        const std::uint8_t opcode = in_.u8("an opcode");
        if (opcode >= kOpCount) {
            in_.fail("F028", "opcode " + std::to_string(opcode) + " does not exist");
            return;
        }
        instruction.op = static_cast<Op>(opcode);
        code_.instructions.push_back(instruction);
        for (const Operand& column : op_info(instruction.op).operand_list()) operand(column.kind);
    }

    void operand(OperandKind kind) {
        switch (kind) {
            case OperandKind::Write:
            case OperandKind::Read:
                reg();
                break;
            case OperandKind::Result: {
                const std::uint32_t r = in_.uleb("a result register");
                if (r > register_limit_) bad_register(r - 1);
                push(static_cast<std::int64_t>(r) - 1);
                break;
            }
            case OperandKind::Regs: {
                const std::uint32_t n = in_.count(1, "a register count");
                push(n);
                for (std::uint32_t i = 0; i < n; ++i) reg();
                break;
            }
            case OperandKind::Imm:
                push(in_.sleb("an immediate"));
                break;
            case OperandKind::F64Bits:
                push(static_cast<std::int64_t>(in_.fixed(8, "a double")));
                break;
            case OperandKind::F32Bits:
                push(static_cast<std::int64_t>(in_.fixed(4, "a float")));
                break;
            case OperandKind::Str:
                push(in_.uleb("a string index"));
                break;
            case OperandKind::Type:
                push(in_.uleb("a type index"));
                break;
            case OperandKind::Field:
                push(in_.uleb("a field path index"));
                break;
            case OperandKind::Method:
                push(in_.uleb("a method index"));
                break;
            case OperandKind::Label:
                push(in_.uleb("a label"));
                break;
            case OperandKind::DenseTable:
                dense_table();
                break;
            case OperandKind::SparseTable:
                sparse_table();
                break;
        }
    }

    void dense_table() {
        const std::int64_t low = in_.sleb("the low value of a switch");
        const std::uint32_t n = in_.count(1, "the size of a switch");
        if (n > 0 && low > std::numeric_limits<std::int64_t>::max() - (static_cast<std::int64_t>(n) - 1))
            in_.fail("F033", "the values of a dense switch exceed 64 bits");
        push(low);
        push(n);
        for (std::uint32_t i = 0; i <= n; ++i) push(in_.uleb("a label"));
    }

    void sparse_table() {
        const std::uint32_t n = in_.count(2, "the size of a switch");
        push(n);
        std::int64_t previous = 0;
        for (std::uint32_t i = 0; i < n; ++i) {
            const std::int64_t value = in_.sleb("a switch value");
            if (i > 0 && value <= previous && in_.ok())
                in_.fail("F033", "the values of a sparse switch do not ascend: " + std::to_string(value) +
                                     " after " + std::to_string(previous));
            previous = value;
            push(value);
            push(in_.uleb("a label"));
        }
        push(in_.uleb("a label"));
    }

    void check_end() {
        if (code_.instructions.empty()) {
            in_.fail("F031", "the code is empty");
        } else if (!op_info(code_.instructions.back().op).has(EndsBlock)) {
            in_.fail("F031", "the code ends with '" +
                                 std::string(op_info(code_.instructions.back().op).mnemonic) +
                                 "', after which control would leave it");
        }
    }

    void label(std::int64_t target) {
        if (static_cast<std::uint64_t>(target) >= code_.instructions.size())
            in_.fail("F030", "label " + std::to_string(target) + " is outside the function, which has " +
                                 std::to_string(code_.instructions.size()) + " instructions");
    }

    void check_labels() {
        for (where_ = 0; where_ < code_.instructions.size(); ++where_) {
            const Instruction& instruction = code_.instructions[where_];
            const OpInfo& info = op_info(instruction.op);
            if (!info.has(Branch)) continue;
            const unsigned last = info.operand_count - 1u;  // a label or a table is the last column
            const std::int64_t* at = code_.operands.data() + instruction.first + last;
            switch (info.operands[last].kind) {
                case OperandKind::Label:
                    label(at[0]);
                    break;
                case OperandKind::DenseTable:
                    for (std::int64_t i = 0; i <= at[1]; ++i) label(at[2 + i]);
                    break;
                case OperandKind::SparseTable:
                    for (std::int64_t i = 0; i < at[0]; ++i) label(at[2 + 2 * i]);
                    label(at[1 + 2 * at[0]]);
                    break;
                default:
                    break;
            }
            if (!in_.ok()) return;
        }
    }

    ByteReader in_;
    std::uint32_t register_limit_;
    std::size_t where_ = 0;  // index of the instruction in work, for messages
    DecodedCode code_;
};

}  // namespace

Result<DecodedCode> decode(std::span<const std::uint8_t> bytes, std::uint32_t register_limit) {
    return Decoder(bytes, register_limit).run();
}

std::size_t operand_entries(Op op, std::span<const std::int64_t> operands) {
    const OpInfo& info = op_info(op);
    std::size_t n = info.operand_count;
    if (n == 0 || operands.size() < n) return n;
    switch (info.operands[n - 1].kind) {
        case OperandKind::Regs:
            return n + static_cast<std::size_t>(operands[n - 1]);
        case OperandKind::DenseTable:
            return operands.size() <= n ? n + 1 : n + 2 + static_cast<std::size_t>(operands[n]);
        case OperandKind::SparseTable:
            return n + 1 + 2 * static_cast<std::size_t>(operands[n - 1]);
        default:
            return n;
    }
}

CodeBuilder::Label CodeBuilder::new_label() {
    labels_.push_back(kUnbound);
    return Label{static_cast<std::uint32_t>(labels_.size() - 1)};
}

void CodeBuilder::bind(Label label) {
    labels_[label.id] = position();
}

bool CodeBuilder::is_bound(Label label) const {
    return labels_[label.id] != kUnbound;
}

void CodeBuilder::emit(Op op, std::span<const std::int64_t> operands) {
    SKUA_CHECK(operands.size() == operand_entries(op, operands));
    Instruction instruction;
    instruction.op = op;
    instruction.first = static_cast<std::uint32_t>(operands_.size());
    instructions_.push_back(instruction);
    operands_.insert(operands_.end(), operands.begin(), operands.end());
}

std::uint32_t CodeBuilder::resolve(Label label) const {
    SKUA_CHECK(is_bound(label));
    return labels_[label.id];
}

std::vector<std::uint8_t> CodeBuilder::finish() const {
    std::vector<std::uint8_t> out;
    out.reserve(operands_.size() + instructions_.size());
    const std::int64_t* operands = operands_.data();
    for (const Instruction& instruction : instructions_)
        encode(instruction.op, operands + instruction.first, out,
               [this](std::int64_t id) { return resolve(Label{static_cast<std::uint32_t>(id)}); });
    return out;
}

}  // namespace skua::classfile
