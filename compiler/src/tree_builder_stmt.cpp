// Statements and patterns.
#include "tree_builder.h"

namespace skua::compiler {

using namespace ast;

// Is there a jump among the tokens that were skipped from this one on?
bool TreeBuilder::may_leave(std::uint32_t first) const {
    for (const auto& [from, end] : skipped_) {
        if (from != first) continue;
        for (std::uint32_t i = from; i < end; ++i) {
            const K k = tokens_.tokens[i].kind;
            if (k == K::Return || k == K::ReturnBare || k == K::Throw || k == K::Break || k == K::Continue)
                return true;
        }
    }
    return false;
}

BlockExpr* TreeBuilder::read_block() {
    enter(Rule::Block);  // or ArrowBlock
    const std::uint32_t at = next().start;
    auto* block = make<BlockExpr>({});
    Tallest tallest{height_};
    std::vector<Stmt*> statements;
    while (at_rule(Rule::Statement)) {
        enter(Rule::Statement);
        if (at_error()) {
            const std::uint32_t first = events_[pos_] >> 2;
            auto* lost = make<ErrorStmt>(range(tokens_.tokens[first]));
            lost->may_leave = may_leave(first);
            statements.push_back(lost);
            skip_error();
        } else {
            height_ = 0;
            statements.push_back(read_statement());
            tallest.add();
            next();
        }
        exit();
    }
    next();
    block->statements = arena_.copy(statements);
    block->range = from(at);
    exit();
    return block;
}

Stmt* TreeBuilder::read_statement() {
    switch (rule()) {
        case Rule::LetStatement:
            return read_let();
        case Rule::UseStatement:
            return read_use();
        case Rule::Loop:
            return read_loop();
        case Rule::FunctionDecl: {
            FunctionDecl* f = read_function({});
            auto* s = make<LocalFunctionStmt>(f->range);
            s->function = f;
            return s;
        }
        default: {
            Expr* e = rule() == Rule::Block ? read_block() : read_expr(true);
            auto* s = make<ExprStmt>(e->range);
            s->expr = e;
            return s;
        }
    }
}

Stmt* TreeBuilder::read_let() {
    enter(Rule::LetStatement);
    const std::uint32_t at = start();
    auto* s = make<LetStmt>({});
    s->is_var = next().kind == K::Var;
    s->pattern = read_binding();
    if (accept(K::Colon)) s->type = read_type();
    if (accept(K::Assign)) s->init = read_expr();
    s->range = from(at);
    exit();
    return s;
}

Stmt* TreeBuilder::read_use() {
    enter(Rule::UseStatement);
    const std::uint32_t at = start();
    auto* s = make<UseStmt>({});
    next();
    s->name = ident();
    if (accept(K::Colon)) s->type = read_type();
    next();
    s->init = read_expr();
    s->range = from(at);
    exit();
    return s;
}

Stmt* TreeBuilder::read_loop() {
    enter(Rule::Loop);
    const std::uint32_t at = start();
    Ident label;
    if (at_token(K::LabelName)) {
        label = ident();
        next();
    }
    Stmt* result = nullptr;
    if (at_rule(Rule::WhileLoop)) {
        enter(Rule::WhileLoop);
        auto* s = make<WhileStmt>({});
        next();
        s->label = label;
        Tallest tallest{height_};
        s->condition = read_expr();
        tallest.add();
        s->body = read_block();
        tallest.add();
        result = s;
    } else {
        enter(Rule::ForLoop);
        auto* s = make<ForStmt>({});
        next();
        s->label = label;
        s->pattern = read_binding();
        next();
        Tallest tallest{height_};
        s->iterable = read_expr();
        tallest.add();
        s->body = read_block();
        tallest.add();
        result = s;
    }
    exit();
    result->range = from(at);
    exit();
    return result;
}

// ---- patterns ------------------------------------------------------------------------------------

Pattern* TreeBuilder::read_binding() {
    enter(Rule::Binding);
    Pattern* result = nullptr;
    const std::uint32_t at = start();
    if (accept(K::LParen)) {
        std::vector<Pattern*> elements;
        do {
            elements.push_back(read_binding_part());
        } while (accept(K::Comma));
        next();
        if (elements.size() == 1) {
            result = elements[0];
        } else {
            auto* tuple = make<TuplePattern>(from(at));
            tuple->elements = arena_.copy(elements);
            result = tuple;
        }
    } else {
        const Token& t = next();
        if (text(t) == "_") {
            result = make<WildcardPattern>(range(t));
        } else {
            auto* b = make<BindingPattern>(range(t));
            b->name = ident(t);
            result = b;
        }
    }
    exit();
    return result;
}

Pattern* TreeBuilder::read_binding_part() {
    enter(Rule::BindingPart);
    const std::uint32_t at = start();
    Pattern* p = read_binding();
    if (accept(K::Colon)) {
        TypeNode* type = read_type();
        if (auto* b = as<BindingPattern>(p)) {
            b->annotation = type;
            b->range = from(at);
        } else {
            sink_.error(type->range, "a type can only be given to a single name here");
        }
    }
    exit();
    return p;
}

Pattern* TreeBuilder::read_pattern() {
    enter(Rule::Pattern);
    const std::uint32_t at = start();
    Pattern* first = read_single_pattern();
    if (at_token(K::Pipe)) {
        std::vector<Pattern*> all{first};
        while (accept(K::Pipe)) all.push_back(read_single_pattern());
        auto* alternatives = make<AlternativesPattern>(from(at));
        alternatives->alternatives = arena_.copy(all);
        first = alternatives;
    }
    exit();
    return first;
}

Pattern* TreeBuilder::read_single_pattern() {
    enter(Rule::SinglePattern);
    const std::uint32_t at = start();
    Pattern* result = nullptr;
    const auto range_after = [&](Expr* low) -> Pattern* {
        auto* r = make<RangePattern>({});
        r->inclusive = next().kind == K::RangeInclusive;
        r->low = low;
        r->high = read_pattern_bound();
        r->range = from(at);
        return r;
    };
    if (at_rule(Rule::Literal)) {
        Expr* value = read_literal();
        if (at_token()) {
            result = range_after(value);
        } else {
            auto* p = make<LiteralPattern>(value->range);
            p->value = value;
            result = p;
        }
    } else if (at_rule(Rule::PatternPath)) {
        const std::vector<Ident> path = read_pattern_path();
        if (accept(K::LParen)) {
            auto* p = make<CasePattern>({});
            p->path = arena_.copy(path);
            std::vector<Pattern*> elements;
            while (at_rule(Rule::Pattern)) {
                elements.push_back(read_pattern());
                accept(K::Comma);
            }
            next();
            p->elements = arena_.copy(elements);
            p->range = from(at);
            result = p;
        } else if (at_token()) {
            result = range_after(path_expr(path));
        } else if (path.size() > 1) {
            auto* p = make<ValuePattern>(from(at));
            p->value = path_expr(path);
            result = p;
        } else if (path[0].text == "_") {
            result = make<WildcardPattern>(path[0].range);
        } else {
            auto* p = make<BindingPattern>(path[0].range);
            p->name = path[0];
            result = p;
        }
    } else if (accept(K::Is)) {
        auto* p = make<IsPattern>({});
        p->target = read_type();
        if (at_token()) p->name = ident();
        p->range = from(at);
        result = p;
    } else {
        next();  // (
        std::vector<Pattern*> elements;
        while (at_rule(Rule::Pattern)) {
            elements.push_back(read_pattern());
            accept(K::Comma);
        }
        next();
        if (elements.size() == 1) {
            result = elements[0];
        } else {
            auto* tuple = make<TuplePattern>(from(at));
            tuple->elements = arena_.copy(elements);
            result = tuple;
        }
    }
    exit();
    return result;
}

Expr* TreeBuilder::read_pattern_bound() {
    enter(Rule::PatternBound);
    Expr* e = at_rule(Rule::Literal) ? read_literal() : path_expr(read_pattern_path());
    exit();
    return e;
}

Expr* TreeBuilder::read_literal() {
    enter(Rule::Literal);
    const std::uint32_t at = start();
    const bool negative = accept(K::Minus);
    Expr* e = literal(next());
    if (negative) {
        auto* u = make<UnaryExpr>(from(at));
        u->op = UnaryOp::Neg;
        u->operand = e;
        e = u;
    }
    exit();
    return e;
}

std::vector<Ident> TreeBuilder::read_pattern_path() {
    enter(Rule::PatternPath);
    std::vector<Ident> path{ident()};
    while (accept(K::Dot)) path.push_back(ident());
    exit();
    return path;
}

// a.b.c as an expression
Expr* TreeBuilder::path_expr(const std::vector<Ident>& path) {
    auto* name = make<NameExpr>(path[0].range);
    name->name = path[0].text;
    Expr* e = name;
    if (path.size() > kMaxHeight) return too_high(path[0].range);
    for (std::size_t i = 1; i < path.size(); ++i) {
        auto* member = make<MemberExpr>(SourceRange::join(path[0].range, path[i].range));
        member->object = e;
        member->name = path[i];
        e = member;
    }
    return e;
}

}  // namespace skua::compiler
