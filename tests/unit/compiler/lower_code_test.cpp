// The code that lowering makes: fused branches, counted loops, values built where they belong.
#include <catch2/catch.hpp>

#include "lower_support.h"

using namespace skua::compiler::testing;

TEST_CASE("conditions are branches and each branch returns") {
    Compiled c(R"(
        fn fib(n: int): int = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
        fn both(a: int, b: float, c: bool): int { if a > 3 && !(b < 1.0) || c { return 1 }; return 0 }
        fn order(x: float, y: float): bool = !(x < y)
    )");
    CHECK(c.code("fib") == "br.le.i64 ret sub.i64 call sub.i64 call add.i64 ret");
    // Not less is not the same as greater or equal: NaN.
    CHECK(c.code("both") == "br.le.i64 const.f64 br.nlt.f64 br.false ret ret");
    CHECK(c.code("order") == "lt.f64 not.bool ret");
}

TEST_CASE("loops test at the bottom and count in registers") {
    Compiled c(R"(
        fn up(n: int): int { var s = 0; for i in 0..n { s += i }; return s }
        fn known(): int { var s = 0; for i in 0..10 { s += i }; return s }
        fn inclusive(n: int): int { var s = 0; for i in 1..=n { s += i }; return s }
        fn each(xs: [int]): int { var s = 0; for x in xs { s += x }; return s }
        fn until(n: int): int { var i = 0; while i * i < n { i += 1 }; return i }
    )");
    CHECK(c.code("up") == "br.le.i64 add.i64 add.i64 br.lt.i64 ret");
    CHECK(c.code("known") == "add.i64 add.i64 br.lt.i64 ret");
    CHECK(c.code("inclusive") == "br.lt.i64 br add.i64 add.i64 br.lt.i64 ret");
    CHECK(c.code("each") == "array.len br.le.i64 array.get add.i64 add.i64 br.lt.i64 ret");
    CHECK(c.code("until") == "mul.i64 br.le.i64 add.i64 mul.i64 br.lt.i64 ret");
}

TEST_CASE("what each round would load is loaded before the loop") {
    Compiled c(R"(
        fn scale(xs: [float]) { for i in 0..xs.len { for j in 0..3 { xs[i] = xs[i] * 0.5 } } }
        fn clear(xs: [bool]) { var i = 0; while i < xs.len { xs[i] = false; i += 2 } }
        fn once(x: float): float = x * 0.5
    )");
    const std::string scale = c.code("scale");
    CHECK(count(scale, "const.f64") == 1);
    CHECK(scale.find("const.f64") < scale.find("array.get"));
    CHECK(scale.find("const.f64") < scale.find("br.le.i64"));
    // false is stored, which no instruction takes as an immediate; 2 is added, which one does.
    const std::string clear = c.code("clear", true);
    CHECK(clear == "const.int const.int array.len br.le.i64 array.put const.int add.i64 br.lt.i64 ret.void");
    CHECK(c.code("once") == "const.f64 mul.f64 ret");
}

TEST_CASE("fields of elements and of structs in objects are reached by one path") {
    Compiled c(R"(
        struct Vec(var x: float, var y: float)
        struct Body(var pos: Vec, let v: Vec)
        class Ship(var at: Vec)
        fn drift(bodies: [Body], i: int, dt: float) { bodies[i].pos.x += bodies[i].v.x * dt }
        fn move(s: Ship) { s.at.x = s.at.y }
        fn add(a: Vec, b: Vec): Vec = Vec(a.x + b.x, a.y + b.y)
        fn both(ps: [(int, int)]): int { var s = 0; for (a, b) in ps { s += a * b }; return s }
        fn pair(): (int, int) = (1, 2)
        fn apart(): int { let (a, b) = pair(); let (c, d) = (a, b); return c - d }
    )");
    CHECK(c.code("drift") == "array.getf array.getf mul.f64 add.f64 array.putf ret.void");
    CHECK(c.code("move") == "get put ret.void");
    CHECK(c.code("add") == "extract extract add.f64 extract extract add.f64 pack ret");
    CHECK(c.code("both") ==
          "array.len br.le.i64 array.getf array.getf mul.i64 add.i64 add.i64 br.lt.i64 ret");
    CHECK(c.code("apart") == "call extract extract move move sub.i64 ret");
}

TEST_CASE("text is joined once") {
    Compiled c(R"(
        fn greet(name: string, n: int): string = "a " + name + ", ${n}" + " and " + "more"
        fn same(name: string): string = "${name}"
    )");
    CHECK(c.code("greet") == "const.str const.str tostr const.str str.concat ret");
    CHECK(c.code("same") == "ret");
}

