// Calls of every kind: function values that captured much, more arguments than there are registers, call
// sites with many receivers, generic code over value types.
#include "source_generator.h"

namespace skua::differential {

const char* const kReceivers = R"(interface Op {
    fn apply(k: int): int
    fn scale(x: float, k: int): float = x * float(apply(k) & 7)
}
class Op0(var n: int) : Op { fn apply(k: int): int { n += k; return n } }
class Op1(let n: int) : Op { fn apply(k: int): int = n - k }
class Op2(let n: int, let x: float) : Op {
    fn apply(k: int): int = n * k + int(x)
    fn scale(y: float, k: int): float = x - y
}
class Op3() : Op { fn apply(k: int): int = k }
class Op4(let s: string) : Op { fn apply(k: int): int = s.len ^ k }
class Op5(let of: Op) : Op { fn apply(k: int): int = of.apply(k + 1) }
class Op6(let xs: [int]) : Op { fn apply(k: int): int = xs[k] }
struct Op7(v: int) : Op { fn apply(k: int): int = v & k }
struct Op8(v: Vec, k: i8) : Op { fn apply(n: int): int = v.x + int(k) * n }
open class Op9(let n: int) : Op { open fn apply(k: int): int = n << (k & 15) }
class Op10(n: int) : Op9(n) { override fn apply(k: int): int = super.apply(k) + 1 }
class Op11(n: int, let f: (int) -> int) : Op9(n) { override fn apply(k: int): int = f(k + n) }
fn opOf(k: int): Op = match k & 15 {
    0 => Op0(k)
    1 => Op1(k)
    2 => Op2(k, 0.5)
    3 => Op3()
    4 => Op4("op")
    5 => Op5(Op1(k))
    6 => Op6([k, 2, 3])
    7 => Op7(k)
    8 => Op8(Vec(k, 1.5, i8(k)), i8(3))
    9 => Op9(k)
    10 => Op10(k)
    11 => Op11(k, x => x * k)
    _ => Op0(-k)
}
)";

