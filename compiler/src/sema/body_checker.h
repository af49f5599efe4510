// Checks the code of one function (or initial value, default value, test) and everything in
// it, lambdas included, and annotates its tree.
//
// Types flow both ways: check() is given the type that its surroundings expect, as a hint, and
// leaves the type found in the node. The hint `void` means that the value is not used.
// coerce() then makes the conversion explicit, replacing the child in its parent; that is why
// everything takes `Expr*&`.
//
// Narrowing: a Flow holds what is known at a point of the program about locals and paths of
// immutable fields that start at one (`x`, `node.next`). Knowledge about a `var` ends where it is
// assigned, at the head of a loop that assigns it, and in lambdas.
#pragma once

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sema/analyzer.h"
#include "sema/infer.h"

namespace skua::compiler {

class Coverage;

struct FactKey {
    const LocalSymbol* root = nullptr;
    std::array<const FieldSymbol*, 3> path{};
    friend bool operator==(const FactKey&, const FactKey&) = default;
};

struct Flow {
    struct Fact {
        FactKey key;
        const Type* type;
        friend bool operator==(const Fact&, const Fact&) = default;
    };
    std::vector<Fact> facts;
    bool dead = false;  // this point is not reached
};

// What a name, or a chain of names and members, refers to, before it is used as a value,
// called or assigned.
struct Ref {
    enum class Kind : std::uint8_t {
        Error,
        Value,
        Local,
        Member,
        Global,
        Function,
        Type,
        Module,
        ArrayLength,
        TupleElement
    };
    Kind kind = Kind::Error;
    Symbol* symbol = nullptr;     // Local; Member: field or method; Global: field; Function; Type; Module
    const Type* owner = nullptr;  // Member, static Function or Global: declaring type, null for an extension
    ast::Expr* receiver = nullptr;  // Member: evaluated object (`this` for an implicit one)
    bool through_super = false;
    bool universal = false;      // an intrinsic that every type has as a method
    const Type* type = nullptr;  // Type: the type itself (its own parameters as arguments if not given)
    bool has_type_args = false;  // Type or Function: written type arguments
    std::vector<const Type*> type_args;
    std::uint32_t index = 0;  // TupleElement
};

class BodyChecker {
public:
    BodyChecker(Analyzer& analyzer, ModuleSymbol* module, TypeSymbol* type);

    // ---- entry points (check_declarations.cpp)
    void check_function(FunctionSymbol* function);
    void check_defaults(FunctionSymbol* function, ast::List<ast::ParamDecl> params);
    void check_constructor(TypeSymbol* type);
    const Type* check_initial_value(FieldSymbol* field);

private:
    struct Loop {
        ast::Stmt* statement;
        std::string_view label;
        bool broken = false;
    };
    struct Frame {
        FunctionSymbol* function = nullptr;
        Frame* parent = nullptr;
        LocalSymbol* this_local = nullptr;
        const Type* result = nullptr;  // null: to be inferred from `returns`
        std::vector<ast::Expr**> returns;
        bool returns_nothing = false;  // a `return` without value was seen
        std::vector<LocalSymbol*> captures;
        std::unordered_set<std::string_view> assigned_in_lambdas;
        std::vector<Loop> loops;
        std::size_t finally_depth = 0;
        bool is_constructor = false;  // `let` fields of `this` may be assigned
        bool struct_init = false;     // a struct's init block: its fields are the parameters, no `this` yet
        bool no_this = false;         // arguments of the super constructor
        std::vector<FunctionSymbol*> called_locals;
    };
    struct FrameGuard;
    struct ScopeGuard;
    struct DepthGuard;

    // ---- expressions (check_expr.cpp)
    const Type* check(ast::Expr*& slot, const Type* expected = nullptr);
    const Type* check_value(ast::Expr*& slot, const Type* expected = nullptr);  // must have a value
    bool check_to(ast::Expr*& slot, const Type* target, std::string_view what = {});
    const Type* dispatch(ast::Expr*& slot, const Type* expected);
    const Type* check_literal(ast::LiteralExpr* e, const Type* expected);
    const Type* check_interpolation(ast::InterpolationExpr* e);
    const Type* check_tuple(ast::TupleExpr* e, const Type* expected);
    static bool is_empty_literal(ast::Expr* e);
    void check_empty(std::span<ast::Expr** const> slots, const Type* type, std::string_view what);
    const Type* check_alike(const std::vector<ast::Expr**>& all, std::string_view what);
    const Type* check_array(ast::ArrayLiteralExpr* e, const Type* expected);
    const Type* check_repeat(ast::ArrayRepeatExpr* e, const Type* expected);
    const Type* check_map(ast::MapLiteralExpr* e, const Type* expected);
    const Type* check_index(ast::Expr*& slot, ast::IndexExpr* e);
    const Type* check_is(ast::IsExpr* e);
    const Type* check_cast(ast::CastExpr* e);
    const Type* common_type(std::vector<ast::Expr**>& slots, const Type* expected, std::string_view what);

