// match: arms, what each one teaches about the subject, and whether all values are covered.
#include <set>

#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

const Type* BodyChecker::check_match(MatchExpr* e, const Type* expected) {
    bool unused = expected != nullptr && expected->is(TypeKind::Void);
    const Type* subject = check_value(e->subject);
    if (subject->is(TypeKind::Null)) {
        a_.error(e->subject->range, "there is nothing to match: this is always null");
        subject = t_.error;
    }
    if (subject->is(TypeKind::Never)) subject = t_.error;
    const Type* known = subject;
    std::vector<Expr**> slots;
    bool any_void = false, any_error = false, covered = false, all_dead = true;
    bool seen_true = false, seen_false = false;
    std::set<std::pair<int, std::string>> literals;
    std::set<const CaseSymbol*> cases;  // of an enum: those that an arm covers in full
    bool null_covered = !subject->is(TypeKind::Nullable);
    Flow entry = flow_, after;
    after.dead = true;
    const Type* joined_hint = expected;
    for (MatchArm& arm : e->arms) {
        flow_ = entry;
        if (covered)
            a_.sink.warning(WarningKind::Unreachable, arm.range,
                            "this arm is never reached: the arms before cover every value");
        ScopeGuard scope(*this);
        check_pattern(arm.pattern, subject, known, true, false);
        auto* literal = as<LiteralPattern>(arm.pattern);
        bool null_arm = literal != nullptr && is_null_literal(literal->value);
        if (auto* is_arm = as<IsPattern>(arm.pattern); is_arm != nullptr && is_arm->target->type != nullptr) {
            if (subject != is_arm->target->type && !a_.is_subtype(subject, is_arm->target->type))
                learn(e->subject, is_arm->target->type, flow_);
        } else if (known != subject) {
            learn(e->subject, known, flow_);
        }
        if (arm.guard != nullptr) {
            Flow when_true, when_false;
            check_condition(arm.guard, when_true, when_false);
            flow_ = when_true;
        } else {
            // Which values are done.
            auto note = [&](Pattern* p) {
                const CaseSymbol* enum_case = nullptr;
                if (auto* v = as<ValuePattern>(p)) enum_case = v->enum_case;
                if (auto* c = as<CasePattern>(p);
                    c != nullptr && c->enum_case != nullptr && c->parts.size() == c->elements.size()) {
                    enum_case = c->enum_case;
                    for (Pattern* part : c->elements) {
                        if (!is_irrefutable(part)) enum_case = nullptr;
                    }
                }
                if (enum_case != nullptr && !cases.insert(enum_case).second) {
                    a_.sink.warning(WarningKind::Unreachable, p->range,
                                    "this case is matched by an arm before");
                }
                auto* l = as<LiteralPattern>(p);
                if (l == nullptr || l->value->constant == nullptr) return;
                const Constant& c = *l->value->constant;
                if (c.kind == Constant::Kind::Bool) (c.integer != 0 ? seen_true : seen_false) = true;
                std::string text = c.kind == Constant::Kind::String  ? std::string(c.text)
                                   : c.kind == Constant::Kind::Float ? std::to_string(c.floating)
                                                                     : std::to_string(c.integer);
                if (!literals.insert({static_cast<int>(c.kind), text}).second) {
                    a_.sink.warning(WarningKind::Unreachable, l->range,
                                    "this value is matched by an arm before");
                }
            };
            if (auto* alt = as<AlternativesPattern>(arm.pattern)) {
                for (Pattern* p : alt->alternatives) note(p);
            } else {
                note(arm.pattern);
            }
            covered |= is_irrefutable(arm.pattern);
        }
        const Type* type = check(arm.body, joined_hint);
        any_void |= type->is(TypeKind::Void);
        any_error |= type->has_error;
        if (!type->is(TypeKind::Never)) {
            slots.push_back(&arm.body);
            all_dead = false;
        }
        after = merge(after, flow_);
        if (null_arm && arm.guard == nullptr && known->is(TypeKind::Nullable)) known = known->inner();
        const Type* base = known->is(TypeKind::Nullable) ? known->inner() : known;
        null_covered |= null_arm && arm.guard == nullptr;
        if (base->is_class() && base->symbol->is_enum && cases.size() == base->symbol->cases.size() &&
            null_covered)
            covered = true;
        if (base->is(TypeKind::Bool) && seen_true && seen_false &&
            (known != subject || !subject->is(TypeKind::Nullable)))
            covered = true;
    }
    if (!covered) {
        after = merge(after, entry);
        all_dead = false;
    }
    flow_ = after;
    if (e->arms.empty()) {
        a_.error(e->range, "a `match` needs at least one arm");
        return t_.error;
    }
    const Type* enum_type = known->is(TypeKind::Nullable) ? known->inner() : known;
    if (!covered && enum_type->is_class() && enum_type->symbol->is_enum && !any_error) {
        std::vector<std::string> missing;
        if (!null_covered) missing.push_back("null");
        for (CaseSymbol* c : enum_type->symbol->cases) {
            if (!cases.contains(c))
                missing.push_back(std::string(enum_type->symbol->name) + "." + std::string(c->name));
        }
        if (missing.size() > 6) {
            std::size_t more = missing.size() - 5;
            missing.resize(5);
            missing.push_back(std::to_string(more) + " more");
        }
        a_.error({e->range.file, e->range.start, std::min(e->range.end, e->range.start + 5)},
                 "this `match` does not cover every case of " + quote(enum_type) + ": " +
                     quoted_list(missing) + " missing",
                 "add an arm for " + std::string(missing.size() == 1 ? "it" : "each") + ", or `_ => ...`");
        return t_.error;
    }
    if (!covered && !subject->has_error && (!unused || subject->is(TypeKind::Bool))) {
        std::string missing = subject->is(TypeKind::Bool) ? (seen_true    ? "`false`"
                                                             : seen_false ? "`true`"
                                                                          : "`true` and `false`")
                              : known->is(TypeKind::Nullable) && !known->inner()->is(TypeKind::Bool)
                                  ? "`null` and others"
                                  : "";
        if (!unused || subject->is(TypeKind::Bool)) {
            bool values_wanted = !any_void && !slots.empty();
            if (values_wanted || subject->is(TypeKind::Bool)) {
                a_.error(e->range.end > e->range.start
                             ? SourceRange{e->range.file, e->range.start,
                                           std::min(e->range.end, e->range.start + 5)}
                             : e->range,
                         "this `match` does not cover every value of " + quote(subject) +
                             (missing.empty() ? "" : ": " + missing + " missing"),
                         "add an arm `_ => ...`");
                return t_.error;
            }
        }
    }
    if (all_dead && covered) {
        flow_.dead = true;
        return t_.never;
    }
    if (unused || any_void) return t_.void_;
    if (any_error) return t_.error;
    if (slots.empty()) return t_.void_;
    if (expected != nullptr && !expected->has_error) {
        bool all = true;
        for (Expr** s : slots) all &= coerce(*s, expected);
        return all ? expected : t_.error;
    }
    return common_type(slots, nullptr, "the arms before");
}

}  // namespace skua::compiler
