// match and patterns.
#include <map>

#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

namespace {

constexpr std::size_t kSwitchValues = 4;    // fewer are compared one by one
constexpr std::int64_t kRangeValues = 128;  // a wider range pattern stays a comparison

bool constant_of(const Expr* expr, std::int64_t& out) {
    if (expr == nullptr || expr->constant == nullptr) return false;
    switch (expr->constant->kind) {
        case Constant::Kind::Int:
        case Constant::Kind::Bool:
        case Constant::Kind::Char:
            out = expr->constant->integer;
            return true;
        default:
            return false;
    }
}

// The values of a pattern that consists of literals; false if it is something else.
bool literal_values(const Pattern* pattern, std::vector<std::int64_t>& out) {
    if (const auto* literal = as<LiteralPattern>(pattern)) {
        std::int64_t v = 0;
        if (!constant_of(literal->value, v)) return false;
        out.push_back(v);
        return true;
    }
    if (const auto* range = as<RangePattern>(pattern)) {
        std::int64_t low = 0, high = 0;
        if (!constant_of(range->low, low) || !constant_of(range->high, high)) return false;
        if (high < low || high - low < 0 || high - low > kRangeValues) return false;
        for (std::int64_t v = low; range->inclusive ? v <= high : v < high; ++v) out.push_back(v);
        return true;
    }
    if (const auto* alternatives = as<AlternativesPattern>(pattern)) {
        for (const Pattern* p : alternatives->alternatives) {
            if (!literal_values(p, out)) return false;
        }
        return true;
    }
    return false;
}

bool is_switchable(const Type* t) {
    return t->is_integer() || t->is(TypeKind::Char) || t->is(TypeKind::Bool);
}

}  // namespace

// ---- match --------------------------------------------------------------------------------------

void FunctionLowering::match_expr(MatchExpr& e, std::int64_t dst) {
    TempScope scope(code_);
    bool guards_assign = false;
    for (const MatchArm& arm : e.arms) guards_assign = guards_assign || may_assign(arm.guard);
    const Reg subject = stable_exact(e.subject, guards_assign);
    const LocalSymbol* local = nullptr;
    const bool fixed = !plain_local(e.subject, local) || !local->assigned;
    if (!code_.reachable()) return;
    const Label end = code_.new_label();
    std::size_t first = 0;
    if (is_switchable(e.subject->type)) first = match_switch(e, subject, dst, end);
    const bool wanted = dst != kNowhere;
    for (std::size_t i = first; i < e.arms.size() && code_.reachable(); ++i) {
        const MatchArm& arm = e.arms[i];
        const Label next = code_.new_label();
        place(arm.pattern->range, true);
        // A match with a value is exhaustive: what comes to the last arm fits it.
        const bool must_fit =
            wanted && i + 1 == e.arms.size() && arm.guard == nullptr && e.otherwise == nullptr;
        const auto* binding = as<BindingPattern>(arm.pattern);
        if (fixed && binding != nullptr && binding->symbol != nullptr && binding->value == binding->hole &&
            !binding->symbol->assigned && !binding->symbol->in_cell) {
            name_register(*binding->symbol, subject);  // another name for it
        } else {
            match_pattern(arm.pattern, subject, must_fit ? Label{} : next);
        }
        if (arm.guard != nullptr) branch(arm.guard, next, false);
        if (!is<BlockExpr>(arm.body)) place(arm.body->range, true);
        {
            TempScope arm_scope(code_);
            deliver(arm.body, dst);
        }
        code_.jump(end);
        code_.bind(next);
    }
    if (e.otherwise != nullptr && code_.reachable()) {
        place(e.range, true);
        effect(e.otherwise);
        emit(Op::Throw, {fresh(file_.error_type())});  // it does not come back
    }
    code_.bind(end);
}

// The arms at the beginning that consist of literals become one switch, if there are enough of
// them. Returns the index of the first arm that is left.
std::size_t FunctionLowering::match_switch(MatchExpr& e, Reg subject, std::int64_t dst, Label end) {
    std::map<std::int64_t, Label> cases;
    std::vector<Label> labels;
    for (const MatchArm& arm : e.arms) {
        std::vector<std::int64_t> values;
        if (arm.guard != nullptr || !literal_values(arm.pattern, values)) break;
        labels.push_back(code_.new_label());
        for (std::int64_t v : values) cases.emplace(v, labels.back());
    }
    if (cases.size() < kSwitchValues) return 0;
    const Label otherwise = code_.new_label();
    const std::int64_t low = cases.begin()->first;
    const auto span = static_cast<std::uint64_t>(cases.rbegin()->first) - static_cast<std::uint64_t>(low);
    std::vector<std::int64_t> operands{subject};
    if (span < 4 * cases.size() + 16) {
        const auto count = static_cast<std::int64_t>(span + 1);
        operands.push_back(low);
        operands.push_back(count);
        for (std::int64_t i = 0; i < count; ++i) {
            auto it = cases.find(low + i);
            operands.push_back(it != cases.end() ? it->second.id : otherwise.id);
        }
        operands.push_back(otherwise.id);
        code_.emit(Op::SwitchDense, operands);
    } else {
        operands.push_back(static_cast<std::int64_t>(cases.size()));
        for (const auto& [value, label] : cases) {
            operands.push_back(value);
            operands.push_back(label.id);
        }
        operands.push_back(otherwise.id);
        code_.emit(Op::SwitchSparse, operands);
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const MatchArm& arm = e.arms[i];
        code_.bind(labels[i]);
        if (!code_.reachable()) continue;
        bind_hole(arm.pattern->hole, subject);
        place(arm.body->range, true);
        TempScope scope(code_);
        deliver(arm.body, dst);
        code_.jump(end);
    }
    code_.bind(otherwise);
    // Exhaustive without a further arm (all of bool, say): the default cannot happen, but the code
    // must not run on with a value that is none.
    if (labels.size() == e.arms.size() && dst != kNowhere && code_.reachable()) {
        const Reg error = fresh(file_.error_type());
        emit(Op::Throw, {error});
    }
    return labels.size();
}

