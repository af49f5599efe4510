// The structural rules about code: F022, F026 to F033, as decode() and check_code() see them.
#include "sample_file.h"
#include "skua/classfile/structure.h"

using namespace skua;
using namespace skua::classfile;
using namespace skua::classfile::testing;

namespace {

using Bytes = std::vector<std::uint8_t>;
std::uint8_t op(Op o) {
    return static_cast<std::uint8_t>(o);
}

std::string decode_rule(const Bytes& bytes, std::int64_t* where = nullptr) {
    auto d = decode(bytes, 3);
    if (where != nullptr && !d) *where = d.error().offset;
    return d ? "none" : d.error().rule;
}

const Bytes kRet{op(Op::RetVoid)};

Bytes then_return(Bytes b) {
    b.push_back(op(Op::RetVoid));
    return b;
}

// The rule that the code of function `index` of the sample breaks after an edit of the file.
template <typename Edit>
std::string code_rule(std::size_t index, Edit&& edit) {
    ClassFile file = sample_file();
    edit(file, file.functions[index]);
    auto c = check_code(file, file.functions[index]);
    if (c) return "none";
    CHECK(c.error().type == "demo.Main");
    CHECK_FALSE(c.error().function.empty());
    return c.error().rule;
}

}  // namespace

TEST_CASE("code decodes to what was emitted") {
    CodeBuilder b;
    const auto l = b.new_label();
    b.emit(Op::ConstInt, {1, -3});
    b.bind(l);
    b.emit(Op::SwitchDense, {1, -1, 2, l.id, l.id, l.id});
    auto d = decode(b.finish(), 2);
    REQUIRE(d.ok());
    REQUIRE(d->instructions.size() == 2);
    CHECK(d->operand(d->instructions[0], 1) == -3);
    CHECK(d->operands == std::vector<std::int64_t>{1, -3, 1, -1, 2, 1, 1, 1});
    CHECK(d->instructions[1].byte_offset == 3);
}

TEST_CASE("F002, F004, F008 inside code") {
    CHECK(decode_rule({op(Op::Move), 0}) == "F002");
    CHECK(decode_rule({op(Op::Move), 0x80, 0x00, 0}) == "F004");
    CHECK(decode_rule({op(Op::ConstF64), 0, 1, 2, 3}) == "F002");
    CHECK(decode_rule({op(Op::StrConcat), 0, 0xFF, 0xFF, 0x7F}) == "F008");
    CHECK(decode_rule({op(Op::SwitchDense), 0, 0, 0xFF, 0xFF, 0x7F}) == "F008");
    CHECK(decode_rule({op(Op::SwitchSparse), 0, 0xFF, 0xFF, 0x7F}) == "F008");
}

TEST_CASE("F028: opcodes that do not exist") {
    std::int64_t where = -1;
    CHECK(decode_rule({op(Op::Nop), 0xFF}, &where) == "F028");
    CHECK(where == 1);
}

TEST_CASE("F029: registers that do not exist") {
    CHECK(decode_rule(then_return({op(Op::Move), 2, 2})) == "none");
    CHECK(decode_rule(then_return({op(Op::Move), 3, 0})) == "F029");
    CHECK(decode_rule(then_return({op(Op::Call), 4, 0, 0})) == "F029");
    CHECK(decode_rule(then_return({op(Op::Call), 3, 0, 0})) == "none");
    CHECK(decode_rule(then_return({op(Op::Call), 0, 0, 2, 0, 3})) == "F029");
}

TEST_CASE("F030: labels outside the function") {
    std::int64_t where = -1;
    CHECK(decode_rule(then_return({op(Op::Nop), op(Op::Br), 3}), &where) == "F030");
    CHECK(where == 1);
    CHECK(decode_rule(then_return({op(Op::BrTrue), 0, 9})) == "F030");
    CHECK(decode_rule({op(Op::SwitchDense), 0, 0, 1, 0, 1}) == "F030");
    CHECK(decode_rule({op(Op::SwitchDense), 0, 0, 1, 1, 0}) == "F030");
    CHECK(decode_rule({op(Op::SwitchSparse), 0, 1, 5, 1, 0}) == "F030");
    CHECK(decode_rule({op(Op::SwitchSparse), 0, 1, 5, 0, 1}) == "F030");
    CHECK(decode_rule({op(Op::SwitchSparse), 0, 1, 5, 0, 0}) == "none");
}

