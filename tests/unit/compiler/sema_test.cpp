// What semantic analysis writes into the tree: types, conversions, kinds of calls, captures.
#include <catch2/catch.hpp>

#include "sema_harness.h"

using namespace skua::compiler;
using namespace skua::compiler::ast;
using skua::compiler::test::check;

namespace {

std::string result_of(const std::string& expression, const std::string& before = "") {
    auto c = check(before + "\nfn probe() = " + expression + "\n");
    if (c->sink.has_errors()) return c->errors();
    return to_string(c->function("probe")->result);
}

CallKind call_kind(const std::string& expression, const std::string& before) {
    auto c = check(before + "\nfn probe() = " + expression + "\n");
    REQUIRE(c->errors() == "");
    Expr* body = c->body("probe");
    auto* call = as<CallExpr>(body);
    REQUIRE(call != nullptr);
    return call->call->kind;
}

}  // namespace

TEST_CASE("types of expressions are found") {
    CHECK(result_of("1") == "int");
    CHECK(result_of("1.5") == "float");
    CHECK(result_of("1_u8") == "u8");
    CHECK(result_of("1 + 2.5") == "float");
    CHECK(result_of("[1, 2]") == "[int]");
    CHECK(result_of("[1, 2.5]") == "[float]");
    CHECK(result_of("[1, null]") == "[int?]");
    CHECK(result_of("(1, \"x\", 'c')") == "(int, string, char)");
    CHECK(result_of("if true { 1 } else { null }") == "int?");
    CHECK(result_of("[0.0; 3]") == "[float]");
    CHECK(result_of("0..3") == "Range");
    CHECK(result_of("\"a\" + \"b\"") == "string");
    CHECK(result_of("1 < 2 && true") == "bool");
    CHECK(result_of("\"${1}\"") == "string");
    CHECK(result_of("(x: int) => x > 1") == "(int) -> bool");
    CHECK(result_of("() => { let y = 2; y }") == "() -> int");
    CHECK(result_of("f(null) ?? \"x\"", "fn f(x: string?): string? = x") == "string");
    CHECK(result_of("f(null)?.len", "fn f(x: string?): string? = x") == "int?");
    CHECK(result_of("match 1 { 0 => \"a\"; _ => throw Error(\"x\") }") == "string");
    CHECK(result_of("try { 1 } catch e { 2 }") == "int");
}

TEST_CASE("type arguments are found from arguments and from what is expected") {
    const std::string decls =
        "class Box<T>(let value: T)\nfn id<T>(x: T): T = x\nfn pair<A, B>(a: A, b: B): (A, B) = (a, b)\n"
        "fn apply<T, U>(x: T, f: (T) -> U): U = f(x)\nfn first<T>(xs: [T]): T? = null\nfn same<T>(a: T, b: "
        "T): T = a\n"
        "fn inc(n: int): int = n + 1\nopen class A\nclass B : A\nclass C : A\n";
    CHECK(result_of("id(1)", decls) == "int");
    CHECK(result_of("pair(1, \"x\")", decls) == "(int, string)");
    CHECK(result_of("apply(1, x => \"${x}\")", decls) == "string");
    CHECK(result_of("apply(1, inc)", decls) == "int");
    CHECK(result_of("first([\"a\"])", decls) == "string?");
    CHECK(result_of("Box(Box(1))", decls) == "Box<Box<int>>");
    CHECK(result_of("Box<float>(1)", decls) == "Box<float>");
    CHECK(result_of("same(1, 2.5)", decls) == "12:22 argument `b`: expected `int`, found `float`");
    CHECK(result_of("same(B(), C())", decls) == "A");
    CHECK(result_of("[B(), C()]", decls) == "[A]");
    CHECK(result_of("[1, 2].map(x => (x, true))", decls) == "[(int, bool)]");
    auto c = check(decls + "let b: Box<A> = Box(B())\nlet c: Box<int?> = Box(1)\nlet f: float = id(1)\n");
    CHECK(c->errors() == "");
}

