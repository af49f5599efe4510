// Writes docs/opcodes.md from the opcode table, or checks that a committed page is what it would
// write:  opcode_reference > docs/opcodes.md;  opcode_reference --check docs/opcodes.md
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "skua/classfile/opcode.h"

namespace {

using namespace skua::classfile;

struct Group {
    Op first;
    const char* title;
};

// Groups of the page. Rows never move, so a later instruction comes under the last title.
constexpr Group kGroups[] = {
    {Op::Nop, "Moves and constants"},
    {Op::AddI32, "Integer arithmetic"},
    {Op::AddCheckedI32, "Checked arithmetic"},
    {Op::AddF32, "Floating point"},
    {Op::SextI32I64, "Conversions"},
    {Op::EqI32, "Comparison"},
    {Op::Br, "Branches and switches"},
    {Op::New, "Objects, fields and statics"},
    {Op::ArrayNew, "Arrays"},
    {Op::BytesGetI16Le, "Unaligned loads and stores on [u8]"},
    {Op::StrLen, "Strings"},
    {Op::Pack, "Structs, tuples and nullable values"},
    {Op::Equals, "Universal operations"},
    {Op::Is, "Type tests and casts"},
    {Op::Call, "Calls"},
};

constexpr const char* kIntroduction = R"(# Instructions

Generated from `classfile/include/skua/classfile/opcodes.def` by the program `opcode_reference`; do not
edit. [bytecode.md](bytecode.md) explains encoding and operand classes, [verifier.md](verifier.md) the
typing rules.

Operands are in encoding order: `→c` is a register that is written, `c` one that is read, where c is the
class of its declared type; `[→]` is an optional result register, `(…)` a list of registers. Typing
*Table* means that the operand classes say everything; any other word is a rule of the verifier. Effects:
P pure (no effect but the result, cannot throw), T may throw, B has labels, E ends a block (control does
not go on to the next instruction), C may run guest code, A may allocate and so collect, I may run an
initialiser. `a` and `b` are the read operands in order.
)";

const char* class_name(OperandClass c) {
    static constexpr const char* names[] = {"",       "any", "i8",    "i16",      "u8",       "u16",
                                            "i32",    "i64", "f32",   "f64",      "bool",     "char",
                                            "string", "ref", "array", "function", "nullable", "value"};
    return names[static_cast<std::size_t>(c)];
}

const char* typing_name(Typing t) {
    static constexpr const char* names[] = {"Table",         "Move",
                                            "ConstInt",      "Retype",
                                            "TypeTest",      "Switch",
                                            "New",           "GetField",
                                            "PutField",      "GetStatic",
                                            "PutStatic",     "ArrayNew",
                                            "ArrayLit",      "ArrayGet",
                                            "ArrayPut",      "ArrayGetField",
                                            "ArrayPutField", "ArrayCopy",
                                            "ArrayFill",     "Bytes",
                                            "StrConcat",     "Pack",
                                            "Extract",       "Insert",
                                            "Wrap",          "Unwrap",
                                            "Universal",     "Cast",
                                            "CastOrNull",    "Box",
                                            "Call",          "CallVirtual",
                                            "CallInterface", "CallConstrained",
                                            "CallClosure",   "Closure",
                                            "Ret",           "RetVoid",
                                            "Throw"};
    static_assert(std::size(names) == static_cast<std::size_t>(Typing::Throw) + 1);
    return names[static_cast<std::size_t>(t)];
}

std::string operand_text(const Operand& o) {
    switch (o.kind) {
        case OperandKind::Write:
            return std::string("→") + class_name(o.cls);
        case OperandKind::Read:
            return class_name(o.cls);
        case OperandKind::Result:
            return "[→]";
        case OperandKind::Regs:
            return "(…)";
        case OperandKind::Imm:
            return "integer";
        case OperandKind::F64Bits:
            return "64 bits";
        case OperandKind::F32Bits:
            return "32 bits";
        case OperandKind::Str:
            return "text";
        case OperandKind::Type:
            return "type";
        case OperandKind::Field:
            return "path";
        case OperandKind::Method:
            return "method";
        case OperandKind::Label:
            return "label";
        case OperandKind::DenseTable:
            return "dense table";
        case OperandKind::SparseTable:
            return "sparse table";
    }
    return "";
}

std::string effects(const OpInfo& info) {
    std::string out;
    constexpr std::pair<OpFlags, char> letters[] = {{Pure, 'P'},       {Throws, 'T'}, {Branch, 'B'},
                                                    {EndsBlock, 'E'},  {Calls, 'C'},  {Allocates, 'A'},
                                                    {Initialises, 'I'}};
    for (const auto& [flag, letter] : letters)
        if (info.has(flag)) out += letter;
    return out;
}

// A bar would end the cell.
std::string cell(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

std::string page() {
    std::string out = kIntroduction;
    const Group* group = kGroups;
    for (int i = 0; i < kOpCount; ++i) {
        if (group != std::end(kGroups) && static_cast<int>(group->first) == i) {
            out += std::string("\n## ") + group->title +
                   "\n\n| byte | mnemonic | operands | effects | typing | meaning "
                   "|\n|---|---|---|---|---|---|\n";
            ++group;
        }
        const OpInfo& info = kOpTable[static_cast<std::size_t>(i)];
        char byte[8];
        std::snprintf(byte, sizeof byte, "%02X", static_cast<unsigned>(i));
        out += std::string("| ") + byte + " | `" + std::string(info.mnemonic) + "` | ";
        bool first = true;
        for (const Operand& o : info.operand_list()) {
            if (!first) out += ", ";
            first = false;
            out += operand_text(o);
        }
        out += " | " + effects(info) + " | " + typing_name(info.typing) + " | " + cell(info.meaning) + " |\n";
    }
    return out;
}

int check(const char* path, const std::string& wanted) {
    std::ifstream file(path, std::ios::binary);
    const std::string found((std::istreambuf_iterator<char>(file)), {});
    if (found == wanted) return 0;
    std::fprintf(stderr, "%s is not what the opcode table says; run: opcode_reference > %s\n", path, path);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string text = page();
    if (argc == 3 && std::string_view(argv[1]) == "--check") return check(argv[2], text);
    if (argc != 1) {
        std::fprintf(stderr, "usage: opcode_reference [--check FILE]\n");
        return 64;
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 74;
}
