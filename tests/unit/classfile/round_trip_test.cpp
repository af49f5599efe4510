#include <random>

#include "sample_file.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/text_form.h"
#include "skua/classfile/writer.h"

using namespace skua;
using namespace skua::classfile;
using namespace skua::classfile::testing;

TEST_CASE("a file reads back as it was written") {
    const ClassFile file = sample_file();
    const auto bytes = write(file);
    auto back = read(bytes, "sample.skc");
    if (!back) FAIL(back.error().to_string());
    CHECK(*back == file);
    CHECK(write(*back) == bytes);
    for (const Function& f : back->functions) {
        if (!f.has_code) continue;
        auto code = check_code(*back, f);
        if (!code) FAIL(code.error().to_string());
    }
}

TEST_CASE("the order in which a compiler interns does not show in the bytes") {
    const auto expected = write(sample_file());
    ClassFileBuilder b;
    for (const char* s : {"zebra", "unused", "demo.Main", "get", "aardvark", "helper"}) (void)b.str(s);
    (void)b.array(b.array(b.tuple({b.string_type(), b.primitive(TypeKind::I8)})));
    (void)b.field_path({{{b.named("never.Used"), b.str("x"), b.string_type()}}});
    (void)b.method_ref({b.named("never.Used"), b.str("m"), {}, {}, b.void_type()});
    fill_sample(b);
    auto done = b.finish();
    REQUIRE(done.ok());
    CHECK(write(*done) == expected);
}

TEST_CASE("canonical tables stay as they are") {
    const ClassFile file = sample_file();
    auto again = canonicalise(file);
    REQUIRE(again.ok());
    CHECK(*again == file);
}

TEST_CASE("every truncation is refused") {
    const auto bytes = write(sample_file());
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        const auto result = read(std::span(bytes).first(n), "cut.skc");
        // What remains is a whole file only if the cut removed nothing but custom sections or debug.
        if (result.ok())
            CHECK(write(*result).size() == n);
        else
            CHECK(!result.error().rule.empty());
    }
}

TEST_CASE("mutated files are refused or keep their one encoding") {
    const auto bytes = write(sample_file());
    std::mt19937 random(7);
    for (int round = 0; round < 20000; ++round) {
        auto mutated = bytes;
        const int edits = 1 + static_cast<int>(random() % 3);
        for (int e = 0; e < edits; ++e)
            mutated[random() % mutated.size()] = static_cast<std::uint8_t>(random());
        auto result = read(mutated, "mutated.skc");
        if (!result) {
            REQUIRE(!result.error().rule.empty());
            continue;
        }
        if (result->minor == kVersionMinor) REQUIRE(write(*result) == mutated);
        for (const Function& f : result->functions)
            if (f.has_code) (void)check_code(*result, f).ok();
        for (TypeIndex t = 0; t < result->types.size(); ++t) (void)type_text(*result, t);
    }
}

TEST_CASE("types and references have a text") {
    ClassFileBuilder b;
    const TypeIndex i64 = b.primitive(TypeKind::I64);
    const ClassFile& file = b.file();
    CHECK(type_text(file, b.array(i64)) == "[i64]");
    CHECK(type_text(file, b.named("std.collections.Map", {b.string_type(), b.nullable(i64)})) ==
          "std.collections.Map<string,i64?>");
    CHECK(type_text(file, b.function({i64, b.class_var(1)}, b.void_type())) == "(i64,!1)->void");
    CHECK(type_text(file, b.nullable(b.function({}, b.func_var(0)))) == "(()->!!0)?");
    CHECK(type_text(file, b.tuple({i64, b.string_type()})) == "(i64,string)");
    CHECK(type_text(file, b.named("string")) == "\"string\"");
    const MethodRef ref{b.named("a.B"), b.str("+"), {i64}, {b.named("a.B"), i64}, b.void_type()};
    CHECK(method_ref_text(file, ref) == "a.B::\"+\"<i64>(a.B,i64)void");
    const FieldPath path{{{b.named("a.B"), b.str("v"), b.named("a.V")}, {b.named("a.V"), b.str("x"), i64}}};
    CHECK(field_path_text(file, path) == "a.B::v:a.V/a.V::x:i64");
}
