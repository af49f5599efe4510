// Random Skua programs: text made from the idioms that people write, with random constants, shapes and
// nesting. Expressions and statements know the types of what they are made of, so every program
// compiles; loops run over bounded ranges, functions call those declared before them, and recursion
// carries a depth, so every program ends.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "random.h"

namespace skua::differential {

enum class Type : std::uint8_t {
    Int,
    Float,
    Text,
    Bool,
    Char,
    I8,
    I16,
    I32,
    U8,
    U16,
    U32,
    U64,
    F32,
    Ints,
    Floats,
    Texts,
    Bytes,
    Vecs,  // arrays
    List,
    Map,
    Vec,
    Pair,
    Base,
    Shape,
    Command,
    OptInt,
    OptText,
    OptNode,
    Fun,
    kCount
};

const char* type_name(Type t);
inline bool is_small_number(Type t) {
    return t >= Type::I8 && t <= Type::F32;
}

// source_calls.cpp: an interface with a dozen implementations, for programs that want it.
extern const char* const kReceivers;

class SourceMaker {
public:
    explicit SourceMaker(std::uint64_t seed) : random_(seed ^ 0x5C0DE) {}
    std::string make();

private:
    struct Variable {
        std::string name;
        Type type;
        bool assignable;
    };
    struct Fn {
        std::string name;
        std::vector<Type> params;
        Type result;
        double cost;
        bool depth;  // one more parameter in front, which bounds the recursion
    };

    // -- source_expressions.cpp: an expression of this type
    std::string expr(Type t, int depth = 0);
    std::string number(int depth);
    std::string floating(int depth);
    std::string text(int depth);
    std::string truth(int depth);
    std::string small(Type t, int depth);
    std::string reference(Type t, int depth);
    std::string sequence(Type t, int depth);
    std::string literal(Type t);
    std::string index(const std::string& array);
    std::string call(const Fn& f, int depth);
    std::string lambda(const std::vector<Type>& params, Type result, int depth);
    std::string command_match(int depth);
    const Variable* any(Type t, bool assignable = false);
    std::string one(std::initializer_list<const char*> texts) { return random_.pick(texts); }
    Type any_type() { return static_cast<Type>(random_.below(static_cast<std::size_t>(Type::kCount))); }
    Type key_type() {
        return random_.pick({Type::Int, Type::Text, Type::Float, Type::I32, Type::U8, Type::Char});
    }

    // -- source_statements.cpp
    void line(const std::string& text);
    void block(int statements, int depth);
    void statement(int depth);
    void declare(int depth);
    void assign(int depth);
    void branch(int depth);
    void loop(int depth);
    void array_loop(int depth);
    void collection(int depth);
    void attempt(int depth);
    void match(int depth);
    void closure(int depth);
    void leave(int depth);
    void nested(const std::string& head, int statements, int depth, const std::string& tail = "}");
    void function(const std::string& name, bool depth);

    // -- source_idioms.cpp, source_loops.cpp, source_errors.cpp, source_calls.cpp
    void idiom(int depth);
    void scan(int depth);
    void errors(int depth);
    void calls(int depth);

    // -- source_types.cpp
    void types();
    void main_function();

    std::string fresh(const char* stem) { return stem + std::to_string(++names_); }
    bool can_afford(double more) const { return cost_ + multiplier_ * more < budget_; }

    Random random_;
    std::string out_;
    int indent_ = 0, names_ = 0;
    std::vector<Variable> scope_;
    std::vector<Fn> functions_;
    std::vector<std::string> loops_;  // labels of enclosing loops
    double cost_ = 0, multiplier_ = 1, budget_ = 2000;
    Type result_ = Type::Int;
    bool in_lambda_ = false, no_exit_ = false, has_receivers_ = false, small_ = false;
};

}  // namespace skua::differential
