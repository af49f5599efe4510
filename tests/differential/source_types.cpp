// The declarations of a random Skua program: a hierarchy with random bodies, helpers, and main.
#include "program.h"
#include "source_generator.h"

namespace skua::differential {

namespace {

// What every program has: observation (mix), bounds on growth (clip, at, nz), and generic helpers.
constexpr const char* kHelpers = R"(import std.math
import std.checked

var sum = 17

fn mix(x: int) { sum = sum * 31 + x }
fn hashText(s: string): int {
    var h = 7
    for i in 0..s.len { h = h * 31 + int(s.byteAt(i)) }
    return h
}
fn clip(s: string): string = if s.len > 80 { "long${s.len}" } else { s }
fn at(x: int, len: int): int = if len == 0 { 0 } else { (x & 0xFFFF) % len }
fn nz(x: int): int = if x == 0 { 1 } else { x }
fn maybe(x: int): int? = if x % 3 == 0 { null } else { x }
fn maybeText(s: string): string? = if s.len % 2 == 1 { null } else { s }
fn lengthOf(s: string?): int {
    if s == null { return -1 }
    return s.len
}
fn isNull<T>(x: T?): bool = x == null
fn choose<T>(which: bool, a: T, b: T): T = if which { a } else { b }
fn compare<T: Comparable<T>>(a: T, b: T): int = if a < b { -1 } else if b < a { 1 } else { a.compareTo(b) }
fn swapped<A, B>(a: A, b: B): (B, A) {
    let p = Both(a, b)
    return (p.turned().a, p.a)
}
fn shapeOf(s: Shape): Shape = s
fn baseOf(b: Base): Base = b
fn chain(n: int, first: int): Node? {
    var head: Node? = null
    for i in 0..n { head = Node(first + i, head) }
    return head
}
fn sumNodes(list: Node?): int {
    var total = 0
    var n = list
    while n != null {
        total += n.value
        n = n.next
    }
    return total
}

class Both<A, B>(let a: A, let b: B) {
    fn turned(): Both<B, A> = Both(b, a)
}
class Node(let value: int, let next: Node?) {
    get label: string = "n${value}"
}
class Res(let id: int) : Closeable {
    fn close() { mix(id) }
}
class MyError(message: string, let code: int) : Error(message)
class Key(let a: int, let b: string) : Equatable<Key>, Hashable, Display {
    fn equals(other: Key): bool = a == other.a && b == other.b
    fn hash(): int = a * 31 + b.len
    fn toString(): string = "#${a}${b}"
}
class Steps(var at: int, let end: int) : Iterator<int> {
    fn next(): int? {
        if at >= end { return null }
        at += 1
        return at - 1
    }
}
class Stack<T> {
    private let items = List<T>()
    fn push(x: T) { items.add(x) }
    fn pop(): T? = if items.isEmpty { null } else { items.removeLast() }
    get size: int = items.len
}
class Cell<T>(var value: T) {
    fn swap(x: T): T {
        let old = value
        value = x
        return old
    }
}
fn tally<T>(xs: [T], f: (T) -> float): float {
    var total = 0.0
    for i in 0..xs.len { total = total * 0.5 + f(xs[i]) }
    return total
}
fn many(a: int, b: float, c: int, d: float, e: int, f: float, g: int, h: float, i: int, j: float, k: f32,
        l: float, m: u8, n: float, o: int, p: float, q: string, r: float): float =
    float(a - c * e + g - i * o + int(m)) + b - d * f + h - j + float(k) * l - n + p * r + float(q.len)
class Tally() {
    static var count = 5
    static let first = count * 3
    static fn next(): int { count = count ^ (count << 3); return count }
}
fn most(xs: int...): int = xs.max() ?? -1
fn scaled(x: int, by: int = 3, plus: int = by + 1): int = x * by + plus
extend int { fn mixed(k: int): int = this * 31 + k }
)";

}  // namespace

