// Blocks, branches, loops, jumps, try.
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

// The value of a block is that of its last statement. The caller opens the scope.
const Type* BodyChecker::check_block(BlockExpr* e, const Type* expected) {
    bool unused = expected != nullptr && expected->is(TypeKind::Void);
    bool warned = false;
    const Type* result = t_.void_;
    for (std::size_t i = 0; i < e->statements.size(); ++i) {
        Stmt* s = e->statements[i];
        if (flow_.dead && !warned) {
            a_.sink.warning(WarningKind::Unreachable, s->range, "this is never reached");
            warned = true;
        }
        bool last = i + 1 == e->statements.size();
        if (auto* x = as<ExprStmt>(s); x != nullptr && last && !unused && x->expr != nullptr) {
            // An `if` without `else` at the end is a statement, whatever is expected.
            auto* branch = as<IfExpr>(x->expr);
            bool statement = branch != nullptr && branch->else_branch == nullptr;
            result = check(x->expr, statement ? t_.void_ : expected);
            if (!result->is(TypeKind::Void) && !result->is(TypeKind::Never) && !flow_.dead)
                e->has_value = true;
            break;
        }
        check_statement(s);
    }
    if (flow_.dead) {
        e->has_value = false;
        result = t_.never;
    } else if (unused) {
        result = t_.void_;
    }
    e->type = result;
    return result;
}

const Type* BodyChecker::check_if(IfExpr* e, const Type* expected) {
    Flow when_true, when_false;
    check_condition(e->condition, when_true, when_false);
    bool unused = expected != nullptr && expected->is(TypeKind::Void);
    if (auto* c = e->condition->constant;
        c != nullptr && !e->condition->type->has_error && c->kind == Constant::Kind::Bool) {
        // `if true` and `if false` are used to switch code on and off; both branches are checked.
    }
    flow_ = when_true;
    const Type* then_type = check(e->then_branch, expected);
    Flow after_then = flow_;
    if (e->else_branch == nullptr) {
        flow_ = merge(after_then, when_false);
        return t_.void_;
    }
    flow_ = when_false;
    const Type* else_type = check(e->else_branch, expected);
    flow_ = merge(after_then, flow_);
    if (after_then.dead && flow_.dead) flow_.dead = true;
    if (then_type->is(TypeKind::Never) && else_type->is(TypeKind::Never)) return t_.never;
    if (unused || then_type->is(TypeKind::Void) || else_type->is(TypeKind::Void)) {
        if (!unused && expected != nullptr && !expected->has_error && !expected->has_infer) {
            for (Expr** s : {&e->then_branch, &e->else_branch})
                if (!(*s)->type->is(TypeKind::Void)) coerce(*s, expected);
        }
        return t_.void_;
    }
    if (then_type->has_error || else_type->has_error) return t_.error;
    if (then_type == else_type) return then_type;
    std::vector<Expr**> slots;
    if (!then_type->is(TypeKind::Never)) slots.push_back(&e->then_branch);
    if (!else_type->is(TypeKind::Never)) slots.push_back(&e->else_branch);
    if (expected != nullptr && !expected->has_error && !expected->has_infer) {
        bool all = true;
        for (Expr** s : slots) all &= coerce(*s, expected);
        return all ? expected : t_.error;
    }
    return common_type(slots, nullptr, "the other branch");
}

