// Statements: blocks, variables, if, loops.
#include <limits>

#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

// ---- blocks ------------------------------------------------------------------------------------

void FunctionLowering::statement_effect(Expr* expr) {
    TempScope scope(code_);
    place(expr->range, true);
    effect(expr);
}

void FunctionLowering::block(BlockExpr& e, std::int64_t dst) {
    block_from(e, 0, dst);
}

void FunctionLowering::block_from(BlockExpr& e, std::size_t first, std::int64_t dst) {
    for (std::size_t i = first; i < e.statements.size(); ++i) {
        if (!code_.reachable() || code_.overflow()) return;
        Stmt* s = e.statements[i];
        if (is<UseStmt>(s)) return use_block(e, i, dst);
        if (i + 1 == e.statements.size() && e.has_value) {
            if (auto* last = as<ExprStmt>(s)) {
                place(last->range, true);
                TempScope scope(code_);
                deliver(last->expr, dst);
                return;
            }
        }
        statement(s);
    }
    // A block without value at the end of a function.
    if (dst == kReturn && result_ == nullptr) emit(Op::RetVoid, {});
}

void FunctionLowering::statement(Stmt* s) {
    switch (s->kind) {
        case StmtKind::Let: {
            auto& e = *as<LetStmt>(s);
            if (e.init == nullptr) return;
            TempScope scope(code_);
            place(e.range, true);
            bind_pattern(e.pattern, e.init, {});
            return;
        }
        case StmtKind::Expr:
            return statement_effect(as<ExprStmt>(s)->expr);
        case StmtKind::While:
            return while_loop(*as<WhileStmt>(s));
        case StmtKind::For:
            return for_loop(*as<ForStmt>(s));
        case StmtKind::LocalFunction: {
            const FunctionSymbol* function = as<LocalFunctionStmt>(s)->function->symbol;
            if (function != nullptr) file_.request(*function);
            return;
        }
        case StmtKind::Use:  // handled with the rest of its block
        case StmtKind::Error:
            return;
    }
}

void FunctionLowering::if_expr(IfExpr& e, std::int64_t dst) {
    const Label otherwise = code_.new_label();
    {
        TempScope scope(code_);
        branch(e.condition, otherwise, false);
    }
    if (e.else_branch == nullptr) {
        deliver(e.then_branch, kNowhere);
        code_.bind(otherwise);
        return;
    }
    const Label end = code_.new_label();
    deliver(e.then_branch, dst);
    code_.jump(end);
    code_.bind(otherwise);
    if (!is<IfExpr>(e.else_branch) && !is<BlockExpr>(e.else_branch) && code_.reachable())
        place(e.else_branch->range, true);
    deliver(e.else_branch, dst);
    code_.bind(end);
}

// ---- loops -----------------------------------------------------------------------------------------

// Short and without effects that matter twice: worth testing once before the loop and again at the
// bottom, so that each round has one branch.
bool FunctionLowering::cheap_condition(const Expr* expr, int& budget) {
    if (--budget < 0) return false;
    if (expr->constant != nullptr) return true;
    switch (expr->kind) {
        case ExprKind::Literal:
        case ExprKind::Hole:
        case ExprKind::This:
            return true;
        case ExprKind::Name:
            return as<NameExpr>(expr)->call == nullptr;
        case ExprKind::Member: {
            const auto* e = as<MemberExpr>(expr);
            return e->call == nullptr &&
                   (e->value == ValueKind::StaticField || cheap_condition(e->object, budget));
        }
        case ExprKind::Paren:
            return cheap_condition(as<ParenExpr>(expr)->inner, budget);
        case ExprKind::Convert: {
            const auto* e = as<ConvertExpr>(expr);
            return e->conversion != ConversionKind::MapNullable && cheap_condition(e->operand, budget);
        }
        case ExprKind::Unary: {
            const auto* e = as<UnaryExpr>(expr);
            return e->call == nullptr && cheap_condition(e->operand, budget);
        }
        case ExprKind::Index: {
            const auto* e = as<IndexExpr>(expr);
            return e->call == nullptr && cheap_condition(e->object, budget) &&
                   cheap_condition(e->index, budget);
        }
        case ExprKind::Binary: {
            const auto* e = as<BinaryExpr>(expr);
            switch (e->meaning) {
                case OperatorKind::Primitive:
                case OperatorKind::Equals:
                case OperatorKind::NullTest:
                case OperatorKind::Identity:
                case OperatorKind::Logic:
                    return cheap_condition(e->left, budget) && cheap_condition(e->right, budget);
                default:
                    return false;
            }
        }
        default:
            return false;
    }
}

void FunctionLowering::loop_body(const Stmt& s, BlockExpr& body, LoopTarget target) {
    Scope scope;
    scope.kind = Scope::Kind::Loop;
    scope.loop = &s;
    scope.target = target;
    push_scope(std::move(scope));
    {
        TempScope temps(code_);
        effect(&body);
    }
    pop_scope();
}

