// From the flat list of rules and tokens (parse_events.h) to the syntax tree.
//
// The events are a tree that the grammar has already checked, so every read_* function knows what can
// come and only decides which of it does. What the grammar leaves open is checked here: where an
// assignment may stand, what an operator binds to, how long a chain of operators may be.
// tree_builder.cpp has declarations and types, tree_builder_stmt.cpp statements and patterns,
// tree_builder_expr.cpp expressions.
#pragma once

#include <string>
#include <vector>

#include "arena.h"
#include "ast.h"
#include "parse_events.h"

namespace skua::compiler {

// How high the tree of an expression may be. Brackets are limited by the lexer; this limits
// chains: a + b + c, a.b().c(), else if, x => y => z. Analysis and lowering recurse as deep.
inline constexpr int kMaxHeight = 1000;

class TreeBuilder {
public:
    TreeBuilder(SourceFile& file, const TokenList& tokens, const EventList& events, Arena& arena,
                DiagnosticSink& sink);
    ast::Module* read_module();

private:
    using K = TokenKind;
    template <typename T>
    using List = ast::List<T>;

    // -- the events
    bool at_end() const { return pos_ >= events_.size(); }
    EventTag tag() const { return static_cast<EventTag>(events_[pos_] & 3); }
    bool at_rule(Rule r) const {
        return events_[pos_] ==
               (static_cast<std::uint32_t>(r) << 2 | static_cast<std::uint32_t>(EventTag::Enter));
    }
    bool at_exit() const { return tag() == EventTag::Exit; }
    bool at_error() const { return tag() == EventTag::Error; }
    bool at_token(K k) const { return tag() == EventTag::Token && peek().kind == k; }
    bool at_token() const { return tag() == EventTag::Token; }
    Rule rule() const { return static_cast<Rule>(events_[pos_] >> 2); }
    const Token& peek() const { return tokens_.tokens[events_[pos_] >> 2]; }
    const Token& next() { return tokens_.tokens[last_ = events_[pos_++] >> 2]; }
    bool accept(K k) {
        if (!at_token(k)) return false;
        next();
        return true;
    }
    void enter(Rule) { ++pos_; }  // the rule is named for the reader
    void exit() { ++pos_; }
    void skip_error() { ++pos_; }
    std::uint32_t start() const;  // offset of the next token
    SourceRange from(std::uint32_t start) const { return {file_id_, start, tokens_.tokens[last_].end}; }
    SourceRange range(const Token& t) const { return {file_id_, t.start, t.end}; }
    std::string_view text(const Token& t) const { return source_.substr(t.start, t.end - t.start); }
    ast::Ident ident(const Token& t) const { return {text(t), range(t)}; }
    ast::Ident ident() { return ident(next()); }
    std::string_view doc(std::uint32_t token) const;
    std::string_view string_value(const Token& t) const { return tokens_.strings[t.value]; }

    // -- declarations
    ast::ImportDecl read_import();
    void read_import_tail(std::vector<ast::Ident>& path, ast::ImportDecl& out);
    struct Modifiers {
        std::uint32_t bits = 0;
        SourceRange range;
        std::string_view native_library;
        std::string_view doc;
        std::uint32_t start = 0;
    };
    Modifiers read_modifiers();
    ast::Decl* read_declaration();
    ast::Decl* finish(ast::Decl* decl, const Modifiers& m);
    ast::FunctionDecl* read_function(const Modifiers& m);
    void read_function_name(ast::FunctionDecl& f);
    void read_function_body(ast::FunctionDecl& f);
    ast::FunctionDecl* read_property(const Modifiers& m);
    ast::VariableDecl* read_variable();
    ast::Decl* read_type_decl();
    ast::Decl* read_enum();
    ast::Decl* read_extend();
    ast::Decl* read_test();
    ast::Decl* read_member();
    List<ast::Decl*> read_type_body();
    List<ast::TypeParamNode*> read_type_params();
    List<ast::ParamDecl> read_params();
    ast::ParamDecl read_param();
    List<ast::CtorParam> read_ctor_params();
    List<ast::SuperNode> read_supers();
    ast::EnumCaseNode read_enum_case();
    void check_modifiers(const Modifiers& m, std::uint32_t allowed, std::string_view what);

    // -- types
    ast::TypeNode* read_type();
    ast::TypeNode* read_named_type();
    List<ast::TypeNode*> read_type_args();

    // -- statements and patterns
    ast::BlockExpr* read_block();
    [[nodiscard]] bool may_leave(std::uint32_t first) const;
    ast::Stmt* read_statement();
    ast::Stmt* read_let();
    ast::Stmt* read_use();
    ast::Stmt* read_loop();
    ast::Pattern* read_binding();
    ast::Pattern* read_binding_part();
    ast::Pattern* read_pattern();
    ast::Pattern* read_single_pattern();
    ast::Expr* read_pattern_bound();
    ast::Expr* read_literal();
    std::vector<ast::Ident> read_pattern_path();
    ast::Expr* path_expr(const std::vector<ast::Ident>& path);

    // -- expressions. Each sets height_ to the height of the tree that it returns.
    struct Tallest {  // makes height_ one more than that of the tallest child
        int& height;
        int best = 0;
        void add() { best = height > best ? height : best; }
        ~Tallest() { height = best + 1; }
    };
    ast::Expr* read_expr(bool assignment_allowed = false);
    ast::Expr* read_binary(int min_precedence, ast::Expr* left, bool assignment_allowed);
    ast::Expr* read_operand();
    ast::Expr* read_assignment(ast::Expr* left, const Token& op, bool allowed);
    ast::Expr* apply_prefix(ast::Expr* operand, const Token& op);
    ast::Expr* read_primary();
    ast::Expr* read_jump(const Token& t);
    ast::Expr* read_postfix(ast::Expr* base);
    ast::Expr* read_paren();
    ast::Expr* read_bracket();
    ast::Expr* read_interpolation();
    ast::Expr* read_if();
    ast::Expr* read_match();
    ast::Expr* read_try();
    ast::LambdaExpr* read_lambda_head();
    ast::Expr* literal(const Token& t);
    List<ast::Argument> read_call_args();
    ast::Expr* too_high(SourceRange at);
    bool check_height(int height) { return height <= kMaxHeight; }

    template <typename T>
    T* make(SourceRange r) {
        return arena_.make<T>(r);
    }

    SourceFile& file_;
    std::uint32_t file_id_;
    std::string_view source_;
    const TokenList& tokens_;
    const std::vector<std::uint32_t>& events_;
    const std::vector<std::pair<std::uint32_t, std::uint32_t>>& skipped_;
    Arena& arena_;
    DiagnosticSink& sink_;
    std::size_t pos_ = 0;
    std::uint32_t last_ = 0;  // the last token read
    int arrows_ = 0;          // of a function type being read
    int height_ = 0;          // of the expression read last
    int expressions_ = 0;     // that are being read, one within the other
    bool height_reported_ = false;
    int coalesce_depth_ = 0;  // right operands of `??` being read, one within the other
};

}  // namespace skua::compiler