const Type* BodyChecker::check_try(TryExpr* e, const Type* expected) {
    bool unused = expected != nullptr && expected->is(TypeKind::Void);
    Flow before = flow_;
    const Type* type = check(e->body, expected);
    Flow after = flow_;
    std::vector<Expr**> slots;
    bool any_void = type->is(TypeKind::Void), any_error = type->has_error;
    if (!type->is(TypeKind::Never)) slots.push_back(&e->body);
    TypeSymbol* error = a_.core("Error", e->range);
    std::vector<const Type*> caught;
    for (CatchClause& c : e->catches) {
        flow_ = before;
        forget_assigned(e->body);
        ScopeGuard scope(*this);
        c.type = c.error != nullptr ? a_.resolve(c.error, type_scope_)
                 : error != nullptr ? error->self
                                    : t_.error;
        if (!c.type->has_error && error != nullptr &&
            !(c.type->is_class() && a_.is_subtype(c.type, error->self))) {
            a_.error(
                c.error->range,
                "only errors can be caught: expected a class that extends `Error`, found " + quote(c.type));
            c.type = t_.error;
        }
        for (const Type* earlier : caught) {
            if (!c.type->has_error && a_.is_subtype(c.type, earlier)) {
                a_.sink.warning(WarningKind::Unreachable, c.range,
                                "this is never reached: " + quote(earlier) + " is caught before");
                break;
            }
        }
        if (!c.type->has_error) caught.push_back(c.type);
        c.symbol = declare_local(c.name, c.type, false);
        const Type* t = check(c.body, expected);
        any_void |= t->is(TypeKind::Void);
        any_error |= t->has_error;
        if (!t->is(TypeKind::Never)) slots.push_back(&c.body);
        after = merge(after, flow_);
    }
    if (e->finally_block != nullptr) {
        flow_ = before;
        flow_.dead = false;
        forget_assigned(e->body);
        for (CatchClause& c : e->catches) forget_assigned(c.body);
        ++frame_->finally_depth;
        check(e->finally_block, t_.void_);
        --frame_->finally_depth;
        bool dead = flow_.dead;
        flow_ = after;
        // What the finally block assigns is not known afterwards either.
        forget_assigned(e->finally_block);
        flow_.dead |= dead;
    } else {
        flow_ = after;
    }
    if (e->catches.empty() && e->finally_block == nullptr) {
        a_.error(e->range, "`try` needs a `catch` or a `finally`");
    }
    if (slots.empty()) return t_.never;
    if (unused || any_void) {
        if (!unused && expected != nullptr && !expected->has_error && !expected->has_infer) {
            for (Expr** s : slots)
                if (!(*s)->type->is(TypeKind::Void)) coerce(*s, expected);
        }
        return t_.void_;
    }
    if (any_error) return t_.error;
    if (expected != nullptr && !expected->has_error) {
        bool all = true;
        for (Expr** s : slots) all &= coerce(*s, expected);
        return all ? expected : t_.error;
    }
    return common_type(slots, nullptr, "the other branch");
}

const Type* BodyChecker::check_return(ReturnExpr* e) {
    if (frame_->function == nullptr || frame_->is_constructor || frame_->struct_init) {
        if (!frame_->is_constructor || e->value != nullptr) {
            a_.error(e->range, "`return` outside of a function");
            if (e->value != nullptr) check(e->value);
            flow_.dead = true;
            return t_.never;
        }
    }
    if (frame_->finally_depth > 0) a_.error(e->range, "`return` cannot leave a `finally` block");
    const Type* wanted = frame_->result;
    if (e->value == nullptr) {
        if (wanted != nullptr && !wanted->is(TypeKind::Void) && !wanted->has_error) {
            a_.error(e->range, "this function returns " + quote(wanted) + ": `return` needs a value");
        }
        frame_->returns_nothing = true;
    } else if (wanted == nullptr) {
        check_value(e->value);
        frame_->returns.push_back(&e->value);
    } else if (wanted->is(TypeKind::Void)) {
        const Type* type = check(e->value);
        bool lambda = frame_->function->role == FunctionRole::Lambda;
        if (!type->is(TypeKind::Void) && !type->has_error && !type->is(TypeKind::Never) && !lambda) {
            a_.error(e->value->range, "this function returns no value",
                     "declare its result: `fn " + std::string(frame_->function->name) +
                         "(...): " + to_string(type) + "`");
        }
    } else {
        check_value(e->value, wanted);
        coerce(e->value, wanted, "result");
    }
    flow_.dead = true;
    return t_.never;
}

const Type* BodyChecker::check_jump(Expr* e, const Ident& label, Stmt*& loop, bool is_break) {
    std::string word = is_break ? "break" : "continue";
    flow_.dead = true;
    if (frame_->loops.empty()) {
        a_.error(e->range, "`" + word + "` outside of a loop");
        return t_.never;
    }
    Loop* target = nullptr;
    if (label.text.empty()) {
        target = &frame_->loops.back();
    } else {
        std::vector<std::string_view> names;
        for (Loop& l : frame_->loops) {
            if (l.label == label.text) target = &l;
            names.push_back(l.label);
        }
        if (target == nullptr) {
            auto best = nearest(label.text, names);
            a_.error(label.range, "no loop around this is labelled " + quote(label.text),
                     best.empty() ? "" : "did you mean " + quote(best) + "?");
            return t_.never;
        }
    }
    if (target->statement == nullptr) {
        a_.error(e->range, "`" + word + "` cannot leave a `finally` block");
        return t_.never;
    }
    loop = target->statement;
    if (is_break) target->broken = true;
    return t_.never;
}