void FunctionLowering::while_loop(WhileStmt& s) {
    if (!code_.reachable()) return;
    const LoopTarget target{code_.new_label(), code_.new_label()};
    const Label top = code_.new_label();
    place(s.condition->range, true);
    code_.enter_loop();
    const bool endless = s.condition->constant != nullptr && s.condition->constant->integer != 0;
    int budget = 8;
    if (endless) {
        code_.bind_loop(top, true);
        loop_body(s, *s.body, target);
        code_.bind(target.next);
        code_.jump(top);
        code_.bind(target.exit);
        code_.leave_loop();
        return;
    }
    const bool guarded = cheap_condition(s.condition, budget);
    if (guarded) {
        TempScope scope(code_);
        branch(s.condition, target.exit, false);
    } else {
        code_.jump(target.next);
    }
    const bool entered = guarded ? code_.reachable() : true;
    code_.bind_loop(top, entered);
    loop_body(s, *s.body, target);
    // The condition is reached by the first jump, by `continue`, or by the end of the body.
    code_.bind(target.next);
    place(s.condition->range, true);
    {
        TempScope scope(code_);
        branch(s.condition, top, true);
    }
    code_.bind(target.exit);
    code_.leave_loop();
}

void FunctionLowering::for_loop(ForStmt& s) {
    if (!code_.reachable()) return;
    place(s.iterable->range, true);
    code_.enter_loop();
    switch (s.how) {
        case ForKind::Range: {
            Expr* range = s.iterable;
            while (auto* paren = as<ParenExpr>(range)) range = paren->inner;
            for_range(s, *as<BinaryExpr>(range), 1);
            break;
        }
        case ForKind::Array:
            for_array(s);
            break;
        case ForKind::Iterator:
            if (std::int64_t step = 0; BinaryExpr* range = stepped_range(s.iterable, step)) {
                for_range(s, *range, step);
            } else {
                for_iterator(s);
            }
            break;
        case ForKind::None:
            break;
    }
    code_.leave_loop();
}

// `(a..b).step(n)` of the library's Range with a positive constant n counts like the range itself.
BinaryExpr* FunctionLowering::stepped_range(Expr* iterable, std::int64_t& step) const {
    while (auto* paren = as<ParenExpr>(iterable)) iterable = paren->inner;
    const auto* e = as<CallExpr>(iterable);
    const CallInfo* info = e != nullptr ? e->call : nullptr;
    if (info == nullptr || info->function == nullptr || info->receiver == nullptr || info->args.size() != 1)
        return nullptr;
    if (info->function->owner == nullptr || info->function->owner != file_.program().range) return nullptr;
    if (info->function->name != "step" || info->args[0].value == nullptr) return nullptr;
    const Constant* by = info->args[0].value->constant;
    if (by == nullptr || by->kind != Constant::Kind::Int || by->integer <= 0) return nullptr;
    step = by->integer;
    Expr* receiver = info->receiver;
    while (auto* paren = as<ParenExpr>(receiver)) receiver = paren->inner;
    auto* range = as<BinaryExpr>(receiver);
    return range != nullptr && range->meaning == OperatorKind::Range ? range : nullptr;
}

// Counts in a register. The counter is the loop's variable itself unless the body changes or
// keeps it.
//
//   for i in a..b            counts, then goes on while i < b
//   for i in a..=b           goes on while i < b, then counts: b may be the largest int
//   for i in (a..b).step(n)  goes on while i < b - n, then counts
void FunctionLowering::for_range(ForStmt& s, BinaryExpr& range, std::int64_t step) {
    constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    const TypeIndex int_type = type(file_.program().types->int_);
    auto* binding = as<BindingPattern>(s.pattern);
    const bool own_counter = binding == nullptr || binding->symbol == nullptr || binding->symbol->assigned ||
                             binding->symbol->in_cell || binding->value != s.pattern->hole;
    const Reg counter =
        own_counter ? code_.fresh(int_type) : code_.local(int_type, file_.str(binding->symbol->name));
    into(range.left, counter);

    // The bound: a constant becomes part of the comparison, or is loaded before the loop.
    bool inclusive = range.op == BinaryOp::RangeInclusive;
    const Constant* bound = range.right->constant;
    if (bound != nullptr && inclusive && step > 1 && bound->integer == kMax) bound = nullptr;
    std::int64_t limit = bound != nullptr ? bound->integer : 0;
    if (bound != nullptr && inclusive && limit < kMax) {
        ++limit;
        inclusive = false;
    }
    Reg end = 0;
    const LocalSymbol* local = nullptr;
    if (bound == nullptr) {
        if (plain_local(range.right, local) && !local->assigned) {
            end = storage(*local);
        } else {
            end = code_.fresh(int_type);
            into(range.right, end);
        }
        if (inclusive && step > 1) {
            const Reg one = int_constant(1);
            const Reg next = code_.fresh(int_type);
            emit_at(range.op_range, Op::AddCheckedI64, {next, end, one});
            end = next;
            inclusive = false;
        }
    }
    auto end_register = [&] { return bound != nullptr ? int_constant(limit) : end; };

    const LoopTarget target{code_.new_label(), code_.new_label()};
    const Label top = code_.new_label();
    const Constant* start = range.left->constant;
    const bool runs = start != nullptr && bound != nullptr &&
                      (inclusive ? start->integer <= limit : start->integer < limit);
    if (!runs) {
        const Reg e = end_register();
        emit(inclusive ? Op::BrLtI64 : Op::BrLeI64, {e, counter, target.exit.id});
    }
    if (step > 1) {
        if (bound != nullptr) {
            limit = limit < kMin + step ? kMin : limit - step;
        } else {
            const Label fits = code_.new_label();
            const Reg last = code_.fresh(int_type);
            const Reg k = int_constant(step);
            emit(Op::SubI64, {last, end, k});
            emit(Op::BrLeI64, {last, end, fits.id});
            load_int(last, kMin);
            code_.bind(fits);
            end = last;
        }
    }
    auto advance = [&] {
        const Reg k = int_constant(step);
        emit(Op::AddI64, {counter, counter, k});
    };
    const bool count_first = inclusive || step > 1;  // at the top of each round but the first
    const Label enter = code_.new_label();
    if (count_first) {
        code_.jump(enter);
        code_.bind_loop(top, true);
        advance();
        code_.bind(enter);
    } else {
        code_.bind_loop(top, true);
    }
    if (own_counter) {
        bind_hole(s.pattern->hole, counter);
        match_pattern(s.pattern, counter, {});
    } else {
        name_register(*binding->symbol, counter);
    }
    loop_body(s, *s.body, target);
    code_.bind(target.next);
    if (code_.reachable()) {
        place(s.iterable->range, true);
        if (!count_first) advance();
        const Reg e = end_register();
        emit(Op::BrLtI64, {counter, e, top.id});
    }
    code_.bind(target.exit);
}