    // ---- conversions (convert.cpp)
    bool coerce(ast::Expr*& slot, const Type* target, std::string_view what = {});
    bool convert_silently(ast::Expr*& slot, const Type* target);  // false: not convertible, nothing done
    bool adapt(ast::Expr* e, const Type* target);                 // literals and null to the target, in place
    void report_mismatch(SourceRange range, const Type* expected, const Type* found, std::string_view what,
                         ast::Expr* e);
    ast::ConvertExpr* convert(ast::ConversionKind kind, ast::Expr* operand, const Type* type);
    ast::HoleExpr* hole(const Type* type, SourceRange range);
    static bool has_bit_operator(const ast::Expr* e);
    static bool is_flexible(const ast::Expr* e);  // number literal without suffix, or made of such
    static bool is_null_literal(const ast::Expr* e);
    // Undoes the narrowing of a value that was found not to be null; its type then.
    const Type* forget_non_null(ast::Expr*& slot);
    const Type* make_nullable(ast::Expr*& slot);
    static ast::Expr* value_of(ast::Expr* e);
    static ast::Expr* strip_parens(ast::Expr* e);

    // ---- names and members (check_name.cpp)
    Ref resolve_ref(ast::Expr*& slot);
    Ref resolve_name(ast::NameExpr* e);
    Ref resolve_member(ast::MemberExpr* e);
    const Type* super_type(const ast::SuperExpr* super, const ast::Ident& name, Member& found);
    Ref member_of_value(ast::Expr* object, const ast::Ident& name, bool through_super);
    Ref member_of_type(const Ref& type, const ast::Ident& name);
    Ref implicit_member(std::string_view name, SourceRange range, bool extensions);
    const Type* use_ref(ast::Expr*& slot, Ref& ref, const Type* expected);
    const Type* function_value(ast::Expr*& slot, Ref& ref, const Type* expected);
    const Type* check_safe(ast::Expr*& slot, ast::MemberExpr* member, const Type* expected);
    Ref case_ref(CaseSymbol* c, const Ref* of_type);
    const Type* as_enum(ast::Expr*& slot, const Type* type);  // a case's object as a value of its enum
    ast::Expr* this_expr(SourceRange range);                  // null, with an error, where there is no `this`
    LocalSymbol* find_local(std::string_view name);
    void capture(LocalSymbol* local);
    const Type* narrow(ast::Expr*& slot, const Type* declared);
    void report_unknown(std::string_view name, SourceRange range);
    void list_visible(std::vector<std::string_view>& out);

    // ---- calls (check_call.cpp, check_args.cpp)
    const Type* check_call(ast::Expr*& slot, ast::CallExpr* e, const Type* expected);
    const Type* call_function(ast::CallInfo*& info, Ref& ref, FunctionSymbol* function,
                              ast::List<ast::Argument> args, SourceRange range, SourceRange name_range,
                              const Type* expected);
    const Type* call_type(ast::Expr*& slot, ast::CallExpr* e, Ref& ref, const Type* expected);
    const Type* call_conversion(ast::CallExpr* e, const Type* target);
    const Type* call_value(ast::CallExpr* e, const Type* type, ast::Expr* callee, const Type* expected);
    [[nodiscard]] bool overrides_are_known(const TypeSymbol* cls, const TypeSymbol* declares) const;
    void choose_call(ast::CallInfo& info, FunctionSymbol* function, const Type* owner, ast::Expr*& receiver,
                     bool through_super);
    bool place_arguments(std::span<const ParamSymbol> params, bool variadic, std::string_view name,
                         ast::List<ast::Argument> args, SourceRange range, std::vector<ast::CallArg>& placed,
                         std::vector<std::vector<ast::Expr**>>& slots);
    void check_arguments(std::span<const ParamSymbol> params, std::span<const Type* const> param_types,
                         std::vector<ast::CallArg>& placed, std::vector<std::vector<ast::Expr**>>& slots,
                         Inference* inference, std::string_view name);
    bool lift_elements(ast::Expr* argument, const Type* want, Inference& inference);
    // A call made by the compiler: arguments are already checked expressions.
    ast::CallInfo* call_member(ast::Expr* receiver, std::string_view name,
                               std::initializer_list<ast::Expr*> args, SourceRange range,
                               const Type** result);
    ast::CallInfo* call_library(std::string_view module, std::string_view name,
                                std::initializer_list<ast::Expr*> args, SourceRange range);
    void check_all_quietly(ast::List<ast::Argument> args);

