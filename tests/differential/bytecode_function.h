// One random function: registers of random types, statements over them, and at the end every register
// folded into a checksum.
//
// Any sequence of instructions is valid, whatever happened before, because a register always holds a
// value of its declared type (docs/verifier.md); so generation looks at types only. What needs care
// is that programs end (loops have counters of their own that no other instruction writes, calls go
// to functions made earlier, recursion carries a depth) and that they answer the same everywhere:
// bits of a NaN, identity hashes and the identity of strings and boxes are not observed.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bytecode_types.h"
#include "skua/classfile/instruction.h"

namespace skua::differential {

using classfile::CodeBuilder;
using classfile::Op;
using classfile::OperandClass;
using Reg = std::int64_t;

struct Callable {
    Op op = Op::Call;
    Ty owner = 0;
    std::string name;
    std::vector<Ty> type_args;
    std::vector<Ty> params;           // as the caller sees them
    std::vector<Ty> declared_params;  // in the owner's and function's own variables
    Ty result = 0, declared_result = 0;
    double cost = 0;        // instructions, at most
    bool depth = false;     // parameter 0 bounds the recursion
    bool closable = false;  // may be the function of a closure
};

struct World {
    Types types;
    std::string module;
    Ty module_type = 0, error_type = 0;
    std::vector<Ty> errors;   // classes of std.core that handlers name
    std::vector<Ty> palette;  // of registers
    std::vector<Ty> objects;  // classes with fields
    std::vector<Ty> interfaces;
    std::vector<std::pair<Ty, Member>> statics;  // declaring type, field
    std::vector<Callable> callables;
    std::vector<std::pair<Ty, double>> function_types;  // with the cost of a call
};

class FunctionGenerator {
public:
    FunctionGenerator(World& world, File& file, Random& random, double budget);

    // Extra functions that only this body may call (a superclass's method, itself).
    std::vector<Callable> own_calls;

    // The function with its code. `depth`: parameter 0 is how often it may still call itself.
    classfile::Function make(const std::string& name, std::uint32_t flags, const std::vector<Ty>& params,
                             Ty result, bool depth, int statements);
    double cost() const { return cost_; }

private:
    // -- registers
    Reg fresh(Ty t);
    void offer(Reg r);  // other statements may use it
    Reg source(Ty t, int depth = 0);
    Reg source_class(OperandClass cls, int depth);
    Reg dest(Ty t);
    Reg dest_class(OperandClass cls);
    std::optional<Ty> type_of_class(OperandClass cls, bool written);

    // -- values
    Reg make_value(Ty t, int depth);
    Reg constant(TypeKind kind, std::int64_t value);
    Reg integer(std::int64_t value) { return constant(TypeKind::I64, value); }
    Reg tame(OperandClass cls);  // an integer that seldom overflows
    Reg index_for(Reg array);
    std::int64_t edge(TypeKind kind);
    std::int64_t float_bits(bool wide);
    Reg canonical_float(Reg r);  // all NaNs become one
    Reg short_text(Reg r);       // a text that does not grow for ever

    // -- statements
    void block(int statements, int depth);
    void statement(int depth);
    void straight();
    void table_instruction(Op op, std::optional<Reg> into, int depth, std::int64_t label);
    bool other_instruction(Op op);
    bool object_instruction(Op op);
    bool array_instruction(Op op);
    bool value_instruction(Op op);
    bool call_instruction(Op op);
    void emit_call(const Callable& callee);
    void conditional_branch(std::int64_t label);
    void if_statement(int depth);
    void loop(int depth);
    void array_walk(int depth);
    void dispatch_walk();
    void switch_statement(int depth);
    void try_statement(int depth);
    void soup(int depth);
    void jump_out();
    void throw_statement();
    void handler(CodeBuilder::Label start, CodeBuilder::Label end, CodeBuilder::Label after, int depth);
    void fold(Reg r);
    void fold_integer(Reg r64);

    void emit(Op op, std::initializer_list<std::int64_t> operands) {
        emit(op, std::span(operands.begin(), operands.size()));
    }
    void emit(Op op, std::span<const std::int64_t> operands);
    Ty type(Reg r) const { return reg_types_[static_cast<std::size_t>(r)]; }
    Types& types() { return world_.types; }
    bool can_afford(double more) const { return cost_ + multiplier_ * more < budget_; }

    struct PendingHandler {
        CodeBuilder::Label start, end, target;
        Ty type;
        Reg reg;
    };

    World& world_;
    File& file_;
    Random& random_;
    const double budget_;
    double cost_ = 0, multiplier_ = 1;
    CodeBuilder code_;
    std::vector<Ty> reg_types_;
    std::unordered_map<Ty, std::vector<Reg>> pool_;      // read and written
    std::unordered_map<Ty, std::vector<Reg>> readonly_;  // counters, arrays being walked
    std::vector<Ty> kinds_;                              // types this function is fond of
    std::vector<Reg> folded_;
    std::vector<std::int64_t> exits_;  // labels of enclosing loops
    std::vector<PendingHandler> handlers_;
    std::vector<classfile::LineEntry> lines_;
    std::uint32_t line_ = 0;
    Reg checksum_ = 0;
};

// The tables of opcodes by what they need.
const std::vector<Op>& table_ops();   // Typing::Table without labels
const std::vector<Op>& branch_ops();  // two-way branches
const std::vector<Op>& other_ops();   // everything else that is a plain statement

}  // namespace skua::differential
