// The class files that lowering makes: declarations, synthetic functions, handlers, limits.
#include <catch2/catch.hpp>

#include "lower_support.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/writer.h"

using namespace skua;
using namespace skua::compiler::testing;
namespace cf = skua::classfile;

TEST_CASE("a class file for each type and for the module") {
    Compiled c(R"(
        /// Where money lies.
        pub open class Account(let owner: string, private var balance: int = 0) {
            static let count: int = 1
            init { balance += 1 }
            pub fn deposit(n: int, times: int = 2) { balance += n * times }
            open fn fee(): int = 0
            get display: string = owner
        }
        class Savings(owner: string, let rate: float) : Account(owner) { override fn fee(): int = 1 }
        struct Even(n: int) { init { if n % 2 == 1 { throw StateError("odd") } } }
        let start = 5
        fn main() { Account("x").deposit(start) }
    )");
    REQUIRE(c.error().empty());
    REQUIRE(c.failure.empty());
    const cf::ClassFile* account = c.file("m.Account");
    REQUIRE(account != nullptr);
    CHECK(account->kind == cf::DeclKind::Class);
    CHECK(account->flags == (cf::kPublic | cf::kOpen));
    CHECK(account->str(account->doc) == "Where money lies.");
    REQUIRE(account->fields.size() == 3);
    CHECK((account->fields[1].flags & (cf::kPrivate | cf::kMutable)) == (cf::kPrivate | cf::kMutable));

    const auto* init = c.function("init", "m.Account");
    REQUIRE(init != nullptr);
    CHECK((init->flags & cf::kConstructor) != 0);
    REQUIRE(init->params.size() == 3);
    CHECK(account->str(init->params[0].name) == "this");
    CHECK(init->params[2].has_default);
    CHECK(c.code("init", false, "m.Account") == "put put get add.i64 put ret.void");
    CHECK(c.code("init$default$2", false, "m.Account") == "ret");
    CHECK(c.code("deposit$default$2", false, "m.Account") == "ret");
    CHECK(c.code("static$init", false, "m.Account") == "static.put ret.void");
    CHECK((c.function("fee", "m.Account")->flags & cf::kOpen) != 0);
    CHECK((c.function("display", "m.Account")->flags & cf::kProperty) != 0);

    const cf::ClassFile* savings = c.file("m.Savings");
    REQUIRE(savings != nullptr);
    CHECK(savings->super != cf::kNone);
    CHECK(c.code("init", false, "m.Savings") == "call call put ret.void");
    const auto* make = c.function("make$", "m.Even");
    REQUIRE(make != nullptr);
    CHECK((make->flags & (cf::kStatic | cf::kSynthetic)) == (cf::kStatic | cf::kSynthetic));
    CHECK(c.function("static$init") != nullptr);
    CHECK(c.code("main") == "new const.str call call call call ret.void");
}

TEST_CASE("class files have one encoding and pass the structural checks") {
    const std::string source = R"(
        class Box<T>(var value: T) { fn map<U>(f: (T) -> U): Box<U> = Box(f(value)) }
        fn text(b: Box<int>): string? = if b.value > 1 { b.map(x => "${x}").value } else { null }
    )";
    Compiled first(source), second(source);
    for (const char* name : {"m", "m.Box", "std.core.Error", "std.core.Cell"}) {
        REQUIRE(first.file(name) != nullptr);
        const auto bytes = cf::write(*first.file(name));
        CHECK(bytes == cf::write(*second.file(name)));
        auto back = cf::read(bytes, name);
        REQUIRE(back);
        CHECK(*back == *first.file(name));
        for (const auto& f : back->functions) {
            if (f.has_code) CHECK(cf::check_code(*back, f).ok());
        }
    }
}

TEST_CASE("finally runs on every way out, outside of what it leaves") {
    Compiled c(R"(
        fn log(n: int) { }
        fn f(n: int): int {
            for i in 0..n {
                try {
                    if i == 1 { continue }
                    if i == 2 { break }
                    if i == 3 { return i }
                    log(i)
                } finally { log(100) }
            }
            return 0
        }
    )");
    const auto* f = c.function("f");
    REQUIRE(f != nullptr);
    // continue, break, return, the end of the body, an error: and the call in the body.
    CHECK(count(c.code("f"), "call") == 6);
    CHECK(count(c.code("f"), "throw") == 1);
    auto decoded = cf::check_code(*c.file(), *f);
    REQUIRE(decoded);
    std::size_t guarded_calls = 0;
    for (const auto& h : f->code.handlers) {
        for (std::uint32_t i = h.start; i < h.end; ++i) {
            if (decoded->instructions[i].op == cf::Op::Call) ++guarded_calls;
        }
    }
    CHECK(guarded_calls == 1);
}

TEST_CASE("handlers of what cannot throw are left out") {
    Compiled c(R"(
        fn f(a: int, b: int): int = try { a + b } catch { 0 }
        fn g(a: int, b: int): int = try { a / b } catch { 0 }
    )");
    REQUIRE(c.function("f") != nullptr);
    CHECK(c.function("f")->code.handlers.empty());
    CHECK(c.function("g")->code.handlers.size() == 1);
    CHECK(c.code("g") == "div.i64 br ret");
}

TEST_CASE("use closes on every way out") {
    Compiled c(R"(
        class File : Closeable { fn close() { } }
        fn f(n: int): int { use file = File(); if n > 3 { return n }; return 1 }
        fn last(): int { use a = File(); use b = File(); return 1 }
    )");
    REQUIRE(c.error().empty());
    CHECK(c.code("f") == "new call br.le.i64 move call ret call ret");
    // Nothing between them can throw but the second constructor, and then closing the first.
    CHECK(c.function("last")->code.handlers.size() == 2);
}

TEST_CASE("lines lead back to the source") {
    Compiled c("fn f(a: int, b: int): int {\n    let x = a\n    return x /\n        b\n}\n");
    const auto* f = c.function("f");
    REQUIRE(f != nullptr);
    REQUIRE(f->code.lines.size() == 2);
    CHECK(f->code.lines[0].line == 2);
    CHECK(f->code.lines[1].line == 3);
    CHECK(f->code.lines[1].column == 14);
}

TEST_CASE("code that multiplies is refused, not made") {
    // Each finally block is copied twice, and so are those inside it.
    std::string source = "fn g() { }\nfn f() {\n";
    for (int i = 0; i < 40; ++i) source += "try { g() } finally {\n";
    source += "g()\n";
    for (int i = 0; i < 40; ++i) source += "}\n";
    Compiled c(source + "}\n");
    CHECK(c.error().empty());
    CHECK(c.file() == nullptr);
    CHECK(c.failure.find("function `f` is too large, expected at most") != std::string::npos);
}
