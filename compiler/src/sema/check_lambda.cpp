// Lambdas and local functions: signature, body, captures.
#include "ast_walk.h"
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

namespace {

// Names that are assigned inside lambdas and local functions of a body: what is known about such
// a variable may end at any call.
void collect_assigned_in_lambdas(const Expr* body, std::unordered_set<std::string_view>& out) {
    std::vector<std::pair<const Expr*, bool>> work{{body, false}};
    while (!work.empty()) {
        auto [e, inside] = work.back();
        work.pop_back();
        if (e == nullptr) continue;
        if (auto* assign = as<AssignExpr>(e); assign != nullptr && inside) {
            if (auto* n = as<NameExpr>(assign->target)) out.insert(n->name);
            if (auto* t = as<TupleExpr>(assign->target)) {
                for (Expr* x : t->elements) {
                    if (auto* n = as<NameExpr>(x)) out.insert(n->name);
                }
            }
        }
        bool in = inside || is<LambdaExpr>(e);
        for_each_child(
            e,
            [&](Expr* child) {
                work.push_back({child, in});
            },
            [&](Stmt* s) {
                bool local_function = is<LocalFunctionStmt>(s);
                for_each_child(
                    s,
                    [&](Expr* child) {
                        work.push_back({child, in || local_function});
                    },
                    [](Stmt*) {});
            });
    }
}

}  // namespace

struct BodyChecker::FrameGuard {
    FrameGuard(BodyChecker& c, Frame& frame, const Expr* body) : checker(c), flow(c.flow_) {
        frame.parent = c.frame_;
        c.frame_ = &frame;
        if (body != nullptr) collect_assigned_in_lambdas(body, frame.assigned_in_lambdas);
        c.flow_.dead = false;
    }
    ~FrameGuard() {
        checker.frame_ = checker.frame_->parent;
        checker.flow_ = std::move(flow);
    }
    FrameGuard(const FrameGuard&) = delete;
    FrameGuard& operator=(const FrameGuard&) = delete;
    BodyChecker& checker;
    Flow flow;
};

std::string_view BodyChecker::lambda_name() {
    std::string base = lambda_base_;
    if (base.empty()) {
        const FunctionSymbol* root = frame_->function;
        for (Frame* f = frame_; f != nullptr; f = f->parent) root = f->function;
        base = std::string(root->link_name);
    }
    std::string key = std::string(type_ != nullptr ? type_->qualified_name : module_->name) + "/" + base;
    return a_.text(base + "$lambda$" + std::to_string(a_.lambda_numbers[key]++));
}

// Gives the function its captures; also those of local functions that it calls, so that it
// can pass them on.
void BodyChecker::finish_frame(Frame& frame) {
    FunctionSymbol* f = frame.function;
    for (std::size_t i = 0; i < frame.called_locals.size(); ++i) {
        FunctionSymbol* callee = frame.called_locals[i];
        if (callee == f) continue;
        if (callee->in_progress) deferred_captures_.push_back({f, callee});
        for (LocalSymbol* c : callee->captures) {
            if (c->function == f) continue;
            if (std::find(frame.captures.begin(), frame.captures.end(), c) == frame.captures.end())
                frame.captures.push_back(c);
        }
    }
    f->captures = a_.arena.copy(frame.captures);
    // Lambdas inside that call this function itself.
    for (auto& [inner, callee] : deferred_captures_) {
        if (callee != f) continue;
        std::vector<LocalSymbol*> all(inner->captures.begin(), inner->captures.end());
        for (LocalSymbol* c : f->captures) {
            if (std::find(all.begin(), all.end(), c) == all.end()) all.push_back(c);
        }
        inner->captures = a_.arena.copy(all);
    }
    for (LocalSymbol* c : frame.captures) captured_.push_back(c);
}

