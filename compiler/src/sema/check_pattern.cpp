// Patterns of let, for, lambda parameters and match arms.
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

bool BodyChecker::is_irrefutable(const Pattern* p) {
    if (is<WildcardPattern>(p) || is<BindingPattern>(p)) return true;
    if (auto* t = as<TuplePattern>(p)) {
        if (t->parts.size() != t->elements.size()) return false;
        for (const Pattern* x : t->elements) {
            if (!is_irrefutable(x)) return false;
        }
        return true;
    }
    if (auto* c = as<CasePattern>(p)) {
        if (c->enum_case != nullptr || c->test != nullptr || c->parts.size() != c->elements.size())
            return false;
        for (const Pattern* x : c->elements) {
            if (!is_irrefutable(x)) return false;
        }
        return true;
    }
    if (auto* a = as<AlternativesPattern>(p)) {
        for (const Pattern* x : a->alternatives) {
            if (is_irrefutable(x)) return true;
        }
    }
    if (auto* i = as<IsPattern>(p)) {
        auto* test = as<IsExpr>(i->test);
        return test != nullptr && test->always && !test->operand->type->is(TypeKind::Nullable);
    }
    return false;
}

CaseSymbol* BodyChecker::pattern_case(List<Ident> path, const Type* known, const Type*& type,
                                      bool& reported) {
    const Type* base = known->is(TypeKind::Nullable) ? known->inner() : known;
    TypeSymbol* subject = base->is_class() && base->symbol->is_enum ? base->symbol : nullptr;
    TypeSymbol* owner = nullptr;
    if (path.size() == 1) {
        owner = subject;
        if (owner == nullptr || a_.find_case(owner, path[0].text) == nullptr) return nullptr;
    } else {
        auto* node = a_.make<NamedTypeNode>(path[0].range);
        node->path = path.first(path.size() - 1);
        Symbol* symbol = a_.find_path(node->path, module_);
        if (symbol == nullptr || symbol->kind != SymbolKind::Type) return nullptr;
        owner = static_cast<TypeSymbol*>(symbol);
        if (!owner->is_enum) return nullptr;
    }
    CaseSymbol* c = a_.find_case(owner, path.back().text);
    if (c == nullptr && a_.is_lost(owner->module, path.back().text)) {
        reported = true;
        return nullptr;
    }
    if (c == nullptr) {
        std::vector<std::string_view> names;
        for (CaseSymbol* other : owner->cases) names.push_back(other->name);
        auto best = nearest(path.back().text, names);
        a_.error(path.back().range, "enum " + quote(owner->name) + " has no case " + quote(path.back().text),
                 best.empty() ? "" : "did you mean " + quote(best) + "?");
        reported = true;
        return nullptr;
    }
    if (known->has_error) return c;
    if (owner != subject) {
        a_.error(path.back().range, an(known) + " is never " + an(owner->self));
        reported = true;
        return nullptr;
    }
    type = t_.named(c->type, base->args);
    return c;
}

Expr* BodyChecker::case_test(HoleExpr* subject, const Type* type, SourceRange range) {
    auto* node = a_.make<NamedTypeNode>(range);
    node->type = type;
    auto* test = a_.make<IsExpr>(range);
    test->operand = subject;
    test->target = node;
    Expr* e = test;
    check(e);
    return e;
}