const Type* BodyChecker::check_throw(ThrowExpr* e) {
    const Type* type = check_value(e->value);
    TypeSymbol* error = a_.core("Error", e->range);
    if (!type->has_error && error != nullptr && !a_.can_convert(type, error->self)) {
        std::string hint = type->is(TypeKind::String) ? "throw an error with that message: `throw Error(...)`"
                                                      : "let the class extend `Error`";
        a_.error(e->value->range, "only errors can be thrown: expected `Error`, found " + quote(type), hint);
    }
    flow_.dead = true;
    return t_.never;
}

// A checked expression whose value is dropped and that does nothing else.
void BodyChecker::warn_unused_value(Expr* expr, SourceRange range) {
    const Type* type = expr->type;
    Expr* e = strip_parens(expr);
    bool pure = is<NameExpr>(e) || is<LiteralExpr>(e) || is<InterpolationExpr>(e) || is<TupleExpr>(e) ||
                is<LambdaExpr>(e) || is<ArrayLiteralExpr>(e);
    auto* b = as<BinaryExpr>(e);
    if (b != nullptr)
        pure = b->meaning == OperatorKind::Primitive || b->meaning == OperatorKind::Equals ||
               b->meaning == OperatorKind::NullTest;
    if (auto* n = as<NameExpr>(e); n != nullptr && n->value == ValueKind::Property) pure = false;
    if (!pure || type->has_error || type->is(TypeKind::Void) || type->is(TypeKind::Never)) return;
    a_.sink.warning(WarningKind::UnusedValue, range, "this value is not used",
                    b != nullptr && b->op == BinaryOp::Eq ? "to assign, write `=`" : "");
}

void BodyChecker::check_statement(Stmt* s) {
    switch (s->kind) {
        case StmtKind::Let:
            check_let(static_cast<LetStmt*>(s));
            break;
        case StmtKind::Expr: {
            auto* x = static_cast<ExprStmt*>(s);
            if (x->expr == nullptr) break;
            check(x->expr, t_.void_);
            warn_unused_value(x->expr, x->range);
            break;
        }
        case StmtKind::While:
            check_while(static_cast<WhileStmt*>(s));
            break;
        case StmtKind::For:
            check_for(static_cast<ForStmt*>(s));
            break;
        case StmtKind::Use:
            check_use(static_cast<UseStmt*>(s));
            break;
        case StmtKind::LocalFunction:
            check_local_function(static_cast<LocalFunctionStmt*>(s));
            break;
        case StmtKind::Error:
            // Where it could have left the block, nothing is asked of what follows it.
            flow_.dead |= static_cast<ErrorStmt*>(s)->may_leave;
            break;
    }
}

void BodyChecker::check_while(WhileStmt* s) {
    forget_assigned(nullptr, s);
    Flow when_true, when_false;
    check_condition(s->condition, when_true, when_false);
    Flow entry = flow_;
    bool endless = s->condition->constant != nullptr &&
                   s->condition->constant->kind == Constant::Kind::Bool &&
                   s->condition->constant->integer == 1;
    flow_ = when_true;
    frame_->loops.push_back({s, s->label.text});
    Expr* body = s->body;
    check(body, t_.void_);
    bool broken = frame_->loops.back().broken;
    frame_->loops.pop_back();
    if (endless) {
        flow_ = entry;
        flow_.dead = !broken;
    } else {
        flow_ = broken ? merge(entry, when_false) : when_false;
    }
    flow_.dead |= entry.dead;
}

