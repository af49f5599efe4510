// match: arms, what each one teaches about the subject, and whether all values are covered.
#include "sema/body_checker.h"
#include "sema/coverage.h"

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
    bool any_void = false, any_error = false, covered = false, takes_rest = false, all_dead = true;
    Coverage coverage(a_, subject);
    constexpr int kMostUseless = 20;
    int useless_arms = 0;
    Flow entry = flow_, after;
    after.dead = true;
    const Type* joined_hint = expected;
    for (MatchArm& arm : e->arms) {
        flow_ = entry;
        ScopeGuard scope(*this);
        const std::size_t errors = a_.sink.error_count();
        check_pattern(arm.pattern, subject, known, true, false);
        note_variables(arm.pattern, true);
        const bool wrong = a_.sink.error_count() != errors;
        any_error |= wrong;
        // Whether all is covered is asked where an arm has nothing left, not after each: that takes long.
        const bool useful = covered || subject->has_error || wrong || coverage.is_useful(arm.pattern);
        if (!useful && ++useless_arms <= kMostUseless) covered = coverage.is_complete();
        if (covered)
            a_.sink.warning(WarningKind::Unreachable, arm.range,
                            "this arm is never reached: the arms before cover every value");
        else if (!subject->has_error && !wrong && (!useful || is<AlternativesPattern>(arm.pattern)))
            warn_of_useless(arm.pattern, coverage);
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
        } else if (!subject->has_error) {
            coverage.add(arm.pattern);
            takes_rest = takes_rest || is_irrefutable(arm.pattern);
            covered = covered || takes_rest;
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
    }
    if (!covered && !subject->has_error) covered = coverage.is_complete();
    e->covers_all = covered;
    if (covered && !takes_rest) guard_against_later_cases(e);
    if (!covered) {
        after = merge(after, entry);
        all_dead = false;
    }
    flow_ = after;
    if (e->arms.empty()) {
        // Not where there is one that cannot be read.
        const auto inside = [&](const SourceDiagnostic& d) {
            return d.severity == Severity::Error && d.range.file == e->range.file &&
                   e->range.start < d.range.start && d.range.start < e->range.end;
        };
        const auto all = a_.sink.all();
        if (std::none_of(all.begin(), all.end(), inside))
            a_.error(e->range, "a `match` needs at least one arm");
        return t_.error;
    }
    const Type* base = subject->is(TypeKind::Nullable) ? subject->inner() : subject;
    const bool finite = base->is(TypeKind::Bool) || (base->is_class() && base->symbol->is_enum);
    const bool value_wanted = !unused && !any_void && !slots.empty();
    if (!covered && !subject->has_error && !any_error && (finite || value_wanted) &&
        !a_.is_incomplete(e->range)) {
        report_uncovered(e, base, coverage.missing(100));
        return t_.error;
    }
    if (all_dead && covered) {
        flow_.dead = true;
        return t_.never;
    }
    if (unused || any_void) {
        if (!unused && expected != nullptr && !expected->has_error && !expected->has_infer) {
            for (Expr** s : slots)
                if (!(*s)->type->is(TypeKind::Void)) coerce(*s, expected);
        }
        return t_.void_;
    }
    if (any_error) {
        if (expected == nullptr || expected->has_error) return t_.error;
        for (Expr** s : slots) coerce(*s, expected);
        return t_.error;
    }
    if (slots.empty()) return t_.void_;
    if (expected != nullptr && !expected->has_error) {
        bool all = true;
        for (Expr** s : slots) all &= coerce(*s, expected);
        return all ? expected : t_.error;
    }
    return common_type(slots, nullptr, "arm");
}

// The enum of class files, if any, of which a pattern names a case.
const TypeSymbol* BodyChecker::enum_of_class_files(const Pattern* pattern) {
    const auto owner = [](const CaseSymbol* c) -> const TypeSymbol* {
        return c != nullptr && c->owner->file != nullptr ? c->owner : nullptr;
    };
    const auto first = [](const auto& patterns) -> const TypeSymbol* {
        for (const Pattern* p : patterns)
            if (const TypeSymbol* found = enum_of_class_files(p)) return found;
        return nullptr;
    };
    if (const auto* v = as<ValuePattern>(pattern)) return owner(v->enum_case);
    if (const auto* t = as<TuplePattern>(pattern)) return first(t->elements);
    if (const auto* a = as<AlternativesPattern>(pattern)) return first(a->alternatives);
    const auto* c = as<CasePattern>(pattern);
    if (c == nullptr) return nullptr;
    const TypeSymbol* found = owner(c->enum_case);
    return found != nullptr ? found : first(c->elements);
}

void BodyChecker::guard_against_later_cases(MatchExpr* e) {
    const TypeSymbol* owner = nullptr;
    for (const MatchArm& arm : e->arms)
        if (owner == nullptr) owner = enum_of_class_files(arm.pattern);
    ModuleSymbol* core = a_.find_module("std.core");
    if (owner == nullptr || core == nullptr || a_.find_in_module(core, "unknownCase") == nullptr) return;
    CallInfo* thrown =
        call_library("std.core", "unknownCase", {string_literal(owner->qualified_name, e->range)}, e->range);
    if (thrown != nullptr) e->otherwise = call_expr(thrown, e->range);
}

// Patterns, and alternatives of patterns, that match nothing which those before leave over.
void BodyChecker::warn_of_useless(Pattern* pattern, Coverage& coverage) {
    if (coverage.is_useful(pattern)) {
        // Some of the alternatives may be of no use all the same.
        auto* alternatives = as<AlternativesPattern>(pattern);
        if (alternatives == nullptr) return;
        Coverage so_far = coverage;
        for (Pattern* p : alternatives->alternatives) {
            warn_of_useless(p, so_far);
            so_far.add(p);
        }
        return;
    }
    if (auto* alternatives = as<AlternativesPattern>(pattern)) {
        for (Pattern* p : alternatives->alternatives) warn_of_useless(p, coverage);
        return;
    }
    const bool is_case = is<CasePattern>(pattern) || is<ValuePattern>(pattern);
    a_.sink.warning(WarningKind::Unreachable, pattern->range,
                    is<LiteralPattern>(pattern) ? "this value is matched by an arm before"
                    : is_case                   ? "this case is matched by an arm before"
                                                : "what this matches is matched by an arm before");
}

void BodyChecker::report_uncovered(const MatchExpr* e, const Type* type, std::vector<std::string> missing) {
    std::erase(missing, "_");
    std::erase_if(missing,
                  [](const std::string& s) { return s.find_first_not_of("(_, )") == std::string::npos; });
    const bool is_enum = type->is_class() && type->symbol->is_enum;
    const std::size_t count = missing.size();
    if (count > 6) {
        missing.resize(5);
        missing.push_back(count >= 100 ? "many more" : std::to_string(count - 5) + " more");
    }
    a_.error({e->range.file, e->range.start, std::min(e->range.end, e->range.start + 5)},
             std::string("this `match` does not cover every ") + (is_enum ? "case of " : "value of ") +
                 quote(is_enum ? type : e->subject->type) +
                 (missing.empty() ? "" : ": " + quoted_list(missing) + " missing"),
             missing.empty()
                 ? "add an arm `_ => ...`"
                 : "add an arm for " + std::string(count == 1 ? "it" : "each") + ", or `_ => ...`");
}

}  // namespace skua::compiler
