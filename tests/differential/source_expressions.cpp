// Random expressions, by type.
#include "source_generator.h"

namespace skua::differential {

namespace {

std::string str(std::int64_t n) {
    return std::to_string(n);
}

}  // namespace

const char* type_name(Type t) {
    static const char* const kNames[] = {
        "int",      "float",         "string", "bool",        "char",
        "i8",       "i16",           "i32",    "u8",          "u16",
        "u32",      "u64",           "f32",    "[int]",       "[float]",
        "[string]", "[u8]",          "[Vec]",  "List<int>",   "Map<string, int>",
        "Vec",      "(int, string)", "Base",   "Shape",       "Command",
        "int?",     "string?",       "Node?",  "(int) -> int"};
    return kNames[static_cast<std::size_t>(t)];
}

const SourceMaker::Variable* SourceMaker::any(Type t, bool assignable) {
    std::vector<const Variable*> fitting;
    for (const Variable& v : scope_)
        if (v.type == t && (v.assignable || !assignable)) fitting.push_back(&v);
    if (fitting.empty()) return nullptr;
    // The newest ones more often: values flow on.
    const std::size_t n = fitting.size();
    return fitting[n - 1 - std::min(random_.below(n), random_.below(n))];
}

std::string SourceMaker::literal(Type t) {
    static const std::vector<std::string> kInts = {"0",
                                                   "1",
                                                   "2",
                                                   "3",
                                                   "5",
                                                   "7",
                                                   "10",
                                                   "31",
                                                   "32",
                                                   "63",
                                                   "64",
                                                   "100",
                                                   "127",
                                                   "128",
                                                   "255",
                                                   "256",
                                                   "1000",
                                                   "65535",
                                                   "65536",
                                                   "2147483647",
                                                   "2147483648",
                                                   "4294967295",
                                                   "4294967296",
                                                   "1000000007",
                                                   "9223372036854775807",
                                                   "int.MAX",
                                                   "int.MIN",
                                                   "(-1)",
                                                   "(-2)",
                                                   "(-7)",
                                                   "(-128)",
                                                   "(-2147483648)",
                                                   "0x5555555555555555"};
    static const std::vector<std::string> kFloats = {
        "0.0",         "1.0",          "(-1.0)",      "0.5",   "2.5",  "(-0.0)",
        "1e300",       "1e-300",       "3.25",        "100.0", "1e18", "9.3e18",
        "(1.0 / 0.0)", "(-1.0 / 0.0)", "(0.0 / 0.0)", "0.1",   "1e-9", "123456.789"};
    static const std::vector<std::string> kTexts = {
        "\"\"",   "\"a\"",   "\"skua\"",    "\"gr\xC3\xBCn\"", "\"x y z\"", "\"12\"",
        "\"-7\"", "\"1.5\"", "\"ab\\ncd\"", "\"\\u{1F426}\"",  "\"zz\""};
    switch (t) {
        case Type::Int:
            return random_.percent(80) ? random_.pick(kInts)
                                       : "(" + str(random_.between(-1000000, 1000000)) + ")";
        case Type::Float:
            return random_.percent(85)
                       ? random_.pick(kFloats)
                       : "(" + str(random_.between(-1000, 1000)) + "." + str(random_.between(0, 99)) + ")";
        case Type::Text:
            return random_.pick(kTexts);
        case Type::Bool:
            return random_.percent(50) ? "true" : "false";
        case Type::Char:
            return one({"'a'", "'z'", "'\xC3\xA9'", "'0'", "' '"});
        default:
            return std::string(type_name(t)) + "(" + random_.pick(kInts) + ")";
    }
}

std::string SourceMaker::expr(Type t, int depth) {
    cost_ += multiplier_;
    if (const Variable* v = any(t); v && random_.percent(depth == 0 ? 25 : 50)) return v->name;
    if (depth > 3 || random_.percent(10)) {
        if (t <= Type::F32) return literal(t);
        if (const Variable* v = any(t)) return v->name;
    }
    // A function that returns it.
    if (random_.percent(12)) {
        std::vector<const Fn*> fitting;
        for (const Fn& f : functions_)
            if (f.result == t && can_afford(f.cost)) fitting.push_back(&f);
        if (!fitting.empty()) return call(*random_.pick(fitting), depth + 1);
    }
    if (depth < 3 && random_.percent(5))
        return "(if " + truth(depth + 1) + " { " + expr(t, depth + 1) + " } else { " + expr(t, depth + 1) +
               " })";
    if (depth < 3 && random_.percent(3))
        return "(try { " + expr(t, depth + 1) +
               " } catch e: " + one({"Error", "IndexError", "ArithmeticError"}) + " { mix(e.message.len); " +
               expr(t, depth + 1) + " })";
    // Not for Base: the type argument would be that of the first argument.
    if (t != Type::Base && depth < 3 && random_.percent(3))
        return "choose(" + truth(depth + 1) + ", " + expr(t, depth + 1) + ", " + expr(t, depth + 1) + ")";
    switch (t) {
        case Type::Int:
            return number(depth + 1);
        case Type::Float:
            return floating(depth + 1);
        case Type::Text:
            return text(depth + 1);
        case Type::Bool:
            return truth(depth + 1);
        case Type::Char:
            return random_.percent(50) ? literal(t) : "char(97 + (" + number(depth + 1) + " & 15))";
        default:
            return is_small_number(t) ? small(t, depth + 1)
                   : t <= Type::List  ? sequence(t, depth + 1)
                                      : reference(t, depth + 1);
    }
}

std::string SourceMaker::call(const Fn& f, int depth) {
    cost_ += multiplier_ * f.cost;
    std::string s = f.name + "(";
    if (f.depth) s += str(random_.between(0, 3));
    for (std::size_t i = 0; i < f.params.size(); ++i)
        s += (i > 0 || f.depth ? ", " : "") + expr(f.params[i], depth + 1);
    return s + ")";
}

// Mostly inside; sometimes one too far, sometimes anything.
std::string SourceMaker::index(const std::string& array) {
    switch (random_.below(12)) {
        case 0:
            return array + ".len";
        case 1:
            return array + ".len - 1";
        case 2:
            return number(3);
        case 3:
        case 4:
        case 5:
            return str(random_.between(0, 2));
        default:
            return "at(" + number(3) + ", " + array + ".len)";
    }
}

std::string SourceMaker::lambda(const std::vector<Type>& params, Type result, int depth) {
    const std::size_t before = scope_.size();
    std::string s = "(";
    for (std::size_t i = 0; i < params.size(); ++i) {
        scope_.push_back({fresh("p"), params[i], false});
        s += (i > 0 ? ", " : "") + scope_.back().name + ": " + type_name(params[i]);
    }
    const double outer = multiplier_;
    multiplier_ *= 8;
    const Variable* captured = any(Type::Int, true);
    if (captured && random_.percent(25)) {
        const std::string name = captured->name;
        s += ") => { " + name + " += " + number(depth + 1) + "; " + expr(result, depth + 1) + " }";
    } else {
        s += ") => " + expr(result, depth + 1);
    }
    multiplier_ = outer;
    scope_.resize(before);
    return s;
}

std::string SourceMaker::number(int depth) {
    if (depth > 4) {
        const Variable* v = any(Type::Int);
        return v && random_.percent(70) ? v->name : literal(Type::Int);
    }
    const int d = depth + 1;
    const auto e = [&](Type t) { return expr(t, d); };
    switch (random_.below(34)) {
        case 0:
        case 1:
        case 2:
            return "(" + e(Type::Int) + " + " + e(Type::Int) + ")";
        case 3:
        case 4:
            return "(" + e(Type::Int) + " - " + e(Type::Int) + ")";
        case 5:
            return "(" + e(Type::Int) + " * " + e(Type::Int) + ")";
        case 6:
            return "(" + e(Type::Int) + one({" / ", " % "}) +
                   (random_.percent(85) ? "nz(" + e(Type::Int) + ")" : e(Type::Int)) + ")";
        case 7:
            return "(" + e(Type::Int) + one({" & ", " | ", " ^ "}) + e(Type::Int) + ")";
        case 8:
            return "(" + e(Type::Int) + one({" << ", " >> ", " >>> "}) + e(Type::Int) + ")";
        case 9:
            return "(-" + e(Type::Int) + ")";
        case 10:
            return "(~" + e(Type::Int) + ")";
        case 11:
            return "int(" +
                   e(random_.pick({Type::Float, Type::I8, Type::I16, Type::I32, Type::U8, Type::U16,
                                   Type::U32, Type::U64, Type::F32, Type::Bool, Type::Char})) +
                   ")";
        case 12:
            return e(Type::Text) + ".len";
        case 13: {
            const Type t = random_.pick({Type::Ints, Type::List});
            if (const Variable* v = any(t)) {
                const std::string name = v->name;
                return name + "[" + index(name) + "]";
            }
            return e(t) + ".len";
        }
        case 14:
            return e(Type::Vec) + ".x";
        case 15:
            return e(Type::Pair) + ".0";
        case 16:
            return "(" + e(Type::OptInt) + " ?? " + e(Type::Int) + ")";
        case 17:
            return random_.percent(30) ? e(Type::OptInt) + "!!" : "lengthOf(" + e(Type::OptText) + ")";
        case 18:
            return e(Type::Base) + ".step(" + e(Type::Int) + ")";
        case 19:
            return e(Type::Base) + one({".n", ".twice", ".closed(3)"});
        case 20:
            return e(Type::Shape) + ".grow(" + e(Type::Int) + ")";
        case 21:
            return e(Type::Command) + ".eval(" + e(Type::Int) + ")";
        case 22:
            return "sumNodes(" + e(Type::OptNode) + ")";
        case 23:
            return e(Type::Int) + "." + one({"min", "max"}) + "(" + e(Type::Int) + ")";
        case 24:
            return e(Type::Int) + one({".abs()", ".sign()", ".bitCount()"});
        case 25:
            if (can_afford(200))
                return e(Type::Ints) + ".fold(" + e(Type::Int) + ", " +
                       lambda({Type::Int, Type::Int}, Type::Int, d) + ")";
            [[fallthrough]];
        case 26:
            return e(random_.pick({Type::Ints, Type::List})) + ".sum()";
        case 27: {
            const Variable* f = any(Type::Fun);
            if (!f || !can_afford(50)) return literal(Type::Int);
            cost_ += 50 * multiplier_;
            const std::string name = f->name;
            return name + "(" + e(Type::Int) + ")";
        }
        case 28:
            return "(" + e(Type::Map) + ".get(" + e(Type::Text) + ") ?? " + e(Type::Int) + ")";
        case 29:
            return "(int.tryParse(" + e(Type::Text) + ") ?? " + e(Type::Int) + ")";
        case 30:
            return "checked." + one({"add", "sub", "mul"}) + "(" + e(Type::Int) + " >> 33, " + e(Type::Int) +
                   " >> " + str(random_.between(1, 40)) + ")";
        case 31:
            return command_match(d);
        case 32:
            return random_.percent(50) ? "compare(" + e(Type::Text) + ", " + e(Type::Text) + ")"
                                       : "compare(" + e(Type::Float) + ", " + e(Type::Float) + ")";
        default:
            return literal(Type::Int);
    }
}

std::string SourceMaker::command_match(int depth) {
    if (random_.percent(50)) {
        return "(match " + expr(Type::Command, depth) + " { Command.Nop => " + expr(Type::Int, depth) +
               "; Command.Add(k) => k + " + expr(Type::Int, depth) +
               "; Command.Mul(a, b) if a > b => a - b; Command.Mul(a, b) => a * b; Command.Not(c) => "
               "c.eval(1) })";
    }
    return "(match " + expr(Type::Int, depth) + " { 0 => " + expr(Type::Int, depth) + "; 1 | 2 => " +
           expr(Type::Int, depth) + "; 3..=" + str(random_.between(4, 300)) + " => " +
           expr(Type::Int, depth) + "; k if k < 0 => k ^ " + expr(Type::Int, depth) + "; _ => " +
           expr(Type::Int, depth) + " })";
}

std::string SourceMaker::floating(int depth) {
    const int d = depth + 1;
    if (depth > 4) return literal(Type::Float);
    const auto e = [&](Type t) { return expr(t, d); };
    switch (random_.below(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return "(" + e(Type::Float) + one({" + ", " - ", " * ", " / "}) + e(Type::Float) + ")";
        case 4:
            return "float(" +
                   e(random_.pick({Type::Int, Type::I32, Type::U32, Type::U64, Type::F32, Type::I8})) + ")";
        case 5:
            return e(Type::Vec) + ".y";
        case 6:
            return e(Type::Vec) + ".norm";
        case 7:
            return e(Type::Shape) + ".area()";
        case 8:
            return e(Type::Float) + one({".abs()", ".floor()", ".ceil()", ".trunc()", ".round()"});
        case 9:
            return e(Type::Float) + one({".min(", ".max("}) + e(Type::Float) + ")";
        case 10:
            return e(Type::Floats) + ".sum()";
        case 11:
            if (const Variable* v = any(Type::Vecs)) {
                const std::string name = v->name;
                return name + "[" + index(name) + "].y";
            }
            return "(-" + e(Type::Float) + ")";
        case 12:
            return "math.sqrt(" + e(Type::Float) + ")";
        case 13:
            if (const Variable* v = any(Type::Floats)) {
                const std::string name = v->name;
                return name + "[" + index(name) + "]";
            }
            return "(-" + e(Type::Float) + ")";
        default:
            return literal(Type::Float);
    }
}

std::string SourceMaker::small(Type t, int depth) {
    const int d = depth + 1;
    if (depth > 4) return literal(t);
    switch (random_.below(8)) {
        case 0:
        case 1:
        case 2: {
            const std::string op = t == Type::F32
                                       ? one({" + ", " - ", " * ", " / "})
                                       : one({" + ", " - ", " * ", " & ", " | ", " ^ ", " / ", " % "});
            const bool divides = t != Type::F32 && (op == " / " || op == " % ");
            return "(" + expr(t, d) + op +
                   (divides && random_.percent(80) ? "(" + expr(t, d) + " | " + type_name(t) + "(1))"
                                                   : expr(t, d)) +
                   ")";
        }
        case 3:
            if (t != Type::F32)
                return "(" + expr(t, d) + one({" << ", " >> ", " >>> "}) +
                       (random_.percent(60) ? str(random_.between(0, 70)) : expr(t, d)) + ")";
            [[fallthrough]];
        case 4:
            return std::string(type_name(t)) + "(" +
                   expr(random_.pick(
                            {Type::Int, Type::Float, Type::I8, Type::U16, Type::U32, Type::U64, Type::I32}),
                        d) +
                   ")";
        case 5:
            return t == Type::F32 ? "f32(" + expr(Type::Float, d) + ")" : "(~" + expr(t, d) + ")";
        case 6:
            if (t == Type::U8)
                if (const Variable* v = any(Type::Bytes)) {
                    const std::string name = v->name;
                    return name + "[" + index(name) + "]";
                }
            [[fallthrough]];
        default:
            return literal(t);
    }
}

std::string SourceMaker::text(int depth) {
    const int d = depth + 1;
    if (depth > 4) return literal(Type::Text);
    switch (random_.below(14)) {
        case 0:
        case 1:
        case 2: {
            std::string s = "clip(\"";
            for (std::size_t n = 1 + random_.below(3); n > 0; --n) {
                const Type t = random_.percent(75)
                                   ? static_cast<Type>(random_.below(static_cast<std::size_t>(Type::Base)))
                                   : Type::Command;
                const Variable* v = any(t);
                s += one({"<", " ", "", ", "});
                if (v)
                    s += "${" + v->name + "}";
                else if (t <= Type::F32 && t != Type::Text)
                    s += "${" + literal(t == Type::Char ? Type::Int : t) + "}";
                else
                    s += "-";
            }
            return s + "\")";
        }
        case 3:
            return "clip(" + expr(Type::Text, d) + " + " + expr(Type::Text, d) + ")";
        case 4:
            return expr(Type::Base, d) + one({".tag", ".name()"});
        case 5:
            return expr(Type::Pair, d) + ".1";
        case 6:
            return "(" + expr(Type::OptText, d) + " ?? " + expr(Type::Text, d) + ")";
        case 7:
            return expr(Type::Text, d) + one({".upper()", ".lower()", ".trim()", ".reversed()"});
        case 8:
            return "clip(" + expr(random_.pick({Type::Ints, Type::Texts, Type::List}), d) + ".join(\"" +
                   one({",", ""}) + "\"))";
        case 9:
            if (const Variable* v = any(Type::Int))
                return "\"${" + v->name + ":" + one({"5", "x", "<8", ",", "04", "b"}) + "}\"";
            return "clip(string(" + expr(Type::Int, d) + "))";
        case 10:
            return expr(Type::Command, d) + ".toString()";
        case 11:
            return expr(Type::Text, d) + ".slice(0, " + str(random_.between(0, 2)) + ")";
        case 12:
            if (const Variable* v = any(Type::Float))
                return "\"${" + v->name + ":" + one({".2f", "e", "g"}) + "}\"";
            [[fallthrough]];
        default:
            return literal(Type::Text);
    }
}

std::string SourceMaker::truth(int depth) {
    const int d = depth + 1;
    if (depth > 4) return literal(Type::Bool);
    const std::string order = one({" < ", " <= ", " > ", " >= ", " == ", " != "});
    switch (random_.below(16)) {
        case 0:
        case 1:
        case 2:
            return "(" + expr(Type::Int, d) + order + expr(Type::Int, d) + ")";
        case 3:
            return "(" + expr(Type::Float, d) + order + expr(Type::Float, d) + ")";
        case 4: {
            const Type t = static_cast<Type>(static_cast<int>(Type::I8) + static_cast<int>(random_.below(8)));
            return "(" + expr(t, d) + order + expr(t, d) + ")";
        }
        case 5:
            return "(" + expr(Type::Text, d) + order + expr(Type::Text, d) + ")";
        case 6:
            return "(" + expr(Type::Bool, d) + one({" && ", " || ", " == ", " != "}) + expr(Type::Bool, d) +
                   ")";
        case 7:
            return "!" + expr(Type::Bool, d);
        case 8:
            return "(shapeOf(" + expr(Type::Shape, d) + ") is " + one({"Left", "Right", "Base", "Dot"}) + ")";
        case 9:
            return "(baseOf(" + expr(Type::Base, d) + ") is " + one({"Left", "Right"}) + ")";
        case 10: {
            const Type t = random_.pick({Type::Vec, Type::Pair, Type::Command, Type::OptInt, Type::OptText,
                                         Type::Ints, Type::List, Type::Char});
            return "(" + expr(t, d) + (random_.percent(50) ? " == " : " != ") + expr(t, d) + ")";
        }
        case 11:
            return "isNull(" + expr(random_.pick({Type::OptInt, Type::OptText}), d) + ")";
        case 12:
            return expr(random_.pick({Type::Ints, Type::List}), d) + ".contains(" + expr(Type::Int, d) + ")";
        case 13:
            if (can_afford(150))
                return expr(Type::Ints, d) + one({".any(", ".all("}) + lambda({Type::Int}, Type::Bool, d) +
                       ")";
            [[fallthrough]];
        case 14:
            return expr(Type::Map, d) + ".containsKey(" + expr(Type::Text, d) + ")";
        default:
            return literal(Type::Bool);
    }
}

std::string SourceMaker::sequence(Type t, int depth) {
    const int d = depth + 1;
    const Type element = t == Type::Ints || t == Type::List ? Type::Int
                         : t == Type::Floats                ? Type::Float
                         : t == Type::Texts                 ? Type::Text
                         : t == Type::Bytes                 ? Type::U8
                                                            : Type::Vec;
    const auto literal_of = [&] {
        std::string s = "[";
        const std::size_t n = 1 + random_.below(5);
        for (std::size_t i = 0; i < n; ++i) s += (i > 0 ? ", " : "") + expr(element, d + 1);
        return s + "]";
    };
    if (t == Type::List) {
        switch (can_afford(200) ? random_.below(6) : 0) {
            case 0:
            case 1:
                return "List(" + literal_of() + ")";
            case 2:
                return expr(Type::List, d) + ".map(" + lambda({Type::Int}, Type::Int, d) + ")";
            case 3:
                return expr(Type::List, d) + ".filter(" + lambda({Type::Int}, Type::Bool, d) + ")";
            case 4:
                return expr(Type::List, d) + one({".sorted()", ".reversed()", ".copy()"});
            default:
                return expr(Type::List, d) + ".iterator().take(" + str(random_.between(0, 6)) + ").map(" +
                       lambda({Type::Int}, Type::Int, d) + ").skip(" + str(random_.between(0, 2)) +
                       ").toList()";
        }
    }
    switch (can_afford(200) ? random_.below(9) : 0) {
        case 0:
        case 1:
        case 2:
            return literal_of();
        case 3:
            return "[" + expr(element, d) + "; " + str(random_.between(0, 9)) + "]";
        case 4:
            return expr(t, d) + ".map(" + lambda({element}, element, d) + ")";
        case 5:
            return expr(t, d) + ".filter(" + lambda({element}, Type::Bool, d) + ")";
        case 6:
            return expr(t, d) + one({".reversed()", ".copy()"});
        case 7:
            return "(0.." + str(random_.between(0, 8)) + ").map(" + lambda({Type::Int}, element, d) + ")";
        default:
            return t == Type::Vecs ? literal_of() : expr(t, d) + ".sorted()";
    }
}

std::string SourceMaker::reference(Type t, int depth) {
    const int d = depth + 1;
    const auto e = [&](Type of) { return expr(of, d); };
    switch (t) {
        case Type::Map:
            return "[" + e(Type::Text) + ": " + e(Type::Int) + ", " + e(Type::Text) + ": " + e(Type::Int) +
                   "]";
        case Type::Vec:
            if (const Variable* v = any(Type::Vecs); v && random_.percent(30)) {
                const std::string name = v->name;
                return name + "[" + index(name) + "]";
            }
            return random_.percent(35) && depth < 4
                       ? "(" + e(t) + " + " + e(t) + ")"
                       : "Vec(" + e(Type::Int) + ", " + e(Type::Float) + ", " + e(Type::I8) + ")";
        case Type::Pair:
            return random_.percent(25) && depth < 4 ? "swapped(" + e(Type::Text) + ", " + e(Type::Int) + ")"
                                                    : "(" + e(Type::Int) + ", " + e(Type::Text) + ")";
        case Type::Base:
            return random_.percent(50)
                       ? "Left(" + e(Type::Int) + ", " + e(Type::Text) + ", " + e(Type::Float) + ")"
                   : random_.percent(50) ? "Right(" + e(Type::Int) + ", " + e(Type::Vec) + ")"
                                         : "Base(" + e(Type::Int) + ", " + e(Type::Text) + ")";
        case Type::Shape:
            return "shapeOf(" +
                   (random_.percent(50) || depth > 3 ? e(Type::Base)
                                                     : "Dot(" + e(Type::Int) + ", " + e(Type::Bool) + ")") +
                   ")";
        case Type::Command:
            switch (depth > 3 ? random_.below(2) : random_.below(4)) {
                case 0:
                    return "Command.Nop";
                case 1:
                    return "Command.Add(" + e(Type::Int) + ")";
                case 2:
                    return "Command.Mul(" + e(Type::Int) + ", " + e(Type::Int) + ")";
                default:
                    return "Command.Not(" + e(Type::Command) + ")";
            }
        case Type::OptInt:
            return random_.percent(60) ? "maybe(" + e(Type::Int) + ")"
                                       : e(random_.pick({Type::Ints, Type::List})) +
                                             one({".first", ".max()", ".getOrNull(2)"});
        case Type::OptText:
            return random_.percent(60) || depth > 3 ? "maybeText(" + e(Type::Text) + ")"
                                                    : e(Type::OptNode) + "?.label";
        case Type::OptNode:
            return random_.percent(40) ? "chain(" + str(random_.between(0, 5)) + ", " + e(Type::Int) + ")"
                   : depth > 3         ? "chain(0, 0)"
                                       : e(Type::OptNode) + "?.next";
        default:
            return lambda({Type::Int}, Type::Int, d);
    }
}

}  // namespace skua::differential
