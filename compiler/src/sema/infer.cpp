#include "sema/infer.h"

namespace skua::compiler {

const Type* Inference::fresh(TypeParamSymbol* param) {
    params_.push_back(param);
    solutions_.push_back(nullptr);
    hints_.push_back(nullptr);
    exact_.push_back(false);
    return a_.types.infer(static_cast<std::uint32_t>(params_.size() - 1));
}

const Type* Inference::apply(const Type* type, bool use_hints) {
    type = a_.types.replace_infer(type, solutions_);
    return use_hints ? a_.types.replace_infer(type, hints_) : type;
}

const Type* Inference::expected_of(const Type* declared) {
    const Type* solved = apply(declared);
    if (!declared->is(TypeKind::Infer) || solved->has_infer || exact_[declared->index]) return solved;
    const Type* hinted = hints_[declared->index];
    return hinted != nullptr && hinted->is(TypeKind::Named) && a_.is_subtype(solved, hinted) ? hinted
                                                                                             : solved;
}

bool Inference::unify(const Type* pattern, const Type* type, bool exact) {
    if (pattern == type || type->has_error || type->is(TypeKind::Never)) return true;
    if (!pattern->has_infer) return exact ? pattern == type : a_.can_convert(type, pattern);
    if (pattern->is(TypeKind::Infer)) {
        const Type*& slot = solutions_[pattern->index];
        if (type->is(TypeKind::Null)) return slot == nullptr || slot->is(TypeKind::Nullable);
        if (slot == nullptr) {
            slot = type;
            exact_[pattern->index] = exact;
            return true;
        }
        if (slot == type) return true;
        if (exact && !exact_[pattern->index] && a_.can_convert(slot, type)) {
            slot = type;
            exact_[pattern->index] = true;
            return true;
        }
        if (exact) return false;
        if (a_.can_convert(type, slot)) return true;
        if (exact_[pattern->index]) return false;
        const Type* wider = a_.join(slot, type);
        if (wider == nullptr) return false;
        slot = wider;
        return true;
    }
    if (pattern->is(TypeKind::Nullable)) {
        if (type->is(TypeKind::Null)) return true;
        return unify(pattern->inner(), type->is(TypeKind::Nullable) ? type->inner() : type, exact);
    }
    if (pattern->is(TypeKind::Named)) {
        const Type* found =
            exact ? (type->is(TypeKind::Named) && type->symbol == pattern->symbol ? type : nullptr)
                  : a_.as_instance_of(type, pattern->symbol);
        if (found == nullptr) return false;
        for (std::size_t i = 0; i < pattern->args.size(); ++i) {
            if (!unify(pattern->args[i], found->args[i], true)) return false;
        }
        return true;
    }
    if (pattern->kind != type->kind || pattern->args.size() != type->args.size()) return false;
    if (pattern->is(TypeKind::Function)) {
        for (std::size_t i = 0; i < pattern->params().size(); ++i) {
            if (!unify(pattern->params()[i], type->params()[i], true)) return false;
        }
        return unify(pattern->result(), type->result(), false);
    }
    for (std::size_t i = 0; i < pattern->args.size(); ++i) {
        if (!unify(pattern->args[i], type->args[i], true)) return false;
    }
    return true;
}

void Inference::hint(const Type* pattern, const Type* expected) {
    if (expected == nullptr || !pattern->has_infer || expected->has_error || expected->has_infer) return;
    if (pattern->is(TypeKind::Infer)) {
        // A variable that is the whole result: the arguments decide, this only helps them.
        if (hints_[pattern->index] == nullptr && !expected->is(TypeKind::Void))
            hints_[pattern->index] = expected;
        return;
    }
    if (pattern->is(TypeKind::Nullable)) {
        hint(pattern->inner(), expected->is(TypeKind::Nullable) ? expected->inner() : expected);
        return;
    }
    if (expected->is(TypeKind::Nullable)) expected = expected->inner();
    // Invariant: the expected type must be met, unless the result is a subtype of it.
    if (pattern->is(TypeKind::Named) && expected->is(TypeKind::Named) &&
        pattern->symbol != expected->symbol) {
        const Type* generic = a_.as_instance_of(pattern, expected->symbol);
        if (generic != nullptr) unify(generic, expected, true);
        return;
    }
    if (pattern->kind == expected->kind && pattern->args.size() == expected->args.size())
        unify(pattern, expected, true);
}

TypeParamSymbol* Inference::finish() {
    TypeParamSymbol* missing = nullptr;
    for (std::size_t i = 0; i < solutions_.size(); ++i) {
        if (solutions_[i] == nullptr) solutions_[i] = hints_[i];
        if (solutions_[i] == nullptr) {
            if (missing == nullptr) missing = params_[i];
            solutions_[i] = a_.types.error;
        } else if (solutions_[i]->is(TypeKind::Void) || solutions_[i]->is(TypeKind::Null) ||
                   solutions_[i]->is(TypeKind::Never)) {
            if (missing == nullptr && !solutions_[i]->is(TypeKind::Never)) missing = params_[i];
            solutions_[i] = a_.types.error;
        }
    }
    return missing;
}

}  // namespace skua::compiler
