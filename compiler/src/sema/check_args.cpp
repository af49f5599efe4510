// Arguments of a call: which parameter each belongs to, their types, and type arguments.
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

void BodyChecker::check_all_quietly(List<Argument> args) {
    for (Argument& a : args) {
        if (!is<LambdaExpr>(strip_parens(a.value))) check(a.value);
    }
}

bool BodyChecker::place_arguments(std::span<const ParamSymbol> params, bool variadic, std::string_view name,
                                  List<Argument> args, SourceRange range, std::vector<CallArg>& placed,
                                  std::vector<std::vector<Expr**>>& slots) {
    std::size_t count = params.size();
    placed.assign(count, {});
    slots.assign(count, {});
    std::vector<bool> given(count, false);
    bool ok = true;
    bool named_seen = false;
    std::size_t next = 0;
    std::uint32_t order = 0;
    for (Argument& a : args) {
        std::size_t at = next;
        if (!a.name.text.empty()) {
            named_seen = true;
            at = 0;
            while (at < count && params[at].name != a.name.text) ++at;
            if (at == count) {
                std::vector<std::string_view> names;
                for (const ParamSymbol& p : params) names.push_back(p.name);
                auto best = nearest(a.name.text, names);
                a_.error(a.name.range, quote(name) + " has no parameter " + quote(a.name.text),
                         best.empty() ? "" : "did you mean " + quote(best) + "?");
                ok = false;
                continue;
            }
            if (given[at]) {
                a_.error(a.name.range, "parameter " + quote(a.name.text) + " is given twice");
                ok = false;
                continue;
            }
        } else if (named_seen) {
            a_.error(a.value->range, "a positional argument cannot follow a named one", "name it too");
            ok = false;
            continue;
        } else if (variadic && count > 0 && next >= count - 1) {
            at = count - 1;
        } else if (next >= count) {
            if (ok) {
                const bool prints = name == "println" || name == "print" || name == "eprintln";
                a_.error(
                    a.value->range,
                    quote(name) + " takes " +
                        (count == 0 ? "no arguments"
                                    : std::to_string(count) + (count == 1 ? " argument" : " arguments")) +
                        ", found " + std::to_string(args.size()),
                    prints ? "values stand in one text: `\"${a} ${b}\"`"
                    : count == 0 && is<LambdaExpr>(strip_parens(a.value))
                        ? "where a function is to decide, there may be a method " +
                              quote(std::string(name) + "With") + " or " + quote(std::string(name) + "By")
                        : "");
            }
            ok = false;
            continue;
        }
        bool collects = variadic && at == count - 1;
        if (collects && !a.spread) {
            placed[at].kind = CallArg::Kind::Variadic;
        } else if (collects && given[at]) {
            a_.error(a.value->range, "`...` must be the only variadic argument");
            ok = false;
        } else if (a.spread && !collects) {
            a_.error(a.value->range, "`...` belongs to a variadic parameter");
            ok = false;
        }
        if (collects && a.spread) placed[at].kind = CallArg::Kind::Value;
        if (!given[at]) placed[at].order = order;
        ++order;
        given[at] = true;
        slots[at].push_back(&a.value);
        if (a.name.text.empty() && at == next) ++next;
    }
    if (!ok) return false;
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < count; ++i) {
        if (given[i]) continue;
        if (params[i].has_default) {
            placed[i].kind = CallArg::Kind::Default;
        } else if (variadic && i == count - 1) {
            placed[i].kind = CallArg::Kind::Variadic;
            placed[i].order = order;
        } else {
            missing.push_back(std::string(params[i].name) + ": " + to_string(params[i].type));
        }
    }
    if (!missing.empty()) {
        a_.error(range, std::string(missing.size() == 1 ? "argument " : "arguments ") + quoted_list(missing) +
                            " missing in the call of " + quote(name));
        return false;
    }
    return true;
}