// The first `count` parts of a value: components of a tuple, fields of a struct, or the
// properties component1, component2, ...
std::vector<Expr*> BodyChecker::take_apart(HoleExpr* subject, const Type* type, std::size_t count,
                                           SourceRange range) {
    std::vector<Expr*> parts;
    if (type->is(TypeKind::Tuple)) {
        if (type->args.size() != count) {
            a_.error(range, "expected " + std::to_string(type->args.size()) + " components of " +
                                quote(type) + ", found " + std::to_string(count));
            return {};
        }
        for (std::uint32_t i = 0; i < count; ++i) {
            auto* m = a_.make<MemberExpr>(range);
            m->object = subject;
            m->value = ValueKind::TupleElement;
            m->index = i;
            m->owner = type;
            m->type = type->args[i];
            parts.push_back(m);
        }
        return parts;
    }
    auto member = [&](std::string_view name) -> Expr* {
        auto* m = a_.make<MemberExpr>(range);
        m->object = subject;
        m->name = {name, range};
        Expr* e = m;
        check(e);
        return e;
    };
    if (a_.find_member(type, "component1")) {
        for (std::size_t i = 0; i < count; ++i)
            parts.push_back(member(a_.text("component" + std::to_string(i + 1))));
        return parts;
    }
    if (type->is(TypeKind::Named) && !type->symbol->is_interface()) {
        a_.ensure_members(type->symbol);
        std::vector<FieldSymbol*> fields;
        for (FieldSymbol* f : type->symbol->fields) {
            if (!f->is_static() && a_.can_access(f, module_, type_)) fields.push_back(f);
        }
        if (type->is_struct() ? fields.size() == count : fields.size() >= count && count > 0) {
            for (std::size_t i = 0; i < count; ++i) parts.push_back(member(fields[i]->name));
            return parts;
        }
        if (type->is_struct()) {
            a_.error(range, "expected " + std::to_string(fields.size()) + " fields of " + quote(type) +
                                ", found " + std::to_string(count));
            return {};
        }
    }
    a_.error(range,
             quote(type) + " cannot be taken apart into " + std::to_string(count) +
                 ": expected a tuple, a struct, or properties `component1`, `component2`, ...",
             type->is(TypeKind::Nullable) ? "it may be null: test it first" : "");
    return {};
}

// `subject == value`, as a checked expression.
Expr* BodyChecker::pattern_test(HoleExpr* subject, Expr* value, const Type* known) {
    auto* test = a_.make<BinaryExpr>(value->range);
    test->op = BinaryOp::Eq;
    test->op_range = value->range;
    test->left = subject;
    test->right = value;
    if (known != subject->type) {
        bool non_null = subject->type->is(TypeKind::Nullable) && subject->type->inner() == known;
        test->left =
            convert(non_null ? ConversionKind::NarrowNonNull : ConversionKind::NarrowCast, subject, known);
        // Where null was excluded by an earlier arm, a test for it would be needless anyway.
        if (is_null_literal(value)) test->left = subject;
    }
    Expr* e = test;
    check(e);
    return e;
}

namespace {

// The variables that a pattern binds.
void collect_bound(Pattern* p, std::vector<Pattern*>& out) {
    switch (p->kind) {
        case PatternKind::Binding:
            if (static_cast<BindingPattern*>(p)->symbol != nullptr) out.push_back(p);
            break;
        case PatternKind::Is:
            if (static_cast<IsPattern*>(p)->symbol != nullptr) out.push_back(p);
            break;
        case PatternKind::Tuple:
            for (Pattern* x : static_cast<TuplePattern*>(p)->elements) collect_bound(x, out);
            break;
        case PatternKind::Case:
            for (Pattern* x : static_cast<CasePattern*>(p)->elements) collect_bound(x, out);
            break;
        case PatternKind::Alternatives:
            // Those after the first bind the same symbols.
            for (Pattern* x : static_cast<AlternativesPattern*>(p)->alternatives) collect_bound(x, out);
            break;
        default:
            break;
    }
}

LocalSymbol*& bound_symbol(Pattern* p) {
    auto* b = as<BindingPattern>(p);
    return b != nullptr ? b->symbol : static_cast<IsPattern*>(p)->symbol;
}

}  // namespace

