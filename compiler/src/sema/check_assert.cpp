// `assert(a == b)` without a message of its own says what was compared: it becomes
//
//     { let left = a; let right = b; if !(left == right) { std.core.assertionFailed("a == b", text, text) } }
//
// where constants and `let`s need no variable of their own. Any other condition is quoted in the message.
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

namespace {

constexpr std::size_t kMaxQuoted = 200;

bool is_comparison(const BinaryExpr* e) {
    switch (e->op) {
        case BinaryOp::Lt:
        case BinaryOp::Le:
        case BinaryOp::Gt:
        case BinaryOp::Ge:
        case BinaryOp::Eq:
        case BinaryOp::Ne:
            return e->meaning == OperatorKind::Primitive || e->meaning == OperatorKind::Equals ||
                   e->meaning == OperatorKind::Compare;
        default:
            return false;
    }
}

// The source of an expression in one line.
std::string quoted_source(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool blank = static_cast<unsigned char>(c) <= 0x20;
        if (blank && (out.empty() || out.back() == ' ')) continue;
        out += blank ? ' ' : c;
    }
    if (out.size() <= kMaxQuoted) return out;
    std::size_t end = kMaxQuoted;
    while ((static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
    return out.substr(0, end) + " ...";
}

}  // namespace

Expr* BodyChecker::string_literal(std::string_view text, SourceRange range) {
    auto* literal = a_.make<LiteralExpr>(range);
    literal->value.kind = Constant::Kind::String;
    literal->value.text = a_.text(text);
    literal->constant = &literal->value;
    literal->type = t_.string;
    return literal;
}

Expr* BodyChecker::call_expr(CallInfo* call, SourceRange range) {
    auto* e = a_.make<CallExpr>(range);
    e->call = call;
    e->type = call != nullptr ? call->result : t_.error;
    return e;
}

// The text of a value as messages show it.
Expr* BodyChecker::shown_value(Expr* value) {
    auto* call = a_.make<CallInfo>();
    call->kind = CallKind::ToText;
    call->result = t_.string;
    CallArg arg;
    arg.value = value;
    call->args = a_.arena.list<CallArg>({arg});
    Expr* text = call_expr(call, value->range);
    if (!value->type->is(TypeKind::String) && !value->type->is(TypeKind::Char)) return text;
    return call_expr(call_library("std.core", "quoted", {text}, value->range), value->range);
}

// What stands for an operand from then on; a variable is added to `lets` if evaluating it again could
// give something else.
Expr* BodyChecker::operand_once(Expr* operand, std::vector<Stmt*>& lets) {
    if (operand->constant != nullptr) return operand;
    if (auto* name = as<NameExpr>(strip_parens(operand));
        name != nullptr && name->value == ValueKind::Local && !name->local->is_var)
        return operand;
    auto* local = a_.make<LocalSymbol>(lets.empty() ? "left$" : "right$");
    local->range = operand->range;
    local->type = operand->type;
    local->function = frame_->function;
    local->used = true;
    auto* pattern = a_.make<BindingPattern>(operand->range);
    pattern->name = {local->name, operand->range};
    pattern->type = operand->type;
    pattern->symbol = local;
    auto* let = a_.make<LetStmt>(operand->range);
    let->pattern = pattern;
    let->init = operand;
    lets.push_back(let);
    auto* name = a_.make<NameExpr>(operand->range);
    name->name = local->name;
    name->value = ValueKind::Local;
    name->local = local;
    name->type = operand->type;
    return name;
}

void BodyChecker::explain_assert(Expr*& slot, CallExpr* e) {
    ModuleSymbol* core = a_.find_module("std.core");
    if (core == nullptr || a_.find_in_module(core, "assertionFailed") == nullptr) return;
    Expr*& condition = e->call->args[0].value;
    const std::string source = quoted_source(module_->ast->file->text().substr(
        condition->range.start, condition->range.end - condition->range.start));
    auto* comparison = as<BinaryExpr>(strip_parens(condition));
    if (comparison == nullptr || !is_comparison(comparison) || condition->constant != nullptr) {
        CallArg& message = e->call->args[1];
        message.kind = CallArg::Kind::Value;
        message.value = string_literal("assertion failed: " + source, condition->range);
        message.order = 1;
        return;
    }
    std::vector<Stmt*> statements;
    CallInfo* call = comparison->call;
    Expr*& left = call != nullptr && call->receiver != nullptr ? call->receiver : comparison->left;
    Expr*& right = call != nullptr && !call->args.empty() ? call->args[0].value : comparison->right;
    for (Expr* operand : {left, right})
        if (operand->type == nullptr || operand->type->has_error || operand->type->is(TypeKind::Never))
            return;
    left = operand_once(left, statements);
    right = operand_once(right, statements);
    comparison->left = left;
    comparison->right = right;

    CallInfo* failed = call_library(
        "std.core", "assertionFailed",
        {string_literal(source, condition->range), shown_value(left), shown_value(right)}, e->range);
    if (failed == nullptr) return;
    const auto statement = [&](Expr* expr) {
        auto* s = a_.make<ExprStmt>(e->range);
        s->expr = expr;
        return s;
    };
    auto* then = a_.make<BlockExpr>(e->range);
    then->statements = a_.arena.list<Stmt*>({statement(call_expr(failed, e->range))});
    then->type = t_.void_;
    auto* negated = a_.make<UnaryExpr>(condition->range);
    negated->op = UnaryOp::Not;
    negated->operand = condition;
    negated->meaning = OperatorKind::Primitive;
    negated->type = t_.bool_;
    auto* branch = a_.make<IfExpr>(e->range);
    branch->condition = negated;
    branch->then_branch = then;
    branch->type = t_.void_;
    statements.push_back(statement(branch));
    auto* block = a_.make<BlockExpr>(e->range);
    block->statements = a_.arena.copy(statements);
    block->type = t_.void_;
    slot = block;
}

}  // namespace skua::compiler