    // ---- assert (check_assert.cpp)
    void explain_assert(ast::Expr*& slot, ast::CallExpr* e);
    ast::Expr* operand_once(ast::Expr* operand, std::vector<ast::Stmt*>& lets);
    ast::Expr* shown_value(ast::Expr* value);
    ast::Expr* string_literal(std::string_view text, SourceRange range);
    ast::Expr* call_expr(ast::CallInfo* call, SourceRange range);

    // ---- operators (check_operator.cpp)
    const Type* check_unary(ast::UnaryExpr* e, const Type* expected);
    const Type* check_binary(ast::Expr*& slot, ast::BinaryExpr* e, const Type* expected);
    const Type* check_arithmetic(ast::BinaryExpr* e, const Type* expected);
    const Type* call_operator_method(ast::BinaryExpr* e);
    const Type* call_operator_extension(ast::BinaryExpr* e, FunctionSymbol* f);
    ast::Expr* numeric_conversion(ast::Expr* value, const Type* to);
    void report_mixed(ast::BinaryExpr* e);     // two numbers of different types
    void report_operator(ast::BinaryExpr* e);  // the operator does not apply
    const Type* check_comparison(ast::BinaryExpr* e);
    const Type* check_equality(ast::BinaryExpr* e);
    const Type* check_coalesce(ast::BinaryExpr* e, const Type* expected);
    const Type* check_range(ast::BinaryExpr* e);
    void check_operands(ast::BinaryExpr* e, const Type* expected);

    // ---- assignment (check_assign.cpp)
    const Type* check_assign(ast::AssignExpr* e);
    bool resolve_place(ast::Expr*& target, ast::Place& place, bool compound);
    void after_assignment(const ast::Place& place, const ast::Expr* value);

    // ---- control flow (check_control.cpp)
    const Type* check_block(ast::BlockExpr* e, const Type* expected);
    const Type* check_if(ast::IfExpr* e, const Type* expected);
    const Type* check_try(ast::TryExpr* e, const Type* expected);
    const Type* check_return(ast::ReturnExpr* e);
    const Type* check_jump(ast::Expr* e, const ast::Ident& label, ast::Stmt*& loop, bool is_break);
    const Type* check_throw(ast::ThrowExpr* e);
    void check_statement(ast::Stmt* s);
    void check_while(ast::WhileStmt* s);
    void check_for(ast::ForStmt* s);
    void check_let(ast::LetStmt* s);
    void check_use(ast::UseStmt* s);
    void check_local_function(ast::LocalFunctionStmt* s);

    // ---- conditions and what is known (flow.cpp)
    void check_condition(ast::Expr*& slot, Flow& when_true, Flow& when_false);
    void learn(const ast::Expr* subject, const Type* type, Flow& flow);
    bool key_of(const ast::Expr* e, FactKey& key) const;
    static Flow merge(const Flow& a, const Flow& b);
    void forget(const LocalSymbol* local);
    void forget_assigned(const ast::Expr* a, const ast::Stmt* b = nullptr);
    const Type* known_type(const FactKey& key) const;

