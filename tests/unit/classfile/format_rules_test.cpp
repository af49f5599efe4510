// One test for each structural rule: a file that breaks that rule and no other, and its error.
#include <functional>

#include "sample_file.h"
#include "skua/classfile/leb128.h"
#include "skua/classfile/limits.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/writer.h"

using namespace skua;
using namespace skua::classfile;
using namespace skua::classfile::testing;

namespace {

using Bytes = std::vector<std::uint8_t>;

std::string rule_of(const Bytes& bytes) {
    auto r = read(bytes, "f.skc");
    if (r) return "none";
    CHECK(r.error().file == "f.skc");
    CHECK_FALSE(r.error().hint.empty());
    return r.error().rule;
}

// The rule that the sample breaks after an edit that leaves the canonical order of its tables alone
// or breaks it on purpose.
std::string rule_after(const std::function<void(ClassFile&)>& edit) {
    ClassFile file = sample_file();
    edit(file);
    return rule_of(write(file));
}

// The same for an edit before the tables are brought in order.
std::string rule_before(const std::function<void(ClassFileBuilder&)>& edit) {
    ClassFileBuilder b;
    fill_sample(b);
    edit(b);
    auto done = b.finish();
    if (!done) FAIL(done.error().to_string());
    return rule_of(write(*done));
}

// magic, version 1.0, no flags
Bytes header() {
    return {0x7F, 'S', 'K', 'C', 1, 0, 0, 0, 0};
}

void add_section(Bytes& file, std::uint32_t id, const Bytes& payload) {
    append_uleb(file, id);
    append_uleb(file, payload.size());
    file.insert(file.end(), payload.begin(), payload.end());
}

// Module m: strings {"m"}, declaration.
Bytes tiny(const Bytes& between = {}, const Bytes& after = {}) {
    Bytes f = header();
    add_section(f, 1, {1, 1, 'm'});
    f.insert(f.end(), between.begin(), between.end());
    add_section(f, 5, {0, 0, 0, 0, 0, 0, 0, 0});
    f.insert(f.end(), after.begin(), after.end());
    return f;
}

Bytes section_bytes(std::uint32_t id, const Bytes& payload) {
    Bytes s;
    add_section(s, id, payload);
    return s;
}

Function& main_of(ClassFile& f) {
    return f.functions[0];
}

std::uint32_t type_of_kind(const ClassFile& f, TypeKind kind) {
    for (TypeIndex t = 0; t < f.types.size(); ++t)
        if (f.types[t].kind == kind) return t;
    FAIL("no such type");
    return 0;
}

}  // namespace

TEST_CASE("the files that the others are made from are good") {
    CHECK(rule_of(tiny()) == "none");
    CHECK(rule_after([](ClassFile&) {}) == "none");
    CHECK(rule_before([](ClassFileBuilder&) {}) == "none");
}

TEST_CASE("F001: not a class file") {
    CHECK(rule_of({}) == "F001");
    CHECK(rule_of({0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61}) == "F001");
    CHECK(rule_of({0x7F, 'S', 'K'}) == "F001");
}

TEST_CASE("F002: truncated") {
    CHECK(rule_of({0x7F, 'S', 'K', 'C', 1}) == "F002");
    Bytes f = tiny();
    f.pop_back();
    CHECK(rule_of(f) == "F002");
    Bytes inner = header();
    add_section(inner, 1, {1, 5, 'm'});  // a string that ends behind its section
    CHECK(rule_of(inner) == "F002");
}

TEST_CASE("F036: the end is where the file says it is") {
    ClassFile sample = sample_file();
    const Bytes whole = write(sample);
    CHECK(rule_of(whole) == "none");
    REQUIRE_FALSE(sample.custom.empty());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        INFO(length);
        CHECK(rule_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}) != "none");
    }
    // Whole sections behind it are missing, or are too many.
    sample.custom.clear();
    Bytes end = write(sample);
    CHECK(rule_of(end) == "none");
    end.back() = 5;
    CHECK(rule_of(end) == "F036");
    end.back() = 0;
    add_section(end, 127, {1, 'z'});
    CHECK(rule_of(end) == "F036");
    Bytes none = write(sample);
    none.resize(none.size() - 3);
    CHECK(rule_of(none) == "F036");
    // Version 1.0 has no such section, and later ones must have it.
    none[6] = 0;
    CHECK(rule_of(none) == "none");
    add_section(none, 10, {0});
    CHECK(rule_of(none) == "F005");
    none[6] = 2;
    CHECK(rule_of(none) == "none");
}

