// Expressions: precedence, calls, literals, lambdas, control flow.
#include <fmt/format.h>
#include <optional>

#include "tree_builder.h"

namespace skua::compiler {

using namespace ast;

namespace {

enum Precedence : int {
    kAssignment = 1,
    kCoalesce,
    kOr,
    kAnd,
    kEquality,
    kComparison,
    kTypeTest,
    kRange,
    kBitOr,
    kBitXor,
    kBitAnd,
    kShift,
    kAdditive,
    kMultiplicative,
};

struct BinaryInfo {
    int precedence;
    BinaryOp op;
};

std::optional<BinaryInfo> binary_info(TokenKind k) {
    using K = TokenKind;
    switch (k) {
        case K::Star:
            return {{kMultiplicative, BinaryOp::Mul}};
        case K::Slash:
            return {{kMultiplicative, BinaryOp::Div}};
        case K::Percent:
            return {{kMultiplicative, BinaryOp::Rem}};
        case K::Plus:
            return {{kAdditive, BinaryOp::Add}};
        case K::Minus:
            return {{kAdditive, BinaryOp::Sub}};
        case K::Shl:
            return {{kShift, BinaryOp::Shl}};
        case K::Shr:
            return {{kShift, BinaryOp::Shr}};
        case K::UShr:
            return {{kShift, BinaryOp::UShr}};
        case K::Amp:
            return {{kBitAnd, BinaryOp::BitAnd}};
        case K::Caret:
            return {{kBitXor, BinaryOp::BitXor}};
        case K::Pipe:
            return {{kBitOr, BinaryOp::BitOr}};
        case K::RangeExclusive:
            return {{kRange, BinaryOp::RangeExclusive}};
        case K::RangeInclusive:
            return {{kRange, BinaryOp::RangeInclusive}};
        case K::Less:
            return {{kComparison, BinaryOp::Lt}};
        case K::LessEqual:
            return {{kComparison, BinaryOp::Le}};
        case K::Greater:
            return {{kComparison, BinaryOp::Gt}};
        case K::GreaterEqual:
            return {{kComparison, BinaryOp::Ge}};
        case K::Equal:
            return {{kEquality, BinaryOp::Eq}};
        case K::NotEqual:
            return {{kEquality, BinaryOp::Ne}};
        case K::Same:
            return {{kEquality, BinaryOp::Same}};
        case K::NotSame:
            return {{kEquality, BinaryOp::NotSame}};
        case K::AndAnd:
            return {{kAnd, BinaryOp::And}};
        case K::OrOr:
            return {{kOr, BinaryOp::Or}};
        case K::Coalesce:
            return {{kCoalesce, BinaryOp::Coalesce}};
        default:
            return std::nullopt;
    }
}

std::optional<BinaryOp> compound_op(TokenKind k) {
    using K = TokenKind;
    switch (k) {
        case K::PlusAssign:
            return BinaryOp::Add;
        case K::MinusAssign:
            return BinaryOp::Sub;
        case K::StarAssign:
            return BinaryOp::Mul;
        case K::SlashAssign:
            return BinaryOp::Div;
        case K::PercentAssign:
            return BinaryOp::Rem;
        case K::AndAssign:
            return BinaryOp::BitAnd;
        case K::OrAssign:
            return BinaryOp::BitOr;
        case K::XorAssign:
            return BinaryOp::BitXor;
        case K::ShlAssign:
            return BinaryOp::Shl;
        case K::ShrAssign:
            return BinaryOp::Shr;
        case K::UShrAssign:
            return BinaryOp::UShr;
        case K::CoalesceAssign:
            return BinaryOp::Coalesce;
        default:
            return std::nullopt;
    }
}

bool is_assignment(TokenKind k) {
    return k >= TokenKind::Assign && k <= TokenKind::CoalesceAssign;
}

}  // namespace

Expr* TreeBuilder::too_high(SourceRange at) {
    if (!height_reported_)  // once for the whole expression, however high what remains of it is
        sink_.error(at, fmt::format("this expression is nested more than {} deep", kMaxHeight),
                    "move parts of it to variables or functions of their own");
    height_reported_ = true;
    height_ = 0;
    return make<ErrorExpr>(at);
}

// ---- operators -----------------------------------------------------------------------------------

Expr* TreeBuilder::read_expr(bool assignment_allowed) {
    enter(Rule::Expr);
    if (expressions_++ == 0) height_reported_ = false;
    Expr* left = read_operand();
    Expr* e = at_exit() ? left : read_binary(0, left, assignment_allowed);
    --expressions_;
    exit();
    return e;
}

// Precedence climbing over the rest of a flat expression, `left` being what was read of it.
Expr* TreeBuilder::read_binary(int min_precedence, Expr* left, bool assignment_allowed) {
    int last_precedence = 0;
    while (!at_exit()) {
        const std::size_t operator_at = pos_;
        if (at_rule(Rule::TypeOp)) {
            if (min_precedence > kTypeTest) return left;
            enter(Rule::TypeOp);
            const K kind = next().kind;
            exit();
            TypeNode* target = read_type();
            const SourceRange r = SourceRange::join(left->range, target->range);
            if (kind == K::Is || kind == K::IsNot) {
                auto* e = make<IsExpr>(r);
                e->operand = left;
                e->target = target;
                e->negated = kind == K::IsNot;
                left = e;
            } else {
                auto* e = make<CastExpr>(r);
                e->operand = left;
                e->target = target;
                e->safe = kind == K::AsSafe;
                left = e;
            }
            if (!check_height(++height_)) left = too_high(r);
            last_precedence = kTypeTest;
            continue;
        }
        enter(Rule::BinaryOp);
        const Token& op = next();
        exit();
        if (is_assignment(op.kind)) {
            if (min_precedence > kAssignment) {
                pos_ = operator_at;
                return left;
            }
            return read_assignment(left, op, assignment_allowed);
        }
        const BinaryInfo info = *binary_info(op.kind);
        if (info.precedence < min_precedence) {
            pos_ = operator_at;
            return left;
        }
        const bool chained = info.precedence == last_precedence &&
                             (info.precedence == kComparison || info.precedence == kRange);
        if (chained)
            sink_.error(range(op),
                        fmt::format("`{}` cannot follow another operator of its kind", token_text(op.kind)),
                        info.precedence == kComparison ? "combine two comparisons with `&&`"
                                                       : "put one of them in parentheses");
        last_precedence = info.precedence;
        const int left_height = height_;
        // The right operand takes what binds tighter; `??` also takes its own kind (a ?? b ?? c is a ?? (b ??
        // c)).
        Expr* right = read_operand();
        // A chain beyond the limit is read as if it leant to the left; its height is reported below.
        const bool own_kind = info.op == BinaryOp::Coalesce && coalesce_depth_ < kMaxHeight;
        coalesce_depth_ += own_kind;
        right = read_binary(own_kind ? info.precedence : info.precedence + 1, right, false);
        coalesce_depth_ -= own_kind;
        auto* e = make<BinaryExpr>(SourceRange::join(left->range, right->range));
        e->op = info.op;
        e->op_range = range(op);
        e->left = left;
        e->right = right;
        left = chained ? static_cast<Expr*>(make<ErrorExpr>(e->range)) : e;
        height_ = (left_height > height_ ? left_height : height_) + 1;
        if (!check_height(height_)) left = too_high(e->op_range);
    }
    return left;
}

Expr* TreeBuilder::read_assignment(Expr* left, const Token& op, bool allowed) {
    if (!allowed) {
        const K before = last_ >= 2 ? tokens_.tokens[last_ - 2].kind : K::None;
        const bool argument = is<NameExpr>(left) && (before == K::LParen || before == K::Comma);
        sink_.error(range(op), "an assignment is a statement and has no value",
                    op.kind != K::Assign ? "make it a statement of its own"
                    : argument           ? "write `==` to compare; arguments are named by `:`: `f(x: 1)`"
                                         : "write `==` to compare");
    }
    Tallest tallest{height_};
    tallest.add();
    auto* e = make<AssignExpr>({});
    e->target = left;
    e->op_range = range(op);
    if (const auto compound = compound_op(op.kind)) {
        e->compound = true;
        e->op = *compound;
    }
    Expr* value = read_operand();
    e->value = read_binary(0, value, false);
    tallest.add();
    e->range = SourceRange::join(left->range, e->value->range);
    if (!allowed) return make<ErrorExpr>(e->range);
    return e;
}

Expr* TreeBuilder::read_operand() {
    enter(Rule::Operand);
    if (!at_rule(Rule::Prefix)) {
        Expr* e = read_postfix(read_primary());
        exit();
        return e;
    }
    struct Prefix {
        const Token* op;  // null: a lambda
        LambdaExpr* lambda;
    };
    std::vector<Prefix> prefixes;
    while (at_rule(Rule::Prefix)) {
        enter(Rule::Prefix);
        if (at_rule(Rule::LambdaHead))
            prefixes.push_back({nullptr, read_lambda_head()});
        else
            prefixes.push_back({&next(), nullptr});
        exit();
    }
    Expr* e = read_postfix(read_primary());
    exit();
    // From the innermost outwards. The loose ones take the rest of the expression.
    while (!prefixes.empty()) {
        const Prefix p = prefixes.back();
        prefixes.pop_back();
        if (p.op == nullptr) {
            e = read_binary(0, e, true);
            p.lambda->body = e;
            p.lambda->range = SourceRange::join(p.lambda->range, e->range);
            e = p.lambda;
        } else if (p.op->kind == K::Throw || p.op->kind == K::Return) {
            e = read_binary(0, e, false);
            const SourceRange r = SourceRange::join(range(*p.op), e->range);
            if (p.op->kind == K::Throw) {
                auto* t = make<ThrowExpr>(r);
                t->value = e;
                e = t;
            } else {
                auto* t = make<ReturnExpr>(r);
                t->value = e;
                e = t;
            }
        } else {
            e = apply_prefix(e, *p.op);
        }
        if (!check_height(++height_)) e = too_high(e->range);
    }
    return e;
}

Expr* TreeBuilder::apply_prefix(Expr* operand, const Token& op) {
    auto* u = make<UnaryExpr>(SourceRange::join(range(op), operand->range));
    u->op = op.kind == K::Minus   ? UnaryOp::Neg
            : op.kind == K::Bang  ? UnaryOp::Not
            : op.kind == K::Tilde ? UnaryOp::BitNot
                                  : UnaryOp::Plus;
    u->operand = operand;
    return u;
}

LambdaExpr* TreeBuilder::read_lambda_head() {
    enter(Rule::LambdaHead);
    const Token& first = next();
    auto* lambda = make<LambdaExpr>(range(first));
    std::vector<LambdaParam> params;
    if (first.kind == K::LambdaName) {
        LambdaParam p;
        if (text(first) == "_") {
            p.pattern = make<WildcardPattern>(range(first));
        } else {
            auto* b = make<BindingPattern>(range(first));
            b->name = ident(first);
            p.pattern = b;
        }
        params.push_back(p);
    } else {
        while (at_rule(Rule::LambdaParam)) {
            enter(Rule::LambdaParam);
            LambdaParam p;
            p.pattern = read_binding();
            if (accept(K::Colon)) p.type = read_type();
            params.push_back(p);
            exit();
            accept(K::Comma);
        }
        next();  // )
    }
    next();  // =>
    lambda->params = arena_.copy(params);
    lambda->range = from(first.start);
    exit();
    return lambda;
}

// ---- operands ------------------------------------------------------------------------------------------

Expr* TreeBuilder::literal(const Token& t) {
    height_ = 1;
    auto* e = make<LiteralExpr>(range(t));
    using Kind = Constant::Kind;
    switch (t.kind) {
        case K::Int:
        case K::Float: {
            const NumberLiteral& n = tokens_.numbers[t.value];
            if (!n.valid) return make<ErrorExpr>(range(t));
            e->value.kind = t.kind == K::Int ? Kind::Int : Kind::Float;
            e->value.integer = static_cast<std::int64_t>(n.magnitude);
            e->value.floating = n.floating;
            e->magnitude = n.magnitude;
            e->decimal = n.decimal;
            e->suffix = n.suffix;
            break;
        }
        case K::Char:
            e->value.kind = Kind::Char;
            e->value.integer = t.value;
            break;
        case K::String:
            e->value.kind = Kind::String;
            e->value.text = string_value(t);
            break;
        case K::True:
        case K::False:
            e->value.kind = Kind::Bool;
            e->value.integer = t.kind == K::True;
            break;
        default:
            e->value.kind = Kind::Null;
            break;
    }
    return e;
}

Expr* TreeBuilder::read_primary() {
    enter(Rule::Primary);
    Expr* e = nullptr;
    height_ = 1;
    if (at_token()) {
        const K kind = peek().kind;
        switch (kind) {
            case K::LParen:
                e = read_paren();
                break;
            case K::LBracket:
                e = read_bracket();
                break;
            case K::Name: {
                const Token& t = next();
                auto* name = make<NameExpr>(range(t));
                name->name = text(t);
                e = name;
                break;
            }
            case K::This:
                e = make<ThisExpr>(range(next()));
                break;
            case K::Super:
                e = make<SuperExpr>(range(next()));
                break;
            case K::ReturnBare:
            case K::Break:
            case K::Continue:
                e = read_jump(next());
                break;
            default:
                e = literal(next());
                break;
        }
    } else {
        switch (rule()) {
            case Rule::Interpolation:
                e = read_interpolation();
                break;
            case Rule::IfExpr:
                e = read_if();
                break;
            case Rule::MatchExpr:
                e = read_match();
                break;
            case Rule::TryExpr:
                e = read_try();
                break;
            default:
                e = read_block();
                break;
        }
    }
    exit();
    return e;
}

Expr* TreeBuilder::read_jump(const Token& t) {
    if (t.kind == K::ReturnBare) return make<ReturnExpr>(range(t));
    Ident label;
    if (at_token(K::Name)) label = ident();
    if (t.kind == K::Break) {
        auto* e = make<BreakExpr>(from(t.start));
        e->label = label;
        return e;
    }
    auto* e = make<ContinueExpr>(from(t.start));
    e->label = label;
    return e;
}

Expr* TreeBuilder::read_paren() {
    const std::uint32_t at = next().start;
    Tallest tallest{height_};
    Expr* first = read_expr();
    tallest.add();
    if (at_token(K::RParen)) {
        next();
        auto* e = make<ParenExpr>(from(at));
        e->inner = first;
        return e;
    }
    std::vector<Expr*> elements{first};
    while (accept(K::Comma)) {
        elements.push_back(read_expr());
        tallest.add();
    }
    next();
    auto* e = make<TupleExpr>(from(at));
    e->elements = arena_.copy(elements);
    return e;
}

Expr* TreeBuilder::read_bracket() {
    const std::uint32_t at = next().start;
    Tallest tallest{height_};
    if (accept(K::Colon)) {
        next();
        return make<MapLiteralExpr>(from(at));
    }
    if (accept(K::RBracket)) return make<ArrayLiteralExpr>(from(at));
    Expr* first = read_expr();
    tallest.add();
    const auto element = [&] {
        Expr* e = read_expr();
        tallest.add();
        return e;
    };
    Expr* result = nullptr;
    enter(Rule::ArrayRest);
    if (accept(K::Terminator)) {
        auto* e = make<ArrayRepeatExpr>({});
        e->value = first;
        e->count = element();
        result = e;
    } else if (accept(K::Colon)) {
        std::vector<MapEntryNode> entries{{first, element()}};
        while (accept(K::Comma)) {
            Expr* key = element();
            next();
            entries.push_back({key, element()});
        }
        auto* e = make<MapLiteralExpr>({});
        e->entries = arena_.copy(entries);
        result = e;
    } else {
        std::vector<Expr*> elements{first};
        while (accept(K::Comma)) elements.push_back(element());
        auto* e = make<ArrayLiteralExpr>({});
        e->elements = arena_.copy(elements);
        result = e;
    }
    exit();
    next();
    result->range = from(at);
    return result;
}

Expr* TreeBuilder::read_interpolation() {
    enter(Rule::Interpolation);
    const std::uint32_t at = next().start;
    Tallest tallest{height_};
    std::vector<std::string_view> texts;
    std::vector<InterpolationPart> parts;
    std::string_view pending;
    while (!at_token(K::StringEnd)) {
        const Token& t = next();
        if (t.kind == K::StringText) {
            pending = string_value(t);
            continue;
        }
        texts.push_back(pending);
        pending = {};
        InterpolationPart part;
        part.value = read_expr();
        tallest.add();
        if (at_token(K::Format)) {
            const Token& format = next();
            part.format = string_value(format);
            part.format_range = range(format);
        }
        parts.push_back(part);
        next();  // }
    }
    next();
    texts.push_back(pending);
    auto* e = make<InterpolationExpr>(from(at));
    e->texts = arena_.copy(texts);
    e->parts = arena_.copy(parts);
    exit();
    return e;
}

Expr* TreeBuilder::read_postfix(Expr* base) {
    const std::uint32_t at = base->range.start;
    while (at_rule(Rule::Postfix)) {
        enter(Rule::Postfix);
        Tallest tallest{height_};
        tallest.add();
        if (at_rule(Rule::CallArgs)) {
            auto* e = make<CallExpr>({});
            e->callee = base;
            e->args = read_call_args();
            tallest.add();
            base = e;
        } else if (at_rule(Rule::TypeArgs)) {
            if (auto* super = as<SuperExpr>(base); super != nullptr && super->of.empty()) {
                super->of = read_type_args();
            } else {
                auto* e = make<TypeApplyExpr>({});
                if (!is<NameExpr>(base) && !is<MemberExpr>(base))
                    sink_.error(base->range, "only a name can take type arguments");
                e->base = base;
                e->args = read_type_args();
                base = e;
            }
        } else {
            const Token& t = next();
            if (t.kind == K::LBracket) {
                auto* e = make<IndexExpr>({});
                e->object = base;
                e->index = read_expr();
                tallest.add();
                next();
                base = e;
            } else if (t.kind == K::BangBang) {
                auto* e = make<UnaryExpr>({});
                e->op = UnaryOp::NonNull;
                e->operand = base;
                base = e;
            } else {
                auto* e = make<MemberExpr>({});
                e->object = base;
                e->safe = t.kind == K::SafeDot;
                e->name = ident();
                base = e;
            }
        }
        base->range = from(at);
        exit();
        if (!check_height(tallest.best + 1)) {
            tallest.best = 0;
            base = too_high(base->range);
        }
    }
    return base;
}

List<Argument> TreeBuilder::read_call_args() {
    enter(Rule::CallArgs);
    Tallest tallest{height_};
    std::vector<Argument> args;
    next();
    while (at_rule(Rule::Arg)) {
        enter(Rule::Arg);
        Argument a;
        if (at_token(K::ArgName)) {
            a.name = ident();
            next();
        }
        a.value = read_expr();
        tallest.add();
        a.spread = accept(K::Ellipsis);
        args.push_back(a);
        exit();
        accept(K::Comma);
    }
    next();
    exit();
    return arena_.copy(args);
}

// ---- control flow -----------------------------------------------------------------------------------------

Expr* TreeBuilder::read_if() {
    enter(Rule::IfExpr);
    Tallest tallest{height_};
    auto* e = make<IfExpr>({});
    const std::uint32_t at = next().start;
    e->condition = read_expr();
    tallest.add();
    e->then_branch = read_block();
    tallest.add();
    if (accept(K::Else)) {
        e->else_branch = at_rule(Rule::IfExpr) ? read_if() : read_block();
        tallest.add();
    }
    e->range = from(at);
    exit();
    if (!check_height(tallest.best + 1)) {
        tallest.best = 0;
        return too_high({file_id_, at, at + 2});
    }
    return e;
}

Expr* TreeBuilder::read_match() {
    enter(Rule::MatchExpr);
    Tallest tallest{height_};
    auto* e = make<MatchExpr>({});
    const std::uint32_t at = next().start;
    e->subject = read_expr();
    tallest.add();
    next();  // {
    std::vector<MatchArm> arms;
    while (at_rule(Rule::MatchArm)) {
        enter(Rule::MatchArm);
        if (at_error()) {
            skip_error();
        } else {
            const std::uint32_t arm_at = start();
            MatchArm arm;
            arm.pattern = read_pattern();
            if (at_rule(Rule::Guard)) {
                enter(Rule::Guard);
                next();
                arm.guard = read_expr();
                tallest.add();
                exit();
            }
            next();  // =>
            arm.body = read_expr(true);
            tallest.add();
            arm.range = from(arm_at);
            arms.push_back(arm);
            next();
        }
        exit();
    }
    next();
    e->arms = arena_.copy(arms);
    e->range = from(at);
    exit();
    return e;
}

Expr* TreeBuilder::read_try() {
    enter(Rule::TryExpr);
    Tallest tallest{height_};
    auto* e = make<TryExpr>({});
    const std::uint32_t at = next().start;
    e->body = read_block();
    tallest.add();
    std::vector<CatchClause> catches;
    while (at_rule(Rule::CatchClause)) {
        enter(Rule::CatchClause);
        const std::uint32_t catch_at = next().start;
        CatchClause c;
        if (at_token()) c.name = ident();
        if (accept(K::Colon)) c.error = read_type();
        c.body = read_block();
        tallest.add();
        c.range = from(catch_at);
        catches.push_back(c);
        exit();
    }
    if (accept(K::Finally)) {
        e->finally_block = read_block();
        tallest.add();
    }
    e->catches = arena_.copy(catches);
    e->range = from(at);
    if (e->catches.empty() && e->finally_block == nullptr)
        sink_.error({file_id_, at, at + 3}, "a `try` needs a `catch` or a `finally`");
    exit();
    return e;
}

}  // namespace skua::compiler