// Checks a body against frame.result, or infers that.
const Type* BodyChecker::check_body(Expr*& body, Frame& frame, bool is_lambda) {
    const Type* wanted = frame.result;
    if (wanted != nullptr && wanted->is(TypeKind::Void)) {
        const Type* type = check(body, t_.void_);
        auto* f = frame.function;
        if (is_lambda && !is<BlockExpr>(body)) warn_unused_value(body, body->range);
        if (!is_lambda && f->decl != nullptr && f->decl->expression_body && !type->is(TypeKind::Void) &&
            !type->has_error && !type->is(TypeKind::Never)) {
            a_.error(body->range,
                     "function " + quote(f->name) + " gives no value, but its body is " + quote(type),
                     "write `: " + to_string(type) + "` before the `=`");
        }
        return wanted;
    }
    if (wanted != nullptr) {
        check(body, wanted->has_error ? nullptr : wanted);
        if (body->type->is(TypeKind::Void) && (wanted->has_error || a_.is_incomplete(body->range)))
            return wanted;
        if (body->type->is(TypeKind::Void)) {
            // `= if ...` and the like: the branch without a value.
            if (auto* f = frame.function;
                !is<BlockExpr>(body) && (is_lambda || (f->decl != nullptr && f->decl->expression_body))) {
                auto [range, hint] = void_part(body);
                const bool part = range != body->range;
                if (part || !hint.empty()) {
                    a_.error(range, "this has no value, expected " + quote(wanted), hint);
                    return wanted;
                }
            }
            SourceRange at = body->range;
            if (is<BlockExpr>(body)) at.start = at.end > at.start ? at.end - 1 : at.start;
            a_.error(at,
                     std::string(is_lambda ? "this function" : "function " + quote(frame.function->name)) +
                         " must return " + quote(wanted) + ", but its end is reached without a value",
                     "add a `return`");
            return wanted;
        }
        coerce(body, wanted, "result");
        return wanted;
    }
    const Type* type = check(body);
    if (a_.is_incomplete(body->range)) return t_.error;
    std::vector<Expr**> slots;
    for (Expr** r : frame.returns) slots.push_back(r);
    bool has_value = !type->is(TypeKind::Void) && !type->is(TypeKind::Never);
    if (slots.empty() && frame.returns_nothing) return t_.void_;
    if (slots.empty() && !has_value) return type->is(TypeKind::Never) ? t_.void_ : t_.void_;
    if (has_value) slots.push_back(&body);
    if ((type->is(TypeKind::Void) && !slots.empty()) || frame.returns_nothing) {
        a_.error(body->range, "this function returns a value in some places and none in others");
        return t_.error;
    }
    type = common_type(slots, nullptr, "result");
    if (type->is(TypeKind::Null)) {
        a_.error(body->range, "the result type is not known: only `null` is returned");
        return t_.error;
    }
    return type;
}