TEST_CASE("F003: another major version") {
    Bytes f = tiny();
    f[4] = 2;
    f[6] = 7;
    auto r = read(f, "f.skc");
    REQUIRE_FALSE(r.ok());
    CHECK(r.error().rule == "F003");
    CHECK(r.error().message == "the class file has format version 2.7, but this program reads version 1.1");
    CHECK(r.error().hint == "use a newer Skua, or compile the source with this one");
    f[4] = 0;
    CHECK(rule_of(f) == "F003");
}

TEST_CASE("F004: LEB128 that is not minimal, or too large") {
    Bytes f = header();
    f.insert(f.end(), {0x81, 0x00});
    CHECK(rule_of(f) == "F004");
    f = header();
    f.insert(f.end(), {1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F});
    CHECK(rule_of(f) == "F004");
}

TEST_CASE("F005: sections unknown, repeated, out of order or empty") {
    CHECK(rule_of(tiny(section_bytes(11, {}))) == "F005");
    CHECK(rule_of(tiny(section_bytes(1, {1, 1, 'm'}))) == "F005");
    CHECK(rule_of(tiny({}, section_bytes(2, {1, 0}))) == "F005");
    CHECK(rule_of(tiny(section_bytes(2, {0}))) == "F005");
    CHECK(rule_of(tiny({}, section_bytes(8, {}))) == "F005");
    CHECK(rule_of(tiny({}, section_bytes(9, {0}))) == "F005");
    CHECK(rule_of(tiny({}, section_bytes(128, {}))) == "F005");
}

TEST_CASE("F006: a section longer than its contents") {
    CHECK(rule_of(tiny(section_bytes(2, {1, 0, 0}))) == "F006");
}

TEST_CASE("F007: a section is missing") {
    CHECK(rule_of(header()) == "F007");
    // A function with code, but no code section: name m, no flags, nothing, result type 0.
    Bytes f = header();
    add_section(f, 1, {1, 1, 'm'});
    add_section(f, 2, {1, static_cast<std::uint8_t>(TypeKind::Void)});
    add_section(f, 5, {0, 0, 0, 0, 0, 0, 0, 0});
    add_section(f, 7, {1, 0, 0, 0, 0, 0, 0, 0});
    CHECK(rule_of(f) == "F007");
}

TEST_CASE("F008: a count that the file cannot hold") {
    CHECK(rule_of(tiny(section_bytes(2, {0xFF, 0xFF, 0xFF, 0x7F, 0}))) == "F008");
    CHECK(rule_of(tiny(section_bytes(
              2, {1, static_cast<std::uint8_t>(TypeKind::Tuple), 0xFF, 0xFF, 0x7F}))) == "F008");
}

TEST_CASE("F009: strings that are not strict UTF-8") {
    for (const char* bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
          "\xF4\x90\x80\x80", "\xF5", "\xE2\x82", "\xC3", "long enough for words \xFF", "1234567\xC3"}) {
        INFO(bad);
        CHECK_FALSE(is_utf8(bad));
        CHECK(rule_before([&](ClassFileBuilder& b) { b.file().doc = b.str(bad); }) == "F009");
    }
    for (const char* good : {"", "\x7F", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                             "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "12345678\xC3\xA9"})
        CHECK(is_utf8(good));
}

TEST_CASE("F010: strings repeated or out of order") {
    CHECK(rule_after([](ClassFile& f) { std::swap(f.strings[0], f.strings[1]); }) == "F010");
    CHECK(rule_after([](ClassFile& f) { f.strings.push_back(f.strings.back()); }) == "F010");
}

TEST_CASE("F011: types of no known form") {
    CHECK(rule_of(tiny(section_bytes(2, {1, 21}))) == "F011");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().fields[0].type = b.tuple({b.string_type()}); }) ==
          "F011");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().fields[0].type = b.class_var(255); }) == "F011");
    std::vector<TypeIndex> many;
    CHECK(rule_before([&](ClassFileBuilder& b) {
              many.assign(256, b.string_type());
              b.file().fields[0].type = b.tuple(many);
          }) == "F011");
}

