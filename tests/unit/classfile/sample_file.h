// A class file that uses every part of the format, for the tests of this folder.
#pragma once

#include <catch2/catch.hpp>

#include "skua/classfile/instruction.h"
#include "skua/classfile/pool_builder.h"

namespace skua::classfile::testing {

inline Function sample_main(ClassFileBuilder& b) {
    const TypeIndex i64 = b.primitive(TypeKind::I64);
    const TypeIndex boolean = b.primitive(TypeKind::Bool);
    Function f;
    f.name = b.str("main");
    f.flags = kPublic | kStatic;
    f.params = {{b.str("args"), b.array(b.string_type()), false}};
    f.result = i64;
    f.has_code = true;
    f.code.registers = {f.params[0].type, i64, i64, boolean, b.named("std.core.Error")};
    CodeBuilder code;
    const auto loop = code.new_label();
    const auto done = code.new_label();
    const auto caught = code.new_label();
    code.emit(Op::ArrayLen, {1, 0});
    code.emit(Op::ConstInt, {2, -5});
    code.bind(loop);
    code.emit(Op::BrLtI64, {1, 2, done.id});
    code.emit(Op::AddI64, {2, 2, 1});
    const MethodIndex helper =
        b.method_ref({b.named("demo.Main"), b.str("helper"), {i64}, {b.func_var(0), i64}, i64});
    code.emit(Op::Call, {2, helper, 2, 2, 1});
    code.emit(Op::SwitchDense, {2, 10, 2, loop.id, done.id, done.id});
    code.bind(caught);
    code.emit(Op::SwitchSparse, {2, 2, -100, loop.id, 7, done.id, done.id});
    code.bind(done);
    code.emit(Op::Ret, {2});
    f.code.bytes = code.finish();
    f.code.handlers = {{2, 6, code.resolve(caught), b.named("std.core.Error"), 4}};
    f.code.lines = {{0, 3, 5}, {2, 4, 9}, {7, 2, 1}};
    f.code.locals = {{1, b.str("n")}, {2, b.str("sum")}};
    return f;
}

// Everything filled in, tables not yet canonical.
inline void fill_sample(ClassFileBuilder& b) {
    ClassFile& file = b.file();
    const TypeIndex i64 = b.primitive(TypeKind::I64);
    file.kind = DeclKind::Class;
    file.flags = kPublic | kOpen;
    file.name = b.str("demo.Main");
    file.module = b.str("demo");
    file.type_params = {{b.str("T"), {b.named("std.core.Comparable", {b.class_var(0)})}}};
    file.super = b.named("demo.Base", {b.class_var(0)});
    file.interfaces = {b.named("std.core.Display")};
    file.doc = b.str("A sample.\nWith two lines.");
    file.source_file = b.str("demo.skua");
    file.fields = {{b.str("count"), i64, kPrivate | kMutable, kNone},
                   {b.str("items"), b.nullable(b.array(b.class_var(0))), kPublic, b.str("The items.")},
                   {b.str("total"), i64, kStatic | kMutable, kNone}};
    file.functions.push_back(sample_main(b));

    Function helper;
    helper.name = b.str("helper");
    helper.flags = kStatic | kNative;
    helper.type_params = {{b.str("U"), {}}};
    helper.params = {{b.str("x"), b.func_var(0), false}, {b.str("y"), i64, true}};
    helper.result = i64;
    helper.native_library = b.str("demo.native");
    file.functions.push_back(helper);

    Function get;
    get.name = b.str("get");
    get.flags = kPublic | kOpen | kProperty;
    const TypeIndex self = b.named("demo.Main", {b.class_var(0)});
    const TypeIndex vec = b.named("demo.Vec");
    get.params = {{b.str("this"), self, false}};
    get.result = b.primitive(TypeKind::F64);
    get.has_code = true;
    get.code.registers = {self, get.result, b.string_type(), b.function({i64}, b.void_type()),
                          b.tuple({i64, b.string_type()})};
    const FieldIndex path =
        b.field_path({{{self, b.str("pos"), vec}, {vec, b.str("x"), b.primitive(TypeKind::F64)}}});
    CodeBuilder code;
    code.emit(Op::ConstStr, {2, b.str("caf\xC3\xA9 \"quoted\"\n")});
    code.emit(Op::ConstF64, {1, static_cast<std::int64_t>(0x4009'21FB'5444'2D18)});
    code.emit(Op::GetField, {1, 0, path});
    code.emit(Op::Ret, {1});
    get.code.bytes = code.finish();
    file.functions.push_back(get);

    Function area;
    area.name = b.str("unary-");
    area.flags = kPublic | kAbstract | kOpen | kOperator;
    area.params = {{b.str("this"), self, false}};
    area.result = b.void_type();
    file.functions.push_back(area);
    file.custom = {{"skua.requires", {'n', 'e', 't', '\n'}}, {"a.first", {}}};
}

inline ClassFile sample_file() {
    ClassFileBuilder b;
    fill_sample(b);
    auto done = b.finish();
    REQUIRE(done.ok());
    return std::move(*done);
}

}  // namespace skua::classfile::testing
