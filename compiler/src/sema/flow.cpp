// Conditions, and what follows from them about locals.
#include <algorithm>

#include "ast_walk.h"
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

bool BodyChecker::key_of(const Expr* e, FactKey& key) const {
    std::array<const FieldSymbol*, 3> path{};
    std::size_t n = 0;
    for (;;) {
        if (auto* p = as<ParenExpr>(e)) {
            e = p->inner;
        } else if (auto* c = as<ConvertExpr>(e)) {
            if (c->conversion != ConversionKind::NarrowNonNull && c->conversion != ConversionKind::NarrowCast)
                return false;
            e = c->operand;
        } else if (auto* name = as<NameExpr>(e)) {
            if (name->value == ValueKind::Local) {
                key.root = name->local;
                break;
            }
            if (name->value != ValueKind::Field || name->field->is_mutable() || n == 3 ||
                name->receiver == nullptr)
                return false;
            path[n++] = name->field;
            e = name->receiver;
        } else if (auto* m = as<MemberExpr>(e)) {
            if (m->value != ValueKind::Field || m->field->is_mutable() || n == 3) return false;
            path[n++] = m->field;
            e = m->object;
        } else if (auto* t = as<ThisExpr>(e)) {
            key.root = t->local;
            break;
        } else {
            return false;
        }
    }
    if (key.root == nullptr) return false;
    if (key.root->is_var &&
        (key.root->function != frame_->function || frame_->assigned_in_lambdas.contains(key.root->name)))
        return false;
    std::reverse(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(n));
    key.path = path;
    return true;
}

const Type* BodyChecker::known_type(const FactKey& key) const {
    for (auto it = flow_.facts.rbegin(); it != flow_.facts.rend(); ++it) {
        if (it->key == key) return it->type;
    }
    return nullptr;
}

void BodyChecker::learn(const Expr* subject, const Type* type, Flow& flow) {
    FactKey key;
    if (type->has_error || !key_of(subject, key)) return;
    std::erase_if(flow.facts, [&](const Flow::Fact& f) { return f.key == key; });
    flow.facts.push_back({key, type});
}

Flow BodyChecker::merge(const Flow& a, const Flow& b) {
    if (a.dead) return b;
    if (b.dead) return a;
    Flow out;
    for (const Flow::Fact& f : a.facts) {
        if (std::find(b.facts.begin(), b.facts.end(), f) != b.facts.end()) out.facts.push_back(f);
    }
    return out;
}

void BodyChecker::forget(const LocalSymbol* local) {
    std::erase_if(flow_.facts, [&](const Flow::Fact& f) { return f.key.root == local; });
}

void BodyChecker::forget_assigned(const Expr* a, const Stmt* b) {
    if (flow_.facts.empty()) return;
    std::vector<const Expr*> work;
    auto on_stmt = [&](const Stmt* s) {
        for_each_child(
            s, [&](Expr* e) { work.push_back(e); }, [](Stmt*) {});
    };
    if (a != nullptr) work.push_back(a);
    if (b != nullptr) on_stmt(b);
    auto assigned = [&](const Expr* target) {
        if (auto* name = as<NameExpr>(target)) {
            if (LocalSymbol* local = find_local(name->name)) forget(local);
        }
    };
    while (!work.empty()) {
        const Expr* e = work.back();
        work.pop_back();
        if (auto* assign = as<AssignExpr>(e)) {
            assigned(assign->target);
            if (auto* tuple = as<TupleExpr>(assign->target)) {
                for (Expr* x : tuple->elements) assigned(x);
            }
        }
        for_each_child(
            e, [&](Expr* child) { work.push_back(child); }, on_stmt);
    }
}

void BodyChecker::check_condition(Expr*& slot, Flow& when_true, Flow& when_false) {
    if (auto* p = as<ParenExpr>(slot)) {
        check_condition(p->inner, when_true, when_false);
        p->type = p->inner->type;
        return;
    }
    if (auto* u = as<UnaryExpr>(slot); u != nullptr && u->op == UnaryOp::Not) {
        // `!` on something that is no bool may be an operator method.
        check_condition(u->operand, when_false, when_true);
        u->type = u->operand->type;
        u->meaning = OperatorKind::Primitive;
        return;
    }
    if (auto* b = as<BinaryExpr>(slot); b != nullptr && (b->op == BinaryOp::And || b->op == BinaryOp::Or)) {
        if (++depth_ > 1000) {
            --depth_;
            a_.error(b->range, "the expression is nested too deeply", "split it up with `let`");
            b->type = t_.error;
            when_true = when_false = flow_;
            return;
        }
        Flow left_true, left_false, right_true, right_false;
        check_condition(b->left, left_true, left_false);
        flow_ = b->op == BinaryOp::And ? left_true : left_false;
        check_condition(b->right, right_true, right_false);
        --depth_;
        if (b->op == BinaryOp::And) {
            when_true = right_true;
            when_false = merge(left_false, right_false);
        } else {
            when_true = merge(left_true, right_true);
            when_false = right_false;
        }
        b->meaning = OperatorKind::Logic;
        b->type = t_.bool_;
        return;
    }
    check_to(slot, t_.bool_, "condition");
    when_true = when_false = flow_;
    if (auto* b = as<BinaryExpr>(slot); b != nullptr && b->meaning == OperatorKind::NullTest) {
        Expr* subject = is_null_literal(b->left) ? b->right : b->left;
        if (subject->type->is(TypeKind::Nullable)) {
            learn(subject, subject->type->inner(),
                  b->op == BinaryOp::Ne || b->op == BinaryOp::NotSame ? when_true : when_false);
        }
    } else if (auto* i = as<IsExpr>(slot);
               i != nullptr && i->target->type != nullptr && !i->target->type->has_error) {
        const Type* target = i->target->type;
        if (i->operand->type != target && !a_.is_subtype(i->operand->type, target))
            learn(i->operand, target, i->negated ? when_false : when_true);
    }
}

}  // namespace skua::compiler
