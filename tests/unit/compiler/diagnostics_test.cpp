// Diagnostics as text and as JSON.
#include <catch2/catch.hpp>

#include "diagnostics_render.h"

using namespace skua::compiler;

namespace {

struct Fixture {
    explicit Fixture(std::string text, std::string path = "a.skua") {
        files.push_back(std::make_unique<SourceFile>(0, std::move(path), "a", std::move(text)));
    }
    SourceRange at(std::string_view piece, std::size_t from = 0) const {
        const std::size_t i = files[0]->text().find(piece, from);
        REQUIRE(i != std::string_view::npos);
        return {0, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + piece.size())};
    }
    std::string text(bool color = false) { return render(sink.all(), files, {MessageFormat::Text, color}); }
    std::string json() { return render(sink.all(), files, {MessageFormat::Json, false}); }

    std::vector<std::unique_ptr<SourceFile>> files;
    DiagnosticSink sink;
};

}  // namespace

TEST_CASE("text form") {
    Fixture f("fn main() {\n    printn(1)\n}\n");
    f.sink.error(f.at("printn"), "unknown name `printn`", "did you mean `println`?");
    CHECK(f.text() ==
          "a.skua:2:5: error: unknown name `printn`\n"
          "    2 |     printn(1)\n"
          "      |     ^^^^^^\n"
          "      = help: did you mean `println`?\n");
}

TEST_CASE("notes have their own place") {
    Fixture f("let a = 1\nlet a = 2\n");
    f.sink.error(f.at("a", 10), "`a` is declared twice")
        .notes.push_back({f.at("a"), "the first one is here"});
    CHECK(f.text() ==
          "a.skua:2:5: error: `a` is declared twice\n"
          "    2 | let a = 2\n"
          "      |     ^\n"
          "a.skua:1:5: note: the first one is here\n"
          "    1 | let a = 1\n"
          "      |     ^\n");
}

TEST_CASE("columns count scalar values; the underline follows the display width") {
    SECTION("tabs become blanks") {
        Fixture f("\tlet\tx = y\n");
        f.sink.error(f.at("y"), "m");
        CHECK(f.text() == "a.skua:1:10: error: m\n    1 |     let x = y\n      |             ^\n");
    }
    SECTION("wide characters take two columns") {
        Fixture f("let s = \"数字\" + x\n");
        f.sink.error(f.at("x"), "m");
        CHECK(f.text() ==
              "a.skua:1:16: error: m\n    1 | let s = \"数字\" + x\n      |                  ^\n");
    }
    SECTION("a wide range is underlined as wide") {
        Fixture f("f(\"数字\")\n");
        f.sink.error(f.at("\"数字\""), "m");
        CHECK(f.text() == "a.skua:1:3: error: m\n    1 | f(\"数字\")\n      |   ^^^^^^\n");
    }
    SECTION("combining characters take none") {
        Fixture f("let s = \"e\u0301\" + x\n");
        f.sink.error(f.at("x"), "m");
        CHECK(f.text() ==
              "a.skua:1:16: error: m\n    1 | let s = \"e\u0301\" + x\n      |               ^\n");
    }
    SECTION("control and direction characters cannot reach the terminal") {
        Fixture f("x \x1B[31m \u202E y\n");
        f.sink.error(f.at("y"), "m \x1B[31m");
        CHECK(f.text() ==
              "a.skua:1:11: error: m  [31m\n    1 | x \uFFFD[31m \uFFFD y\n      |           ^\n");
    }
    SECTION("a range over several lines is underlined to the end of its first") {
        Fixture f("f(1,\n  2)\n");
        f.sink.error({0, 0, 9}, "m");
        CHECK(f.text() == "a.skua:1:1: error: m\n    1 | f(1,\n      | ^^^^\n");
    }
    SECTION("an empty range at the end") {
        Fixture f("fn f() {");
        f.sink.error({0, 8, 8}, "m");
        CHECK(f.text() == "a.skua:1:9: error: m\n    1 | fn f() {\n      |         ^\n");
    }
    SECTION("Windows line ends") {
        Fixture f("a\r\nb c\r\n");
        f.sink.error(f.at("c"), "m");
        CHECK(f.text() == "a.skua:2:3: error: m\n    2 | b c\n      |   ^\n");
    }
}

TEST_CASE("a very long line is shown around the place") {
    Fixture f(std::string(5000, 'a') + " here " + std::string(5000, 'b') + "\n");
    f.sink.error(f.at("here"), "m");
    const std::string out = f.text();
    CHECK(out.size() < 600);
    CHECK(out.find(" here ") != std::string::npos);
    const std::size_t second = out.find('\n') + 1;
    const std::size_t third = out.find('\n', second) + 1;
    CHECK(out.find("here", second) - second == out.find('^', third) - third);
}