// ---- patterns --------------------------------------------------------------------------------------

void FunctionLowering::bind_parameter(const LambdaParam& param, Reg r) {
    if (param.pattern == nullptr || is<WildcardPattern>(param.pattern)) return;
    if (const auto* binding = as<BindingPattern>(param.pattern);
        binding != nullptr && (binding->symbol == nullptr || binding->symbol == param.symbol)) {
        return;
    }
    TempScope scope(code_);
    match_pattern(param.pattern, r, {});
}

void FunctionLowering::bind_to(const LocalSymbol& local, Expr* value, bool again) {
    if (again)
        assign_local(local, value);
    else
        store_new(local, value);
}

void FunctionLowering::match_pattern(Pattern* pattern, Reg subject, Label fail) {
    bind_hole(pattern->hole, subject);
    auto test = [&](Expr* condition) {
        if (condition != nullptr && fail.valid()) branch(condition, fail, false);
    };
    switch (pattern->kind) {
        case PatternKind::Wildcard:
            return;
        case PatternKind::Binding: {
            auto& e = *as<BindingPattern>(pattern);
            if (e.symbol == nullptr) return;
            bind_to(*e.symbol, e.value != nullptr ? e.value : e.hole, e.again);
            return;
        }
        case PatternKind::Literal:
            return test(as<LiteralPattern>(pattern)->test);
        case PatternKind::Range:
            return test(as<RangePattern>(pattern)->test);
        case PatternKind::Value:
            return test(as<ValuePattern>(pattern)->test);
        case PatternKind::Alternatives: {
            auto& e = *as<AlternativesPattern>(pattern);
            if (!fail.valid() && !e.binds) return;
            const Label fits = code_.new_label();
            for (std::size_t i = 0; i < e.alternatives.size(); ++i) {
                if (i + 1 == e.alternatives.size()) {
                    match_pattern(e.alternatives[i], subject, fail);
                    break;
                }
                const Label next = code_.new_label();
                match_pattern(e.alternatives[i], subject, next);
                code_.jump(fits);
                code_.bind(next);
            }
            code_.bind(fits);
            return;
        }
        case PatternKind::Tuple: {
            auto& e = *as<TuplePattern>(pattern);
            return match_parts(e.elements, e.parts, fail);
        }
        case PatternKind::Is: {
            auto& e = *as<IsPattern>(pattern);
            test(e.test);
            if (e.symbol != nullptr) bind_to(*e.symbol, e.value, e.again);
            return;
        }
        case PatternKind::Case: {
            auto& e = *as<CasePattern>(pattern);
            test(e.test);
            return match_parts(e.elements, e.parts, fail);
        }
    }
}

void FunctionLowering::match_parts(std::span<Pattern* const> elements, std::span<Expr* const> parts,
                                   Label fail) {
    for (std::size_t i = 0; i < elements.size() && i < parts.size(); ++i) {
        if (!is<WildcardPattern>(elements[i])) bind_pattern(elements[i], parts[i], fail);
    }
}

void FunctionLowering::bind_pattern(Pattern* pattern, Expr* init, Label fail) {
    Expr* source = init;
    while (auto* paren = as<ParenExpr>(source)) source = paren->inner;
    if (is<WildcardPattern>(pattern)) return effect(init);
    if (auto* binding = as<BindingPattern>(pattern)) {
        if (binding->symbol == nullptr) return effect(init);
        if (binding->value == nullptr || binding->value == binding->hole)
            return bind_to(*binding->symbol, init, binding->again);
    }
    if (auto* tuple = as<TuplePattern>(pattern)) {
        if (auto* parts = as<TupleExpr>(source);
            parts != nullptr && parts->elements.size() == tuple->elements.size()) {
            // Never built: each component goes where it belongs.
            for (std::size_t i = 0; i < tuple->elements.size(); ++i)
                bind_pattern(tuple->elements[i], parts->elements[i], fail);
            return;
        }
        if (auto* index = as<IndexExpr>(source);
            index != nullptr && index->call == nullptr && tuple->hole != nullptr) {
            const Reg array = stable(index->object, true);
            const Reg at = stable(index->index, true);
            element_holes_[tuple->hole] = {array, at};
            match_parts(tuple->elements, tuple->parts, fail);
            element_holes_.erase(tuple->hole);
            return;
        }
    }
    match_pattern(pattern, stable_exact(init, true), fail);
}

}  // namespace skua::compiler