TEST_CASE("F012: types that refer to later ones") {
    CHECK(rule_of(tiny(section_bytes(2, {1, static_cast<std::uint8_t>(TypeKind::Array), 0}))) == "F012");
    CHECK(rule_of(tiny(section_bytes(2, {1, static_cast<std::uint8_t>(TypeKind::Array), 9}))) == "F012");
}

TEST_CASE("F013: types too deep or too large") {
    const auto nested = [](unsigned depth) {
        return rule_before([=](ClassFileBuilder& b) {
            TypeIndex t = b.string_type();
            for (unsigned i = 1; i < depth; ++i) t = b.array(t);
            b.file().fields[0].type = t;
        });
    };
    CHECK(nested(64) == "none");
    CHECK(nested(65) == "F013");
    CHECK(rule_before([](ClassFileBuilder& b) {
              TypeIndex t = b.string_type();
              for (int i = 0; i < 40; ++i) t = b.tuple({t, t});  // 2^40 strings if written out
              b.file().fields[0].type = t;
          }) == "F013");
}

TEST_CASE("F014: types repeated or out of order") {
    CHECK(rule_of(tiny(section_bytes(2, {2, 3, 3}))) == "F014");
    CHECK(rule_of(tiny(section_bytes(2, {2, 3, 2}))) == "F014");
    CHECK(rule_of(tiny(section_bytes(2, {3, 3, static_cast<std::uint8_t>(TypeKind::Array), 0, 4}))) ==
          "F014");
}

TEST_CASE("F015: void where a value is needed") {
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().fields[0].type = b.void_type(); }) == "F015");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().fields[0].type = b.array(b.void_type()); }) ==
          "F015");
    CHECK(rule_before([](ClassFileBuilder& b) {
              b.file().fields[0].type = b.function({b.void_type()}, b.string_type());
          }) == "F015");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().functions[0].code.registers[4] = b.void_type(); }) ==
          "F015");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().functions[1].params[0].type = b.void_type(); }) ==
          "F015");
}

TEST_CASE("F016: indices outside their tables") {
    CHECK(rule_after([](ClassFile& f) { f.doc = 10000; }) == "F016");
    CHECK(rule_after([](ClassFile& f) { f.fields[0].type = 10000; }) == "F016");
    CHECK(rule_after([](ClassFile& f) { f.functions[2].result = 10000; }) == "F016");
    CHECK(rule_after([](ClassFile& f) { f.field_paths[0].steps[0].name = 10000; }) == "F016");
    CHECK(rule_after([](ClassFile& f) { f.method_refs[0].params[0] = 10000; }) == "F016");
    CHECK(rule_after([](ClassFile& f) { main_of(f).code.registers[4] = 10000; }) == "F016");
    CHECK(rule_after([](ClassFile& f) { main_of(f).code.locals[0].name = 10000; }) == "F016");
    CHECK(rule_after([](ClassFile& f) { f.types[type_of_kind(f, TypeKind::Named)].name = 10000; }) == "F016");
}

TEST_CASE("F017: field paths empty, too long, repeated or out of order") {
    CHECK(rule_after([](ClassFile& f) { f.field_paths.insert(f.field_paths.begin(), FieldPath{}); }) ==
          "F017");
    CHECK(rule_after([](ClassFile& f) { f.field_paths.push_back(f.field_paths[0]); }) == "F017");
    CHECK(rule_after([](ClassFile& f) { f.field_paths[0].steps.assign(65, f.field_paths[0].steps[0]); }) ==
          "F017");
}

