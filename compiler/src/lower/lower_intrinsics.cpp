// Functions of std.intrinsics: one instruction each.
#include <array>

#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

namespace {

struct LoweringRow {
    std::string_view name;
    Op op;
};

constexpr std::array kLowerings = std::to_array<LoweringRow>({
    {"newArray", Op::ArrayNew},
    {"copyArray", Op::ArrayCopy},
    {"fillArray", Op::ArrayFill},
    {"hashOf", Op::Hash},
    {"equalsOf", Op::Equals},
    {"textOf", Op::ToStr},
    {"stringByte", Op::StrByte},
    {"stringLen", Op::StrLen},
    {"sqrt", Op::SqrtF64},
    {"floor", Op::FloorF64},
    {"ceil", Op::CeilF64},
    {"trunc", Op::TruncF64},
    {"round", Op::RoundF64},
    {"abs", Op::AbsF64},
    {"min", Op::MinF64},
    {"max", Op::MaxF64},
    {"addChecked", Op::AddCheckedI64},
    {"subChecked", Op::SubCheckedI64},
    {"mulChecked", Op::MulCheckedI64},
    {"clz", Op::ClzI64},
    {"ctz", Op::CtzI64},
    {"popcnt", Op::PopcntI64},
    {"rotl", Op::RotlI64},
    {"rotr", Op::RotrI64},
    {"bswap", Op::BswapI64},
    {"clz32", Op::ClzI32},
    {"ctz32", Op::CtzI32},
    {"popcnt32", Op::PopcntI32},
    {"rotl32", Op::RotlI32},
    {"rotr32", Op::RotrI32},
    {"bswap32", Op::BswapI32},
    {"mulHigh", Op::MulHiI64},
    {"mulHighUnsigned", Op::MulHiU64},
    {"divUnsigned", Op::DivU64},
    {"remUnsigned", Op::RemU64},
    {"lessUnsigned", Op::LtU64},
    {"bitsOf", Op::BitsF64I64},
    {"fromBits", Op::BitsI64F64},
    {"bitsOf32", Op::BitsF32I32},
    {"fromBits32", Op::BitsI32F32},
    {"truncateToInt", Op::F64ToI64Trap},
    {"getI16le", Op::BytesGetI16Le},
    {"getI16be", Op::BytesGetI16Be},
    {"putI16le", Op::BytesPutI16Le},
    {"putI16be", Op::BytesPutI16Be},
    {"getU16le", Op::BytesGetU16Le},
    {"getU16be", Op::BytesGetU16Be},
    {"putU16le", Op::BytesPutU16Le},
    {"putU16be", Op::BytesPutU16Be},
    {"getI32le", Op::BytesGetI32Le},
    {"getI32be", Op::BytesGetI32Be},
    {"putI32le", Op::BytesPutI32Le},
    {"putI32be", Op::BytesPutI32Be},
    {"getI64le", Op::BytesGetI64Le},
    {"getI64be", Op::BytesGetI64Be},
    {"putI64le", Op::BytesPutI64Le},
    {"putI64be", Op::BytesPutI64Be},
    {"getF32le", Op::BytesGetF32Le},
    {"getF32be", Op::BytesGetF32Be},
    {"putF32le", Op::BytesPutF32Le},
    {"putF32be", Op::BytesPutF32Be},
    {"getF64le", Op::BytesGetF64Le},
    {"getF64be", Op::BytesGetF64Be},
    {"putF64le", Op::BytesPutF64Le},
    {"putF64be", Op::BytesPutF64Be},
});

}  // namespace

void FunctionLowering::intrinsic(const CallInfo& call, SourceRange range, std::int64_t dst) {
    const LoweringRow* row = nullptr;
    for (const LoweringRow& candidate : kLowerings) {
        if (candidate.name == call.intrinsic) row = &candidate;
    }
    if (row == nullptr) {
        file_.fail("the compiler has no instruction for std.intrinsics." + std::string(call.intrinsic),
                   name_);
        return;
    }
    std::vector<Reg> regs;
    bool arguments_assign = false;
    for (const CallArg& arg : call.args) arguments_assign = arguments_assign || may_assign(arg.value);
    for (const CallArg& arg : call.args) {
        // array.copy, array.fill and equals compare the declared types of their operands.
        regs.push_back(arguments_assign ? stable_exact(arg.value, true) : exact(arg.value));
    }
    std::vector<std::int64_t> operands;
    if (!call.result->is(TypeKind::Void))
        operands.push_back(dst >= 0 ? dst : static_cast<std::int64_t>(temp(call.result)));
    operands.insert(operands.end(), regs.begin(), regs.end());
    place(range, false);
    code_.emit(row->op, operands);
}

}  // namespace skua::compiler