    // ---- match and patterns (check_match.cpp, check_pattern.cpp)
    const Type* check_match(ast::MatchExpr* e, const Type* expected);
    void warn_of_useless(ast::Pattern* pattern, Coverage& coverage);
    static const TypeSymbol* enum_of_class_files(const ast::Pattern* pattern);
    void guard_against_later_cases(ast::MatchExpr* e);
    void report_uncovered(const ast::MatchExpr* e, const Type* type, std::vector<std::string> missing);
    // Checks a pattern against a subject of this type; what it binds is declared in the current
    // scope. `refutable` is false in let, for and lambda parameters.
    void check_pattern(ast::Pattern* p, const Type* subject, const Type* known, bool refutable, bool is_var);
    bool check_format(std::string_view format, SourceRange range, const Type* type);
    // The part of an expression that has no value, and a suggestion.
    std::pair<SourceRange, std::string> void_part(ast::Expr* e);
    void check_alternatives(ast::AlternativesPattern* p, const Type* subject, const Type* known,
                            bool refutable, bool is_var);
    std::vector<ast::Expr*> take_apart(ast::HoleExpr* subject, const Type* type, std::size_t count,
                                       SourceRange range);
    // The case that a path in a pattern names, and its class instantiated for the subject; null: none.
    CaseSymbol* pattern_case(ast::List<ast::Ident> path, const Type* known, const Type*& type,
                             bool& reported);
    ast::Expr* case_test(ast::HoleExpr* subject, const Type* type, SourceRange range);
    static bool is_irrefutable(const ast::Pattern* p);
    ast::Expr* pattern_test(ast::HoleExpr* subject, ast::Expr* value, const Type* known);

    // ---- lambdas (check_lambda.cpp)
    const Type* check_lambda(ast::LambdaExpr* e, const Type* expected);
    void widen_result(ast::Expr* slot, const Type* wanted);
    void finish_frame(Frame& frame);
    const Type* check_body(ast::Expr*& body, Frame& frame, bool is_lambda);
    std::string_view lambda_name();
    void settle_captures();  // at the end of a body: which captured variables live in cells

    // ---- warnings (usage.cpp)
    void warn_shadowing(const ast::Pattern* pattern, const ast::Expr* init);
    void warn_shadowing(const ast::Ident& name, const ast::Expr* init);
    void warn_opaque_text(const ast::Expr* value);
    void note_variables(const ast::Pattern* pattern, bool could_be_wildcard);
    void note_parameters(const FunctionSymbol& function);
    void warn_deprecated_type(const TypeSymbol* type, SourceRange range) {
        a_.warn_deprecated(type, type->flags, type->module, module_, range);
    }
    void warn_deprecated_field(const FieldSymbol* field, SourceRange range) {
        a_.warn_deprecated(field, field->flags, field->module, module_, range);
    }
    void warn_unused_value(ast::Expr* expr, SourceRange range);
    struct ForgetUse {
        explicit ForgetUse(BodyChecker& c) : checker(c) {}
        ~ForgetUse() {
            for (auto [symbol, used] : before) symbol->used = used;
        }
        ForgetUse(const ForgetUse&) = delete;
        ForgetUse& operator=(const ForgetUse&) = delete;
        void remember(ast::Expr* target);
        BodyChecker& checker;
        std::vector<std::pair<Symbol*, bool>> before;  // locals and the type's fields
    };

    // ---- scopes
    void report_redeclared(const ast::Ident& name);
    LocalSymbol* declare_local(const ast::Ident& name, const Type* type, bool is_var);
    void bind_local(std::string_view name, LocalSymbol* local);

    Analyzer& a_;
    TypeContext& t_;
    ModuleSymbol* module_;
    TypeSymbol* type_;
    Frame* frame_ = nullptr;
    Flow flow_;
    TypeScope type_scope_;
    std::string lambda_base_;
    int depth_ = 0;
    std::vector<LocalSymbol*> captured_;
    // Lambdas inside a local function that call it: they get its captures when these are known.
    std::vector<std::pair<FunctionSymbol*, FunctionSymbol*>> deferred_captures_;

    struct Slot {
        LocalSymbol* local = nullptr;
        std::size_t scope = 0;  // how many scopes were open where it was declared
    };
    struct Binding {
        std::string_view name;
        Slot previous;
    };
    std::unordered_map<std::string_view, Slot> locals_;
    std::vector<Binding> undo_;
    std::vector<std::size_t> scope_starts_;
};

struct BodyChecker::ScopeGuard {
    explicit ScopeGuard(BodyChecker& c) : checker(c) { c.scope_starts_.push_back(c.undo_.size()); }
    ~ScopeGuard() {
        std::size_t start = checker.scope_starts_.back();
        checker.scope_starts_.pop_back();
        while (checker.undo_.size() > start) {
            checker.locals_[checker.undo_.back().name] = checker.undo_.back().previous;
            checker.undo_.pop_back();
        }
    }
    ScopeGuard(const ScopeGuard&) = delete;
    ScopeGuard& operator=(const ScopeGuard&) = delete;
    BodyChecker& checker;
};

}  // namespace skua::compiler