TEST_CASE("a very long message is cut in the middle") {
    Fixture f("x\n");
    f.sink.error(f.at("x"), "begin " + std::string(100000, 'n') + " end");
    CHECK(f.text().size() < 1000);
    CHECK(f.text().find(" end\n") != std::string::npos);
}

TEST_CASE("sorted, and each once") {
    Fixture f("a b c\n");
    f.sink.error(f.at("c"), "third");
    f.sink.error(f.at("a"), "first");
    f.sink.error(f.at("b"), "second");
    f.sink.error(f.at("b"), "something else at the same place");
    f.sink.warning(WarningKind::UnusedValue, f.at("b"), "careful");
    f.sink.warning(WarningKind::UnusedValue, f.at("b"), "careful");
    CHECK(f.sink.error_count() == 3);
    const std::string out = f.text();
    CHECK(out.find("first") < out.find("second"));
    CHECK(out.find("second") < out.find("warning: careful"));
    CHECK(out.find("careful") < out.find("third"));
    CHECK(out.find("careful") == out.rfind("careful"));
    CHECK(out.find("something else") == std::string::npos);
}

TEST_CASE("a bounded number") {
    Fixture f("a b c d\n");
    f.sink = DiagnosticSink(2);
    f.sink.error(f.at("a"), "1");
    CHECK(!f.sink.full());
    f.sink.error(f.at("b"), "2");
    CHECK(f.sink.full());
    f.sink.error(f.at("c"), "3");
    CHECK(f.sink.error_count() == 2);
    CHECK(f.sink.dropped() == 1);
}

TEST_CASE("colour only where asked for") {
    Fixture f("x\n");
    f.sink.error(f.at("x"), "m");
    CHECK(f.text(false).find('\x1B') == std::string::npos);
    CHECK(f.text(true).find("\x1B[1;31merror:") != std::string::npos);
}

TEST_CASE("kinds of warnings are named, left out, and made errors") {
    Fixture f("a b\n");
    WarningOptions options;
    CHECK(options.set("no-shadowing").empty());
    CHECK(options.set("error").empty());
    CHECK(options.set("no-frob").find("`frob`") != std::string::npos);
    f.sink.set_warnings(options);
    f.sink.warning(WarningKind::Shadowing, f.at("a"), "not wanted");
    f.sink.warning(WarningKind::Deprecated, f.at("b"), "wanted");
    CHECK(!f.sink.has_errors());
    f.sink.settle_warnings();
    CHECK(f.sink.error_count() == 1);
    CHECK(f.text().find("error: wanted [deprecated]\n") != std::string::npos);
    CHECK(f.text().find("not wanted") == std::string::npos);
    CHECK(options.set("no-all").empty());
    for (std::size_t i = 0; i < kWarningKinds; ++i) CHECK(!options.has(static_cast<WarningKind>(i)));
    CHECK(options.set("unreachable").empty());
    CHECK(options.has(WarningKind::Unreachable));
}

TEST_CASE("JSON form") {
    Fixture f("let \"q\\\" = é x\n", "dir/b \"c\".skua");
    SourceDiagnostic& d = f.sink.error(f.at("x"), "a \"quoted\"\n\x01 message", "try\tthis");
    d.replacement = "y";
    d.notes.push_back({f.at("let"), "here"});
    f.sink.warning(WarningKind::UnusedValue, f.at("é"), "ünicode");
    CHECK(f.json() ==
          "{\"severity\":\"warning\",\"file\":\"dir/b "
          "\\\"c\\\".skua\",\"line\":1,\"column\":12,\"endLine\":1,\"endColumn\":13,"
          "\"message\":\"ünicode\",\"warning\":\"unused-value\"}\n"
          "{\"severity\":\"error\",\"file\":\"dir/b "
          "\\\"c\\\".skua\",\"line\":1,\"column\":14,\"endLine\":1,\"endColumn\":15,"
          "\"message\":\"a \\\"quoted\\\"\\n\\u0001 "
          "message\",\"suggestion\":\"try\\tthis\",\"replacement\":\"y\","
          "\"notes\":[{\"file\":\"dir/b "
          "\\\"c\\\".skua\",\"line\":1,\"column\":1,\"endLine\":1,\"endColumn\":4,\"message\":\"here\"}]}\n");
}

TEST_CASE("positions") {
    const SourceFile f(0, "a", "a", "ab\né\n\nx");
    CHECK(f.position(0).line == 1);
    CHECK(f.position(2).column == 3);
    CHECK(f.position(3).line == 2);
    CHECK(f.position(5).column == 2);  // after the two bytes of é
    CHECK(f.position(7).line == 4);
    CHECK(f.position(1000).line == 4);
    CHECK(f.line_text(2) == "é");
    CHECK(f.line_text(3).empty());
    CHECK(f.line_text(4) == "x");
    CHECK(f.line_text(5).empty());
    const SourceFile empty(0, "a", "a", "");
    CHECK(empty.position(0).column == 1);
    CHECK(empty.line_text(1).empty());
}
