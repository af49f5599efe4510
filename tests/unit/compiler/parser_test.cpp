// What the parser makes of right programs.
#include <catch2/catch.hpp>

#include "diagnostics_render.h"
#include "parse.h"
#include "parser_dump.h"

using namespace skua::compiler;

namespace {

struct Parsed {
    explicit Parsed(std::string text) {
        files.push_back(std::make_unique<SourceFile>(0, "t.skua", "t", std::move(text)));
        module = parse_module(*files[0], arena, sink, &requirements);
    }
    std::string errors() { return render(sink.all(), files, {}); }

    std::vector<std::unique_ptr<SourceFile>> files;
    Arena arena;
    DiagnosticSink sink;
    std::vector<Requirement> requirements;
    ast::Module* module = nullptr;
};

std::string module_text(std::string source) {
    Parsed p(std::move(source));
    INFO(p.errors());
    CHECK(!p.sink.has_errors());
    std::string out = test::dump(*p.module);
    while (out.ends_with('\n')) out.pop_back();
    return out;
}

// The statements of a function body.
std::string body(const std::string& source) {
    const std::string out = module_text("fn f() {\n" + source + "\n}\n");
    return out.starts_with("fn f() {") ? out.substr(8, out.size() - 9) : out;
}

}  // namespace

TEST_CASE("operators bind as documented") {
    CHECK(body("a + b * c") == "(+ a (* b c))");
    CHECK(body("a * b + c - d") == "(- (+ (* a b) c) d)");
    CHECK(body("-a.b() * !c") == "(* (- (call (. a b))) (! c))");
    CHECK(body("a << 1 & b ^ c | d") == "(| (^ (& (<< a 1) b) c) d)");
    CHECK(body("0..n | 1") == "(.. 0 (| n 1))");
    CHECK(body("a..b is Range") == "(is (.. a b) Range)");
    CHECK(body("x as int < 3") == "(< (as x int) 3)");
    CHECK(body("a < b == c >= d") == "(== (< a b) (>= c d))");
    CHECK(body("a == b && c != d || e === f") == "(|| (&& (== a b) (!= c d)) (=== e f))");
    CHECK(body("a ?? b ?? c || d") == "(?? a (?? b (|| c d)))");
    CHECK(body("a = b ?? c") == "(= a (?? b c))");
    CHECK(body("a += 1; a <<= 2; a >>>= 3; a ?\?= b") == "(+= a 1); (<<= a 2); (>>>= a 3); (?\?= a b)");
    CHECK(body("x as? Foo ?? y") == "(?? (as? x Foo) y)");
    CHECK(body("x is not List<int>") == "(isnot x List<int>)");
    CHECK(body("- - a") == "(- (- a))");
    CHECK(body("~a >>> 1") == "(>>> (~ a) 1)");
    CHECK(body("a.b!!.c") == "(. (!! (. a b)) c)");
}

TEST_CASE("throw, return and lambdas take the rest of the expression") {
    CHECK(body("x ?? throw Error(\"a\" + b)") == "(?? x (throw (call Error (+ \"a\" b))))");
    CHECK(body("x ?? return y + 1") == "(?? x (return (+ y 1)))");
    CHECK(body("return") == "(return)");
    CHECK(body("if a { return }") == "(if a {(return)})");
    CHECK(body("f = x => x + 1") == "(= f (fn (x) (+ x 1)))");
    CHECK(body("f(x => y => x * y, 2)") == "(call f (fn (x) (fn (y) (* x y))) 2)");
    CHECK(body("each(x => total += x)") == "(call each (fn (x) (+= total x)))");
    CHECK(body("f(() => { n += 1; n })") == "(call f (fn () {(+= n 1); n}))");
    CHECK(body("f((a: int, b) => a)") == "(call f (fn (a: int, b) a))");
    CHECK(body("f(((k, v)) => k, _ => 1)") == "(call f (fn ((k, v)) k) (fn (_) 1))");
    CHECK(body("(a, b)") == "(tuple a b)");
    CHECK(body("f((a))") == "(call f a)");
}

