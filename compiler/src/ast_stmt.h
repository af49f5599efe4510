// Statements and patterns.
#pragma once

#include "ast_expr.h"

namespace skua::compiler::ast {

// ---- patterns ------------------------------------------------------------------------------
//
// Every pattern looks at one subject. Lowering has the subject in a register, binds
// `hole` (if set) to it, and tests or stores.

enum class PatternKind : std::uint8_t {
    Wildcard,
    Binding,
    Literal,
    Range,
    Alternatives,
    Tuple,
    Is,
    Case,
    Value
};

struct Pattern {
    PatternKind kind;
    SourceRange range;
    // -- sema
    const Type* type = nullptr;  // of the subject
    HoleExpr* hole = nullptr;    // stands for the subject in `test` and `value` expressions

protected:
    Pattern(PatternKind k, SourceRange r) : kind(k), range(r) {}
};

struct WildcardPattern : Pattern {  // _
    static constexpr auto kKind = PatternKind::Wildcard;
    explicit WildcardPattern(SourceRange r) : Pattern(kKind, r) {}
};

// x, or (in let, for and lambda parameters) x: T. In a match arm a lone name binds.
struct BindingPattern : Pattern {
    static constexpr auto kKind = PatternKind::Binding;
    explicit BindingPattern(SourceRange r) : Pattern(kKind, r) {}
    Ident name;
    TypeNode* annotation = nullptr;  // x: T inside a destructuring
    // -- sema
    LocalSymbol* symbol = nullptr;
    Expr* value = nullptr;  // what is stored: the hole, converted if need be
    bool again = false;     // a further alternative binds the symbol too
};

struct LiteralPattern : Pattern {  // 0, -1, "a", 'c', true, null
    static constexpr auto kKind = PatternKind::Literal;
    explicit LiteralPattern(SourceRange r) : Pattern(kKind, r) {}
    Expr* value = nullptr;  // LiteralExpr, or UnaryExpr Neg of one; value->constant is set by sema
    Expr* test = nullptr;   // -- sema: bool, `hole == value` (or a null test)
};

struct RangePattern : Pattern {  // 3..=9, 'a'..='z', 0..10
    static constexpr auto kKind = PatternKind::Range;
    explicit RangePattern(SourceRange r) : Pattern(kKind, r) {}
    Expr* low = nullptr;  // constants
    Expr* high = nullptr;
    bool inclusive = false;
    Expr* test = nullptr;  // -- sema: bool, `low <= hole && hole <= high`
};

struct AlternativesPattern : Pattern {  // 1 | 2; each alternative binds the same names
    static constexpr auto kKind = PatternKind::Alternatives;
    explicit AlternativesPattern(SourceRange r) : Pattern(kKind, r) {}
    List<Pattern*> alternatives;
    bool binds = false;  // -- sema
};

struct TuplePattern : Pattern {  // (a, _, 3)
    static constexpr auto kKind = PatternKind::Tuple;
    explicit TuplePattern(SourceRange r) : Pattern(kKind, r) {}
    List<Pattern*> elements;
    // -- sema: parts[i] takes component i out of the hole (tuple element, struct field, or a
    // component1/component2 property call); bind elements[i]'s hole to it.
    List<Expr*> parts;
};

struct IsPattern : Pattern {  // is Circle, is Circle c
    static constexpr auto kKind = PatternKind::Is;
    explicit IsPattern(SourceRange r) : Pattern(kKind, r) {}
    TypeNode* target = nullptr;
    Ident name;  // empty if none
    // -- sema
    Expr* test = nullptr;  // bool: IsExpr on the hole
    LocalSymbol* symbol = nullptr;
    Expr* value = nullptr;  // the hole cast to the target, to store into symbol
    bool again = false;     // as in BindingPattern
};

struct CasePattern
    : Pattern {  // Json.Bool(b), Bool(b), Point(x, y): enum case or struct with positional parts
    static constexpr auto kKind = PatternKind::Case;
    explicit CasePattern(SourceRange r) : Pattern(kKind, r) {}
    List<Ident> path;
    List<Pattern*> elements;
    // -- sema
    CaseSymbol* enum_case = nullptr;  // null: a struct; nothing to test
    Expr* test = nullptr;             // bool, null if nothing to test
    List<Expr*> parts;                // as in TuplePattern
};

struct ValuePattern : Pattern {  // Json.Null, Color.Red, math.pi: a dotted path compared with ==
    static constexpr auto kKind = PatternKind::Value;
    explicit ValuePattern(SourceRange r) : Pattern(kKind, r) {}
    Expr* value = nullptr;  // MemberExpr
    Expr* test = nullptr;   // -- sema
    CaseSymbol* enum_case = nullptr;
};

// ---- statements --------------------------------------------------------------------------------

enum class StmtKind : std::uint8_t { Let, Expr, While, For, Use, LocalFunction, Error };

struct Stmt {
    StmtKind kind;
    SourceRange range;

protected:
    Stmt(StmtKind k, SourceRange r) : kind(k), range(r) {}
};

struct LetStmt : Stmt {  // let x: T = e, var x = e, let (a, b) = t
    static constexpr auto kKind = StmtKind::Let;
    explicit LetStmt(SourceRange r) : Stmt(kKind, r) {}
    bool is_var = false;
    Pattern* pattern =
        nullptr;  // Binding, Wildcard or Tuple. Lowering: evaluate init, bind pattern->hole, store
    TypeNode* type = nullptr;
    Expr* init = nullptr;  // null if left out (an error that sema reports)
};

struct ExprStmt : Stmt {
    static constexpr auto kKind = StmtKind::Expr;
    explicit ExprStmt(SourceRange r) : Stmt(kKind, r) {}
    Expr* expr = nullptr;
};

struct WhileStmt : Stmt {
    static constexpr auto kKind = StmtKind::While;
    explicit WhileStmt(SourceRange r) : Stmt(kKind, r) {}
    Ident label;
    Expr* condition = nullptr;
    BlockExpr* body = nullptr;
};

enum class ForKind : std::uint8_t { None, Range, Array, Iterator };
struct ForStmt : Stmt {
    static constexpr auto kKind = StmtKind::For;
    explicit ForStmt(SourceRange r) : Stmt(kKind, r) {}
    Ident label;
    Pattern* pattern = nullptr;
    Expr* iterable = nullptr;
    BlockExpr* body = nullptr;
    // -- sema. The pattern's hole is the element.
    ForKind how = ForKind::None;
    // Range: `iterable` is a BinaryExpr RangeExclusive/RangeInclusive (look through ParenExpr); evaluate
    // left, then right, count; no Range object. Inclusive: the bound may be the largest int.
    // Array: evaluate iterable once; its length is constant.
    // Iterator: evaluate iterable, bind `source`, call `iterator`, bind `cursor` to the result; each
    // round call `next` (of type T?), stop at null, bind the pattern's hole to the unwrapped value.
    HoleExpr* source = nullptr;
    CallInfo* iterator = nullptr;  // null: the source is itself an iterator
    HoleExpr* cursor = nullptr;
    CallInfo* next = nullptr;
};

struct UseStmt : Stmt {  // use file = open(): the rest of the block, then close()
    static constexpr auto kKind = StmtKind::Use;
    explicit UseStmt(SourceRange r) : Stmt(kKind, r) {}
    Ident name;
    TypeNode* type = nullptr;
    Expr* init = nullptr;
    // -- sema: `close` is the call of close() with receiver `hole` (bound to the variable)
    LocalSymbol* symbol = nullptr;
    HoleExpr* hole = nullptr;
    CallInfo* close = nullptr;
    // If `close` fails while an error is on its way: that error's suppress().
    HoleExpr *error = nullptr, *close_error = nullptr;
    CallInfo* suppress = nullptr;
};

struct LocalFunctionStmt : Stmt {
    static constexpr auto kKind = StmtKind::LocalFunction;
    explicit LocalFunctionStmt(SourceRange r) : Stmt(kKind, r) {}
    FunctionDecl* function = nullptr;
};

struct ErrorStmt : Stmt {
    static constexpr auto kKind = StmtKind::Error;
    explicit ErrorStmt(SourceRange r) : Stmt(kKind, r) {}
    bool may_leave = false;  // a `return`, `throw`, `break` or `continue` stands in it
};

}  // namespace skua::compiler::ast
