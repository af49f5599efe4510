// Ways out of a block: return, break, continue, errors; try, finally and use.
//
// What an exit owes (finally blocks, closing of `use` variables) is copied to each exit, innermost
// first. The copies lie inside the protected code, so each region keeps its protected
// instructions as ranges with holes where it is being left.
#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

// ---- scopes -------------------------------------------------------------------------------------

void FunctionLowering::push_scope(Scope scope) {
    scope.open = code_.position();
    scopes_.push_back(std::move(scope));
}

FunctionLowering::Scope FunctionLowering::pop_scope() {
    Scope scope = std::move(scopes_.back());
    scopes_.pop_back();
    if (code_.position() > scope.open) scope.ranges.emplace_back(scope.open, code_.position());
    return scope;
}

bool FunctionLowering::owes_cleanup(std::size_t depth) const {
    for (std::size_t i = depth; i < scopes_.size(); ++i) {
        if (scopes_[i].kind == Scope::Kind::Finally || scopes_[i].kind == Scope::Kind::Use) return true;
    }
    return false;
}

bool FunctionLowering::any_throws(const Scope& scope) const {
    for (const auto& [start, end] : scope.ranges) {
        if (code_.can_throw(start, end)) return true;
    }
    return false;
}

void FunctionLowering::protect(const Scope& scope, Label handler, const Type* error, Reg reg) {
    for (const auto& [start, end] : scope.ranges) code_.add_handler(start, end, handler, type(error), reg);
}

void FunctionLowering::run_cleanup(const Scope& scope) {
    if (code_.overflow()) return;
    TempScope temps(code_);
    if (scope.kind == Scope::Kind::Finally) {
        effect(scope.finally_block);
    } else if (scope.kind == Scope::Kind::Use) {
        place(scope.use->range, true);
        bind_hole(scope.use->hole, read_local(*scope.use->symbol));
        call(*scope.use->close, scope.use->range, kNowhere);
    }
}

template <typename F>
void FunctionLowering::leave_scopes(std::size_t depth, F leave) {
    if (!code_.reachable()) return;
    if (!owes_cleanup(depth)) return leave();
    // The cleanups run outside of what they leave, one after the other.
    std::vector<Scope> left;
    while (scopes_.size() > depth) {
        Scope scope = pop_scope();
        run_cleanup(scope);
        left.push_back(std::move(scope));
    }
    leave();
    while (!left.empty()) {
        left.back().open = code_.position();
        scopes_.push_back(std::move(left.back()));
        left.pop_back();
    }
}

// ---- jumps ----------------------------------------------------------------------------------------

void FunctionLowering::return_expr(ReturnExpr& e) {
    if (e.value == nullptr || result_ == nullptr) {
        if (e.value != nullptr) effect(e.value);
        leave_scopes(0, [&] { emit(Op::RetVoid, {}); });
        return;
    }
    if (!owes_cleanup(0)) return deliver(e.value, kReturn);
    if (e.value->type->is(TypeKind::Never)) return effect(e.value);
    const Reg r = fresh(result_);  // not a variable, which the cleanup could change
    into(e.value, r);
    leave_scopes(0, [&] { emit(Op::Ret, {r}); });
}

void FunctionLowering::exit_loop(const Stmt* loop, bool next) {
    for (std::size_t i = scopes_.size(); i-- > 0;) {
        if (scopes_[i].kind != Scope::Kind::Loop || scopes_[i].loop != loop) continue;
        const LoopTarget target = scopes_[i].target;
        leave_scopes(i + 1, [&] { code_.jump(next ? target.next : target.exit); });
        return;
    }
}

// ---- try -----------------------------------------------------------------------------------------------