void SourceMaker::types() {
    // Methods use plain operators only: what they call might call them.
    const auto simple = [&](const std::vector<std::string>& ints) {
        std::string s = random_.pick(ints);
        for (std::size_t i = random_.below(4); i > 0; --i)
            s = "(" + s + one({" + ", " - ", " * ", " ^ ", " & ", " | ", " >> "}) +
                (random_.percent(60) ? random_.pick(ints) : literal(Type::Int)) + ")";
        return s;
    };
    out_ += kHelpers;
    line("struct Vec(var x: int, var y: float, var z: i8) {");
    line("    fn +(o: Vec): Vec = Vec(x + o.x, y " + one({"+", "-", "*"}) + " o.y, z + o.z)");
    line("    get norm: float = " +
         one({"y * y + float(x)", "float(z) / y", "math.sqrt(y.abs()) - float(x)"}));
    line("}");
    line("interface Shape {");
    line("    fn area(): float");
    line("    fn grow(k: int): int");
    line("    fn name(): string = \"shape\"");
    line("}");
    line("open class Base(var n: int, let tag: string) : Shape {");
    line("    open fn area(): float = float(" + simple({"n"}) + ")");
    line("    open fn step(k: int): int = " + simple({"n", "k", "tag.len"}));
    line("    fn grow(k: int): int { n = " + simple({"n", "k"}) + "; return n }");
    line("    fn closed(k: int): int = step(k) + step(k + 1)");
    line("    get twice: int = n + n");
    line("}");
    line("class Left(n: int, tag: string, var extra: float) : Base(n, tag) {");
    line("    override fn area(): float = extra " + one({"*", "+", "/"}) + " super.area()");
    line("    override fn step(k: int): int = " +
         (random_.percent(60) ? "super.step(" + simple({"k", "n"}) + ")" : simple({"k", "n"})));
    line("    fn name(): string = \"left ${tag}\"");
    line("}");
    line("class Right(n: int, var at: Vec) : Base(n, \"right\") {");
    line("    override fn step(k: int): int {");
    line("        at.x += k");
    line("        return " + simple({"at.x", "n", "k"}));
    line("    }");
    line("}");
    line("struct Dot(v: int, flag: bool) : Shape {");
    line("    fn area(): float = if flag { float(v) } else { -1.5 }");
    line("    fn grow(k: int): int = " + simple({"v", "k"}));
    line("}");
    line("enum Command {");
    line("    Nop");
    line("    Add(n: int)");
    line("    Mul(a: int, b: int)");
    line("    Not(of: Command)");
    line("");
    line("    fn eval(k: int): int = match this {");
    line("        Command.Nop => k");
    line("        Command.Add(n) => " + simple({"n", "k"}));
    line("        Command.Mul(a, b) => " + simple({"a", "b", "k"}));
    line("        Command.Not(c) => ~c.eval(" + simple({"k"}) + ")");
    line("    }");
    line("}");
    line("");
    has_receivers_ = random_.percent(30);
    if (has_receivers_) out_ += kReceivers;
}

void SourceMaker::main_function() {
    line("fn main() {");
    ++indent_;
    const bool uncaught = random_.percent(40);
    const std::size_t n = functions_.size();
    for (std::size_t i = 0; i < n; ++i) {
        const Fn& f = functions_[i];
        scope_.clear();
        cost_ = 0;
        budget_ = 200000;  // the functions have theirs
        std::string shown = f.name + "(";
        if (f.depth) shown += "3";
        for (std::size_t p = 0; p < f.params.size(); ++p)
            shown += (p > 0 || f.depth ? ", " : "") + expr(f.params[p], 2);
        shown += ")";
        const bool printable = f.result != Type::Fun && f.result != Type::Base && f.result != Type::Shape &&
                               f.result != Type::OptNode;
        const std::string call = printable               ? "println(" + shown + ")"
                                 : f.result == Type::Fun ? "println((" + shown + ")(5))"
                                                         : shown;
        const std::string rounds = std::to_string(random_.percent(70) ? 1 : random_.between(2, 4));
        if (i + 1 == n && uncaught) {
            line("println(sum)");
            line("for round in 0.." + rounds + " { " + call + " }");
        } else {
            line("for round in 0.." + rounds + " { try { " + call + " } catch e: Error { println(e) } }");
        }
    }
    line("println(sum)");
    --indent_;
    line("}");
}

std::string SourceMaker::make() {
    types();
    small_ = random_.percent(60);
    const std::size_t n = small_ ? 1 + random_.below(2) : 2 + random_.below(4);
    for (std::size_t i = 0; i < n; ++i) {
        budget_ = 1500;
        function("f" + std::to_string(i), random_.percent(20));
    }
    main_function();
    return out_;
}

std::string generate_source(std::uint64_t seed) {
    return SourceMaker(seed).make();
}

}  // namespace skua::differential
