#include "skua/classfile/opcode.h"

#include <unordered_map>

namespace skua::classfile {

// The operand columns that are not registers. A namespace of their own, since some share a
// name with an operand class.
namespace column {
namespace {

constexpr Operand Result{OperandKind::Result, OperandClass::Any};
constexpr Operand Regs{OperandKind::Regs, OperandClass::Any};
constexpr Operand Imm{OperandKind::Imm, OperandClass::None};
constexpr Operand F64Bits{OperandKind::F64Bits, OperandClass::None};
constexpr Operand F32Bits{OperandKind::F32Bits, OperandClass::None};
constexpr Operand Str{OperandKind::Str, OperandClass::None};
constexpr Operand Type{OperandKind::Type, OperandClass::None};
constexpr Operand Field{OperandKind::Field, OperandClass::None};
constexpr Operand Method{OperandKind::Method, OperandClass::None};
constexpr Operand Label{OperandKind::Label, OperandClass::None};
constexpr Operand DenseTable{OperandKind::DenseTable, OperandClass::None};
constexpr Operand SparseTable{OperandKind::SparseTable, OperandClass::None};

template <typename... Operands>
constexpr OpInfo row(std::string_view name, std::string_view mnemonic, int flags, Typing typing,
                     std::string_view meaning, Operands... operands) {
    static_assert(sizeof...(Operands) <= kMaxOperands);
    OpInfo info{name,    mnemonic,
                meaning, static_cast<std::uint16_t>(flags),
                typing,  static_cast<std::uint8_t>(sizeof...(Operands)),
                {}};
    std::size_t i = 0;
    ((info.operands[i++] = operands), ...);
    return info;
}

constexpr std::array<OpInfo, kOpCount> make_table() {
#define W(c)                                \
    Operand {                               \
        OperandKind::Write, OperandClass::c \
    }
#define R(c)                               \
    Operand {                              \
        OperandKind::Read, OperandClass::c \
    }
#define SKUA_OP(Name, mnemonic, flags, typing, meaning, ...) \
    row(#Name, mnemonic, flags, Typing::typing, meaning __VA_OPT__(, ) __VA_ARGS__),
    return {
#include "skua/classfile/opcodes.def"
    };
#undef SKUA_OP
#undef R
#undef W
}

}  // namespace
}  // namespace column

const std::array<OpInfo, kOpCount> kOpTable = column::make_table();

std::optional<Op> op_from_mnemonic(std::string_view mnemonic) {
    static const auto* by_name = [] {
        auto* map = new std::unordered_map<std::string_view, Op>();
        for (int i = 0; i < kOpCount; ++i)
            map->emplace(kOpTable[static_cast<std::size_t>(i)].mnemonic, static_cast<Op>(i));
        return map;
    }();
    auto it = by_name->find(mnemonic);
    if (it == by_name->end()) return std::nullopt;
    return it->second;
}

}  // namespace skua::classfile