void FunctionLowering::try_expr(TryExpr& e, std::int64_t dst) {
    if (!code_.reachable()) return;
    if (dst == kReturn) {
        const Reg r = fresh(result_);
        try_expr(e, r);
        emit(Op::Ret, {r});
        return;
    }
    const Label done = code_.new_label();
    if (e.finally_block != nullptr) {
        Scope scope;
        scope.kind = Scope::Kind::Finally;
        scope.finally_block = e.finally_block;
        push_scope(std::move(scope));
    }
    Scope guarded;
    guarded.kind = Scope::Kind::Try;
    push_scope(std::move(guarded));
    deliver(e.body, dst);
    guarded = pop_scope();
    code_.jump(done);
    const bool throws = any_throws(guarded);
    for (const CatchClause& clause : e.catches) {
        if (!throws) break;
        const Type* error = clause.type != nullptr ? clause.type : file_.error_type();
        const Label handler = code_.new_label();
        const bool plain = clause.symbol != nullptr && !clause.symbol->in_cell;
        const Reg r = plain ? declare(*clause.symbol) : fresh(error);
        protect(guarded, handler, error, r);
        code_.bind_handler(handler, guarded.ranges.front().first);
        if (clause.symbol != nullptr && !plain) bind_local(*clause.symbol, r);
        TempScope temps(code_);
        deliver(clause.body, dst);
        code_.jump(done);
    }
    if (e.finally_block == nullptr) {
        code_.bind(done);
        return;
    }
    // The finally block once for the normal way and once for errors.
    code_.bind(done);
    const bool completes = code_.reachable();
    const Scope scope = pop_scope();
    const Label end = code_.new_label();
    if (completes) {
        run_cleanup(scope);
        code_.jump(end);
    }
    if (any_throws(scope)) {
        const Label handler = code_.new_label();
        const Reg error = fresh(file_.error_type());
        protect(scope, handler, file_.error_type(), error);
        code_.bind_handler(handler, scope.ranges.front().first);
        run_cleanup(scope);
        emit(Op::Throw, {error});
    }
    code_.bind(end);
}

// ---- use -------------------------------------------------------------------------------------------------

// use x = e: the rest of the block, then x.close(), however the block is left.
void FunctionLowering::use_block(BlockExpr& e, std::size_t at, std::int64_t dst) {
    auto& s = *as<UseStmt>(e.statements[at]);
    {
        TempScope temps(code_);
        place(s.range, true);
        store_new(*s.symbol, s.init);
    }
    if (!code_.reachable()) return;
    const Reg result = dst == kReturn && result_ != nullptr ? fresh(result_) : 0;
    Scope scope;
    scope.kind = Scope::Kind::Use;
    scope.use = &s;
    push_scope(std::move(scope));
    block_from(e, at + 1,
               dst == kReturn ? (result_ != nullptr ? static_cast<std::int64_t>(result) : kNowhere) : dst);
    const bool completes = code_.reachable();
    scope = pop_scope();
    const Label end = code_.new_label();
    if (completes) {
        run_cleanup(scope);
        if (dst != kReturn) {
            code_.jump(end);
        } else if (result_ != nullptr) {
            emit(Op::Ret, {result});
        } else {
            emit(Op::RetVoid, {});
        }
    }
    if (any_throws(scope)) {
        const Label handler = code_.new_label();
        const Reg error = fresh(file_.error_type());
        protect(scope, handler, file_.error_type(), error);
        code_.bind_handler(handler, scope.ranges.front().first);
        close_after(s, scope, error);
        emit(Op::Throw, {error});
    }
    code_.bind(end);
}

// The error is on its way and stays; one that closing throws is added to it.
void FunctionLowering::close_after(const UseStmt& s, const Scope& scope, Reg error) {
    const std::uint32_t start = code_.position();
    run_cleanup(scope);
    const std::uint32_t end = code_.position();
    if (s.suppress == nullptr || code_.overflow() || !code_.can_throw(start, end)) return;
    const Label handler = code_.new_label(), done = code_.new_label();
    code_.jump(done);
    const Reg second = fresh(file_.error_type());
    code_.add_handler(start, end, handler, type(file_.error_type()), second);
    code_.bind_handler(handler, start);
    TempScope temps(code_);
    bind_hole(s.error, error);
    bind_hole(s.close_error, second);
    call(*s.suppress, s.range, kNowhere);
    code_.bind(done);
}

}  // namespace skua::compiler
