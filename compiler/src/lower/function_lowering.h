// Lowers the body of one function to typed register code.
//
// How values travel:
//   value(e)      the value of e in some register: a variable's own where that is safe,
//                 else a temporary. Its declared type may be a subtype of e's.
//   into(e, r)    evaluates e and leaves it in r. Nothing that e reads may live in r, unless
//                 e is a single instruction in the end (see safe_target()).
//   effect(e)     evaluates e and drops its value.
//   branch(e, l)  jumps on a condition without making a bool of it.
//
//   deliver(e, t) one of these by target: a register, kNowhere, or kReturn (the function returns it).
//
// Leaving a block early runs what its `use` and `finally` owe: see Scope.
//
// One object per function; the methods are defined in lower_*.cpp, by area.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "lower/file_lowering.h"

namespace skua::compiler {

class FunctionLowering {
public:
    // `name` is the class-file name, for synthetic names and messages.
    FunctionLowering(FileLowering& file, std::string_view name, const Type* result);

    // ---- frame: in the order of the signature ------------------------------------------------
    Reg add_parameter(const LocalSymbol* local, const Type* type, std::string_view name);
    Reg add_capture(const LocalSymbol& local);
    // After all parameters: moves those that live in a cell there.
    void enter();

    // The body is that of a constructor or of static$init, in which `let` fields change.
    void set_initialiser() { initialiser_ = true; }

    // ---- pieces of a body ----------------------------------------------------------------------
    void body(ast::Expr* body);  // returns its value, if the function has a result
    void statement_effect(ast::Expr* expr);
    Reg value(ast::Expr* expr);
    void into(ast::Expr* expr, Reg dst);
    void return_value(Reg r);
    void put_this_field(const FieldSymbol& field, const Type* owner, Reg object, ast::Expr* init);
    void put_field(Reg object, const FieldSymbol& field, const Type* owner, Reg source);
    void put_static(const FieldSymbol& field, const Type* owner, ast::Expr* init);
    void call_super_init(const ast::CallInfo& call, Reg self);
    void bind_local(const LocalSymbol& local, Reg r);
    void bind_parameter(const ast::LambdaParam& param, Reg r);  // takes a tuple pattern apart
    // The value of a variable, out of its cell if it has one.
    Reg read_local(const LocalSymbol& local);
    [[nodiscard]] FunctionBuilder& code() { return code_; }
    void place(SourceRange range, bool statement);

    // Ends the function. False if it is too large; the file then has the failure.
    bool finish(classfile::Code& out);

private:
    static constexpr std::int64_t kNowhere = -1;
    static constexpr std::int64_t kReturn = -2;

    struct LoopTarget {
        Label exit, next;
    };
    // A region that an exit passes through: a loop, the protected part of a try, or a block that
    // owes a cleanup. Protected instructions are kept as ranges, because the cleanup code of an
    // exit, which lies between them, is not protected by what it leaves.
    struct Scope {
        enum class Kind : std::uint8_t { Loop, Try, Finally, Use };
        Kind kind = Kind::Loop;
        const ast::Stmt* loop = nullptr;
        LoopTarget target;
        ast::Expr* finally_block = nullptr;
        const ast::UseStmt* use = nullptr;
        std::uint32_t open = 0;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
    };
    struct ElementHole {  // a hole that stands for an element of an array, not yet read
        Reg array, index;
    };
    struct PathBase {
        enum class Kind : std::uint8_t { Value, Object, Static, Element };
        Kind kind = Kind::Value;
        ast::Expr* object = nullptr;
        ast::Expr* index = nullptr;  // Element
        const ElementHole* hole = nullptr;
        std::vector<classfile::FieldStep> steps;
    };

    // ---- function_lowering.cpp: registers, constants, variables -----------------------------------
    TypeIndex type(const Type* t) { return file_.type(t); }
    // The type of a register for a value of type `t`. A value of type Never or Void is never there,
    // but code that cannot be reached may still ask for its register.
    TypeIndex register_type(const Type* t);
    Reg temp(const Type* t) { return code_.temp(register_type(t)); }
    Reg fresh(const Type* t) { return code_.fresh(register_type(t)); }
    void emit(Op op, std::initializer_list<std::int64_t> operands) { code_.emit(op, operands); }
    void emit_at(SourceRange range, Op op, std::initializer_list<std::int64_t> operands);
    void emit_list(Op op, std::initializer_list<std::int64_t> head, const std::vector<Reg>& regs);
    void move(Reg dst, Reg src);
    Reg int_constant(std::int64_t value);
    Reg constant_operand(const ast::Constant& constant, const Type* type, bool plain);
    void load_int(Reg dst, std::int64_t value) { emit(Op::ConstInt, {dst, value}); }
    void load_constant(const ast::Constant& constant, const Type* type, Reg dst);
    void load_string(Reg dst, std::string_view text);
    void name_register(const LocalSymbol& local, Reg r);
    Reg declare(const LocalSymbol& local);  // a register for the variable (not yet its cell)
    void store_new(const LocalSymbol& local, ast::Expr* init);  // declares and initialises
    void assign_local(const LocalSymbol& local, ast::Expr* value);
    [[nodiscard]] Reg storage(const LocalSymbol& local);  // its register, or its cell's
    [[nodiscard]] bool plain_local(const ast::Expr* expr, const LocalSymbol*& local) const;
    void bind_hole(const ast::HoleExpr* hole, Reg r) {
        if (hole != nullptr) holes_[hole] = r;
    }

