// Loops over arrays whose bounds a compiler would like to drop, and counters near the ends of their types.
// Each is one shape with random bounds, steps and contents; some run out of bounds in the middle.
#include "source_generator.h"

namespace skua::differential {

void SourceMaker::scan(int depth) {
    if (!can_afford(600)) return declare(depth);
    const auto n = [&](std::int64_t low, std::int64_t high) {
        return std::to_string(random_.between(low, high));
    };
    const auto e = [&](Type t) { return expr(t, 2); };
    const std::string a = fresh("w"), b = fresh("w"), c = fresh("w"), i = fresh("ii"), j = fresh("j");
    const double outer = multiplier_;
    multiplier_ *= 12;
    // An index near i: mostly inside.
    const auto near = [&](const std::string& at) {
        return at + one({"", "", "", "", " + 1", " - 1", " + 2", " - 3", " * 2"});
    };
    const bool caught = random_.percent(60);
    if (caught) line("try {");
    const std::string length = n(0, random_.percent(10) ? 90 : 14);
    switch (random_.below(17)) {
        case 0: {  // bounds that come from anywhere
            line("let " + a + " = [" + e(Type::Int) + "; " + length + "]");
            const std::string low = random_.percent(75) ? n(-2, 4) : e(Type::Int);
            const std::string high =
                random_.percent(75) ? a + ".len" + one({"", "", " - 1", " + 1"}) : e(Type::Int);
            line("for " + i + " in " + low + one({"..", "..", "..="}) + high + " {");
            line("    " + a + "[" + near(i) + "] = " + a + "[" + i + "] * " + n(-3, 9) + " + " + i);
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        }
        case 1: {  // the ends of int
            const std::string low = one({"int.MAX - 4", "int.MIN", "int.MAX - 1", "-3"});
            if (random_.percent(60))
                line("for " + i + " in " + low + one({"..=", ".."}) +
                     (low == "int.MIN" ? "int.MIN + " + n(0, 5)
                      : low == "-3"    ? n(-4, 4)
                                       : "int.MAX") +
                     " {");
            else
                line("for " + i + " in (" + low + ".." +
                     (low == "int.MIN" ? "int.MIN + " + n(0, 9)
                      : low == "-3"    ? n(-4, 9)
                                       : "int.MAX") +
                     ")" + one({".step(2)", ".step(3)", ".reversed()"}) + " {");
            line("    mix(" + i +
                 random_.pick(
                     {std::string(), std::string(" + 1"), std::string(" * 3"), " - " + e(Type::Int)}) +
                 ")");
            line("}");
            break;
        }
        case 2: {  // counters of any width that wrap
            const Type t = random_.pick(
                {Type::I8, Type::I16, Type::I32, Type::U8, Type::U16, Type::U32, Type::U64, Type::Int});
            const std::string type = type_name(t);
            line("var " + i + ": " + type + " = " + type + "(" + literal(Type::Int) + ")");
            line("var " + c + " = 0");
            line("while " + i + one({" < ", " > ", " <= ", " >= ", " != "}) + type + "(" +
                 literal(Type::Int) + ") && " + c + " < " + n(3, 300) + " {");
            line("    " + i + one({" += ", " -= ", " *= "}) + type + "(" +
                 random_.pick({n(1, 3), n(1, 120), literal(Type::Int)}) + ")");
            line("    " + c + " += 1");
            line("    mix(int(" + i + ")" + random_.pick({std::string(), " + " + c, std::string(" * 7")}) +
                 ")");
            line("}");
            break;
        }
        case 3: {  // a matrix in one array
            const std::string rows = n(1, 6), columns = n(1, 6);
            line("let " + a + " = [" + e(Type::Int) + "; " + rows + " * " + columns +
                 one({"", "", "", " - 1", " + 1"}) + "]");
            line("for " + i + " in 0.." + rows + " {");
            line("    for " + j + " in 0.." + columns + " { " + a + "[" + i + " * " + columns + " + " + j +
                 "] += " + i + " ^ (" + j + " << " + n(0, 9) + ") }");
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        }
        case 4:  // a sieve
            line("let " + a + " = [" + one({"true", "false"}) + "; " + length + "]");
            line("let " + c + " = at(" + e(Type::Int) + ", 6) + 1");
            line("var " + j + " = " + n(0, 3));
            line("while " + j + " < " + a + ".len {");
            line("    " + a + "[" + j + "] = !" + a + "[" + j + "]");
            line("    " + j + " += " + (random_.percent(50) ? c : n(1, 4)));
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        case 5: {  // insertion sort
            const Type t = random_.pick({Type::Ints, Type::Floats, Type::Bytes, Type::Texts});
            line("let " + a + ": " + type_name(t) + " = " + e(t) + ".copy()");
            line("for " + i + " in 1.." + a + ".len {");
            line("    let " + b + " = " + a + "[" + i + "]");
            line("    var " + j + " = " + i);
            line("    while " + j + " > 0 && " + a + "[" + j + " - 1] " + one({">", ">=", "<"}) + " " + b +
                 " {");
            line("        " + a + "[" + j + "] = " + a + "[" + j + " - 1]");
            line("        " + j + " -= 1");
            line("    }");
            line("    " + a + "[" + j + "] = " + b);
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        }
        case 6:  // binary search
            line("let " + a + " = " + e(Type::Ints) + ".sorted()");
            line("var " + i + " = 0");
            line("var " + j + " = " + a + ".len");
            line("let " + b + " = " + e(Type::Int));
            line("while " + i + " < " + j + " {");
            line("    let " + c + " = " +
                 random_.pick({"(" + i + " + " + j + ") / 2", "(" + i + " + " + j + ") >>> 1"}));
            line("    if " + a + "[" + c + "] < " + b + " { " + i + " = " + c + " + 1 } else { " + j + " = " +
                 c + " }");
            line("}");
            line("mix(" + i + ")");
            break;
        case 7:  // downwards
            line("let " + a + " = " + e(Type::Ints) + ".copy()");
            line("var " + i + " = " + a + ".len" + one({" - 1", " - 1", "", " - 2"}));
            line("while " + i + one({" >= 0", " > 0", " >= -1"}) + " {");
            line("    " + a + "[" + i + "] ^= " + a + "[" +
                 random_.pick({std::string("0"), a + ".len - 1 - " + i, i}) + "] + " + i);
            line("    " + i + " -= " + n(1, 2));
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        case 8: {  // a stencil from one array to another
            const Type t = random_.pick({Type::Ints, Type::Floats});
            const std::string one_ = t == Type::Ints ? "1" : "0.25";
            line("let " + a + ": " + type_name(t) + " = " + e(t));
            line("let " + b + " = [" + one_ + "; " + a + ".len" + one({"", "", " + 1"}) + "]");
            line("for " + c + " in 0.." + n(1, 3) + " {");
            line("    for " + i + " in 1.." + a + ".len" + one({" - 1", " - 1", ""}) + " { " + b + "[" + i +
                 "] = " + a + "[" + i + " - 1] + " + a + "[" + near(i) + "] * " + one_ + " }");
            line("    for " + i + " in 0.." + a + ".len { " + a + "[" + i + "] = " + b + "[" + i + "] }");
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        }
        case 9:  // the array changes in the loop
            line("var " + a + " = [" + e(Type::Int) + "; " + length + "]");
            line("for " + i + " in 0.." + n(1, 12) + " {");
            line("    if " + i + " == " + n(0, 8) + " { " + a + " = [" + i + "; " + n(0, 12) + "] }");
            line("    " + a + "[" + near(i) + "] += " + e(Type::Int));
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        case 10:  // from both ends
            line("let " + a + " = " + e(random_.pick({Type::Ints, Type::Texts, Type::Vecs})) + ".copy()");
            line("var " + i + " = 0");
            line("var " + j + " = " + a + ".len - 1");
            line("while " + i + one({" < ", " <= "}) + j + " {");
            line("    let " + b + " = " + a + "[" + i + "]");
            line("    " + a + "[" + i + "] = " + a + "[" + j + "]");
            line("    " + a + "[" + j + "] = " + b);
            line("    " + i + " += 1");
            line("    " + j + " -= 1");
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        case 11:  // structs side by side
            line("let " + a + " = [" + e(Type::Vec) + "; " + length + "]");
            line("for " + i + " in 0.." + a + ".len {");
            line("    let " + j + " = at(" + i + " * " + n(0, 7) + " + " + n(0, 3) + ", " + a + ".len)");
            line("    " + a + "[" + i + "].x += " + a + "[" + j + "].x + " + i);
            line("    " + a + "[" + near(i) + "].y = float(" + a + "[" + i + "].z) - " + a + "[" + j + "].y");
            line("    " + a + "[" + j + "] = " + a + "[" + i + "] + " + a + "[" + j + "]");
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        case 12: {  // a histogram
            const std::string size = one({"8", "256", "7"});
            line("let " + a + " = [0; " + size + "]");
            line("for " + i + " in " + e(random_.pick({Type::Ints, Type::Bytes})) + " { " + a + "[" +
                 random_.pick({"int(" + i + ") & " + n(3, 9), "int(u8(" + i + "))",
                               "int(" + i + ") % " + size, "at(int(" + i + "), " + size + ")"}) +
                 "] += 1 }");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
        }
        case 13:  // parts of arrays and strings, anywhere
            line("let " + a + " = " + e(random_.pick({Type::Ints, Type::Texts, Type::Text})));
            line("for " + i + " in " + n(-1, 1) + "..=" + a + ".len { mix(\"${" + a + "[" + i + ".." +
                 random_.pick({a + ".len", i + " + 1", "(" + a + ".len / 2)"}) + "]}\".len) }");
            break;
        case 14:  // lengths that are none
            line("let " + a + " = [" + e(random_.pick({Type::Int, Type::Vec, Type::Text})) + "; " +
                 random_.pick({std::string("-1"), std::string("int.MIN"), std::string("(1 << 60)"),
                               std::string("int.MAX"), "(" + e(Type::Int) + " & 63) - 9"}) +
                 "]");
            line("mix(" + a + ".len)");
            break;
        case 15: {  // a narrow index, and products of two arrays of different lengths
            const std::string type = one({"i32", "u8", "i16", "u32", "i64"});
            line("let " + a + " = " + e(Type::Floats));
            line("let " + b + " = " + e(Type::Floats));
            line("var " + c + " = 0.0");
            line("var " + i + ": " + type + " = " + type + "(0)");
            line("while int(" + i + ") < " + a + ".len" +
                 random_.pick({std::string(), ".min(" + b + ".len)"}) + " {");
            line("    " + c + " += " + a + "[int(" + i + ")] * " + b + "[int(" + i + ")]");
            line("    " + i + " += " + type + "(1)");
            line("}");
            line("mix(hashText(\"${" + c + "}\"))");
            break;
        }
        default:  // arrays of arrays, of which some are the same
            line("let " + c + " = " + e(Type::Ints));
            line("let " + a + " = [" + c + ", " + e(Type::Ints) + ", " + c + "]");
            line("for " + i + " in 0.." + n(1, 8) + " {");
            line("    for " + j + " in 0.." + a + "[" + i + " % 3].len { " + a + "[" + i + " % " + n(1, 4) +
                 "][" + near(j) + "] += " + c + "[" + j + "] + " + i + " }");
            line("}");
            line("mix(hashText(\"${" + a + "}\"))");
            break;
    }
    if (caught) line("} catch e: Error { mix(hashText(\"${e}\")) }");
    multiplier_ = outer;
}

}  // namespace skua::differential
