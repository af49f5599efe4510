#include "sample_file.h"
#include "skua/classfile/assembler.h"
#include "skua/classfile/disassembler.h"
#include "skua/classfile/structure.h"
#include "skua/classfile/writer.h"

using namespace skua;
using namespace skua::classfile;
using namespace skua::classfile::testing;

namespace {

std::string text_of(const ClassFile& file) {
    auto text = disassemble(file);
    if (!text) FAIL(text.error().to_string());
    return *text;
}

std::vector<AssembledType> assembled(std::string_view text) {
    auto types = assemble(text, "test.skasm");
    if (!types) FAIL(types.error().to_string() + "\n" + std::string(text));
    return std::move(*types);
}

std::string assembly_error(std::string_view text) {
    auto types = assemble(text, "t.skasm");
    return types ? "" : types.error().to_string();
}

}  // namespace

TEST_CASE("disassembling and assembling gives the same bytes") {
    const ClassFile file = sample_file();
    const std::string text = text_of(file);
    INFO(text);
    const auto types = assembled(text);
    REQUIRE(types.size() == 1);
    CHECK(write(types[0].file) == write(file));
    CHECK(text_of(types[0].file) == text);
}

TEST_CASE("every instruction has a text that reads back") {
    ClassFileBuilder b;
    ClassFile& file = b.file();
    file.name = file.module = b.str("m");
    Function f;
    f.name = b.str("all");
    f.flags = kStatic;
    f.result = b.void_type();
    f.has_code = true;
    f.code.registers.assign(3, b.primitive(TypeKind::I64));
    const TypeIndex self = b.named("m");
    const FieldIndex path = b.field_path({{{self, b.str("g"), self}}});
    const MethodIndex method = b.method_ref({self, b.str("all"), {self}, {self, self}, b.void_type()});
    CodeBuilder code;
    const auto label = code.new_label();
    code.bind(label);
    for (int op = 0; op < kOpCount; ++op) {
        std::vector<std::int64_t> operands;
        for (const Operand& column : op_info(static_cast<Op>(op)).operand_list()) {
            switch (column.kind) {
                case OperandKind::Write:
                    operands.push_back(1);
                    break;
                case OperandKind::Read:
                    operands.push_back(2);
                    break;
                case OperandKind::Result:
                    operands.push_back(op % 2 == 0 ? -1 : 2);
                    break;
                case OperandKind::Regs:
                    operands.insert(operands.end(), {3, 2, 0, 1});
                    break;
                case OperandKind::Imm:
                    operands.push_back(INT64_MIN);
                    break;
                case OperandKind::F64Bits:
                    operands.push_back(0x3FB9'9999'9999'999A);
                    break;
                case OperandKind::F32Bits:
                    operands.push_back(0x7F80'0001);
                    break;
                case OperandKind::Str:
                    operands.push_back(b.str("text"));
                    break;
                case OperandKind::Type:
                    operands.push_back(self);
                    break;
                case OperandKind::Field:
                    operands.push_back(path);
                    break;
                case OperandKind::Method:
                    operands.push_back(method);
                    break;
                case OperandKind::Label:
                    operands.push_back(label.id);
                    break;
                case OperandKind::DenseTable:
                    operands.insert(operands.end(), {-3, 1, label.id, label.id});
                    break;
                case OperandKind::SparseTable:
                    operands.insert(operands.end(), {2, INT64_MIN, label.id, 9, label.id, label.id});
                    break;
            }
        }
        code.emit(static_cast<Op>(op), operands);
    }
    code.emit(Op::RetVoid, {});
    f.code.bytes = code.finish();
    file.functions.push_back(f);
    auto done = b.finish();
    REQUIRE(done.ok());
    REQUIRE(check_structure(*done).ok());
    const auto types = assembled(text_of(*done));
    CHECK(write(types[0].file) == write(*done));
    CHECK(types[0].functions[0].instruction_lines.size() == static_cast<std::size_t>(kOpCount) + 1);
}

TEST_CASE("floats survive the text form") {
    ClassFileBuilder b;
    ClassFile& file = b.file();
    file.name = file.module = b.str("m");
    Function f;
    f.name = b.str("f");
    f.result = b.void_type();
    f.has_code = true;
    f.code.registers = {b.primitive(TypeKind::F64), b.primitive(TypeKind::F32)};
    CodeBuilder code;
    for (std::uint64_t bits :
         {0x0ull, 0x8000000000000000ull, 0x7FF0000000000000ull, 0xFFF0000000000000ull, 0x7FF8000000000000ull,
          0xFFF8000000000000ull, 0x7FF0000000000001ull, 0x3FF0000000000000ull, 0x1ull, 0x7FEFFFFFFFFFFFFFull,
          0x4340000000000000ull, 0x44B52D02C7E14AF6ull})
        code.emit(Op::ConstF64, {0, static_cast<std::int64_t>(bits)});
    for (std::int64_t bits :
         {0x0ll, 0x80000000ll, 0x7F800000ll, 0xFF800000ll, 0x7FC00000ll, 0x7FC00001ll, 0x1ll, 0x7F7FFFFFll})
        code.emit(Op::ConstF32, {1, bits});
    code.emit(Op::RetVoid, {});
    f.code.bytes = code.finish();
    file.functions.push_back(f);
    auto done = b.finish();
    REQUIRE(done.ok());
    CHECK(write(assembled(text_of(*done))[0].file) == write(*done));
}

TEST_CASE("hand-written text: several types, odd names, comments") {
    const auto types = assembled(R"(
; A module and a class in one file.
.module demo
.field static mutable total: i64        ; a global

.function public static open(n: i64) i64
    .regs r1..r2: i64, r3: bool
    const.int r1, 0x10
again: br.lt.i64 r0, r1, out
    sub.i64 r0, r0, r1
    br again
out:
    ret r0
.end

.class public open demo.Counter<T: std.core.Hashable & std.core.Display>
.extends demo.Base<[!0]>
.implements std.core.Iterable<!0>
.field private mutable n: (i64, string)?
.function public operator "+"(this: demo.Counter<!0>, f: (!0) -> (string)->bool) void
    ret.void
.end
.function public abstract open next(this: demo.Counter<!0>) !0
.end
)");
    REQUIRE(types.size() == 2);
    CHECK(types[0].file.str(types[0].file.functions[0].name) == "open");
    CHECK(types[0].file.functions[0].flags == (kPublic | kStatic));
    CHECK(types[0].functions[0].instruction_lines == std::vector<std::uint32_t>{8, 9, 10, 11, 13});
    const ClassFile& counter = types[1].file;
    CHECK(counter.str(counter.module) == "demo");
    CHECK(counter.functions[1].flags == (kPublic | kAbstract | kOpen));
    for (const auto& t : types) {
        auto checked = check_structure(t.file);
        if (!checked) FAIL(checked.error().to_string());
    }
}

TEST_CASE("errors of the assembler say where") {
    CHECK(assembly_error("") == "t.skasm:1:1: the text declares no type");
    CHECK(assembly_error("  .field x: i64") ==
          "t.skasm:1:3: expected .module, .class, .interface, .struct, .enum or .extension, found '.field'");
    const std::string head = ".module m\n.function f() void\n";
    CHECK(assembly_error(head + "  frob r1\n.end") == "t.skasm:3:3: expected an instruction, found 'frob'");
    CHECK(assembly_error(head + "  ret r1\n.end").substr(0, 42) ==
          "t.skasm:3:7: register r1 is not declared\n ");
    CHECK(assembly_error(head + "  br L1\n.end") == "t.skasm:3:6: label 'L1' is not defined");
    CHECK(assembly_error(head + "  br L1\nL1:\n.end") ==
          "t.skasm:3:6: label 'L1' stands behind the last instruction");
    CHECK(assembly_error(head + "L1:\nL1:\n ret.void\n.end") == "t.skasm:4:1: label 'L1' is already defined");
    CHECK(assembly_error(head + ".end") == "t.skasm:3:1: the function has no instructions");
    CHECK(assembly_error(head + "  nop\n.end").substr(0, 70) ==
          "t.skasm:3:1: control would leave the function after its last instructi");
    CHECK(assembly_error(head + "  ret.void") ==
          "t.skasm:3:1: the function that starts in line 2 has no '.end'");
    CHECK(assembly_error(head + "  .regs r1: i64\n.end") == "t.skasm:3:9: expected register r0, found 'r1'");
    CHECK(assembly_error(head + "  .regs r0..r9999999: i64\n.end") ==
          "t.skasm:3:13: expected the last register of the range, found 'r9999999'");
    CHECK(assembly_error(".module m \"x") == "t.skasm:1:11: the string is not closed on its line");
    CHECK(assembly_error(".field") != "");
    CHECK(assembly_error(".module m\n.field x: " + std::string(100000, '[')) != "");
    CHECK(assembly_error(".module m\n.field x: i64 i64") ==
          "t.skasm:2:15: expected the end of the line, found 'i64'");
    CHECK(assembly_error(".module m\n@") == "t.skasm:2:1: unexpected character \"@\"");
}