    // ---- evaluation order -----------------------------------------------------------------------
    [[nodiscard]] static bool is_null(const ast::Expr* expr);  // the literal
    [[nodiscard]] static bool may_assign(const ast::Expr* expr);
    [[nodiscard]] static bool safe_target(const ast::Expr* expr);
    Reg stable(ast::Expr* expr, bool later_may_assign);  // keeps its value while later operands run
    Reg stable_exact(ast::Expr* expr, bool later_may_assign);
    Reg exact(ast::Expr* expr);     // value() in a register declared with the expression's own type
    Reg argument(ast::Expr* expr);  // value() in a register that is used once, or a variable's
    std::vector<Reg> arguments(std::span<ast::Expr* const> exprs);

    // ---- lower_expressions.cpp, lower_members.cpp, lower_conversions.cpp ---------------
    Reg operand(ast::Expr* expr, bool once);  // of value() and argument()
    Reg plain_operand(ast::Expr* expr);
    std::optional<Reg> narrowed(const ast::ConvertExpr& e);
    // What never changes once read: a `let` field of an object in a variable that keeps its value, the
    // length of an array in one, a `let` global.
    struct Immutable {
        const void* variable;
        const void* key;
    };
    [[nodiscard]] std::optional<Immutable> immutable(ast::Expr* expr) const;
    [[nodiscard]] const LocalSymbol* constant_variable(const ast::Expr* expr) const;
    void effect(ast::Expr* expr);
    void name_into(ast::NameExpr& e, Reg dst);
    void member_into(ast::MemberExpr& e, Reg dst);
    void convert_into(ast::ConvertExpr& e, Reg dst);
    void array_repeat_into(ast::ArrayRepeatExpr& e, Reg dst);
    void map_literal_into(ast::MapLiteralExpr& e, Reg dst);
    void safe_access(ast::SafeAccessExpr& e, Reg dst, bool wanted);
    void coalesce_into(ast::BinaryExpr& e, Reg dst);
    void materialise(ast::Expr* condition, Reg dst);
    [[nodiscard]] bool find_path(ast::Expr* expr, PathBase& base);
    void path_into(ast::Expr* expr, PathBase& base, Reg dst);

    // ---- lower_operators.cpp ------------------------------------------------------------------------
    void unary_into(ast::UnaryExpr& e, Reg dst);
    void binary_into(ast::BinaryExpr& e, Reg dst);
    void arithmetic(ast::BinaryOp op, const Type* t, Reg dst, Reg a, Reg b, const Type* count);
    void range_into(ast::BinaryExpr& e, Reg dst);
    void compare_into(ast::BinaryExpr& e, Reg dst);
    void convert_number(const Type* from, const Type* to, Reg src, Reg dst);
    Reg as_int32(Reg r, const Type* t);  // char and bool as i32
    void narrow(const Type* t, Reg dst, Reg src);

    // ---- lower_strings.cpp ------------------------------------------------------------------------------
    void concat_into(ast::Expr* expr, Reg dst);
    void collect_text(ast::Expr* expr, std::vector<Reg>& parts, std::string& pending, bool last);
    void flush_text(std::vector<Reg>& parts, std::string& pending);
    Reg text_of(ast::Expr* expr);

    // ---- lower_conditions.cpp ---------------------------------------------------------------------------
    void branch(ast::Expr* condition, Label target, bool sense);
    void branch_compare(ast::BinaryOp op, const Type* t, Reg a, Reg b, Label target, bool sense);
    void branch_primitive(ast::BinaryOp op, const Type* t, Reg a, Reg b, Label target, bool sense);
    void branch_nullable_equal(ast::BinaryExpr& e, Label target, bool if_equal);
    void branch_binary(ast::BinaryExpr& e, Label target, bool sense);
    void branch_is(ast::IsExpr& e, Label target, bool sense);

