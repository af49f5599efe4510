// Errors that are thrown, caught, thrown on and passed by: what the variables are then, and which finally
// blocks have run.
#include "source_generator.h"

namespace skua::differential {

void SourceMaker::errors(int depth) {
    if (!can_afford(700)) return declare(depth);
    const auto n = [&](std::int64_t low, std::int64_t high) {
        return std::to_string(random_.between(low, high));
    };
    const auto e = [&](Type t) { return expr(t, 2); };
    const std::string a = fresh("w"), b = fresh("w"), c = fresh("w"), i = fresh("ii"), j = fresh("j");
    const std::string kind = one({"MyError", "Error", "ArithmeticError", "IndexError"});
    const double outer = multiplier_;
    multiplier_ *= 12;
    // Something that may throw, as an int.
    const auto risky = [&](const std::string& k) {
        return random_.pick({std::string("12 / (" + k + " - ") + n(0, 4) + ")",
                             "[1, 2, 3][" + k + one({"", " - 1", " + 1"}) + "]", "maybe(" + k + ")!!",
                             "checked.add(int.MAX - " + n(0, 3) + ", " + k + ")",
                             "int(char(0xD7FD + " + k + "))",
                             "(shapeOf(baseOf(Base(" + k + ", \"r\"))) as " + one({"Left", "Base"}) + ").n",
                             "[\"a\": 1][if " + k + " > " + n(0, 3) + " { \"b\" } else { \"a\" }]",
                             "int.parse(\"${" + k + "}" + one({"", "x"}) + "\")", "most(" + k + ", 2)"});
    };
    switch (random_.below(9)) {
        case 0:  // every way out of nested loops and tries
            line(a + ": for " + i + " in 0.." + n(1, 5) + " {");
            line("    try {");
            line("        for " + j + " in 0.." + n(1, 5) + " {");
            line("            try {");
            line("                if " + i + " * " + j + " == " + n(0, 8) + " { " +
                 one({"continue ", "break "}) + a + " }");
            line("                if " + j + " == " + n(0, 5) + " { " + one({"break", "continue"}) + " }");
            line("                if " + i + " == " + n(0, 5) + " { throw MyError(\"m${" + i + "}\", " + j +
                 ") }");
            line("                mix(" + risky(j) + ")");
            line("            } catch e: MyError {");
            line("                if e.code == " + n(0, 3) + " { throw " +
                 one({"e", "StateError(e.message)"}) + " }");
            line("                mix(e.code)");
            line("            } finally { mix(" + i + " * 100 + " + j + ") }");
            line("        }");
            line("    } catch e: " + kind + " { mix(e.message.len) } finally { mix(" + i + ") }");
            line("}");
            break;
        case 1:  // from a callee, sometimes
            line("fn " + a + "(k: int, x: float): int {");
            line("    if k % " + n(1, 5) + " == " + n(0, 2) + " { throw MyError(\"bad\", k) }");
            line("    return k * 3 + int(x)");
            line("}");
            line("for " + i + " in 0.." + n(1, 9) + " {");
            line("    try { mix(" + a + "(" + i + ", " + e(Type::Float) + ")) } catch e: " + kind +
                 " { mix(e.message.len) }");
            line("}");
            break;
        case 2:  // as deep as it goes
            line(
                "fn " + a + "(k: int, x: float): int = if x > 1e308 { k } else { " +
                random_.pick({a + "(k + 1, x) + 1", a + "(k * 3, x + 0.5)", a + "(" + a + "(k + 1, x), x)"}) +
                " }");
            line("try { mix(" + a + "(" + e(Type::Int) + ", 1.0)) } catch e: StackOverflowError { mix(" +
                 n(1, 9) + ") }");
            break;
        case 3:  // finally behind a return
            line("fn " + a + "(k: int): int {");
            line("    var x = k");
            line("    try {");
            line("        x = " + risky("k"));
            line("        if x > " + n(0, 9) + " { return x }");
            line("        x += 1");
            line("    } finally {");
            line("        x = x * 3 + 1");
            line("        mix(x)");
            line("    }");
            line("    return x");
            line("}");
            line("for " + i + " in 0.." + n(1, 6) + " { try { mix(" + a + "(" + i +
                 ")) } catch e: Error { mix(hashText(\"${e}\")) } }");
            break;
        case 4:
        case 5:  // what the variables are where an error left
            line("var " + a + " = " + e(Type::Int));
            line("var " + b + " = " + e(Type::Float));
            line("var " + c + " = " + e(Type::Text));
            line("for " + i + " in 0.." + n(1, 9) + " {");
            line("    try {");
            line("        " + a + " += " + i);
            line("        " + b + " = " + b + " * 0.5 + float(" + a + ")");
            line("        mix(" + risky(i) + ")");
            line("        " + c + " = \"${" + a + "}\"");
            line("        " + a + " ^= " + risky(i));
            line("        " + b + " -= 1.0");
            line("    } catch e: " + kind + " {");
            line("        mix(" + a + " + " + c + ".len)");
            line("        mix(hashText(\"${" + b + "}\"))");
            if (random_.percent(30)) line("        if " + i + " == " + n(0, 6) + " { throw e }");
            line("    }");
            line("}");
            break;
        case 6:  // resources
            line("for " + i + " in 0.." + n(1, 6) + " {");
            line("    try {");
            line("        use " + a + " = Res(" + i + ")");
            line("        use " + b + " = Res(" + i + " + " + e(Type::Int) + ")");
            line("        if " + i + " == " + n(0, 5) + " { " + one({"continue", "break", "mix(1)"}) + " }");
            line("        mix(" + risky(i) + " + " + a + ".id - " + b + ".id)");
            line("    } catch e: " + kind + " { mix(hashText(\"${e}\")) }");
            line("}");
            break;
        case 7:  // values of tries, carried around a loop
            line("var " + a + " = " + e(Type::Int));
            line("var " + b + " = " + e(Type::Float));
            line("for " + i + " in 0.." + n(1, 9) + " {");
            line("    " + a + " = try { " + a + " + " + risky(i) + " } catch e: " + kind + " { " + a + " - " +
                 i + " }");
            line("    " + b + " = try { " + b + " + float(" + risky(i) + ") } catch e: Error { -" + b +
                 " } finally { mix(" + i + ") }");
            line("}");
            line("mix(" + a + ")");
            line("mix(hashText(\"${" + b + "}\"))");
            break;
        default:  // out of a closure, through the library
            line("try {");
            line("    mix(" + e(Type::Ints) + ".map(x => if x == " + e(Type::Int) +
                 " { throw MyError(\"in\", x) } else { " + risky("(x & 3)") + " }).sum())");
            line("} catch e: " + kind + " { mix(e.message.len) }");
            break;
    }
    multiplier_ = outer;
}

}  // namespace skua::differential
