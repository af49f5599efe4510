// Idioms that take several lines: dispatch over mixed arrays, iterators, tables, local functions, generic
// containers. Each is one shape with random contents.
#include "source_generator.h"

namespace skua::differential {

void SourceMaker::idiom(int depth) {
    if (!can_afford(400)) return declare(depth);
    const auto n = [&](std::int64_t low, std::int64_t high) {
        return std::to_string(random_.between(low, high));
    };
    const auto e = [&](Type t) { return expr(t, 2); };
    const std::string a = fresh("w"), b = fresh("w"), c = fresh("w");
    const double outer = multiplier_;
    multiplier_ *= 6;  // most of them loop
    switch (random_.below(24)) {
        case 0:  // one call site, receivers of several classes
            line("let " + a + ": [Shape] = [Left(" + e(Type::Int) + ", " + e(Type::Text) + ", " +
                 e(Type::Float) + "), Dot(" + e(Type::Int) + ", true), Right(" + e(Type::Int) + ", " +
                 e(Type::Vec) + "), Base(1, \"b\")]");
            line("for k in 0.." + n(1, 90) + " {");
            line("    let s = " + a + "[k % " + n(1, 4) + "]");
            line("    mix(s.grow(k) + s.name().len)");
            line("    if s.area() > " + e(Type::Float) + " { mix(k) }");
            line("}");
            break;
        case 1:
            line("let " + a + ": [Base] = [Left(" + e(Type::Int) + ", \"l\", 1.5), Base(" + e(Type::Int) +
                 ", \"b\"), Right(3, " + e(Type::Vec) + ")]");
            line("for k in 0.." + n(1, 90) + " { mix(" + a + "[(k * " + n(0, 5) + ") % 3]." +
                 one({"step(k)", "closed(k)", "twice", "grow(k)"}) + ") }");
            break;
        case 2:
            line("for c in " + e(Type::Text) + " { mix(int(c) * " + e(Type::Int) + ") }");
            break;
        case 3:
            line("for (k, x) in " + e(Type::List) + ".iterator().enumerate() { mix(k * x + " + e(Type::Int) +
                 ") }");
            break;
        case 4:
            line("for (x, y) in " + e(Type::List) + ".iterator().zip(" + e(Type::Ints) +
                 ".iterator()) { mix(x ^ y) }");
            break;
        case 5:
            line("let " + a + " = " + e(Type::Ints) + ".copy()");
            line(a + ".sortWith((p: int, q: int) => (q & " + n(1, 63) + ") - (p & 15))");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        case 6:
            line("let " + a + " = (0.." + n(2, 4) + ").map(r => [" + e(Type::Int) + "; " + n(2, 5) + "])");
            line("for r in 0.." + a + ".len {");
            line("    for q in 0.." + a + "[r].len" + one({"", "", " - 1", " + 1"}) + " { " + a +
                 "[r][q] += r * " + e(Type::Int) + " + q }");
            line("}");
            line("mix(" + a + "[1].sum())");
            break;
        case 7:
            line("fn " + a + "(n: int, total: int): int = if n <= 0 { total } else { " + a +
                 "(n - 1, total * 3 + n) }");
            line("mix(" + a + "(" + n(0, 40) + ", " + e(Type::Int) + "))");
            break;
        case 8:
            line("let " + a + ": (int) -> ((int) -> int) = x => y => x * " + n(2, 9) + " - y");
            line("let " + b + " = " + a + "(" + e(Type::Int) + ")");
            line("for k in 0.." + n(1, 8) + " { mix(" + b + "(k) ^ " + a + "(k)(2)) }");
            break;
        case 9:
            line("let " + a + " = Map<(int, string), int>()");
            line("for k in 0.." + n(1, 9) + " { " + a + "[(k % " + n(1, 4) + ", " + e(Type::Text) +
                 ")] = k }");
            line("mix(" + a + ".len + " + a + ".getOr((0, " + e(Type::Text) + "), -1))");
            break;
        case 10:
            line("let " + a + " = Map<int, int>()");
            line("for k in " + e(Type::Ints) + " { " + a + ".update(k & " + n(1, 7) + ", " + e(Type::Int) +
                 ", v => v * 2 + k) }");
            line("for (k, v) in " + a + " { mix(k - v) }");
            break;
        case 11:
            line("mix(most(" + e(Type::Int) + ", " + e(Type::Int) + ") + scaled(" + e(Type::Int) +
                 ") + scaled(plus: " + e(Type::Int) + ", x: " + e(Type::Int) + "))");
            break;
        case 12:
            line("let " + a + " = Set<Key>()");
            line("for k in 0.." + n(1, 9) + " { " + a + ".add(Key(k % " + n(1, 4) + ", " + e(Type::Text) +
                 ")) }");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        case 13:
            line("var " + a + " = 0");
            line("while true {");
            line("    " + a + " += 1");
            line("    if " + a + " > " + n(1, 30) + " || " + truth(2) + " { break }");
            line("    if (" + a + " & 1) == 0 { continue }");
            line("    mix(" + a + " * " + e(Type::Int) + ")");
            line("}");
            break;
        case 14:
            line("for k in 0.." + n(1, 8) + " {");
            line("    try {");
            line("        if k == " + n(0, 4) + " { continue }");
            line("        if k > " + n(2, 8) + " { break }");
            line("        mix(" + e(Type::Int) + " / (k - " + n(0, 5) + "))");
            line("    } catch e: ArithmeticError {");
            line("        mix(-1)");
            line("    } finally { mix(k) }");
            line("}");
            break;
        case 15:
            line("try { mix(int.parse(" + e(Type::Text) + ")) } catch e: FormatError { mix(e.message.len) }");
            break;
        case 16:
            line("for x in Steps(" + n(-3, 3) + ", " + n(0, 9) + ") { mix(x * " + e(Type::Int) + ") }");
            break;
        case 17:
            line("let " + a + " = Stack<" + one({"int", "float", "string", "Vec", "int?", "(int, string)"}) +
                 ">()");
            line("mix(" + a + ".size)");
            line("let " + b + " = Stack<Vec>()");
            line("for k in 0.." + n(1, 9) + " { " + b + ".push(Vec(k, " + e(Type::Float) + ", i8(k))) }");
            line("mix(" + b + ".pop()!!.x + (" + b + ".pop()?.x ?? 7))");
            break;
        case 18:
            line("mix(" + e(Type::Int) + ".mixed(" + e(Type::Int) + "))");
            break;
        case 19:
            line("let " + a + " = " + e(Type::Text) + ".bytes()");
            line("for k in 0.." + a + ".len { " + a + "[k] = " + a + "[k] ^ " + e(Type::U8) + " }");
            line("for k in " + a + " { mix(int(k)) }");
            break;
        case 20:
            line(a + ": for k in 0.." + n(1, 6) + " {");
            line("    for m in 0.." + n(1, 6) + " {");
            line("        if k * m == " + n(0, 12) + " { " + one({"break ", "continue "}) + a + " }");
            line("        mix(k * 10 + m)");
            line("    }");
            line("}");
            break;
        case 21:
            line("mix((" + n(-2, 2) + ".." + n(3, 20) + ").fold(" + e(Type::Int) + ", " +
                 lambda({Type::Int, Type::Int}, Type::Int, 2) + "))");
            break;
        case 22:
            line("var " + a + " = Both(" + e(Type::Int) + ", " + e(Type::Float) + ")");
            line("let " + b + " = Both(" + a + ".b, (" + a + ".a, " + e(Type::Text) + "))");
            line("mix(" + b + ".b.0 + int(" + b + ".a) + " + b + ".turned().a.1.len)");
            break;
        default:
            line("Tally.count += " + e(Type::Int));
            line("mix(Tally.next() + Tally.first)");
            break;
    }
    multiplier_ = outer;
}

}  // namespace skua::differential