TEST_CASE("line breaks end statements only where they can") {
    CHECK(body("a\n- b") == "a; (- b)");
    CHECK(body("a -\n b") == "(- a b)");
    CHECK(body("a\n.b()\n?.c\n?? d\n&& e\n|| f") == "(?? (?. (call (. a b)) c) (|| (&& d e) f))");
    CHECK(body("f(\n a,\n b,\n)") == "(call f a b)");
    CHECK(body("[1,\n2\n]") == "[1 2]");
    CHECK(body("if a { b }\nelse { c }") == "(if a {b} {c})");
    CHECK(body("try { a }\ncatch e { b }\nfinally { c }") == "(try {a} [catch e: - {b}] [finally {c}])");
    CHECK(body("let f = (x) =>\n x") == "let f = (fn (x) x)");
    CHECK(body("a\n(b)") == "a; b");
    CHECK(body("a // comment\n+ b") == "a; (+ b)");
    CHECK(body("a /* x\n */ b()") == "a; (call b)");
    CHECK(body(";;a;;b;") == "a; b");
    CHECK(body("f(() => {\n a\n b\n}, c)") == "(call f (fn () {a; b}) c)");
    CHECK(body("a\r\nb\r\n") == "a; b");
}

TEST_CASE("type arguments are told from comparisons") {
    CHECK(body("List<int>()") == "(call List<int>)");
    CHECK(body("a<b>(c)") == "(call a<b> c)");
    CHECK(body("a < b") == "(< a b)");
    CHECK(body("f(a<b, c>(d))") == "(call f (call a<b, c> d))");
    CHECK(body("f(a < b, c > (d))") == "(call f (< a b) (> c d))");
    CHECK(body("f(a<b, c>d)") == "(call f (< a b) (> c d))");
    CHECK(body("Map<string, List<int>>()") == "(call Map<string, List<int>>)");
    CHECK(body("Map<string, (int?) -> [T]>.empty") == "(. Map<string, (int?) -> [T]> empty)");
    CHECK(body("a >> b > c") == "(> (>> a b) c)");
    CHECK(body("if i<n { }") == "(if (< i n) {})");
    CHECK(body("let x: Map<string, List<int>>= y") == "let x: Map<string, List<int>> = y");
    CHECK(body("i<n && j>m") == "(&& (< i n) (> j m))");
    CHECK(body("x is List<int> && y") == "(&& (is x List<int>) y)");
    CHECK(body("let f: List<int?>?\nlet g: int??\nlet h = a ?? b") ==
          "let f: List<int?>?; let g: int??; let h = (?? a b)");
}