// Every alternative binds the same names with the same types; the arm sees one variable for each.
void BodyChecker::check_alternatives(AlternativesPattern* alt, const Type* subject, const Type* known,
                                     bool refutable, bool is_var) {
    std::vector<LocalSymbol*> first;
    for (std::size_t i = 0; i < alt->alternatives.size(); ++i) {
        Pattern* x = alt->alternatives[i];
        std::vector<Pattern*> bound;
        if (i == 0) {
            check_pattern(x, subject, known, refutable, is_var);
            collect_bound(x, bound);
            for (Pattern* b : bound) {
                LocalSymbol* s = bound_symbol(b);
                if (std::find(first.begin(), first.end(), s) == first.end()) first.push_back(s);
            }
            alt->binds = !first.empty();
            continue;
        }
        {
            ScopeGuard scope(*this);
            check_pattern(x, subject, known, refutable, is_var);
            collect_bound(x, bound);
        }
        std::vector<LocalSymbol*> seen;
        for (Pattern* b : bound) {
            LocalSymbol*& symbol = bound_symbol(b);
            auto same = std::find_if(first.begin(), first.end(),
                                     [&](LocalSymbol* s) { return s->name == symbol->name; });
            if (same == first.end()) {
                a_.error(symbol->range, quote(symbol->name) + " is not bound by every alternative",
                         first.empty() ? "write an arm of its own, or `_`"
                                       : "bind the same names in each, or write an arm of its own");
                continue;
            }
            seen.push_back(*same);
            if (symbol->type != (*same)->type && !symbol->type->has_error && !(*same)->type->has_error) {
                a_.error(symbol->range,
                         quote(symbol->name) +
                             " is of another type than in the first alternative: expected " +
                             quote((*same)->type) + ", found " + quote(symbol->type),
                         "write an arm of its own");
            }
            symbol = *same;
            if (auto* binding = as<BindingPattern>(b))
                binding->again = true;
            else
                static_cast<IsPattern*>(b)->again = true;
        }
        for (LocalSymbol* s : first) {
            if (std::find(seen.begin(), seen.end(), s) != seen.end()) continue;
            a_.error(x->range, "this alternative does not bind " + quote(s->name) + ", as the first one does",
                     "bind the same names in each, or write an arm of its own");
            break;
        }
    }
}

