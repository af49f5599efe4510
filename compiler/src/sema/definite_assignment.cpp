// Whether the fields of a class get their values while it is constructed: a field without an initial value
// in every way through the `init` blocks, a `let` not twice, and none read before.
//
// One walk over initial values and `init` blocks in the order in which they run, after they have been
// checked. Two sets go with it: the fields that have a value whichever way was taken, and those that may
// have one. A loop's body is walked once: more fields have a value in its second round than in the first,
// so that reading is judged by the first, and a `let` that was assigned when the body begins again is an
// error by itself. Lambdas and methods run later, or sooner: they are left out (docs/language.md, 13).
#include <bit>
#include <utility>

#include "ast_walk.h"
#include "sema/analyzer.h"

namespace skua::compiler {

using namespace ast;

namespace {

class FieldSet {
public:
    explicit FieldSet(std::size_t count = 0) : words_((count + 63) / 64) {}
    [[nodiscard]] bool has(std::size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
    void add(std::size_t i) { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
    void add_all(const FieldSet& other) {
        for (std::size_t w = 0; w < words_.size(); ++w) words_[w] |= other.words_[w];
    }
    void keep_only(const FieldSet& other) {
        for (std::size_t w = 0; w < words_.size(); ++w) words_[w] &= other.words_[w];
    }

    // Calls with each field that is in this set, but in none of the others.
    template <typename OnField>
    void for_each_but(const FieldSet& one, const FieldSet& other, const OnField& on_field) const {
        for (std::size_t w = 0; w < words_.size(); ++w)
            for (std::uint64_t left = words_[w] & ~one.words_[w] & ~other.words_[w]; left != 0;
                 left &= left - 1)
                on_field(w * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }

private:
    std::vector<std::uint64_t> words_;
};

class DefiniteAssignment {
public:
    DefiniteAssignment(Analyzer& analyzer, TypeSymbol* type) : a_(analyzer), type_(type) {
        for (FieldSymbol* f : type->fields) {
            if (f->is_static() || f->decl == nullptr || (f->decl->modifiers & kModAbstract) != 0) continue;
            const Type* t = a_.field_type(f);
            // Nullable fields are null, and numbers that may change are zero, until they are assigned.
            const bool has_default = t->is(TypeKind::Nullable) || (t->is_primitive() && f->is_mutable());
            // A constant is no part of the object's state: reading it reads its value.
            if (t->has_error || f->constant != nullptr) continue;
            index_.emplace(f, fields_.size());
            fields_.push_back({f, f->decl->init == nullptr && !has_default, !has_default, {}, false});
        }
        state_.surely = state_.maybe = settled_ = FieldSet(fields_.size());
        for (std::size_t i = 0; i < fields_.size(); ++i)
            if (fields_[i].symbol->is_mutable()) settled_.add(i);
    }

    [[nodiscard]] bool is_needed() const { return !fields_.empty(); }

    // `is_whole`: nothing in the bodies was wrong, so that what is missing is missing.
    void run(bool is_whole) {
        is_whole_ = is_whole;
        for (Decl* member : type_->decl->members) {
            if (auto* v = as<VariableDecl>(member); v != nullptr && v->init != nullptr) {
                if (v->symbol == nullptr || v->symbol->is_static()) continue;
                walk(v->init);
                const auto it = index_.find(v->symbol);
                if (it != index_.end() && !state_.dead) set(it->second);
            } else if (auto* init = as<InitDecl>(member); init != nullptr && init->body != nullptr) {
                walk(init->body);
            }
        }
        if (!state_.dead) leave({});
        for (Field& f : fields_)
            if (f.must_be_assigned && !f.assigned_at.end && !f.reported) report_missing(f);
    }

private:
    struct Field {
        FieldSymbol* symbol;
        bool must_be_assigned;    // there is no value but that which an `init` block gives it
        bool is_read_with_care;   // until it is set it holds what its type does not have
        SourceRange assigned_at;  // where first; empty: nowhere
        bool reported;
    };
    struct State {
        FieldSet surely, maybe;
        bool dead = false;
    };
    struct LoopState {
        const Stmt* statement;
        std::size_t log_start;
        FieldSet entry;      // what may have a value before the loop
        State before, left;  // when the condition does not hold; by break
    };

    void set(std::size_t i) {
        state_.surely.add(i);
        state_.maybe.add(i);
    }

    static void join(State& into, const State& other) {
        if (other.dead) return;
        if (into.dead) {
            into = other;
            return;
        }
        into.surely.keep_only(other.surely);
        into.maybe.add_all(other.maybe);
    }

    // What was assigned since then may have been, wherever an error or a jump has led.
    void allow_since(std::size_t log_start) {
        for (std::size_t i = log_start; i < log_.size(); ++i) state_.maybe.add(log_[i].field);
    }

    [[nodiscard]] static State dead_state() {
        State s;
        s.dead = true;
        return s;
    }

    // ---- what is reported

    void report_missing(Field& f) {
        f.reported = true;
        const Type* type = a_.field_type(f.symbol);
        a_.error(f.symbol->range,
                 "field " + quote(f.symbol->name) + " of type " + quote(type) + " has no initial value",
                 "give it one, assign it in `init { ... }`, or make it nullable: " +
                     quote(a_.types.nullable(type)));
    }

    // The constructor ends here, at its end or at a `return`.
    void leave(SourceRange at) {
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            Field& f = fields_[i];
            if (!f.is_read_with_care || state_.surely.has(i) || f.reported || !is_whole_) continue;
            if (at.end != 0) {
                f.reported = true;
                auto& d =
                    a_.error(at, "this `return` leaves before " + quote(f.symbol->name) + " has a value",
                             "assign it first, or put the rest of the block into an `else`");
                d.notes.push_back({f.symbol->range, "it is declared here"});
            } else if (f.assigned_at.end != 0) {
                f.reported = true;
                auto& d = a_.error(f.symbol->range,
                                   "field " + quote(f.symbol->name) +
                                       " gets a value on some ways through `init`, not on all",
                                   "assign it on the others too, or give it an initial value" +
                                       std::string(f.symbol->is_mutable() ? "" : " (and make it `var`)"));
                d.notes.push_back({f.assigned_at, "it is assigned here"});
            }
        }
    }

    void read(const FieldSymbol* field, SourceRange at) {
        const auto it = index_.find(field);
        if (it == index_.end() || state_.dead || !is_whole_) return;
        Field& f = fields_[it->second];
        if (!f.is_read_with_care || state_.surely.has(it->second) || f.reported) return;
        if (f.must_be_assigned && !f.assigned_at.end && !is_assigned_later(f))
            return;  // said at its declaration
        f.reported = true;
        auto& d = a_.error(at, quote(field->name) + " is read before it has a value",
                           f.must_be_assigned ? "assign it first" : "move its declaration up");
        d.notes.push_back({field->range, "it is declared here"});
    }

    // Fields that nothing assigns are reported as such.
    bool is_assigned_later(const Field& f) {
        if (!found_all_) {
            found_all_ = true;
            for (Decl* member : type_->decl->members) {
                if (auto* v = as<VariableDecl>(member)) collect_targets(v->init);
                if (auto* init = as<InitDecl>(member)) collect_targets(init->body);
            }
        }
        return targets_.contains(f.symbol);
    }

    void collect_targets(const Expr* root) {
        std::vector<const Expr*> work{root};
        while (!work.empty()) {
            const Expr* e = work.back();
            work.pop_back();
            if (e == nullptr) continue;
            if (const auto* assign = as<AssignExpr>(e)) {
                if (const FieldSymbol* f = own_field(assign->place);
                    f != nullptr && assign->place.path.size() == 1)
                    targets_.insert(f);
                for (const Place& p : assign->element_places)
                    if (const FieldSymbol* f = own_field(p)) targets_.insert(f);
            }
            const auto on_expr = [&](Expr* child) { work.push_back(child); };
            for_each_child(e, on_expr, [&](Stmt* s) { for_each_child(s, on_expr, [](Stmt*) {}); });
        }
    }

    void assign(std::size_t i, SourceRange at) {
        Field& f = fields_[i];
        if (f.assigned_at.end == 0) f.assigned_at = at;
        if (state_.dead) return;
        if (!f.symbol->is_mutable() && state_.maybe.has(i) && !f.reported && is_whole_) {
            f.reported = true;
            auto& d =
                a_.error(at,
                         quote(f.symbol->name) +
                             (state_.surely.has(i) ? " has a value already" : " may have a value already") +
                             ": a `let` is assigned once",
                         in_catch_ ? "assign what the `try` gives: `" + std::string(f.symbol->name) +
                                         " = try { ... } catch { ... }`"
                                   : "declare it `var " + std::string(f.symbol->name) + "`");
            d.notes.push_back({f.assigned_at, "it is assigned here"});
        }
        if (!state_.maybe.has(i)) log_.push_back({i, at});
        set(i);
    }

    // The loop's body begins again.
    void repeat(const LoopState& loop) {
        if (state_.dead || !is_whole_) return;
        state_.maybe.for_each_but(loop.entry, settled_, [&](std::size_t i) {
            Field& f = fields_[i];
            settled_.add(i);
            if (f.reported) return;
            f.reported = true;
            SourceRange at = f.assigned_at;
            for (std::size_t k = log_.size(); k-- > loop.log_start;)
                if (log_[k].field == i) at = log_[k].at;
            auto& d = a_.error(
                at,
                quote(f.symbol->name) + " is assigned in each round of the loop: a `let` is assigned once",
                "declare it `var " + std::string(f.symbol->name) + "`, or assign it behind the loop");
            d.notes.push_back({f.symbol->range, "it is declared here"});
        });
    }

    // ---- places

    static const Expr* bare(const Expr* e) {
        for (;;) {
            if (const auto* p = as<ParenExpr>(e)) {
                e = p->inner;
            } else if (const auto* c = as<ConvertExpr>(e)) {
                e = c->operand;
            } else {
                return e;
            }
        }
    }

    [[nodiscard]] const FieldSymbol* own_field(const Place& p) const {
        if (p.kind != PlaceKind::Field || p.path.empty() || !is<ThisExpr>(bare(p.object))) return nullptr;
        const FieldSymbol* f = p.path.front().field;
        return f != nullptr && f->owner == type_ ? f : nullptr;
    }

    // What a place is made of, before something is stored there.
    void walk_place(const Place& p, bool is_read, SourceRange at) {
        if (const FieldSymbol* f = own_field(p)) {
            if (is_read || p.path.size() > 1) read(f, at);
            return;
        }
        walk(p.object);
        walk(p.index);
    }

    void store(const Place& p, SourceRange at) {
        const FieldSymbol* f = own_field(p);
        if (f == nullptr || p.path.size() > 1) return;
        if (const auto it = index_.find(f); it != index_.end()) assign(it->second, at);
    }

    void walk_assign(const AssignExpr* e) {
        if (!e->element_places.empty()) {
            for (const Place& p : e->element_places) walk_place(p, false, e->target->range);
            walk(e->value);
            const auto* targets = as<TupleExpr>(bare(e->target));
            for (std::size_t i = 0; i < e->element_places.size(); ++i)
                store(e->element_places[i], targets != nullptr ? targets->elements[i]->range : e->range);
            return;
        }
        walk_place(e->place, e->compound, e->target->range);
        if (e->compound && e->op == BinaryOp::Coalesce) {
            maybe_walk(e->value);
        } else {
            walk(e->value);
        }
        store(e->place, e->target->range);
    }

    // ---- the walk, in the order of evaluation

    void maybe_walk(const Expr* e) {
        State before = state_;
        walk(e);
        join(state_, before);
    }

    void walk_block(const BlockExpr* e) {
        for (const Stmt* s : e->statements) walk(s);
    }

    void walk_if(const IfExpr* e) {
        walk(e->condition);
        State before = state_;
        walk(e->then_branch);
        std::swap(state_, before);
        walk(e->else_branch);
        join(state_, before);
    }

    void walk_match(const MatchExpr* e) {
        walk(e->subject);
        State entry = state_, after = dead_state();
        for (const MatchArm& arm : e->arms) {
            state_ = entry;
            walk(arm.guard);
            if (arm.guard != nullptr) entry = state_;
            walk(arm.body);
            join(after, state_);
        }
        if (!e->covers_all) join(after, entry);
        state_ = std::move(after);
    }

    void walk_try(const TryExpr* e) {
        const State before = state_;
        const std::size_t log_start = log_.size();
        walk(e->body);
        State after = state_;
        for (const CatchClause& c : e->catches) {
            state_ = before;
            allow_since(log_start);
            const bool outside = std::exchange(in_catch_, true);
            walk(c.body);
            in_catch_ = outside;
            join(after, state_);
        }
        if (e->finally_block == nullptr) {
            state_ = std::move(after);
            return;
        }
        // It runs after any part of what is before; what it assigns is assigned afterwards.
        state_ = before;
        allow_since(log_start);
        const std::size_t finally_start = log_.size();
        walk(e->finally_block);
        const bool dead = state_.dead;
        const State left = std::move(state_);
        state_ = std::move(after);
        if (!state_.dead && !dead) {
            allow_since(finally_start);
            state_.surely.add_all(left.surely);
            state_.maybe.add_all(left.surely);
        }
        state_.dead |= dead;
    }

    static bool is_endless(const Expr* condition) {
        return condition->constant != nullptr && condition->constant->kind == Constant::Kind::Bool &&
               condition->constant->integer == 1;
    }

    void walk_loop(const Stmt* s, const Expr* condition, const BlockExpr* body) {
        const std::size_t log_start = log_.size();
        const FieldSet entry = state_.maybe;
        walk(condition);
        loops_.push_back({s, log_start, entry, state_, dead_state()});
        walk_block(body);
        repeat(loops_.back());
        LoopState loop = std::move(loops_.back());
        loops_.pop_back();
        state_ = std::move(loop.before);  // the condition does not hold
        if (condition != nullptr && is_endless(condition)) state_.dead = true;
        if (!state_.dead) allow_since(log_start);
        join(state_, loop.left);
    }

    LoopState* loop_of(const Stmt* s) {
        for (LoopState& l : loops_)
            if (l.statement == s) return &l;
        return nullptr;
    }

    void walk(const Stmt* s) {
        if (const auto* w = as<WhileStmt>(s)) return walk_loop(w, w->condition, w->body);
        if (const auto* f = as<ForStmt>(s)) {
            walk(f->iterable);
            return walk_loop(f, nullptr, f->body);
        }
        if (is<LocalFunctionStmt>(s)) return;
        for_each_child(
            s, [&](Expr* e) { walk(e); }, [](Stmt*) {});
    }

    void walk_call(const CallInfo* call) {
        walk(call->receiver);
        walk(call->closure);
        for (const CallArg& arg : call->args) {
            walk(arg.value);
            for (const Expr* e : arg.elements) walk(e);
        }
    }

    void walk(const Expr* e) {
        if (e == nullptr) return;
        switch (e->kind) {
            case ExprKind::Lambda:
                return;
            case ExprKind::Name: {
                const auto* n = static_cast<const NameExpr*>(e);
                if (n->value == ValueKind::Field && is<ThisExpr>(bare(n->receiver)) &&
                    n->field->owner == type_)
                    read(n->field, n->range);
                return;
            }
            case ExprKind::Member: {
                const auto* m = static_cast<const MemberExpr*>(e);
                if (m->value == ValueKind::Field && is<ThisExpr>(bare(m->object)) && m->field->owner == type_)
                    read(m->field, m->range);
                else
                    walk(m->object);
                return;
            }
            case ExprKind::Call:
                if (const auto* c = static_cast<const CallExpr*>(e); c->call != nullptr)
                    return walk_call(c->call);
                break;
            case ExprKind::Assign:
                return walk_assign(static_cast<const AssignExpr*>(e));
            case ExprKind::Binary: {
                const auto* b = static_cast<const BinaryExpr*>(e);
                walk(b->left);
                if (b->op == BinaryOp::And || b->op == BinaryOp::Or || b->op == BinaryOp::Coalesce)
                    maybe_walk(b->right);
                else
                    walk(b->right);
                return;
            }
            case ExprKind::SafeAccess:
                walk(static_cast<const SafeAccessExpr*>(e)->receiver);
                return maybe_walk(static_cast<const SafeAccessExpr*>(e)->body);
            case ExprKind::Block:
                return walk_block(static_cast<const BlockExpr*>(e));
            case ExprKind::If:
                return walk_if(static_cast<const IfExpr*>(e));
            case ExprKind::Match:
                return walk_match(static_cast<const MatchExpr*>(e));
            case ExprKind::Try:
                return walk_try(static_cast<const TryExpr*>(e));
            case ExprKind::Return:
                if (!state_.dead) leave(e->range);
                state_.dead = true;
                return;
            case ExprKind::Throw:
                walk(static_cast<const ThrowExpr*>(e)->value);
                state_.dead = true;
                return;
            case ExprKind::Break:
                if (LoopState* l = loop_of(static_cast<const BreakExpr*>(e)->loop)) join(l->left, state_);
                state_.dead = true;
                return;
            case ExprKind::Continue:
                if (LoopState* l = loop_of(static_cast<const ContinueExpr*>(e)->loop)) repeat(*l);
                state_.dead = true;
                return;
            default:
                break;
        }
        for_each_child(
            e, [&](Expr* child) { walk(child); }, [&](Stmt* s) { walk(s); });
    }

    struct Assigned {
        std::size_t field;
        SourceRange at;
    };

    Analyzer& a_;
    TypeSymbol* type_;
    std::vector<Field> fields_;
    std::unordered_map<const FieldSymbol*, std::size_t> index_;
    std::unordered_set<const FieldSymbol*> targets_;  // see is_assigned_later
    std::vector<Assigned> log_;  // what became assigned, in the order of the walk; again in other branches
    FieldSet settled_;           // `var`s, and `let`s that a loop assigns and that were reported
    std::vector<LoopState> loops_;
    State state_;
    bool is_whole_ = true;
    bool in_catch_ = false;
    bool found_all_ = false;
};

}  // namespace

void Analyzer::check_fields_assigned(TypeSymbol* type, bool is_whole) {
    DefiniteAssignment pass(*this, type);
    if (pass.is_needed()) pass.run(is_whole);
}

}  // namespace skua::compiler
