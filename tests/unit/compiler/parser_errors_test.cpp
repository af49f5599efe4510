// Syntax errors: where they are, what they say, and how many there are.
#include <algorithm>
#include <catch2/catch.hpp>

#include "parse.h"

using namespace skua::compiler;

namespace {

// "LINE:COLUMN message" lines, in the order of the source.
std::string errors(const std::string& source, std::size_t limit = 20) {
    SourceFile file(0, "t.skua", "t", source);
    Arena arena;
    DiagnosticSink sink(limit);
    parse_module(file, arena, sink);
    std::string out;
    for (const SourceDiagnostic& d : sink.all()) {
        const LineColumn p = file.position(d.range.start);
        if (!out.empty()) out += '\n';
        out += std::to_string(p.line) + ":" + std::to_string(p.column) + " " + d.message;
        CHECK(d.range.start <= d.range.end);
        CHECK(d.range.end <= source.size());
        CHECK(d.message.find_first_of("\n") == std::string::npos);
    }
    return out;
}

std::string in_function(const std::string& statements) {
    return errors("fn f() {\n" + statements + "\n}\n");
}

}  // namespace

TEST_CASE("brackets that are not closed name their opener") {
    CHECK(errors("fn f() {\n    let x = foo(1, 2\n}\nfn bar() {\n}\n") ==
          "3:1 expected `)` to close the `(` opened at 2:16, found `}`");
    CHECK(errors("fn f() {\n    foo(1, 2\n    let y = 1\n}\n") ==
          "3:5 expected `)` to close the `(` opened at 2:8, found `let`");
    CHECK(errors("let x = [1, 2\nfn f() {}\n") ==
          "2:1 expected `]` to close the `[` opened at 1:9, found `fn`");
    CHECK(errors("fn f() {\n") ==
          "1:9 expected `}` to close the `{` opened at 1:8, found the end of the file");
    CHECK(errors("fn f() {\n  if a {\n    b\n}\n") == "4:1 expected `}` to close the `{` opened at 2:8");
    CHECK(errors("struct S(x: int\nfn f() {}\n") ==
          "2:1 expected `)` to close the `(` opened at 1:9, found `fn`");
    CHECK(errors("fn f( {\n}\n") ==
          "1:7 expected a parameter or `)` to close the `(` opened at 1:5, found `{`");
    CHECK(in_function("foo(1 2)") == "2:7 expected `,` or `)` to close the `(` opened at 2:4, found `2`");
    CHECK(in_function("a[1 2]") == "2:5 expected `]` to close the `[` opened at 2:2, found `2`");
    CHECK(errors("}}}}\n") == "1:1 `}` without a `{` before it");
    CHECK(in_function("a)") == "2:2 `)` without a `(` before it");
}

TEST_CASE("three independent errors are three messages") {
    CHECK(errors("fn f() {\n    foo(1 2)\n    good()\n    let = 5\n}\nfn g(a) {\n}\nfn h() { good() }\n") ==
          "2:11 expected `,` or `)` to close the `(` opened at 2:8, found `2`\n"
          "4:9 expected a name after `let`, found `=`\n"
          "6:7 the parameter `a` needs a type");
    CHECK(in_function("a +\nb c\nx = = y\nwhile { a b }\nif d { e f }") ==
          "3:3 expected the end of the statement, found `c`\n"
          "4:5 expected an expression after `=`, found `=`\n"
          "5:7 expected an expression after `while`, found `{`\n"
          "6:10 expected the end of the statement, found `f`");
    CHECK(errors("class A {\n    x: int\n    fn f() { }\n    let = 2\n    class B\n}\n") ==
          "2:5 expected a member, found `x`\n4:9 expected a name after `let`, found `=`\n5:5 types cannot be "
          "declared inside of types");
    CHECK(in_function("match x {\n 1 => a b\n => c\n 2 -> d\n 3 => e\n}") ==
          "3:9 expected `,` or the end of the line, found `b`\n4:2 expected a pattern, found `=>`\n5:4 "
          "expected `=>` after the pattern, found `->`");
}