void BodyChecker::check_pattern(Pattern* p, const Type* subject, const Type* known, bool refutable,
                                bool is_var) {
    if (p == nullptr) return;
    if (++depth_ > 1000) {
        --depth_;
        a_.error(p->range, "the pattern is nested too deeply");
        return;
    }
    p->type = subject;
    p->hole = hole(subject, p->range);
    auto narrowed = [&]() -> Expr* {
        if (known == subject || known->has_error) return p->hole;
        bool non_null = subject->is(TypeKind::Nullable) && subject->inner() == known;
        return convert(non_null ? ConversionKind::NarrowNonNull : ConversionKind::NarrowCast, p->hole, known);
    };
    if (!refutable && !is<WildcardPattern>(p) && !is<BindingPattern>(p) && !is<TuplePattern>(p) &&
        !is<CasePattern>(p)) {
        a_.error(p->range, "this pattern may not match; expected names, `_` or a tuple of them",
                 "use `match`");
        --depth_;
        return;
    }
    switch (p->kind) {
        case PatternKind::Wildcard:
            break;
        case PatternKind::Binding: {
            auto* b = static_cast<BindingPattern*>(p);
            const Type* type = known;
            const Type* base = known->is(TypeKind::Nullable) ? known->inner() : known;
            if (refutable && base->is_class() && base->symbol->is_enum &&
                a_.find_case(base->symbol, b->name.text) != nullptr) {
                a_.error(p->range, quote(b->name.text) + " would be a new name here, which every value fits",
                         "write `" + std::string(base->symbol->name) + "." + std::string(b->name.text) + "`");
            }
            b->value = narrowed();
            if (b->annotation != nullptr) {
                type = a_.resolve(b->annotation, type_scope_);
                coerce(b->value, type);
            }
            b->symbol = declare_local(b->name, type, is_var);
            break;
        }
        case PatternKind::Literal: {
            auto* l = static_cast<LiteralPattern*>(p);
            if (known->has_error) break;
            if (is_null_literal(l->value) && !subject->is(TypeKind::Nullable)) {
                a_.error(p->range, quote(subject) + " is never null");
                break;
            }
            const Type* base = known;
            while (base->is(TypeKind::Nullable)) base = base->inner();
            check_value(l->value, is_null_literal(l->value) ? known : base);
            if (l->value->type->has_error) break;
            l->test = pattern_test(p->hole, l->value, known);
            break;
        }
        case PatternKind::Range: {
            auto* r = static_cast<RangePattern*>(p);
            if (known->has_error) break;
            const Type* base = known->is(TypeKind::Nullable) ? known->inner() : known;
            if (!base->is_number() && !base->is(TypeKind::Char)) {
                a_.error(p->range, "a range pattern needs a number or a character, found " + quote(known));
                break;
            }
            check_value(r->low, base);
            check_value(r->high, base);
            bool ok = coerce(r->low, base, "start of the range") && coerce(r->high, base, "end of the range");
            if (!ok || r->low->type->has_error || r->high->type->has_error) break;
            const auto binary = [&](BinaryOp op, Expr* left, Expr* right) {
                auto* e = a_.make<BinaryExpr>(p->range);
                e->op = op;
                e->op_range = p->range;
                e->left = left;
                e->right = right;
                return e;
            };
            const bool may_be_null = known->is(TypeKind::Nullable);
            const auto value = [&] {
                return may_be_null ? convert(ConversionKind::NarrowNonNull, p->hole, base) : narrowed();
            };
            Expr* test = binary(BinaryOp::And, binary(BinaryOp::Le, r->low, value()),
                                binary(r->inclusive ? BinaryOp::Le : BinaryOp::Lt, value(), r->high));
            if (may_be_null) {
                auto* null = a_.make<LiteralExpr>(p->range);
                null->value.kind = Constant::Kind::Null;
                test = binary(BinaryOp::And, binary(BinaryOp::Ne, p->hole, null), test);
            }
            r->test = test;
            check(r->test);
            const Constant *a = r->low->constant, *b = r->high->constant;
            if (a != nullptr && b != nullptr && a->kind != Constant::Kind::Float &&
                (r->inclusive ? a->integer > b->integer : a->integer >= b->integer)) {
                a_.error(p->range, "this range is empty");
            }
            break;
        }
        case PatternKind::Alternatives: {
            auto* alt = static_cast<AlternativesPattern*>(p);
            check_alternatives(alt, subject, known, refutable, is_var);
            break;
        }
        case PatternKind::Tuple: {
            auto* t = static_cast<TuplePattern*>(p);
            std::vector<Expr*> parts;
            if (!known->has_error && !known->is(TypeKind::Never)) {
                HoleExpr* from = p->hole;
                if (known != subject) {
                    a_.error(p->range, "match `null` first and bind the rest to a name");
                } else {
                    parts = take_apart(from, known, t->elements.size(), p->range);
                }
            }
            for (std::size_t i = 0; i < t->elements.size(); ++i) {
                const Type* type = i < parts.size() ? parts[i]->type : t_.error;
                check_pattern(t->elements[i], type, type, refutable, is_var);
            }
            t->parts = a_.arena.copy(parts);
            break;
        }
        case PatternKind::Is: {
            auto* i = static_cast<IsPattern*>(p);
            const Type* target = a_.resolve(i->target, type_scope_);
            auto* test = a_.make<IsExpr>(p->range);
            test->operand = p->hole;
            test->target = i->target;
            i->test = test;
            check(i->test);
            if (!i->name.text.empty()) {
                i->symbol = declare_local(i->name, target, false);
                i->value =
                    target->has_error || subject->has_error || subject == target ? static_cast<Expr*>(p->hole)
                    : subject->is(TypeKind::Nullable) && subject->inner() == target
                        ? convert(ConversionKind::NarrowNonNull, p->hole, target)
                    : a_.is_subtype(subject, target) ? convert(ConversionKind::Upcast, p->hole, target)
                                                     : convert(ConversionKind::NarrowCast, p->hole, target);
            }
            break;
        }
        case PatternKind::Case: {
            auto* c = static_cast<CasePattern*>(p);
            // A struct by its name: Point(x, y).
            std::vector<Expr*> parts;
            const Type* case_type = t_.error;
            bool reported = false;
            c->enum_case = pattern_case(c->path, known, case_type, reported);
            if (c->enum_case != nullptr || reported) {
                if (!refutable && c->enum_case != nullptr)
                    a_.error(p->range, "this pattern may not match", "use `match`");
                if (!case_type->has_error) {
                    c->test = case_test(p->hole, case_type, p->range);
                    a_.ensure_signature(case_type->symbol->constructor);
                    std::size_t wanted = case_type->symbol->constructor->params.size();
                    if (wanted != c->elements.size()) {
                        a_.error(p->range, "case " + quote(case_type->symbol->name) + " has " +
                                               std::to_string(wanted) + " part" + (wanted == 1 ? "" : "s") +
                                               ", found " + std::to_string(c->elements.size()));
                    } else if (wanted != 0) {
                        HoleExpr* inner = hole(case_type, p->range);
                        parts = take_apart(inner, case_type, wanted, p->range);
                        auto* cast = convert(ConversionKind::NarrowCast, p->hole, case_type);
                        for (Expr* part : parts) {
                            if (auto* m = as<MemberExpr>(part)) m->object = cast;
                        }
                    }
                }
                for (std::size_t i = 0; i < c->elements.size(); ++i) {
                    const Type* part = i < parts.size() ? parts[i]->type : t_.error;
                    check_pattern(c->elements[i], part, part, refutable, is_var);
                }
                c->parts = a_.arena.copy(parts);
                break;
            }
            auto* node = a_.make<NamedTypeNode>(p->range);
            node->path = c->path;
            Symbol* symbol = c->path.size() == 1 ? a_.find_global(module_, c->path[0].text) : nullptr;
            const Type* type = t_.error;
            if (symbol != nullptr && symbol->kind == SymbolKind::Type && known->is(TypeKind::Named) &&
                known->symbol == symbol) {
                type = known;
            } else if (symbol != nullptr || c->path.size() > 1) {
                type = a_.resolve(node, type_scope_);
            } else if (!c->path.empty()) {
                report_unknown(c->path[0].text, c->path[0].range);
            }
            if (type->has_error || known->has_error) {
            } else if (type == known && known == subject) {
                parts = take_apart(p->hole, known, c->elements.size(), p->range);
            } else if (refutable && (a_.can_convert(type, known) || known->is_interface())) {
                auto* test = a_.make<IsExpr>(p->range);
                test->operand = p->hole;
                test->target = node;
                c->test = test;
                check(c->test);
                auto* cast = convert(ConversionKind::NarrowCast, p->hole, type);
                HoleExpr* inner = hole(type, p->range);
                parts = take_apart(inner, type, c->elements.size(), p->range);
                for (Expr* part : parts) {
                    // Take the parts out of the value as what it was found to be.
                    if (auto* m = as<MemberExpr>(part)) {
                        m->object = cast;
                        if (m->call != nullptr && m->call->receiver == inner) m->call->receiver = cast;
                    }
                }
            } else {
                a_.error(p->range, an(known) + " is never " + an(type));
            }
            for (std::size_t i = 0; i < c->elements.size(); ++i) {
                const Type* part = i < parts.size() ? parts[i]->type : t_.error;
                check_pattern(c->elements[i], part, part, refutable, is_var);
            }
            c->parts = a_.arena.copy(parts);
            break;
        }
        case PatternKind::Value: {
            auto* v = static_cast<ValuePattern*>(p);
            std::vector<Ident> path;
            for (Expr* e = v->value; e != nullptr;) {
                if (auto* m = as<MemberExpr>(e)) {
                    path.insert(path.begin(), m->name);
                    e = m->object;
                } else {
                    if (auto* n = as<NameExpr>(e)) path.insert(path.begin(), Ident{n->name, n->range});
                    break;
                }
                if (path.size() > 100) break;
            }
            const Type* case_type = t_.error;
            bool reported = false;
            if (path.size() > 1) v->enum_case = pattern_case(a_.arena.copy(path), known, case_type, reported);
            if (v->enum_case != nullptr || reported) {
                if (!case_type->has_error) v->test = case_test(p->hole, case_type, p->range);
                break;
            }
            check_value(v->value, known->has_error ? nullptr : known);
            if (!known->has_error && !v->value->type->has_error)
                v->test = pattern_test(p->hole, v->value, known);
            break;
        }
    }
    --depth_;
}

}  // namespace skua::compiler