TEST_CASE("F031: code that control can leave") {
    CHECK(decode_rule({}) == "F031");
    CHECK(decode_rule({op(Op::Nop)}) == "F031");
    CHECK(decode_rule(then_return({op(Op::BrTrue), 0, 0})) == "none");
    CHECK(decode_rule({op(Op::BrTrue), 0, 0}) == "F031");
    CHECK(decode_rule(kRet) == "none");
}

TEST_CASE("F032: operands that are indices outside their tables") {
    const auto with = [](Bytes code) {
        return code_rule(0, [&](ClassFile&, Function& f) {
            f.code.bytes = then_return(std::move(code));
            f.code.handlers.clear();
            f.code.lines.clear();
        });
    };
    CHECK(with({op(Op::ConstStr), 0, 0}) == "none");
    CHECK(with({op(Op::ConstStr), 0, 0xFF, 0x7F}) == "F032");
    CHECK(with({op(Op::New), 0, 0xFF, 0x7F}) == "F032");
    CHECK(with({op(Op::GetStatic), 0, 0xFF, 0x7F}) == "F032");
    CHECK(with({op(Op::Call), 0, 0xFF, 0x7F, 0}) == "F032");
}

TEST_CASE("F033: tables of switches") {
    CHECK(decode_rule({op(Op::SwitchSparse), 0, 2, 5, 0, 5, 0, 0}) == "F033");
    CHECK(decode_rule({op(Op::SwitchSparse), 0, 2, 5, 0, 0x7F, 0, 0}) == "F033");
    // The low value 2^63 - 1, and two labels.
    CHECK(decode_rule({op(Op::SwitchDense), 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 2,
                       0, 0, 0}) == "F033");
    CHECK(decode_rule({op(Op::SwitchDense), 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 1,
                       0, 0}) == "none");
}

TEST_CASE("F026: handlers") {
    CHECK(code_rule(0, [](ClassFile&, Function&) {}) == "none");
    CHECK(code_rule(0, [](ClassFile&, Function& f) { f.code.handlers[0].end = 9; }) == "F026");
    CHECK(code_rule(0, [](ClassFile&, Function& f) { f.code.handlers[0].target = 8; }) == "F026");
    ClassFile file = sample_file();
    file.functions[0].code.handlers[0].end = file.functions[0].code.handlers[0].start;
    CHECK(check_structure(file).error().rule == "F026");
    file = sample_file();
    file.functions[0].code.handlers[0].reg = 5;
    CHECK(check_structure(file).error().rule == "F026");
}

TEST_CASE("F027: the line table ends with the code") {
    CHECK(code_rule(0, [](ClassFile&, Function& f) { f.code.lines[2].instruction = 8; }) == "F027");
}

TEST_CASE("F015, F022: type operands of code") {
    const auto with_type = [](auto&& make) {
        ClassFileBuilder b;
        fill_sample(b);
        Function& f = b.file().functions[2];
        CodeBuilder code;
        code.emit(Op::Is, {1, 0, make(b)});
        code.emit(Op::Ret, {1});
        f.code.bytes = code.finish();
        auto done = b.finish();
        REQUIRE(done.ok());
        auto c = check_code(*done, done->functions[2]);
        return c ? std::string("none") : c.error().rule;
    };
    CHECK(with_type([](ClassFileBuilder& b) { return b.class_var(0); }) == "none");
    CHECK(with_type([](ClassFileBuilder& b) { return b.class_var(1); }) == "F022");
    CHECK(with_type([](ClassFileBuilder& b) { return b.array(b.func_var(0)); }) == "F022");
    CHECK(with_type([](ClassFileBuilder& b) { return b.void_type(); }) == "F015");
    // The signature of a reference is in the variables of its owner, its arguments are in ours.
    CHECK(code_rule(0, [](ClassFile& c, Function&) {
              c.method_refs[0].type_args = {c.method_refs[0].params[0]};
          }) == "F022");
}

TEST_CASE("an error in code names type, function and instruction") {
    ClassFile file = sample_file();
    file.functions[0].code.handlers[0].target = 100;
    Diagnostic d = check_code(file, file.functions[0]).error();
    d.file = "x.skc";
    CHECK(d.to_string() ==
          "x.skc: demo.Main.main, instruction 0: [F026] a handler covers instructions 2 to 6 and goes to "
          "100, but there are 8");
}