TEST_CASE("match on literals is a switch") {
    Compiled c(R"(
        fn dense(n: int): int = match n { 1 => 10; 2 | 3 => 20; 4..=6 => 30; _ => 0 }
        fn sparse(n: int): int = match n { 1 => 10; 1000 => 20; 1_000_000 => 30; -5 => 40; x if x < 0 => -1; _ => 0 }
        fn few(n: int): int = match n { 1 => 10; 2 => 20; _ => 0 }
        fn kind(c: char): int = match c { 'a'..='z' | '_' => 1; '0'..='9' => 2; _ => 0 }
    )");
    CHECK(c.code("dense") == "switch.dense ret ret ret ret");
    CHECK(c.code("sparse") == "switch.sparse ret ret ret ret br.le.i64 ret ret");
    CHECK(c.code("few") == "br.ne.i64 ret br.ne.i64 ret ret");
    CHECK(c.code("kind") == "switch.dense ret ret ret");
}

TEST_CASE("what is known of a variable is computed once where it dominates") {
    Compiled c(R"(
        class Node(let value: int, var next: Node?)
        fn twice(n: Node?): int = if n != null { n.value + n.value } else { 0 }
        fn apart(n: Node?, b: bool): int {
            if n == null { return 0 }
            if b { return n.value }
            return n.value + 1
        }
        fn sum(first: Node?): int {
            var n = first
            var s = 0
            while n != null { s += n.value; n = n.next }
            return s
        }
    )");
    CHECK(count(c.code("twice"), "unwrap") == 1);
    CHECK(count(c.code("apart"), "unwrap") == 2);  // the first is not on the other's way
    CHECK(count(c.code("sum"), "unwrap") == 1);
}

TEST_CASE("what never changes is read once") {
    Compiled c(R"(
        class Row(let cells: [int], var sum: int) {
            init { sum = cells.len + cells.len }
            fn total(): int { for i in 0..cells.len { sum += cells[i] }; return sum + cells.len }
        }
        let limit = [1, 2]
        var changing = [1]
        fn fill(xs: [int]) { var i = 0; while i < xs.len { xs[i] = i; i += 1 } }
        fn globals(): int = limit[0] + limit[1] + changing[0] + changing[0]
        fn replaced(ys: [int]): int { var xs = ys; let n = xs.len; xs = [1]; return n + xs.len }
        fn maybe(r: Row, b: bool): int { if b { return r.cells.len }; return r.cells.len }
    )");
    CHECK(c.code("fill") == "array.len br.le.i64 array.put add.i64 br.lt.i64 ret.void");
    CHECK(c.code("total", false, "m.Row") ==
          "get array.len br.le.i64 get array.get add.i64 put add.i64 br.lt.i64 get array.len add.i64 ret");
    CHECK(count(c.code("globals"), "static.get") == 3);
    CHECK(count(c.code("replaced"), "array.len") == 2);
    CHECK(count(c.code("maybe"), "array.len") == 2);           // neither is on the other's way
    CHECK(count(c.code("init", false, "m.Row"), "get") == 2);  // a constructor may yet assign it
}

TEST_CASE("variables of closures") {
    Compiled c(R"(
        fn counter(): () -> int { var n = 0; return () => { n += 1; n } }
        fn adder(k: int): (int) -> int = x => x + k
        fn plain(): (int) -> int = x => x + 1
    )");
    CHECK(c.code("counter") == "new put closure ret");
    CHECK(c.code("counter$lambda$0") == "get add.i64 put get ret");
    CHECK(c.code("adder") == "closure ret");
    CHECK(c.code("adder$lambda$0") == "add.i64 ret");
    const auto* lambda = c.function("adder$lambda$0");
    REQUIRE(lambda != nullptr);
    CHECK(lambda->params.size() == 2);  // the capture comes last
}

TEST_CASE("narrow integers and conversions") {
    Compiled c(R"(
        fn add(a: u8, b: u8): u8 = a + b
        fn mask(a: u8, b: u8): u8 = a & b
        fn wide(a: u32): int = int(a)
        fn less(a: u32, b: u32): bool = a < b
        fn down(x: int): i16 = i16(x)
        fn real(x: float): int = int(x)
        fn code(c: char): int = int(c)
        fn shift(a: u32, n: int): u32 = a >> n
    )");
    CHECK(c.code("add") == "add.i32 narrow.u8 ret");
    CHECK(c.code("mask") == "and.i32 narrow.u8 ret");
    CHECK(c.code("wide") == "zext.u32.i64 ret");
    CHECK(c.code("less") == "lt.u32 ret");
    CHECK(c.code("down") == "wrap.i64.i32 narrow.i16 ret");
    CHECK(c.code("real") == "f64.i64.sat ret");
    CHECK(c.code("code") == "retype sext.i32.i64 ret");
    CHECK(c.code("shift") == "wrap.i64.i32 shr.u32 ret");
}

TEST_CASE("operands keep their values while later ones assign") {
    Compiled c(R"(
        fn f(p: bool): int { var x = 1; return x + (if p { x = 5; x } else { 2 }) }
        fn g(p: bool): int { var x = 1; x = 3; return x + (if p { 4 } else { 2 }) }
    )");
    CHECK(c.code("f") == "move br.false move br add.i64 ret");
    CHECK(c.error().empty());
}