TEST_CASE("a lexical error hides its echo") {
    CHECK(errors("let x = \"abc\nlet y = 2\nlet z = 'ab'\n") ==
          "1:9 this string is not closed\n3:9 expected one character between the quotes, found more");
    CHECK(in_function("foo(\"abc)\nbar()") == "2:5 this string is not closed");
    CHECK(in_function("let z = \"${a\"\ng()") == "2:9 this string is not closed");
    CHECK(in_function("let w = a @ b\nlet v = \u201Chi\u201D") ==
          "2:11 unexpected character `@`\n3:9 unexpected character `\u201C` (U+201C)\n3:12 unexpected "
          "character `\u201D` (U+201D)");
    CHECK(errors("/* a /* b */\nfn f() {}\n") == "1:1 this comment is not closed");
    CHECK(in_function("\"\"\"\n a").starts_with("2:1 this string is not closed"));
}

TEST_CASE("literals that are not") {
    CHECK(errors("let a = 0x\nlet b = 08\nlet c = 18446744073709551616\nlet d = 1_\nlet e = 1abc\nlet f = "
                 "0b12\nlet g = 1.5_u8\nlet h = 1e999") ==
          "1:9 this number has no digits\n2:9 a decimal number does not begin with 0\n3:9 this number does "
          "not fit in 64 bits\n"
          "4:10 a number does not end in `_`\n5:10 `abc` is not a suffix of a number\n6:12 `2` is not a "
          "digit in base 2\n"
          "7:13 a number with a fraction or exponent cannot be of type `u8`\n8:9 this number is too large "
          "for a floating-point number");
    CHECK(errors(R"(let s = "\q")") == "1:10 `\\q` is not an escape");
    CHECK(errors(R"(let s = "\u{110000} \u{} \u41")") ==
          "1:10 U+110000 is not a Unicode scalar value\n"
          "1:21 expected an escape of the form `\\u{1F426}`: 1 to 6 hexadecimal digits in braces\n"
          "1:26 expected an escape of the form `\\u{1F426}`: 1 to 6 hexadecimal digits in braces");
    CHECK(errors("let u = ''\nlet v = 'a\n") ==
          "1:9 expected a character between the quotes\n2:9 expected `'` at the end of this character");
    CHECK(errors("let s = \"\"\"abc\n  def\n  \"\"\"\n") ==
          "1:12 the text of a string of several lines begins on the line after the quotes");
    CHECK(errors("let s = \"\"\"\n  a\n b\n  \"\"\"\n") ==
          "3:1 this line of the string is indented less than the closing quotes");
    CHECK(errors("let s = \"\"\"\n  a \"\"\"\n") ==
          "2:5 the quotes that close a string of several lines stand on a line of their own");
}

TEST_CASE("words from other languages and common slips") {
    CHECK(errors("function foo() {}\n") == "1:1 expected `fn`, found `function`");
    CHECK(errors("println(\"hi\")\n") == "1:1 expected a declaration, found `println`");
    CHECK(errors("fn f()\n{\n}\n") == "2:1 this `{` stands on the line of what it belongs to");
    CHECK(errors("fn match() {}\nlet if = 1\nfn f(class: int) {}\n") ==
          "1:4 `match` is a reserved word and cannot be a name\n2:5 `if` is a reserved word and cannot be a "
          "name\n"
          "3:6 `class` is a reserved word and cannot be a name");
    CHECK(errors("fn f(x: List<int) {}\n") == "1:13 the `<` of these type arguments is not closed by a `>`");
    CHECK(errors("fn f(a int) {}\nfn h(a: ) {}\n") ==
          "1:8 expected `:` and a type, found `int`\n2:9 expected a type after `:`, found `)`");
    CHECK(in_function("let b = () -> 3") == "2:10 expected an expression after `(`, found `)`");
    CHECK(in_function("else { }") == "2:1 `else` without an `if` before it");
    CHECK(in_function("if x { 1 } else 2") == "2:17 expected `if` or `{` after `else`, found `2`");
    CHECK(in_function("if a\n{ b }") == "3:1 this `{` stands on the line of what it belongs to");
    CHECK(in_function("pub let x = 1") == "2:1 `pub` cannot stand inside a function");
    CHECK(in_function("if (a = b) { }\nx = y = z\n1 < 2 < 3\ntry { a }") ==
          "2:7 an assignment is a statement and has no value\n3:7 an assignment is a statement and has no "
          "value\n"
          "4:7 `<` cannot follow another operator of its kind\n5:1 a `try` needs a `catch` or a `finally`");
    CHECK(in_function("let x = a.\nlet y = 1") ==
          "2:11 expected the name of a member after `.`, found the end of the line");
    CHECK(in_function("let x =\nlet y = 1") ==
          "2:8 expected an expression after `=`, found the end of the line");
    CHECK(errors("fn f(x: int = 1 2) {}") ==
          "1:17 expected `,` or `)` to close the `(` opened at 1:5, found `2`");
    CHECK(errors("enum E {\n    A(int)\n    B b\n}\n") ==
          "2:10 the parameter `int` needs a name\n3:7 expected `,` or the end of the line, found `b`");
}