TEST_CASE("F018: method references repeated or out of order") {
    CHECK(rule_after([](ClassFile& f) { f.method_refs.push_back(f.method_refs[0]); }) == "F018");
}

TEST_CASE("F019: unknown kinds and flags") {
    Bytes f = header();
    add_section(f, 1, {1, 1, 'm'});
    add_section(f, 5, {6, 0, 0, 0, 0, 0, 0, 0});
    CHECK(rule_of(f) == "F019");
    f = tiny();
    f[8] = 1;
    CHECK(rule_of(f) == "F019");
    CHECK(rule_after([](ClassFile& c) { c.flags |= kNative; }) == "F019");
    CHECK(rule_after([](ClassFile& c) { c.flags |= 1u << 20; }) == "F019");
    CHECK(rule_after([](ClassFile& c) { c.flags |= kPublic | kPrivate; }) == "F019");
    CHECK(rule_after([](ClassFile& c) { c.fields[0].flags |= kConstructor; }) == "F019");
    CHECK(rule_after([](ClassFile& c) { c.functions[0].flags |= kMutable; }) == "F019");
}

TEST_CASE("F020: names that are none") {
    for (const char* bad :
         {"", ".", "a.", ".a", "a..b", "a/b", "../a", "a b", "a<b>", "a\nb", "demo.\"x\""}) {
        INFO(bad);
        CHECK_FALSE(is_type_name(bad));
        CHECK(rule_before([&](ClassFileBuilder& b) { b.file().interfaces[0] = b.named(bad); }) == "F020");
    }
    for (const char* good : {"a", "std.core.List", "caf\xC3\xA9.x$1", "unary-"}) CHECK(is_type_name(good));
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().fields[0].name = b.str(""); }) == "F020");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().fields[0].name = b.str("a\nb"); }) == "F020");
    CHECK(rule_before([](ClassFileBuilder& b) {
              b.file().functions[0].name = b.str(std::string(1025, 'x'));
          }) == "F020");
}

TEST_CASE("F021: two of one name") {
    CHECK(rule_after([](ClassFile& f) { f.fields[1].name = f.fields[0].name; }) == "F021");
    CHECK(rule_after([](ClassFile& f) { f.functions[1].name = f.functions[0].name; }) == "F021");
    CHECK(rule_after([](ClassFile& f) { f.functions[1].params[1].name = f.functions[1].params[0].name; }) ==
          "F021");
    CHECK(rule_after([](ClassFile& f) { f.type_params.push_back(f.type_params[0]); }) == "F021");
    CHECK(rule_after([](ClassFile& f) { f.interfaces.push_back(f.interfaces[0]); }) == "F021");
}

TEST_CASE("F022: type variables out of scope") {
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().fields[0].type = b.array(b.class_var(1)); }) ==
          "F022");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().fields[0].type = b.func_var(0); }) == "F022");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().functions[0].code.registers[4] = b.func_var(0); }) ==
          "F022");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().functions[1].result = b.func_var(1); }) == "F022");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().super = b.named("demo.Base", {b.class_var(1)}); }) ==
          "F022");
}

TEST_CASE("F023: too many") {
    CHECK(rule_before([](ClassFileBuilder& b) {
              Function& f = b.file().functions[1];
              f.params.clear();
              for (int i = 0; i < 256; ++i)
                  f.params.push_back({b.str("p" + std::to_string(i)), b.string_type(), false});
          }) == "F023");
    CHECK(rule_before([](ClassFileBuilder& b) {
              b.file().functions[0].code.registers.resize(65536, b.string_type());
          }) == "F023");
    CHECK(rule_before([](ClassFileBuilder& b) {
              for (int i = 0; i < 256; ++i)
                  b.file().functions[1].type_params.push_back({b.str("p" + std::to_string(i)), {}});
          }) == "F023");
    CHECK(rule_after([](ClassFile& f) { f.method_refs[0].params.resize(256, f.method_refs[0].params[0]); }) ==
          "F023");
}

