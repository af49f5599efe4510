// The opcodes of portable code, made from opcodes.def.
//
// Immutable tables; any thread may read them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace skua::classfile {

// How an operand is encoded, and whether a register operand is read or written.
enum class OperandKind : std::uint8_t {
    Write,        // register index, written
    Read,         // register index, read
    Result,       // 0 for no result, else register index + 1, written
    Regs,         // count, then register indices, read
    Imm,          // signed LEB128, 64 bits
    F64Bits,      // 8 bytes little-endian
    F32Bits,      // 4 bytes little-endian
    Str,          // index into the string table
    Type,         // index into the type table
    Field,        // index into the field path table
    Method,       // index into the method reference table
    Label,        // index of an instruction of the same function
    DenseTable,   // signed low value, count, that many labels, default label
    SparseTable,  // count, that many (signed value, label) pairs, default label
};

// Which declared types a register operand may have.
//   Written: I32 means i32 or u32, I64 means i64 or u64. Read: I32 means any of i8 i16 i32
//   u8 u16 u32, I64 means i64 or u64. The other scalar classes are exact in both roles.
enum class OperandClass : std::uint8_t {
    None,
    Any,
    I8,
    I16,
    U8,
    U16,
    I32,
    I64,
    F32,
    F64,
    Bool,
    Char,
    Str,       // string
    Ref,       // a reference: class, interface, string, array, function, or nullable of these
    Array,     // an array
    Function,  // a function type
    Nullable,  // T?
    Value,     // a struct or a tuple
};

struct Operand {
    OperandKind kind = OperandKind::Imm;
    OperandClass cls = OperandClass::None;
};

// What the verifier checks beyond the operand classes. One numbered rule each; see docs/verifier.md.
enum class Typing : std::uint8_t {
    Table,
    Move,
    ConstInt,
    Retype,
    TypeTest,
    Switch,
    New,
    GetField,
    PutField,
    GetStatic,
    PutStatic,
    ArrayNew,
    ArrayLit,
    ArrayGet,
    ArrayPut,
    ArrayGetField,
    ArrayPutField,
    ArrayCopy,
    ArrayFill,
    Bytes,
    StrConcat,
    Pack,
    Extract,
    Insert,
    Wrap,
    Unwrap,
    Universal,
    Cast,
    CastOrNull,
    Box,
    Call,
    CallVirtual,
    CallInterface,
    CallConstrained,
    CallClosure,
    Closure,
    Ret,
    RetVoid,
    Throw,
};

enum OpFlags : std::uint16_t {
    Pure = 1,          // no effect but its result; cannot throw
    Throws = 2,        // may throw
    Branch = 4,        // has labels
    EndsBlock = 8,     // control does not fall through
    Calls = 16,        // may run guest code
    Allocates = 32,    // may collect
    Commutes = 64,     // a op b == b op a
    Initialises = 128  // may run a module or class initialiser
};

enum class Op : std::uint8_t {
#define SKUA_OP(Name, ...) Name,
#include "skua/classfile/opcodes.def"
#undef SKUA_OP
};

#define SKUA_OP(...) +1
inline constexpr int kOpCount = 0
#include "skua/classfile/opcodes.def"
    ;
#undef SKUA_OP
static_assert(kOpCount <= 256, "an opcode is one byte");

inline constexpr int kMaxOperands = 5;

struct OpInfo {
    std::string_view name;      // enumerator, e.g. "AddI32"
    std::string_view mnemonic;  // text form, e.g. "add.i32"
    std::string_view meaning;   // one line
    std::uint16_t flags = 0;
    Typing typing = Typing::Table;
    std::uint8_t operand_count = 0;
    std::array<Operand, kMaxOperands> operands{};

    [[nodiscard]] bool has(OpFlags f) const { return (flags & f) != 0; }
    [[nodiscard]] std::span<const Operand> operand_list() const { return {operands.data(), operand_count}; }
};

extern const std::array<OpInfo, kOpCount> kOpTable;

[[nodiscard]] inline const OpInfo& op_info(Op op) {
    return kOpTable[static_cast<std::size_t>(op)];
}
[[nodiscard]] std::optional<Op> op_from_mnemonic(std::string_view mnemonic);

}  // namespace skua::classfile