const Type* BodyChecker::check_lambda(LambdaExpr* e, const Type* expected) {
    const Type* shape = expected;
    while (shape != nullptr && shape->is(TypeKind::Nullable)) shape = shape->inner();
    if (shape != nullptr && !shape->is(TypeKind::Function)) shape = nullptr;
    const bool guess = shape == nullptr && expected != nullptr && expected->has_error;
    bool fits = shape != nullptr && shape->params().size() == e->params.size();
    if (shape != nullptr && !fits) {
        const Type* only = shape->params().size() == 1 ? shape->params()[0] : nullptr;
        const bool has_parts =
            only != nullptr && e->params.size() > 1 && !only->has_error &&
            (only->is(TypeKind::Tuple) || only->is_struct() || a_.find_member(only, "component1"));
        a_.error(e->range,
                 "expected a function of " + std::to_string(shape->params().size()) + " parameter" +
                     (only != nullptr ? "" : "s") + ": " + quote(shape) + ", found one of " +
                     std::to_string(e->params.size()),
                 has_parts ? "two pairs of parentheses take it apart: `((a, b)) => ...`" : "");
    }
    auto* f = a_.make<FunctionSymbol>("lambda");
    f->role = FunctionRole::Lambda;
    f->range = e->range;
    f->link_name = lambda_name();
    f->module = module_;
    f->owner = type_;
    f->lambda = e;
    f->enclosing = frame_->function;
    f->type_params = frame_->function->type_params;
    f->flags = classfile::kSynthetic | classfile::kPrivate | classfile::kStatic;
    f->is_declared = true;
    e->function = f;
    Frame frame;
    frame.function = f;
    if (e->result != nullptr) {
        frame.result = a_.resolve(e->result, type_scope_, true);
    } else if (fits && !shape->result()->has_infer) {
        frame.result = shape->result();
    } else if (guess) {
        frame.result = t_.error;
    }
    ScopeGuard scope(*this);
    FrameGuard guard(*this, frame, e->body);
    std::vector<ParamSymbol> params;
    bool known = (shape == nullptr || fits) && !guess;
    for (std::size_t i = 0; i < e->params.size(); ++i) {
        LambdaParam& p = e->params[i];
        auto* binding = as<BindingPattern>(p.pattern);
        TypeNode* annotation = p.type != nullptr    ? p.type
                               : binding != nullptr ? binding->annotation
                                                    : nullptr;
        const Type* type = t_.error;
        if (annotation != nullptr) {
            type = a_.resolve(annotation, type_scope_);
            if (fits && !shape->params()[i]->has_infer && type != shape->params()[i] &&
                !a_.can_convert(shape->params()[i], type)) {
                a_.error(annotation->range, "expected a parameter of type " + quote(shape->params()[i]) +
                                                ", found " + quote(type));
                known = false;  // said
            }
        } else if (fits && !shape->params()[i]->has_infer) {
            type = shape->params()[i];
        } else if (known) {
            std::string name = binding != nullptr ? std::string(binding->name.text) : "x";
            a_.error(p.pattern->range, "the type of this parameter is not known here",
                     "write it: `(" + name + ": int) => ...`");
        }
        ParamSymbol symbol;
        symbol.type = type;
        if (binding != nullptr || is<WildcardPattern>(p.pattern)) {
            Ident name = binding != nullptr ? binding->name : Ident{"_", p.pattern->range};
            p.symbol = declare_local(name, type, false);
            if (binding != nullptr) {
                binding->symbol = p.symbol;
                binding->type = type;
            }
        } else {
            p.symbol = a_.make<LocalSymbol>("");
            p.symbol->type = type;
            p.symbol->function = f;
        }
        p.symbol->is_param = true;
        symbol.name = p.symbol->name.empty() || p.symbol->name == "_" ? a_.text("p$" + std::to_string(i))
                                                                      : p.symbol->name;
        symbol.local = p.symbol;
        params.push_back(symbol);
    }
    f->params = a_.arena.copy(params);
    for (LambdaParam& p : e->params) {
        if (!is<BindingPattern>(p.pattern) && !is<WildcardPattern>(p.pattern))
            check_pattern(p.pattern, p.symbol->type, p.symbol->type, false, false);
    }
    const Type* result = check_body(e->body, frame, true);
    f->result = result;
    e->returns = a_.arena.copy(frame.returns);
    finish_frame(frame);
    std::vector<const Type*> types;
    for (const ParamSymbol& p : f->params) types.push_back(p.type);
    if (!known || result->has_error) return t_.error;
    for (const Type* t : types) {
        if (t->has_error) return t_.error;
    }
    return t_.function(types, result);
}

// Lets a lambda whose result was inferred return what the function wants it to return.
void BodyChecker::widen_result(Expr* slot, const Type* wanted) {
    auto* e = as<LambdaExpr>(strip_parens(slot));
    if (e == nullptr || !wanted->is(TypeKind::Function) || !e->type->is(TypeKind::Function)) return;
    const Type *from = e->type->result(), *to = wanted->result();
    if (from == to || from->is(TypeKind::Void) || to->is(TypeKind::Void) || !a_.can_convert(from, to)) return;
    for (Expr** value : e->returns) coerce(*value, to, "result");
    coerce(e->body, to, "result");
    e->function->result = to;
    const Type* type = t_.function(e->type->params(), to);
    for (Expr* x = slot;; x = static_cast<ParenExpr*>(x)->inner) {
        x->type = type;
        if (!is<ParenExpr>(x)) break;
    }
}