TEST_CASE("F024: declarations that contradict themselves") {
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().kind = DeclKind::Interface; }) == "F024");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().super = b.string_type(); }) == "F024");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().interfaces.push_back(b.string_type()); }) == "F024");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().type_params[0].bounds = {b.class_var(0)}; }) ==
          "F024");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().module = b.str("dem"); }) == "F024");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().name = b.str("demo"); }) == "F024");
    const auto module = [](ClassFileBuilder& b) {
        ClassFile& f = b.file();
        f.kind = DeclKind::Module;
        f.name = f.module;
        f.super = kNone;
        f.interfaces.clear();
        f.type_params.clear();
        f.fields = {{b.str("g"), b.string_type(), kStatic, kNone}};
        f.functions.clear();
    };
    CHECK(rule_before(module) == "none");
    CHECK(rule_before([&](ClassFileBuilder& b) { module(b), b.file().fields[0].flags = 0; }) == "F024");
    CHECK(rule_before([&](ClassFileBuilder& b) { module(b), b.file().name = b.str("demo.x"); }) == "F024");
    CHECK(rule_before([&](ClassFileBuilder& b) {
              module(b), b.file().type_params = {{b.str("T"), {}}};
          }) == "F024");
}

TEST_CASE("F025: functions that contradict themselves") {
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().functions[1].flags |= kAbstract; }) == "F025");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().functions[1].native_library = kNone; }) == "F025");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().functions[0].native_library = b.str("lib"); }) ==
          "F025");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().functions[1].flags |= kVariadic; }) == "F025");
    CHECK(rule_before([](ClassFileBuilder& b) { b.file().functions[2].flags |= kConstructor; }) == "F025");
    // What the bytes cannot say, but a file made in memory can:
    ClassFile f = sample_file();
    main_of(f).has_code = false;
    CHECK(check_structure(f).error().rule == "F025");
    f = sample_file();
    main_of(f).code.registers.clear();
    CHECK(check_structure(f).error().rule == "F025");
    f = sample_file();
    main_of(f).code.registers[0] = main_of(f).code.registers[1];
    CHECK(check_structure(f).error().rule == "F025");
}

TEST_CASE("F027: debug tables") {
    CHECK(rule_after([](ClassFile& f) { main_of(f).code.lines[1].instruction = 0; }) == "F027");
    CHECK(rule_after([](ClassFile& f) { std::swap(main_of(f).code.locals[0], main_of(f).code.locals[1]); }) ==
          "F027");
    CHECK(rule_after([](ClassFile& f) { main_of(f).code.locals[1].reg = 5; }) == "F027");
}

TEST_CASE("F034: a parameter's flag") {
    Bytes f = header();
    add_section(f, 1, {1, 1, 'm'});
    add_section(f, 2, {1, static_cast<std::uint8_t>(TypeKind::I64)});
    add_section(f, 5, {0, 0, 0, 0, 0, 0, 0, 0});
    add_section(f, 7, {1, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0});
    CHECK(rule_of(f) == "F034");
}

TEST_CASE("F035: custom sections") {
    CHECK(rule_after([](ClassFile& f) { std::swap(f.custom[0], f.custom[1]); }) == "F035");
    CHECK(rule_after([](ClassFile& f) { f.custom[1].name = f.custom[0].name; }) == "F035");
    CHECK(rule_after([](ClassFile& f) { f.custom[0].name = ""; }) == "F035");
    CHECK(rule_after([](ClassFile& f) { f.custom[0].name = "\xFF"; }) == "F035");
}

TEST_CASE("a newer minor version is read, and what is unknown in it skipped") {
    Bytes f = header();
    f[6] = 9;
    f[8] = 4;  // a file flag
    add_section(f, 1, {1, 1, 'm'});
    add_section(f, 5, {0, 0x80 | 1, 0x80, 0x80, 0x01, 0, 0, 0, 0, 0, 0});
    add_section(f, 10, {10});
    add_section(f, 42, {1, 2, 3});
    add_section(f, 127, {1, 'x', 9});
    auto r = read(f, "f.skc");
    if (!r) FAIL(r.error().to_string());
    CHECK(r->minor == 9);
    CHECK(r->str(r->name) == "m");
    CHECK(r->custom.size() == 1);
}