namespace {

// Lambdas need to know their parameters' types, literals like to be told theirs: they wait
// until the other arguments have said what they know.
int phase_of(const Expr* e, const Type* param) {
    while (auto* p = as<ParenExpr>(e)) e = p->inner;
    switch (e->kind) {
        case ExprKind::Lambda:
            return 2;
        case ExprKind::Literal:
            return 1;
        case ExprKind::ArrayLiteral: {
            for (Expr* x : static_cast<const ArrayLiteralExpr*>(e)->elements) {
                if (phase_of(x, param) == 0) return 0;
            }
            return 1;
        }
        case ExprKind::Name:
        case ExprKind::Member:
            return param->is(TypeKind::Function) ? 2 : 0;
        case ExprKind::Unary:
            return phase_of(static_cast<const UnaryExpr*>(e)->operand, param) == 1 ? 1 : 0;
        default:
            return 0;
    }
}

}  // namespace

// An array literal of `Leaf<int>` where a `[Node<T>]` is wanted becomes one of `Node<int>`.
bool BodyChecker::lift_elements(Expr* argument, const Type* want, Inference& inference) {
    auto* array = as<ArrayLiteralExpr>(strip_parens(argument));
    if (array == nullptr || !want->is(TypeKind::Array) || !want->element()->is(TypeKind::Named) ||
        !argument->type->is(TypeKind::Array))
        return false;
    const Type* element = a_.as_instance_of(argument->type->element(), want->element()->symbol);
    if (element == nullptr || !inference.unify(want, t_.array(element))) return false;
    for (Expr*& x : array->elements) coerce(x, element, "element");
    for (Expr* x = argument;; x = static_cast<ParenExpr*>(x)->inner) {
        x->type = t_.array(element);
        if (!is<ParenExpr>(x)) break;
    }
    return true;
}

void BodyChecker::check_arguments(std::span<const ParamSymbol> params,
                                  std::span<const Type* const> param_types, std::vector<CallArg>& placed,
                                  std::vector<std::vector<Expr**>>& slots, Inference* inference,
                                  std::string_view name) {
    auto what = [&](std::size_t i) {
        return "argument " +
               (params.empty() || params[i].name.empty() ? std::to_string(i + 1) : quote(params[i].name));
    };
    auto type_of = [&](std::size_t i) {
        const Type* t = param_types[i];
        if (placed[i].kind == CallArg::Kind::Variadic && t->is(TypeKind::Array)) t = t->element();
        return t;
    };
    bool generic = false;
    for (const Type* t : param_types) generic |= t->has_infer;
    if (!generic) {
        for (std::size_t i = 0; i < slots.size(); ++i) {
            for (Expr** s : slots[i]) {
                const Type* t = type_of(i);
                check_value(*s, t);
                coerce(*s, t, what(i));
            }
        }
        return;
    }
    for (int phase = 0; phase < 3; ++phase) {
        for (std::size_t i = 0; i < slots.size(); ++i) {
            for (Expr** s : slots[i]) {
                const Type* declared = type_of(i);
                if (phase_of(*s, declared) != phase) continue;
                const Type* want = inference->apply(declared);
                const Type* hinted = want->has_infer ? inference->apply(declared, true) : want;
                bool lambda = is<LambdaExpr>(strip_parens(*s));
                const Type* told = want->has_infer ? hinted : inference->expected_of(declared);
                check_value(*s, want->has_infer && (phase != 2) ? hinted
                                : lambda                        ? want
                                : told->has_infer               ? want
                                                                : told);
                if (!want->has_infer) {
                    // Solved by an argument before; a supertype of both may do as well.
                    if (declared->has_infer && !convert_silently(*s, want) &&
                        inference->unify(declared, (*s)->type))
                        continue;
                    coerce(*s, want, what(i));
                    continue;
                }
                const Type* type = (*s)->type;
                if (type->is(TypeKind::Function) && type->result()->is(TypeKind::Void) &&
                    want->is(TypeKind::Function) && !want->result()->is(TypeKind::Void)) {
                    a_.error((*s)->range, "this function gives no value, but " + quote(name) + " needs one");
                    (*s)->type = t_.error;
                    continue;
                }
                if (!inference->unify(want, type) && !lift_elements(*s, want, *inference)) {
                    const Type* shown = inference->apply(declared);
                    report_mismatch((*s)->range, shown, type, what(i), *s);
                    (*s)->type = t_.error;
                }
            }
        }
    }
}

}  // namespace skua::compiler