void SourceMaker::calls(int depth) {
    if (!can_afford(700)) return declare(depth);
    const auto n = [&](std::int64_t low, std::int64_t high) {
        return std::to_string(random_.between(low, high));
    };
    const auto e = [&](Type t) { return expr(t, 2); };
    const std::string a = fresh("w"), b = fresh("w"), c = fresh("w"), i = fresh("ii");
    const double outer = multiplier_;
    multiplier_ *= 10;
    // A value of one of the types, as a number of type float.
    const auto as_float = [&](const std::string& name, Type t) {
        return t == Type::Float    ? name
               : t == Type::Text   ? "float(" + name + ".len)"
               : t == Type::Vec    ? "(" + name + ".y + float(" + name + ".x))"
               : t == Type::Bool   ? "(if " + name + " { 1.5 } else { -2.5 })"
               : t == Type::OptInt ? "float(" + name + " ?? 3)"
               : t == Type::Pair   ? "float(" + name + ".0 + " + name + ".1.len)"
                                   : "float(" + name + ")";
    };
    const auto any_scalar = [&] {
        return random_.pick({Type::Int, Type::Int, Type::Float, Type::Float, Type::I32, Type::F32, Type::U8,
                             Type::Bool, Type::Text, Type::Vec, Type::OptInt, Type::Pair, Type::U64});
    };
    switch (random_.below(8)) {
        case 0:
        case 1: {  // many captures, many parameters
            std::vector<std::pair<std::string, Type>> captured, params;
            for (std::size_t k = random_.below(9); k > 0; --k) {
                const Type t = any_scalar();
                captured.push_back({fresh("c"), t});
                line(std::string(random_.percent(25) ? "var " : "let ") + captured.back().first + ": " +
                     type_name(t) + " = " + e(t));
            }
            std::string types, head, sum = "0.5", arguments;
            for (std::size_t k = random_.below(11); k > 0; --k) {
                const Type t = any_scalar();
                params.push_back({fresh("p"), t});
                const std::string comma = params.size() > 1 ? ", " : "";
                types += comma + type_name(t);
                head += comma + params.back().first + ": " + type_name(t);
                arguments += comma + e(t);
            }
            for (const auto* list : {&params, &captured})
                for (const auto& [name, t] : *list) sum += one({" + ", " - "}) + as_float(name, t);
            line("let " + a + ": (" + types + ") -> float = (" + head + ") => " + sum);
            line("let " + b + " = [" + a + ", " + a + ", (" + head + ") => " + sum + " * 2.0]");
            line("for " + i + " in 0.." + n(1, 12) + " { mix(hashText(\"${" + b + "[" + i + " % " + n(1, 3) +
                 "](" + arguments + ")}\")) }");
            break;
        }
        case 2:  // different functions at one call
            line("let " + c + " = " + e(Type::Int));
            line("fn " + a + "(x: int): int = x * 3 - " + c);
            line("let " + b + ": [(int) -> int] = [x => x + " + c + ", " + a + ", x => x ^ " + n(1, 99) +
                 ", x => { mix(x); x - 1 }, " + e(Type::Fun) + "]");
            line("for " + i + " in 0.." + n(1, 60) + " { mix(" + b + "[" + i + " % " + n(1, 5) + "](" + i +
                 " + " + b + "[0](" + i + "))) }");
            break;
        case 3:  // functions of functions
            line("fn " + a + "(f: (int) -> int, g: (int) -> int): (int) -> int = x => f(g(x))");
            line("fn " + b + "(k: int, f: (int) -> int, x: int): int = if k <= 0 { x } else { " + b +
                 "(k - 1, f, f(x)) }");
            line("mix(" + b + "(" + n(0, 9) + ", " + a + "(" + e(Type::Fun) + ", x => x - " + e(Type::Int) +
                 "), " + e(Type::Int) + "))");
            break;
        case 4:  // functions that return several values, or a text, or perhaps nothing
            line("let " + a + ": (int, float) -> " +
                 random_.pick({"Vec = (k: int, x: float) => Vec(k, x, i8(k))",
                               "(int, string) = (k: int, x: float) => (k, \"${x}\")",
                               "int? = (k: int, x: float) => maybe(k + int(x))",
                               "string = (k: int, x: float) => \"${k}${x}\"",
                               "f32 = (k: int, x: float) => f32(x) + f32(k)",
                               "bool = (k: int, x: float) => float(k) < x",
                               "[int] = (k: int, x: float) => [k, int(x)]"}));
            line("for " + i + " in 0.." + n(1, 9) + " { mix(hashText(\"${" + a + "(" + i + ", " +
                 e(Type::Float) + ")}\")) }");
            break;
        case 5:
        case 6: {  // one call, many receivers
            if (!has_receivers_) break;
            const std::string spread = n(1, 16);
            line("let " + a + " = (0.." + n(1, 20) + ").map(k => opOf(k % " + spread + " + " + n(0, 12) +
                 "))");
            line("for " + i + " in 0.." + n(1, 120) + " {");
            line("    let s = " + a + "[" + i + " % " + a + ".len]");
            line("    mix(s.apply(" + i + one({" & 1", " & 1", " % 3", ""}) + "))");
            if (random_.percent(50))
                line("    mix(hashText(\"${s.scale(" + e(Type::Float) + ", " + i + " & 1)}\"))");
            if (random_.percent(30))
                line("    if s is " + one({"Op9", "Op10", "Op7", "Op0"}) + " { mix(3) }");
            line("}");
            break;
        }
        default: {  // generic code over values of several slots
            const Type t = any_scalar();
            const std::string type = type_name(t);
            line("let " + a + " = Cell<" + type + ">(" + e(t) + ")");
            line("let " + b + ": [" + type + "] = [" + e(t) + ", " + e(t) + ", " + e(t) + "]");
            line("for " + i + " in 0.." + n(1, 9) + " { " + b + "[" + i + " % " + n(1, 4) + "] = " + a +
                 ".swap(" + b + "[(" + i + " * 2) % 3]) }");
            line("mix(hashText(\"${" + a + ".value}${" + b + "}${tally(" + b + ", x => " + as_float("x", t) +
                 ")}\"))");
            line("mix(hashText(\"${many(1, " + e(Type::Float) + ", 2, 0.5, " + e(Type::Int) + ", " +
                 e(Type::Float) + ", 7, 1.5, " + e(Type::Int) +
                 ", 2.5, f32(0.25), 3.5, u8(9), 4.5, 11, 5.5, " + e(Type::Text) + ", 6.5)}\"))");
            break;
        }
    }
    multiplier_ = outer;
}

}  // namespace skua::differential