void BodyChecker::check_for(ForStmt* s) {
    const Type* element = t_.error;
    Expr* written = strip_parens(s->iterable);
    if (auto* range = as<BinaryExpr>(written); range != nullptr && (range->op == BinaryOp::RangeExclusive ||
                                                                    range->op == BinaryOp::RangeInclusive)) {
        // A counted loop: no Range object, though the same types.
        bool ok = check_to(range->left, t_.int_, "start of the range");
        ok &= check_to(range->right, t_.int_, "end of the range");
        range->meaning = OperatorKind::Range;
        for (Expr* e = s->iterable; e != nullptr;
             e = is<ParenExpr>(e) ? static_cast<ParenExpr*>(e)->inner : nullptr) {
            e->type = t_.error;  // never looked at: the loop evaluates the bounds
            if (TypeSymbol* symbol = a_.core_if_present("Range")) e->type = symbol->self;
        }
        s->how = ForKind::Range;
        element = ok ? t_.int_ : t_.error;
    } else {
        const Type* type = check_value(s->iterable);
        s->source = hole(type, s->iterable->range);
        if (type->is(TypeKind::Array)) {
            s->how = ForKind::Array;
            element = type->element();
        } else if (!type->has_error && !type->is(TypeKind::Never)) {
            s->how = ForKind::Iterator;
            const Type* cursor = type;
            if (a_.find_member(type, "iterator") || a_.find_extension(type, "iterator", module_) != nullptr) {
                s->iterator = call_member(s->source, "iterator", {}, s->iterable->range, &cursor);
                if (s->iterator == nullptr) cursor = t_.error;
            }
            s->cursor = hole(cursor, s->iterable->range);
            const Type* next = nullptr;
            if (cursor->has_error) {
            } else if (!a_.find_member(cursor, "next")) {
                std::string hint;
                if (type->is(TypeKind::Nullable)) hint = "it may be null: test it first";
                if (type->is(TypeKind::String)) hint = "walk through its characters: `.chars()`";
                if (type->is_integer()) hint = "to count, write `0..n`";
                a_.error(s->iterable->range,
                         an(type) +
                             " cannot be walked through: expected an array, a range or something with an "
                             "`iterator()`",
                         hint);
            } else {
                s->next = call_member(s->cursor, "next", {}, s->iterable->range, &next);
                if (next != nullptr && !next->is(TypeKind::Nullable)) {
                    a_.error(s->iterable->range, "`next()` of " + quote(cursor) +
                                                     " must give a nullable type, found " + quote(next));
                } else if (next != nullptr) {
                    element = next->inner();
                }
            }
        }
    }
    forget_assigned(nullptr, s);
    Flow entry = flow_;
    ScopeGuard scope(*this);
    warn_shadowing(s->pattern, s->iterable);
    check_pattern(s->pattern, element, element, false, false);
    note_variables(s->pattern, true);
    frame_->loops.push_back({s, s->label.text});
    Expr* body = s->body;
    check(body, t_.void_);
    frame_->loops.pop_back();
    flow_ = entry;
}

void BodyChecker::check_let(LetStmt* s) {
    const Type* declared = s->type != nullptr ? a_.resolve(s->type, type_scope_) : nullptr;
    const Type* type = t_.error;
    warn_shadowing(s->pattern, s->init);
    if (s->init == nullptr) {
        a_.error(s->range, "a variable needs an initial value",
                 s->is_var && declared != nullptr ? "for example `= ...`" : "");
        if (declared != nullptr) type = declared;
    } else if (declared != nullptr) {
        check_value(s->init, declared);
        coerce(s->init, declared);
        type = declared;
    } else {
        type = check_value(s->init);
        if (type->is(TypeKind::Null)) {
            a_.error(s->init->range, "the type of this variable is not known",
                     "write it: `let x: string? = null`, for example");
            type = t_.error;
        } else if (type->is(TypeKind::Never)) {
            type = t_.error;
        }
    }
    check_pattern(s->pattern, type, type, false, s->is_var);
    note_variables(s->pattern, false);
    // var s: string? = "x" is a string until it is assigned.
    if (auto* b = as<BindingPattern>(s->pattern);
        b != nullptr && b->symbol != nullptr && s->init != nullptr && type->is(TypeKind::Nullable)) {
        Place place;
        place.kind = PlaceKind::Local;
        place.local = b->symbol;
        place.type = type;
        after_assignment(place, s->init);
    }
}

void BodyChecker::check_use(UseStmt* s) {
    const Type* declared = s->type != nullptr ? a_.resolve(s->type, type_scope_) : nullptr;
    const Type* type = check_value(s->init, declared);
    if (declared != nullptr) {
        coerce(s->init, declared);
        type = declared;
    }
    warn_shadowing(s->name, s->init);
    s->symbol = declare_local(s->name, type, false);
    s->hole = hole(type, s->name.range);
    if (type->has_error || type->is(TypeKind::Never)) return;
    Member close = a_.find_member(type, "close");
    if (!close) {
        a_.error(s->init->range, "`use` needs something with a method `close()`, found " + quote(type),
                 type->is(TypeKind::Nullable) ? "it may be null: test it first" : "write `let`");
        return;
    }
    s->close = call_member(s->hole, "close", {}, s->name.range, nullptr);
    TypeSymbol* error = a_.core("Error", s->range);
    if (error == nullptr) return;
    s->error = hole(error->self, s->name.range);
    s->close_error = hole(error->self, s->name.range);
    s->suppress = call_member(s->error, "suppress", {s->close_error}, s->name.range, nullptr);
}

}  // namespace skua::compiler