TEST_CASE("what the grammar allows and the language does not") {
    CHECK(errors("fn f() {}\nimport a.b\n") == "2:1 imports stand before the declarations of a module");
    CHECK(errors("pub pub fn f() {}\n") == "1:5 this modifier is given twice");
    CHECK(errors("open fn f() {}\nopen struct S(x: int)\nstatic let x = 1\n") ==
          "1:1 a function of a module cannot be `open`\n2:1 a struct cannot be `open`\n3:1 a variable of a "
          "module cannot be `static`");
    CHECK(errors("fn f(x: int..., y: int) {}\n") == "1:6 only the last parameter can be variadic");
    CHECK(errors("fn foo-(): int = 1\n") == "1:4 a function cannot be named `foo-`");
    CHECK(errors("let x: () = 1\n") == "1:8 a tuple has at least two components");
    CHECK(errors("interface I(x: int)\n") ==
          "1:12 an interface has no constructor, so it cannot have parameters");
}

TEST_CASE("names outside ASCII") {
    CHECK(errors("let größe = 1\nlet 数 = 2\n") == "");
    CHECK(errors("let gro\u0308ße = 1\n").starts_with("1:5 this name is not in Unicode normal form C"));
    CHECK(errors("let a\u200B = 1\n") == "1:6 unexpected invisible character U+200B");
    CHECK(errors("let x = 2 \u00D7 3\n") == "1:11 unexpected character `\u00D7` (U+00D7)");
}

TEST_CASE("limits") {
    const auto times = [](std::size_t n, const std::string& s) {
        std::string out;
        for (std::size_t i = 0; i < n; ++i) out += s;
        return out;
    };
    CHECK(errors("let x = " + times(100000, "(")) == "1:265 brackets are nested more than 256 deep");
    CHECK(errors("let x = " + times(100000, "[") + "1" + times(100000, "]")) ==
          "1:265 brackets are nested more than 256 deep");
    CHECK(errors("let x = " + times(1000, "\"${") + "1" + times(1000, "}\""))
              .find("nested more than 256 deep") != std::string::npos);
    CHECK(errors("let x = " + times(200, "(") + "1" + times(200, ")")) == "");
    CHECK(errors("let x = " + times(100000, "-") + "1").find("nested") != std::string::npos);
    CHECK(errors("let x = 1" + times(100000, " + 1")).find("nested more than 1000 deep") !=
          std::string::npos);
    CHECK(errors("let x = 1" + times(900, " + 1")) == "");
    CHECK(errors("let x = f" + times(100000, "()")).find("nested") != std::string::npos);
    CHECK(errors("let x = " + times(100000, "a => ") + "1").find("nested") != std::string::npos);
    CHECK(errors("fn f() {\n if a { }" + times(100000, " else if a { }") + "\n}").find("nested") !=
          std::string::npos);
    CHECK(errors("let x: int" + times(100000, "?") + " = 1") == "1:8 too many `?` after this type");
    CHECK(errors("let x: " + times(100000, "() -> ") + "int = 1").find("nested") != std::string::npos);
    CHECK(errors("let x: " + times(100000, "List<") + "int" + times(100000, ">") + " = 1") != "");
    CHECK(errors(times(100000, "/*")) == "1:1 this comment is not closed");
    CHECK(errors("let " + std::string(100000, 'x') + " = 1") == "1:5 a name has at most 1000 bytes");
    // No more errors than wanted.
    const std::string many = errors(times(1000, "let = 1\n"), 5);
    CHECK(std::count(many.begin(), many.end(), '\n') == 4);
}