    // ---- lower_calls.cpp --------------------------------------------------------------------------------
    // `dst` is where the result goes, -1 if it is not wanted.
    void call(const ast::CallInfo& call, SourceRange range, std::int64_t dst);
    void call_function(const ast::CallInfo& call, SourceRange range, std::int64_t dst);
    void new_object(const ast::CallInfo& call, SourceRange range, std::int64_t dst);
    void intrinsic(const ast::CallInfo& call, SourceRange range, std::int64_t dst);
    // Evaluates the arguments in the order written; `regs` holds what comes before them.
    void call_arguments(const ast::CallInfo& call, std::vector<Reg>& regs, SourceRange range,
                        std::size_t receivers, bool later = false);
    void add_captures(const FunctionSymbol& function, std::vector<Reg>& regs);
    void closure_into(const FunctionSymbol& function, const Type* owner,
                      std::span<const Type* const> type_args, Reg dst);
    void lambda_into(ast::LambdaExpr& e, Reg dst);

    // ---- lower_assignments.cpp --------------------------------------------------------------------------
    void assign(ast::AssignExpr& e);
    void assign_place(const ast::Place& place, ast::Expr* value, const ast::HoleExpr* current,
                      SourceRange range);
    std::vector<classfile::FieldStep> place_steps(const ast::Place& place);

    // ---- lower_statements.cpp ----------------------------------------------------------------------------
    void block(ast::BlockExpr& e, std::int64_t dst);
    void block_from(ast::BlockExpr& e, std::size_t first, std::int64_t dst);
    void statement(ast::Stmt* s);
    void if_expr(ast::IfExpr& e, std::int64_t dst);
    void deliver(ast::Expr* expr, std::int64_t dst);
    void while_loop(ast::WhileStmt& s);
    void for_loop(ast::ForStmt& s);
    [[nodiscard]] ast::BinaryExpr* stepped_range(ast::Expr* iterable, std::int64_t& step) const;
    void for_range(ast::ForStmt& s, ast::BinaryExpr& range, std::int64_t step);
    void for_array(ast::ForStmt& s);
    void for_iterator(ast::ForStmt& s);
    void loop_body(const ast::Stmt& s, ast::BlockExpr& body, LoopTarget target);
    [[nodiscard]] static bool cheap_condition(const ast::Expr* expr, int& budget);

    // ---- lower_patterns.cpp
    // --------------------------------------------------------------------------------
    void match_expr(ast::MatchExpr& e, std::int64_t dst);
    std::size_t match_switch(ast::MatchExpr& e, Reg subject, std::int64_t dst, Label end);
    // Jumps to `fail` if the subject does not fit (fail may be invalid if it must fit), else binds.
    void match_pattern(ast::Pattern* pattern, Reg subject, Label fail);
    void match_parts(std::span<ast::Pattern* const> elements, std::span<ast::Expr* const> parts, Label fail);
    // Takes the subject from an expression; without a detour if it is a plain variable.
    void bind_pattern(ast::Pattern* pattern, ast::Expr* init, Label fail);
    void bind_to(const LocalSymbol& local, ast::Expr* value, bool again = false);

    // ---- lower_exits.cpp: try, use, return, break, continue ---------------------------------------------
    void try_expr(ast::TryExpr& e, std::int64_t dst);
    void use_block(ast::BlockExpr& e, std::size_t at, std::int64_t dst);
    void close_after(const ast::UseStmt& s, const Scope& scope, Reg error);
    void return_expr(ast::ReturnExpr& e);
    void exit_loop(const ast::Stmt* loop, bool next);
    void push_scope(Scope scope);
    Scope pop_scope();
    void run_cleanup(const Scope& scope);
    // Runs the cleanups of all scopes above `depth`, then `leave`; the scopes stay as they were.
    template <typename F>
    void leave_scopes(std::size_t depth, F leave);
    [[nodiscard]] bool owes_cleanup(std::size_t depth) const;
    void protect(const Scope& scope, Label handler, const Type* error, Reg reg);
    [[nodiscard]] bool any_throws(const Scope& scope) const;

    FileLowering& file_;
    std::string name_;
    const Type* result_;
    FunctionBuilder code_;
    std::uint32_t parameters_ = 0;
    bool initialiser_ = false;
    std::vector<const LocalSymbol*> cell_parameters_;
    std::unordered_map<const LocalSymbol*, Reg> locals_;
    std::unordered_map<const ast::HoleExpr*, Reg> holes_;
    std::unordered_map<const ast::HoleExpr*, ElementHole> element_holes_;
    std::vector<Scope> scopes_;
};

}  // namespace skua::compiler