void BodyChecker::check_local_function(LocalFunctionStmt* s) {
    FunctionDecl* decl = s->function;
    if (!decl->type_params.empty())
        a_.error(decl->name.range, "a local function cannot have type parameters of its own",
                 "declare it outside of the function");
    FunctionSymbol* f = a_.declare_function(decl, module_, nullptr);
    f->role = FunctionRole::LocalFunction;
    f->owner = type_;
    f->enclosing = frame_->function;
    f->flags =
        classfile::kSynthetic | classfile::kPrivate | classfile::kStatic | (f->flags & classfile::kVariadic);
    f->link_name = lambda_name();
    f->type_params = frame_->function->type_params;
    a_.ensure_signature(f);
    auto* name = a_.make<LocalSymbol>(decl->name.text);
    name->range = decl->name.range;
    name->type = t_.error;
    name->local_function = f;
    a_.variables.push_back(name);
    name->function = frame_->function;
    report_redeclared(decl->name);
    bind_local(decl->name.text, name);
    for (ParamSymbol& p : f->params) {
        if (p.has_default) {
            a_.error(p.decl->range, "a local function has no default values", "give the value in each call");
        }
    }
    Frame frame;
    frame.function = f;
    frame.result = f->result;
    f->in_progress = true;
    {
        ScopeGuard scope(*this);
        FrameGuard guard(*this, frame, decl->body);
        for (ParamSymbol& p : f->params) bind_local(p.name, p.local);
        note_parameters(*f);
        if (decl->body != nullptr) f->result = check_body(decl->body, frame, false);
        f->in_progress = false;
        finish_frame(frame);
    }
    // The names it captures must be at hand where it is called.
    if (f->result == nullptr) f->result = t_.error;
}

// ---- entry points --------------------------------------------------------------------------

BodyChecker::BodyChecker(Analyzer& analyzer, ModuleSymbol* module, TypeSymbol* type)
    : a_(analyzer), t_(analyzer.types), module_(module), type_(type) {
    type_scope_ = type != nullptr ? analyzer.scope_of(type) : TypeScope{module, {}};
}

void BodyChecker::settle_captures() {
    for (LocalSymbol* c : captured_) c->in_cell = c->is_var && c->assigned;
}

void BodyChecker::check_defaults(FunctionSymbol* f, List<ParamDecl> params) {
    type_scope_ = a_.scope_of(f);
    bool instance = f->this_type != nullptr;
    for (std::size_t i = 0; i < params.size() && i < f->params.size(); ++i) {
        if (params[i].default_value == nullptr) continue;
        Frame frame;
        frame.function = f;
        frame.this_local = f->role == FunctionRole::Constructor ? nullptr : f->this_local;
        frame.result = t_.void_;
        frame.struct_init = true;  // no `return`
        lambda_base_ = std::string(f->link_name) + "$default$" + std::to_string(i + (instance ? 1 : 0));
        ScopeGuard scope(*this);
        FrameGuard guard(*this, frame, params[i].default_value);
        for (std::size_t j = 0; j < i; ++j) bind_local(f->params[j].name, f->params[j].local);
        check_value(params[i].default_value, f->params[i].type);
        coerce(params[i].default_value, f->params[i].type, "default value of " + quote(f->params[i].name));
        settle_captures();
    }
    lambda_base_.clear();
}

void BodyChecker::check_function(FunctionSymbol* f) {
    if (f->decl != nullptr) {
        List<ParamDecl> params = f->decl->params;
        check_defaults(f, params);
    }
    type_scope_ = a_.scope_of(f);
    Expr* test_body = f->test != nullptr ? f->test->body : nullptr;
    Expr*& body = f->decl != nullptr ? f->decl->body : test_body;
    if (body == nullptr) return;
    Frame frame;
    frame.function = f;
    frame.this_local = f->this_local;
    frame.result = f->result;
    ScopeGuard scope(*this);
    FrameGuard guard(*this, frame, body);
    for (ParamSymbol& p : f->params) bind_local(p.name, p.local);
    note_parameters(*f);
    const Type* result = check_body(body, frame, false);
    if (f->result == nullptr) f->result = result;
    settle_captures();
}

