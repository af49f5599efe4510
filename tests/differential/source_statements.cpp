// Random statements.
#include "source_generator.h"

namespace skua::differential {

void SourceMaker::line(const std::string& text) {
    out_ += std::string(static_cast<std::size_t>(indent_) * 4, ' ') + text + "\n";
}

void SourceMaker::block(int statements, int depth) {
    const std::size_t before = scope_.size();
    ++indent_;
    for (int i = 0; i < statements && can_afford(20); ++i) statement(depth);
    --indent_;
    scope_.resize(before);
}

void SourceMaker::nested(const std::string& head, int statements, int depth, const std::string& tail) {
    line(head + " {");
    block(statements, depth);
    line(tail);
}

void SourceMaker::statement(int depth) {
    const std::size_t what = random_.below(100);
    if (depth > 3 || what < 22) return declare(depth);
    if (what < 36) return assign(depth);
    if (what < 44) return branch(depth);
    if (what < 52) return loop(depth);
    if (what < 58) return array_loop(depth);
    if (what < 65) return collection(depth);
    if (what < 72) return attempt(depth);
    if (what < 76) return match(depth);
    if (what < 80) return closure(depth);
    if (what < 83) return scan(depth);
    if (what < 86) return errors(depth);
    if (what < 89) return calls(depth);
    if (what < 95) return idiom(depth);
    if (what < 97) return leave(depth);
    line("mix(" + expr(Type::Int) + ")");
}

void SourceMaker::declare(int) {
    const Type t = any_type();
    const bool variable = random_.percent(60) && t != Type::Fun;
    const std::string value = expr(t);  // before its name is known
    const std::string name = fresh("v");
    line(std::string(variable ? "var " : "let ") + name + ": " + type_name(t) + " = " + value);
    scope_.push_back({name, t, variable});
}

void SourceMaker::assign(int depth) {
    const std::size_t what = random_.below(10);
    if (what < 4) {
        const Type t = any_type();
        if (const Variable* v = any(t, true)) {
            const std::string name = v->name;
            line(name + " = " + expr(t));
            return;
        }
    }
    if (what < 7) {
        const Type t = random_.pick(
            {Type::Int, Type::Int, Type::Float, Type::I8, Type::U16, Type::I32, Type::U64, Type::F32});
        if (const Variable* v = any(t, true)) {
            const std::string name = v->name;
            line(name + one({" += ", " -= ", " *= "}) + expr(t));
            return;
        }
    }
    if (what < 8)
        if (const Variable* v = any(Type::Vec, true)) {
            const std::string name = v->name;
            line(name + ".x " + one({"=", "+=", "^="}) + " " + expr(Type::Int));
            return;
        }
    if (what < 9)
        if (const Variable* v = any(Type::Base)) {
            const std::string name = v->name;
            line(name + ".n " + one({"=", "+=", "-="}) + " " + expr(Type::Int));
            return;
        }
    declare(depth);
}

void SourceMaker::branch(int depth) {
    line("if " + truth(0) + " {");
    block(1 + static_cast<int>(random_.below(3)), depth + 1);
    if (random_.percent(25)) {
        line("} else if " + truth(0) + " {");
        block(1 + static_cast<int>(random_.below(2)), depth + 1);
    }
    if (random_.percent(55)) {
        line("} else {");
        block(1 + static_cast<int>(random_.below(3)), depth + 1);
    }
    line("}");
}

void SourceMaker::loop(int depth) {
    std::int64_t rounds = random_.between(1, 9);
    if (multiplier_ < 2 && random_.percent(8)) rounds = random_.between(50, 200);
    if (!can_afford(static_cast<double>(rounds) * 30)) return declare(depth);
    const std::string label = fresh("lab"), i = fresh("ix");
    const double outer = multiplier_;
    multiplier_ *= static_cast<double>(rounds);
    loops_.push_back(label);
    const std::string n = std::to_string(rounds);
    const int size = 1 + static_cast<int>(random_.below(4));
    const std::size_t before = scope_.size();
    switch (random_.below(5)) {
        case 0:
        case 1:
            scope_.push_back({i, Type::Int, false});
            nested(label + ": for " + i + " in " +
                       random_.pick({"0.." + n, "1..=" + n, "-2.." + std::to_string(rounds - 2)}),
                   size, depth + 1);
            break;
        case 2:
            scope_.push_back({i, Type::Int, false});
            nested(label + ": for " + i + " in (0.." + n + ")" + one({".step(2)", ".reversed()", ".step(3)"}),
                   size, depth + 1);
            break;
        default: {  // the counter is nobody else's to assign
            line("var " + i + " = " + n);
            scope_.push_back({i, Type::Int, false});
            line(label + ": while " + i + " > 0" + (random_.percent(30) ? " && " + truth(1) : "") + " {");
            ++indent_;
            line(i + " -= 1");
            --indent_;
            block(size, depth + 1);
            line("}");
            break;
        }
    }
    scope_.resize(before);
    loops_.pop_back();
    multiplier_ = outer;
}

// Loops over arrays with index arithmetic around the bounds.
void SourceMaker::array_loop(int depth) {
    const Type t = random_.pick({Type::Ints, Type::Floats, Type::Texts, Type::Bytes, Type::Vecs});
    const Type element = t == Type::Ints     ? Type::Int
                         : t == Type::Floats ? Type::Float
                         : t == Type::Texts  ? Type::Text
                         : t == Type::Bytes  ? Type::U8
                                             : Type::Vec;
    if (!can_afford(300)) return declare(depth);
    const std::string a = fresh("arr"), i = fresh("ix"), label = fresh("lab");
    line("let " + a + ": " + type_name(t) + " = " + expr(t));
    scope_.push_back({a, t, false});
    const std::size_t before = scope_.size();
    const double outer = multiplier_;
    multiplier_ *= 8;
    loops_.push_back(label);
    if (random_.percent(25)) {
        scope_.push_back({i, element, false});
        nested(label + ": for " + i + " in " + a, 1 + static_cast<int>(random_.below(3)), depth + 1);
    } else {
        const std::string end = one({"", "", "", " - 1", " + 1"});
        line(label + ": for " + i + " in " + one({"0", "0", "1", "-1"}) + ".." + a + ".len" + end + " {");
        scope_.push_back({i, Type::Int, false});
        ++indent_;
        const std::string at = random_.pick(
            {i, i, i, i + " - 1", i + " + 1", a + ".len - 1 - " + i, "(" + i + " * 2) % " + a + ".len"});
        if (t == Type::Vecs && random_.percent(70))
            line(a + "[" + at + "]" +
                 random_.pick({std::string(".x += ") + number(2), std::string(".y = ") + floating(2),
                               std::string(".z += ") + small(Type::I8, 2)}));
        else if (t == Type::Texts || t == Type::Vecs)
            line(a + "[" + i + "] = " + expr(element, 1));
        else
            line(a + "[" + i + "] " + one({"=", "+=", "-=", "*="}) + " " + a + "[" + at + "]" +
                 (random_.percent(50) ? " + " + expr(element, 1) : ""));
        --indent_;
        block(static_cast<int>(random_.below(3)), depth + 1);
        line("}");
    }
    loops_.pop_back();
    multiplier_ = outer;
    scope_.resize(before);
    if (random_.percent(40)) line("mix(\"${" + a + "}\".len)");
}

void SourceMaker::collection(int depth) {
    switch (random_.below(9)) {
        case 0:
        case 1:
            if (const Variable* v = any(Type::List)) {
                const std::string name = v->name;
                // Lists do not grow for ever.
                line("if " + name + ".len < 20 { " + name + one({".add(", ".insert(0, "}) + expr(Type::Int) +
                     ") }");
                return;
            }
            break;
        case 2:
            if (const Variable* v = any(Type::List)) {
                const std::string name = v->name;
                line(random_.pick({name + ".pop()", name + "[" + index(name) + "] = " + number(1),
                                   name + ".sort()", name + ".swap(0, " + index(name) + ")",
                                   name + ".removeAt(" + index(name) + ")"}));
                return;
            }
            break;
        case 3:
        case 4:
            if (const Variable* v = any(Type::Map)) {
                const std::string name = v->name;
                line("if " + name + ".len < 20 { " + name + "[" + expr(Type::Text) +
                     "] = " + expr(Type::Int) + " }");
                if (random_.percent(50)) line("for (k, v) in " + name + " { mix(k.len + v) }");
                if (random_.percent(30)) line(name + ".remove(" + expr(Type::Text) + ")");
                return;
            }
            break;
        case 5:
            if (const Variable* v = any(Type::Pair)) {
                const std::string name = v->name, a = fresh("de"), b = fresh("de");
                line("let (" + a + ", " + b + ") = " + name);
                scope_.push_back({a, Type::Int, false});
                scope_.push_back({b, Type::Text, false});
                return;
            }
            break;
        case 6: {
            const std::string b = fresh("sb"), name = fresh("v");
            line("let " + b + " = StringBuilder()");
            line("for k in 0.." + std::to_string(random_.between(0, 6)) + " { " + b + ".append(" +
                 expr(key_type(), 2) + ").append(k) }");
            line("let " + name + ": string = clip(" + b + ".toString())");
            scope_.push_back({name, Type::Text, false});
            return;
        }
        case 7:
            if (const Variable* v = any(Type::OptNode)) {
                const std::string n = fresh("nd"), name = v->name;
                line("var " + n + ": Node? = " + name);
                line("while " + n + " != null {");
                line("    mix(" + n + ".value)");
                line("    " + n + " = " + n + ".next");
                line("}");
                return;
            }
            break;
        default: {
            const std::string s = fresh("set");
            const Type t = random_.percent(50) ? Type::Int : Type::Text;
            line("let " + s + " = Set([" + expr(t) + ", " + expr(t) + ", " + expr(t) + "])");
            line("mix(" + s + ".len + (if " + s + ".contains(" + expr(t) + ") { 1 } else { 0 }))");
            return;
        }
    }
    declare(depth);
}

void SourceMaker::attempt(int depth) {
    const bool finally = random_.percent(30);
    if (random_.percent(20)) {
        line("{");
        ++indent_;
        line("use " + fresh("res") + " = Res(" + expr(Type::Int) + ")");
        --indent_;
        block(1 + static_cast<int>(random_.below(3)), depth + 1);
        line("}");
        return;
    }
    line("try {");
    block(1 + static_cast<int>(random_.below(4)), depth + 1);
    const std::size_t catches = finally && random_.percent(40) ? 0 : 1 + random_.below(2);
    for (std::size_t i = 0; i < catches; ++i) {
        const bool last = i + 1 == catches;
        line("} catch e: " +
             (last && random_.percent(75)
                  ? std::string("Error")
                  : one({"IndexError", "ArithmeticError", "MyError", "NullError", "KeyError"})) +
             " {");
        line("    mix(e.message.len)");
        block(static_cast<int>(random_.below(3)), depth + 1);
    }
    if (finally || catches == 0) {
        line("} finally {");
        const bool before = no_exit_;
        no_exit_ = true;
        line("    mix(" + number(2) + ")");
        block(static_cast<int>(random_.below(2)), depth + 1);
        no_exit_ = before;
    }
    line("}");
}

void SourceMaker::match(int depth) {
    const std::size_t what = random_.below(3);
    if (what == 0) {
        line("match shapeOf(" + expr(Type::Shape) + ") {");
        line("    is Left l => mix(l.n + " + number(2) + ")");
        line("    is Dot d => mix(d.v)");
        line("    is Base b => mix(b.step(" + number(2) + "))");
        line("    _ => mix(" + number(2) + ")");
    } else if (what == 1) {
        line("match " + expr(Type::Text) + " {");
        line("    \"a\" | \"skua\" => mix(" + number(2) + ")");
        line("    \"\" => mix(1)");
        line("    t if t.len > " + std::to_string(random_.between(0, 12)) + " => mix(t.len)");
        line("    _ => mix(" + number(2) + ")");
    } else {
        line("match (" + expr(Type::Int, 1) + ", " + expr(Type::OptInt, 1) + ") {");
        line("    (0, null) => mix(" + number(2) + ")");
        line("    (x, null) => mix(x)");
        line("    (" + std::to_string(random_.between(1, 9)) + ", y) => mix(" + number(2) + ")");
        line("    _ => mix(" + number(2) + ")");
    }
    line("}");
    static_cast<void>(depth);
}

void SourceMaker::closure(int depth) {
    if (random_.percent(50)) {
        // A closure over a variable that goes on changing.
        const std::string n = fresh("v"), f = fresh("call");
        line("var " + n + " = " + expr(Type::Int));
        const double outer = multiplier_;
        multiplier_ *= 4;
        line("let " + f + ": (int) -> int = x => { " + n + " = " + n + " * 3 + x; " + n + " ^ " + number(2) +
             " }");
        multiplier_ = outer;
        line("mix(" + f + "(" + expr(Type::Int) + ") + " + f + "(" + n + "))");
        scope_.push_back({n, Type::Int, true});
        scope_.push_back({f, Type::Fun, false});
        return;
    }
    if (!can_afford(300)) return declare(depth);
    const std::string f = fresh("call"), fs = fresh("calls");
    const double outer = multiplier_;
    multiplier_ *= 5;
    line("let " + fs + " = List<() -> int>()");
    line("for k in 0.." + std::to_string(random_.between(1, 5)) + " { " + fs + ".add(() => k * " + number(2) +
         ") }");
    line("for " + f + " in " + fs + " { mix(" + f + "()) }");
    multiplier_ = outer;
}

void SourceMaker::leave(int depth) {
    if (no_exit_) return declare(depth);
    switch (random_.below(4)) {
        case 0:
        case 1:
            if (!loops_.empty()) {
                const std::string what = random_.percent(50) ? "break" : "continue";
                line("if " + truth(0) + " { " + what +
                     (random_.percent(50) ? " " + random_.pick(loops_) : "") + " }");
                return;
            }
            break;
        case 2:
            line("if " + truth(0) + " { throw " +
                 random_.pick({std::string("MyError(") + text(2) + ", " + number(2) + ")",
                               std::string("StateError(") + text(2) + ")"}) +
                 " }");
            return;
        default:
            break;
    }
    line("if " + truth(0) + " { return " + expr(result_) + " }");
}

void SourceMaker::function(const std::string& name, bool depth) {
    Fn f{name, {}, random_.percent(50) ? Type::Int : any_type(), 0, depth};
    scope_.clear();
    std::string head = "fn " + name + "(";
    if (depth) head += "depth: int";
    for (std::size_t n = random_.below(5); n > 0; --n) {
        f.params.push_back(any_type());
        scope_.push_back({fresh("p"), f.params.back(), false});
        head += std::string(f.params.size() > 1 || depth ? ", " : "") + scope_.back().name + ": " +
                type_name(f.params.back());
    }
    cost_ = 0;
    result_ = f.result;
    line(head + "): " + type_name(f.result) + " {");
    if (depth) line("    if depth <= 0 { return " + expr(f.result) + " }");
    const std::size_t locals = scope_.size();
    ++indent_;
    for (std::size_t n = small_               ? 1 + random_.below(4)
                         : random_.percent(5) ? 40
                                              : 3 + random_.below(9);
         n > 0 && can_afford(20); --n)
        statement(0);
    if (depth) {
        for (std::size_t n = 1 + random_.below(2); n > 0; --n) {
            std::string call = name + "(depth - 1";
            for (const Type t : f.params) call += ", " + expr(t, 2);
            const std::string r = fresh("v");
            line("let " + r + ": " + type_name(f.result) + " = " + call + ")");
            scope_.push_back({r, f.result, false});
        }
    }
    // What the variables have become.
    for (std::size_t i = locals; i < scope_.size(); ++i) {
        const Variable& v = scope_[i];
        if (v.type == Type::Fun || v.type == Type::Base || v.type == Type::Shape || v.type == Type::OptNode)
            continue;
        if (random_.percent(50)) line("mix(hashText(\"${" + v.name + "}\"))");
    }
    line("return " + expr(f.result));
    --indent_;
    line("}");
    line("");
    f.cost = cost_ * (depth ? 8 : 1) + 20;
    functions_.push_back(f);
}

}  // namespace skua::differential