TEST_CASE("calls are of the kind that the receiver's static type needs") {
    const std::string decls =
        "interface Shape { fn area(): int\n fn twice(): int = area() * 2 }\n"
        "open class Base : Shape { fn area(): int = 1\n open fn name(): int = 1\n fn plain(): int = 2 }\n"
        "class Leaf : Base { override fn name(): int = 2 }\nstruct Sq(side: int) : Shape { fn area(): int = "
        "side }\n"
        "fn of<T: Shape>(x: T): int = x.area()\nlet shape: Shape = Base()\nlet base = Base()\nlet leaf = "
        "Leaf()\nlet sq = Sq(1)\n"
        "let f = (x: int) => x\n";
    CHECK(call_kind("base.name()", decls) == CallKind::Virtual);
    CHECK(call_kind("leaf.name()", decls) == CallKind::Direct);
    CHECK(call_kind("base.plain()", decls) == CallKind::Direct);
    CHECK(call_kind("shape.area()", decls) == CallKind::Interface);
    CHECK(call_kind("base.twice()", decls) == CallKind::Interface);
    CHECK(call_kind("sq.area()", decls) == CallKind::Direct);
    CHECK(call_kind("sq.twice()", decls) == CallKind::Constrained);
    CHECK(call_kind("f(1)", decls) == CallKind::Closure);
    CHECK(call_kind("Base()", decls) == CallKind::Constructor);
    CHECK(call_kind("Sq(1)", decls) == CallKind::StructNew);
    CHECK(call_kind("i32(1)", decls) == CallKind::Numeric);
    CHECK(call_kind("string(1)", decls) == CallKind::ToText);
    auto c = check(decls);
    auto* call = as<CallExpr>(c->body("of"));
    REQUIRE(call != nullptr);
    CHECK(call->call->kind == CallKind::Constrained);
    CHECK(to_string(call->call->owner) == "Shape");
}

TEST_CASE("implicit conversions are explicit in the tree") {
    auto c = check(
        "interface I { }\nstruct S(x: int) : I\nclass D : I\n"
        "fn a(): int? = 1\nfn b(): I = S(1)\nfn c(): I = D()\nfn d(): I? = S(1)\nfn e(x: int?): Display? = "
        "x\nfn f(x: string?): string = if x != null { x } else { \"\" }\n");
    REQUIRE(c->errors() == "");
    auto conversion = [&](std::string_view name) {
        auto* e = as<ConvertExpr>(c->body(name));
        REQUIRE(e != nullptr);
        return e;
    };
    CHECK(conversion("a")->conversion == ConversionKind::Wrap);
    CHECK(conversion("b")->conversion == ConversionKind::Box);
    CHECK(conversion("c")->conversion == ConversionKind::Upcast);
    CHECK(conversion("d")->conversion == ConversionKind::Wrap);
    CHECK(as<ConvertExpr>(conversion("d")->operand)->conversion == ConversionKind::Box);
    CHECK(conversion("e")->conversion == ConversionKind::MapNullable);
    auto* branch = as<IfExpr>(c->body("f"));
    auto* block = as<BlockExpr>(branch->then_branch);
    auto* narrowed = as<ConvertExpr>(as<ExprStmt>(block->statements[0])->expr);
    REQUIRE(narrowed != nullptr);
    CHECK(narrowed->conversion == ConversionKind::NarrowNonNull);
}

TEST_CASE("arguments come in parameter order with their defaults") {
    auto c = check(
        "fn f(a: int, b: int = 2, rest: string...): int = a\nfn probe() = f(b: 5, a: 1)\nfn more() = f(1, 2, "
        "\"x\", \"y\")\n");
    REQUIRE(c->errors() == "");
    auto& args = as<CallExpr>(c->body("probe"))->call->args;
    REQUIRE(args.size() == 3);
    CHECK(args[0].value->constant->integer == 1);
    CHECK(args[0].order == 1);
    CHECK(args[1].order == 0);
    CHECK(args[2].kind == CallArg::Kind::Variadic);
    CHECK(args[2].elements.empty());
    auto& many = as<CallExpr>(c->body("more"))->call->args;
    CHECK(many[2].elements.size() == 2);
    CHECK(to_string(as<CallExpr>(c->body("more"))->call->variadic_type) == "[string]");
}

