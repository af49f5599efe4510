// Visiting the children of a syntax tree node, for passes that look for something.
#pragma once

#include "ast.h"

namespace skua::compiler::ast {

// Calls on_expr(Expr*) and on_stmt(Stmt*) for each direct child of an expression as it was parsed
// (nothing that analysis has added). Lambdas' bodies are children too.
template <typename OnExpr, typename OnStmt>
void for_each_child(const Expr* e, OnExpr&& on_expr, OnStmt&& on_stmt) {
    auto one = [&](Expr* child) {
        if (child != nullptr) on_expr(child);
    };
    switch (e->kind) {
        case ExprKind::Interpolation:
            for (auto& part : static_cast<const InterpolationExpr*>(e)->parts) one(part.value);
            break;
        case ExprKind::Member:
            one(static_cast<const MemberExpr*>(e)->object);
            break;
        case ExprKind::TypeApply:
            one(static_cast<const TypeApplyExpr*>(e)->base);
            break;
        case ExprKind::Call: {
            auto* c = static_cast<const CallExpr*>(e);
            one(c->callee);
            for (auto& a : c->args) one(a.value);
            break;
        }
        case ExprKind::Index:
            one(static_cast<const IndexExpr*>(e)->object), one(static_cast<const IndexExpr*>(e)->index);
            break;
        case ExprKind::Unary:
            one(static_cast<const UnaryExpr*>(e)->operand);
            break;
        case ExprKind::Binary:
            one(static_cast<const BinaryExpr*>(e)->left), one(static_cast<const BinaryExpr*>(e)->right);
            break;
        case ExprKind::Assign:
            one(static_cast<const AssignExpr*>(e)->target), one(static_cast<const AssignExpr*>(e)->value);
            break;
        case ExprKind::Is:
            one(static_cast<const IsExpr*>(e)->operand);
            break;
        case ExprKind::Cast:
            one(static_cast<const CastExpr*>(e)->operand);
            break;
        case ExprKind::Tuple:
            for (Expr* x : static_cast<const TupleExpr*>(e)->elements) one(x);
            break;
        case ExprKind::Paren:
            one(static_cast<const ParenExpr*>(e)->inner);
            break;
        case ExprKind::ArrayLiteral:
            for (Expr* x : static_cast<const ArrayLiteralExpr*>(e)->elements) one(x);
            break;
        case ExprKind::ArrayRepeat:
            one(static_cast<const ArrayRepeatExpr*>(e)->value),
                one(static_cast<const ArrayRepeatExpr*>(e)->count);
            break;
        case ExprKind::MapLiteral:
            for (auto& entry : static_cast<const MapLiteralExpr*>(e)->entries)
                one(entry.key), one(entry.value);
            break;
        case ExprKind::Lambda:
            one(static_cast<const LambdaExpr*>(e)->body);
            break;
        case ExprKind::Block:
            for (Stmt* s : static_cast<const BlockExpr*>(e)->statements) on_stmt(s);
            break;
        case ExprKind::If: {
            auto* i = static_cast<const IfExpr*>(e);
            one(i->condition), one(i->then_branch), one(i->else_branch);
            break;
        }
        case ExprKind::Match: {
            auto* m = static_cast<const MatchExpr*>(e);
            one(m->subject);
            for (auto& arm : m->arms) one(arm.guard), one(arm.body);
            break;
        }
        case ExprKind::Try: {
            auto* t = static_cast<const TryExpr*>(e);
            one(t->body);
            for (auto& c : t->catches) one(c.body);
            one(t->finally_block);
            break;
        }
        case ExprKind::Return:
            one(static_cast<const ReturnExpr*>(e)->value);
            break;
        case ExprKind::Throw:
            one(static_cast<const ThrowExpr*>(e)->value);
            break;
        case ExprKind::Convert:
            one(static_cast<const ConvertExpr*>(e)->operand);
            break;
        case ExprKind::SafeAccess:
            one(static_cast<const SafeAccessExpr*>(e)->receiver),
                one(static_cast<const SafeAccessExpr*>(e)->body);
            break;
        default:
            break;
    }
}

template <typename OnExpr, typename OnStmt>
void for_each_child(const Stmt* s, OnExpr&& on_expr, OnStmt&&) {
    auto one = [&](Expr* child) {
        if (child != nullptr) on_expr(child);
    };
    switch (s->kind) {
        case StmtKind::Let:
            one(static_cast<const LetStmt*>(s)->init);
            break;
        case StmtKind::Expr:
            one(static_cast<const ExprStmt*>(s)->expr);
            break;
        case StmtKind::While:
            one(static_cast<const WhileStmt*>(s)->condition), one(static_cast<const WhileStmt*>(s)->body);
            break;
        case StmtKind::For:
            one(static_cast<const ForStmt*>(s)->iterable), one(static_cast<const ForStmt*>(s)->body);
            break;
        case StmtKind::Use:
            one(static_cast<const UseStmt*>(s)->init);
            break;
        case StmtKind::LocalFunction:
            one(static_cast<const LocalFunctionStmt*>(s)->function->body);
            break;
        case StmtKind::Error:
            break;
    }
}

}  // namespace skua::compiler::ast