const Type* BodyChecker::check_initial_value(FieldSymbol* field) {
    FunctionSymbol* ctor = field->owner != nullptr ? field->owner->constructor : nullptr;
    Frame frame;
    bool instance = !field->is_static() && ctor != nullptr;
    if (instance) {
        a_.ensure_signature(ctor);
        frame.function = ctor;
        frame.this_local = ctor->this_local;
        frame.is_constructor = true;
        lambda_base_ = "init";
    } else {
        frame.function = a_.make<FunctionSymbol>("static$init");
        frame.function->module = module_;
        frame.function->owner = field->owner;
        frame.function->link_name = "static$init";
        frame.function->role = FunctionRole::Static;
        frame.function->result = t_.void_;
        lambda_base_ = "static$init";
        frame.struct_init = true;  // no `return`
    }
    frame.result = t_.void_;
    ScopeGuard scope(*this);
    FrameGuard guard(*this, frame, field->decl->init);
    if (instance) {
        for (std::size_t i = 0; i < ctor->params.size(); ++i) {
            auto& p = field->owner->decl->ctor_params[i];
            if (p.field == nullptr) bind_local(ctor->params[i].name, ctor->params[i].local);
        }
    }
    const Type* type = field->type;
    if (type != nullptr) {
        check_value(field->decl->init, type);
        coerce(field->decl->init, type);
    } else {
        type = check_value(field->decl->init);
        if (type->is(TypeKind::Null) || type->is(TypeKind::Never)) {
            a_.error(field->decl->init->range, "the type of " + quote(field->name) + " is not known",
                     "write it: `" + std::string(field->name) + ": string? = null`, for example");
            type = t_.error;
        }
    }
    if (!field->is_mutable() && field->decl->init->constant != nullptr && !type->is(TypeKind::Nullable) &&
        !type->has_error)
        field->constant = field->decl->init->constant;
    settle_captures();
    return type;
}

void BodyChecker::check_constructor(TypeSymbol* type) {
    FunctionSymbol* ctor = type->constructor;
    TypeDecl* decl = type->decl;
    a_.ensure_signature(ctor);
    std::vector<ParamDecl> declared;
    for (CtorParam& p : decl->ctor_params) declared.push_back(p.param);
    check_defaults(ctor, declared);
    for (std::size_t i = 0; i < declared.size(); ++i)
        decl->ctor_params[i].param.default_value = declared[i].default_value;
    type_scope_ = a_.scope_of(type);
    lambda_base_ = "init";
    Frame frame;
    frame.function = ctor;
    frame.this_local = ctor->this_local;
    frame.result = t_.void_;
    frame.is_constructor = type->is_class();
    frame.struct_init = type->is_struct();
    if (type->super != nullptr) {
        SuperNode* node = nullptr;
        for (SuperNode& s : decl->supers) {
            if (s.type != nullptr && s.type->type == type->super) node = &s;
        }
        ScopeGuard scope(*this);
        FrameGuard guard(*this, frame, nullptr);
        for (ParamSymbol& p : ctor->params) bind_local(p.name, p.local);
        frame.no_this = true;
        a_.ensure_members(type->super->symbol);
        FunctionSymbol* target = type->super->symbol->constructor;
        if (target != nullptr && node != nullptr) {
            Ref ref;
            ref.kind = Ref::Kind::Type;
            ref.type = type->super;
            ref.has_type_args = true;
            ref.symbol = target;
            CallInfo* info = nullptr;
            call_function(info, ref, target, node->args, node->range, node->range, nullptr);
            if (info != nullptr) {
                info->kind = CallKind::SuperInit;
                info->result = t_.void_;
                auto* self = a_.make<ThisExpr>(node->range);
                self->local = ctor->this_local;
                self->type = ctor->this_type;
                info->receiver = self;
                decl->super_call = info;
            }
        }
        frame.no_this = false;
    }
    for (std::size_t i = 0; i < ctor->params.size(); ++i)
        if (type->is_class() && type->enum_of == nullptr && decl->ctor_params[i].field == nullptr)
            a_.variables.push_back(ctor->params[i].local);
    const std::size_t errors = a_.sink.error_count();
    for (Decl* member : decl->members) {
        auto* init = as<InitDecl>(member);
        if (init == nullptr || init->body == nullptr) continue;
        ScopeGuard scope(*this);
        FrameGuard guard(*this, frame, init->body);
        for (std::size_t i = 0; i < ctor->params.size(); ++i) {
            if (type->is_struct() || decl->ctor_params[i].field == nullptr)
                bind_local(ctor->params[i].name, ctor->params[i].local);
        }
        Expr* body = init->body;
        check(body, t_.void_);
    }
    settle_captures();
    if (a_.is_incomplete(decl->range)) return;
    if (type->is_class()) a_.check_fields_assigned(type, a_.sink.error_count() == errors);
}

}  // namespace skua::compiler