TEST_CASE("captured variables are cells only if they change") {
    auto c = check(
        "fn f(): int {\n    var changed = 0\n    var still = 1\n    let fixed = 2\n"
        "    let add = () => { changed += 1 }\n    let read = () => still + fixed\n    add()\n    read() + "
        "changed\n}\n"
        "class A(let x: int) { fn m(): () -> int = () => x }\n");
    REQUIRE(c->errors() == "");
    auto* block = as<BlockExpr>(c->body("f"));
    auto lambda = [&](std::size_t i) {
        return as<LambdaExpr>(as<LetStmt>(block->statements[i])->init)->function;
    };
    REQUIRE(lambda(3)->captures.size() == 1);
    CHECK(lambda(3)->captures[0]->in_cell);
    REQUIRE(lambda(4)->captures.size() == 2);
    CHECK_FALSE(lambda(4)->captures[0]->in_cell);
    CHECK_FALSE(lambda(4)->captures[1]->in_cell);
    CHECK(lambda(3)->link_name == "f$lambda$0");
    CHECK(lambda(4)->link_name == "f$lambda$1");
    auto* method = static_cast<FunctionSymbol*>(c->type("A")->members.at("m"));
    auto* inner = as<LambdaExpr>(method->decl->body)->function;
    REQUIRE(inner->captures.size() == 1);
    CHECK(inner->captures[0]->is_this);
}

TEST_CASE("local functions pass on what those they call capture") {
    auto c = check(
        "fn f(): int {\n    var n = 0\n    fn add(k: int) { n += k }\n    fn twice(k: int) { add(k); add(k) "
        "}\n"
        "    fn deep(k: int): int { let g = () => deep(k - 1); if k == 0 { n } else { g() } }\n    "
        "twice(2)\n    deep(3)\n}\n");
    REQUIRE(c->errors() == "");
    auto* block = as<BlockExpr>(c->body("f"));
    auto local = [&](std::size_t i) { return as<LocalFunctionStmt>(block->statements[i])->function->symbol; };
    REQUIRE(local(2)->captures.size() == 1);
    CHECK(local(2)->captures[0]->name == "n");
    REQUIRE(local(3)->captures.size() == 1);
}

TEST_CASE("places of assignments") {
    auto c = check(
        "struct In(var a: int)\nstruct P(var x: int, var i: In)\nclass C(var p: P)\nfn f(ps: [P], c: C) {\n"
        "    ps[1].i.a = 2\n    c.p.x += 1\n    var q = ps[0]\n    q.x = 3\n}\n");
    REQUIRE(c->errors() == "");
    auto* block = as<BlockExpr>(c->body("f"));
    auto place = [&](std::size_t i) -> Place& {
        return as<AssignExpr>(as<ExprStmt>(block->statements[i])->expr)->place;
    };
    CHECK(place(0).kind == PlaceKind::Element);
    CHECK(place(0).path.size() == 2);
    CHECK(place(1).kind == PlaceKind::Field);
    CHECK(place(1).path.size() == 2);
    CHECK(place(3).kind == PlaceKind::Local);
    CHECK(place(3).path.size() == 1);
}

TEST_CASE("modules may import one another") {
    auto c = check({{"a.x", "import a.y\npub fn f(n: int): int = if n == 0 { 0 } else { y.g(n - 1) }\n"},
                    {"a.y", "import a.x.{f}\npub fn g(n: int): int = f(n)\n"}});
    CHECK(c->errors() == "");
    auto twice = check({{"m", "fn f() { }"}, {"m", "fn f() { }"}});
    CHECK(twice->errors().find("module `m` is given twice") != std::string::npos);
}

TEST_CASE("without the library the message says what is missing") {
    auto c = check({{"t", "fn f() { throw 1 }\n"}}, false);
    CHECK(c->errors().find("std.core.Error") != std::string::npos);
}