void FunctionLowering::for_array(ForStmt& s) {
    const TypeContext& types = *file_.program().types;
    const LocalSymbol* local = nullptr;
    Reg array = 0;
    if (plain_local(s.iterable, local) && !local->assigned) {
        array = storage(*local);
    } else {
        array = fresh(s.iterable->type);
        into(s.iterable, array);
    }
    const Reg length = fresh(types.int_);
    const Reg index = fresh(types.int_);
    emit_at(s.iterable->range, Op::ArrayLen, {length, array});
    load_int(index, 0);
    const LoopTarget target{code_.new_label(), code_.new_label()};
    const Label top = code_.new_label();
    emit(Op::BrLeI64, {length, index, target.exit.id});
    code_.bind_loop(top, true);
    {
        TempScope scope(code_);
        place(s.pattern->range, false);
        if (auto* binding = as<BindingPattern>(s.pattern); binding != nullptr && binding->symbol != nullptr &&
                                                           binding->value == s.pattern->hole &&
                                                           !binding->symbol->in_cell) {
            const Reg element = declare(*binding->symbol);
            emit(Op::ArrayGet, {element, array, index});
        } else if (is<TuplePattern>(s.pattern)) {
            // Components are taken straight out of the array.
            element_holes_[s.pattern->hole] = {array, index};
            auto* tuple = as<TuplePattern>(s.pattern);
            match_parts(tuple->elements, tuple->parts, {});
            element_holes_.erase(s.pattern->hole);
        } else if (!is<WildcardPattern>(s.pattern)) {
            const Reg element = temp(s.iterable->type->element());
            emit(Op::ArrayGet, {element, array, index});
            match_pattern(s.pattern, element, {});
        }
    }
    loop_body(s, *s.body, target);
    code_.bind(target.next);
    if (code_.reachable()) {
        const Reg one = int_constant(1);
        emit(Op::AddI64, {index, index, one});
        emit(Op::BrLtI64, {index, length, top.id});
    }
    code_.bind(target.exit);
}

void FunctionLowering::for_iterator(ForStmt& s) {
    const Reg cursor = fresh(s.cursor->type);
    if (s.iterator == nullptr) {
        into(s.iterable, cursor);
    } else {
        TempScope scope(code_);
        bind_hole(s.source, stable(s.iterable, true));
        call(*s.iterator, s.iterable->range, cursor);
    }
    bind_hole(s.cursor, cursor);
    const LoopTarget target{code_.new_label(), code_.new_label()};
    const Label top = code_.new_label();
    const Reg next = fresh(s.next->result);
    code_.jump(target.next);
    code_.bind_loop(top, true);
    {
        TempScope scope(code_);
        const Type* element = s.next->result->inner();
        auto* binding = as<BindingPattern>(s.pattern);
        if (binding != nullptr && binding->symbol != nullptr && binding->value == s.pattern->hole &&
            !binding->symbol->in_cell) {
            const Reg variable = declare(*binding->symbol);
            emit(Op::Unwrap, {variable, next});
        } else if (!is<WildcardPattern>(s.pattern)) {
            const Reg value = fresh(element);
            emit(Op::Unwrap, {value, next});
            match_pattern(s.pattern, value, {});
        }
    }
    loop_body(s, *s.body, target);
    code_.bind(target.next);
    place(s.iterable->range, true);
    call(*s.next, s.iterable->range, next);
    emit(Op::BrNonNull, {next, top.id});
    code_.bind(target.exit);
}

}  // namespace skua::compiler
