// The functions of std.intrinsics, which vmc turns into one instruction each
// (docs/contracts.md). They exist only as symbols.
#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

struct Row {
    std::string_view name;
    // One letter per type: T type parameter, A [T], B [u8], i int, f float, F f32, d i32, s string,
    // b bool, v void, y u8, h i16, H u16. First the result.
    std::string_view signature;
};

constexpr Row kRows[] = {
    {"newArray", "Ai"},     {"copyArray", "vAiAii"}, {"fillArray", "vAiiT"},
    {"hashOf", "iT"},       {"equalsOf", "bTT"},     {"textOf", "sT"},
    {"stringByte", "ysi"},  {"stringLen", "is"},     {"sqrt", "ff"},
    {"floor", "ff"},        {"ceil", "ff"},          {"trunc", "ff"},
    {"round", "ff"},        {"abs", "ff"},           {"min", "fff"},
    {"max", "fff"},         {"addChecked", "iii"},   {"subChecked", "iii"},
    {"mulChecked", "iii"},  {"clz", "ii"},           {"ctz", "ii"},
    {"popcnt", "ii"},       {"rotl", "iii"},         {"rotr", "iii"},
    {"bswap", "ii"},        {"clz32", "dd"},         {"ctz32", "dd"},
    {"popcnt32", "dd"},     {"rotl32", "ddd"},       {"rotr32", "ddd"},
    {"bswap32", "dd"},      {"mulHigh", "iii"},      {"mulHighUnsigned", "iii"},
    {"divUnsigned", "iii"}, {"remUnsigned", "iii"},  {"lessUnsigned", "bii"},
    {"bitsOf", "if"},       {"fromBits", "fi"},      {"bitsOf32", "dF"},
    {"fromBits32", "Fd"},   {"truncateToInt", "if"}, {"getI16le", "hBi"},
    {"getI16be", "hBi"},    {"putI16le", "vBih"},    {"putI16be", "vBih"},
    {"getU16le", "HBi"},    {"getU16be", "HBi"},     {"putU16le", "vBiH"},
    {"putU16be", "vBiH"},   {"getI32le", "dBi"},     {"getI32be", "dBi"},
    {"putI32le", "vBid"},   {"putI32be", "vBid"},    {"getI64le", "iBi"},
    {"getI64be", "iBi"},    {"putI64le", "vBii"},    {"putI64be", "vBii"},
    {"getF32le", "FBi"},    {"getF32be", "FBi"},     {"putF32le", "vBiF"},
    {"putF32be", "vBiF"},   {"getF64le", "fBi"},     {"getF64be", "fBi"},
    {"putF64le", "vBif"},   {"putF64be", "vBif"},
};

}  // namespace

ModuleSymbol* Analyzer::intrinsics_module() {
    if (intrinsics_ != nullptr) return intrinsics_;
    intrinsics_ = new_module("std.intrinsics");
    for (const Row& row : kRows) {
        auto* f = make<FunctionSymbol>(row.name);
        f->role = FunctionRole::Intrinsic;
        f->link_name = row.name;
        f->module = intrinsics_;
        f->flags = classfile::kPublic;
        f->is_declared = true;
        TypeParamSymbol* param = nullptr;
        if (row.signature.find_first_of("TA") != std::string_view::npos) {
            param = make<TypeParamSymbol>("T");
            param->of_function = true;
            param->resolved = true;
            TypeParamSymbol* list[] = {param};
            f->type_params = arena.copy(std::span<TypeParamSymbol* const>(list));
        }
        auto type_of = [&](char c) -> const Type* {
            switch (c) {
                case 'T':
                    return types.var(param);
                case 'A':
                    return types.array(types.var(param));
                case 'B':
                    return types.array(types.u8);
                case 'i':
                    return types.int_;
                case 'f':
                    return types.float_;
                case 'F':
                    return types.f32;
                case 'd':
                    return types.i32;
                case 's':
                    return types.string;
                case 'b':
                    return types.bool_;
                case 'y':
                    return types.u8;
                case 'h':
                    return types.i16;
                case 'H':
                    return types.u16;
                default:
                    return types.void_;
            }
        };
        f->result = type_of(row.signature[0]);
        std::vector<ParamSymbol> params;
        for (char c : row.signature.substr(1)) {
            ParamSymbol p;
            p.name = "x";
            p.type = type_of(c);
            params.push_back(p);
        }
        f->params = arena.copy(params);
        intrinsics_->functions.push_back(f);
        intrinsics_->members.emplace(f->name, f);
    }
    return intrinsics_;
}

}  // namespace skua::compiler