TEST_CASE("literals") {
    CHECK(body("0xFF_u8; 1_000_000; 0b1010; 0o17; 7i32; 18446744073709551615") ==
          "255_u8; 1000000; 10; 15; 7_i32; 18446744073709551615");
    CHECK(body("6.02e23; 1.5; 1e3; 2f32; 1_0.5_f64; 1.0e-400") ==
          "6.02e+23; 1.5; 1000.0; 2.0_f32; 10.5_f64; 0.0");
    CHECK(body("1.foo; t.0.1; 1..2; 1..=x") == "(. 1 foo); (. (. t 0) 1); (.. 1 2); (..= 1 x)");
    CHECK(body(R"('a'; 'é'; '\n'; '\u{1F426}'; '\''; '"')") == "#97; #233; #10; #128038; #39; #34");
    CHECK(body(R"("tab\t\u{e9}\\ \$"; r"C:\no\escapes"; "")") == "\"tab\té\\ $\"; \"C:\\no\\escapes\"; \"\"");
    CHECK(body("true; false; null; this; super.x") == "true; false; null; this; (. super x)");
    CHECK(body("[1, 2]; []; [0.0; 1024]; [\"a\": 1, b: 2]; [:]; (1, \"two\")") ==
          "[1 2]; []; [0.0; 1024]; (map \"a\"=>1 b=>2); (map); (tuple 1 \"two\")");
}

TEST_CASE("interpolation") {
    CHECK(body(R"("a ${x} b")") == R"((text "a " x " b"))");
    CHECK(body(R"("${x}")") == R"((text "" x ""))");
    CHECK(body(R"("${x:08.3f}${y}")") == R"((text "" x:08.3f "" y ""))");
    CHECK(body(R"("${f("in ${n ?? 0}")}!")") == R"((text "" (call f (text "in " (?? n 0) "")) "!"))");
    CHECK(body(R"("${m["k"]}, ${xs.map(x => { x + 1 })}")") ==
          R"((text "" (index m "k") ", " (call (. xs map) (fn (x) {(+ x 1)})) ""))");
    CHECK(body(R"("$x $ {y} \${z}")") == R"("$x $ {y} ${z}")");
    CHECK(body(R"("${if a { "x" } else { "y" }}")") == R"((text "" (if a {"x"} {"y"}) ""))");
}

TEST_CASE("block strings lose the indentation of their closing line") {
    CHECK(body("\"\"\"\n    one\n      two\n\n    three\n    \"\"\"") == R"("one\n  two\n\nthree")");
    CHECK(body("\"\"\"\n    a ${x}\n    b \"quoted\"\n    \"\"\"") == R"((text "a " x "\nb \"quoted\""))");
    CHECK(body("\"\"\"one line\"\"\"") == R"("one line")");
    CHECK(body("\"\"\"\n\"\"\"") == R"("")");
    CHECK(body("r\"\"\"\n  \\d${x}\n  \"\"\"") == R"("\d${x}")");
    CHECK(body("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"") == R"("a\nb")");
    CHECK(body("\"\"\"\n  ${a}${b}\n  ${c}\n  \"\"\"") == R"((text "" a "" b "\n" c ""))");
}

TEST_CASE("statements") {
    CHECK(body("let x: int = 1; var y = 2; let (a, (b, _)) = t; let z: T") ==
          "let x: int = 1; var y = 2; let (a, (b, _)) = t; let z: T");
    CHECK(body("let (a: int, b) = t") == "let (a: int, b) = t");
    CHECK(body("for i in 0..n { }\nfor (k, v) in m { f(k) }") ==
          "(for i (.. 0 n) {}); (for (k, v) m {(call f k)})");
    CHECK(body("outer: while c { if d { break outer } else { continue } }") ==
          "(while @outer c {(if d {(break outer)} {(continue)})})");
    CHECK(body("a: for x in xs { continue a }") == "(for @a x xs {(continue a)})");
    CHECK(body("use f = open(\"a\")") == "use f = (call open \"a\")");
    CHECK(body("fn g(x: int): int = x\ng(1)") == "fn g(x: int): int = x; (call g 1)");
    CHECK(body("{ a }") == "{a}");
    CHECK(body("if a { b } else if c { d } else { e }") == "(if a {b} (if c {d} {e}))");
    CHECK(body("try { a } catch e: E { b } catch f { c } catch { d }") ==
          "(try {a} [catch e: E {b}] [catch f: - {c}] [catch : - {d}])");
    CHECK(body("f(try { a } catch e: E { b })") == "(call f (try {a} [catch e: E {b}]))");
}

TEST_CASE("match") {
    CHECK(body("match n {\n 0 => \"none\"\n 1 | 2 => \"few\"\n 3..=9 => \"some\"\n x if x < 0 => throw "
               "E(\"${x}\")\n _ => \"many\"\n}") ==
          "(match n [0 => \"none\"] [1 | 2 => \"few\"] [3..=9 => \"some\"] [x if (< x 0) => (throw (call E "
          "(text \"\" x \"\")))] [_ => \"many\"])");
    CHECK(body("match j { Json.Null => 1, Json.Bool(b) => 2, Pair(a, _) => 3 }") ==
          "(match j [=(. Json Null) => 1] [Json.Bool(b) => 2] [Pair(a, _) => 3])");
    CHECK(body("match t { (0, y) => y, (x, 0) => { x }, is Foo => 1, is Bar b => b, -1.5 => 2 }") ==
          "(match t [(0, y) => y] [(x, 0) => {x}] [is Foo => 1] [is Bar b => b] [(- 1.5) => 2])");
    CHECK(body("match x { y if f(y) => 1, z if (z) => 2, 'a'..='z' => 3, null => 4, n => m => 5 }") ==
          "(match x [y if (call f y) => 1] [z if z => 2] [#97..=#122 => 3] [null => 4] [n => (fn (m) 5)])");
    CHECK(body("match x { a => total += 1\n b => total = 2 }") ==
          "(match x [a => (+= total 1)] [b => (= total 2)])");
    CHECK(body("match x { Max.low..=Max.high => 1 }") == "(match x [(. Max low)..=(. Max high) => 1])");
}

TEST_CASE("declarations") {
    CHECK(module_text("fn add(a: int, b: int = 1): int = a + b") ==
          "fn add(a: int, b: int = 1): int = (+ a b)");
    CHECK(module_text("pub fn max<T: Comparable<T> & Display, U>(a: T, xs: [U]...): T { a }") ==
          "pub fn max<T: Comparable<T> & Display, U>(a: T, xs: [U]...): T {a}");
    CHECK(module_text("native(\"zip\") fn crc32(data: [u8]): u32") ==
          "native \"zip\" fn crc32(data: [u8]): u32");
    CHECK(module_text("pub let x = 1\nvar y: (int, string)?") == "pub let x = 1\nvar y: (int, string)?");
    CHECK(module_text("fn f(g: () -> () -> int?, t: ((int)) -> void) {}") ==
          "fn f(g: () -> () -> int?, t: (int) -> void) {}");
    CHECK(module_text("interface Shape {\n fn area(): float\n fn name(): string = \"x\"\n}") ==
          "interface Shape {fn area(): float; fn name(): string = \"x\"}");
    CHECK(module_text("pub struct V(x: float, var y: float = 0.0) {\n fn +(o: V): V = o\n fn unary-(): V = "
                      "this\n fn [](i: int): int = i\n fn []=(i: int, v: int) {}\n}") ==
          "pub struct V(x: float, var y: float = 0.0) {fn +(o: V): V = o; fn unary-(): V = this; fn [](i: "
          "int): int = i; fn []=(i: int, v: int) {}}");
    CHECK(module_text(
              "pub open class A(let o: string, private var b: int = 0,) : B(o, n: 1), C<int> {\n"
              "  init { if b < 0 { throw E() } }\n  open fn fee(): int = 0\n  static fn of(): A = A(\"\")\n"
              "  get display: string = \"x\"\n  private let items = List<int>()\n  override fn f() {}\n}") ==
          "pub open class A(let o: string, private var b: int = 0) : B( o n:1 ), C<int> {init {(if (< b 0) "
          "{(throw (call E))})}; "
          "open fn fee(): int = 0; static fn of(): A = (call A \"\"); get display: string = \"x\"; "
          "private let items = (call List<int>); override fn f() {}}");
    CHECK(module_text("enum Json {\n Null\n Bool(value: bool), Num(v: float)\n fn f(): int = 1\n}") ==
          "enum Json {Null; Bool(value: bool); Num(v: float); fn f(): int = 1}");
    CHECK(module_text("enum Color { Red, Green, Blue, }") == "enum Color {Red; Green; Blue}");
    CHECK(module_text("extend<T: A> [T] : Iterable<T> { fn f() {} }\nextend string { get n: int = 1 }") ==
          "extend<T: A> [T] : Iterable<T> {fn f() {}}\nextend string {get n: int = 1}");
    CHECK(module_text("test \"adds\" { assert(1 + 1 == 2) }") ==
          "test \"adds\" {(call assert (== (+ 1 1) 2))}");
    CHECK(module_text("class Stack<T>\nstruct P(x: int)") == "class Stack<T> {}\nstruct P(x: int) {}");
    CHECK(module_text("class P(\n    let x: int,\n    var y: int\n)") ==
          "class P(let x: int, var y: int) {}");
}

TEST_CASE("imports") {
    CHECK(module_text("import std.json\nimport std.collections.{Map, Set as S}\nimport geo = "
                      "company.geometry\nimport a.b.*\n") ==
          "import std.json\nimport std.collections.{Map, Set as S}\nimport geo = company.geometry\nimport "
          "a.b.*");
    CHECK(module_text("import a.{\n  B,\n  C,\n}\nfn f() {}") == "import a.{B, C}\nfn f() {}");
}

TEST_CASE("words that are keywords only in their place") {
    CHECK(module_text("fn get(open: int, test: int): int = open + test\nfn init() {}\nlet native = 1") ==
          "fn get(open: int, test: int): int = (+ open test)\nfn init() {}\nlet native = 1");
    CHECK(body("get(1)\nopen.x\ntest = 2\ninit\nlet get = map.get(\"k\") ?? 1\nget + 1") ==
          "(call get 1); (. open x); (= test 2); init; let get = (?? (call (. map get) \"k\") 1); (+ get 1)");
    CHECK(body("a.match.if.class()") == "(call (. (. (. a match) if) class))");
}

TEST_CASE("doc comments and directives") {
    Parsed p(
        "//! requires: fs.read:data, env\n//! A module.\n//! Two lines.\n\n/// Adds.\n///  indented\npub fn "
        "a() {}\n"
        "/** Block\n  * text */\nclass B {\n  /// member\n  fn c() {}\n}\n//// no doc\nfn d() {}\nenum E {\n "
        " /// case\n  X\n}");
    INFO(p.errors());
    REQUIRE(!p.sink.has_errors());
    REQUIRE(p.requirements.size() == 2);
    CHECK(p.requirements[0].capability == "fs.read:data");
    CHECK(p.requirements[1].capability == "env");
    CHECK(p.module->doc == "A module.\nTwo lines.");
    CHECK(p.module->decls[0]->doc == "Adds.\n indented");
    CHECK(p.module->decls[1]->doc == "Block\ntext");
    CHECK(ast::as<ast::TypeDecl>(p.module->decls[1])->members[0]->doc == "member");
    CHECK(p.module->decls[2]->doc.empty());
    CHECK(ast::as<ast::TypeDecl>(p.module->decls[3])->cases[0].doc == "case");
}

TEST_CASE("ranges of nodes are exact") {
    Parsed p("pub fn add(a: int): int = a.x + f(1)\n");
    const auto* f = ast::as<ast::FunctionDecl>(p.module->decls[0]);
    const auto text = [&](SourceRange r) {
        return std::string(p.files[0]->text().substr(r.start, r.end - r.start));
    };
    CHECK(text(f->range) == "pub fn add(a: int): int = a.x + f(1)");
    CHECK(text(f->modifiers_range) == "pub");
    CHECK(text(f->header) == "fn add(a: int): int");
    CHECK(text(f->name.range) == "add");
    CHECK(text(f->params[0].range) == "a: int");
    CHECK(text(f->result->range) == "int");
    const auto* sum = ast::as<ast::BinaryExpr>(f->body);
    CHECK(text(sum->range) == "a.x + f(1)");
    CHECK(text(sum->op_range) == "+");
    CHECK(text(sum->left->range) == "a.x");
    CHECK(text(sum->right->range) == "f(1)");
}
