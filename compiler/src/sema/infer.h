// Type arguments of one generic call, found from its arguments and its expected result.
//
// Inference variables are types of kind Infer, numbered within one Inference; they never
// leave the call that made them.
#pragma once

#include <vector>

#include "sema/analyzer.h"

namespace skua::compiler {

class Inference {
public:
    explicit Inference(Analyzer& analyzer) : a_(analyzer) {}

    const Type* fresh(TypeParamSymbol* param);
    // Solves variables in `pattern` so that `type` can be converted to it. False if it cannot
    // match; variables solved before stay so. At the top level a variable may widen to a common
    // supertype; below, types are invariant and so exact.
    bool unify(const Type* pattern, const Type* type, bool exact = false);
    // `type` with what is solved so far; `use_hints` also takes what the expected result suggests.
    const Type* apply(const Type* type, bool use_hints = false);
    void hint(const Type* pattern, const Type* expected);
    // What an argument for `declared` should be told to be: the solution, or, for a variable that may still
    // widen, the supertype of it that the call's result is expected to be.
    const Type* expected_of(const Type* declared);
    // Solves what is left from hints; returns the first variable without a solution, or null.
    TypeParamSymbol* finish();
    [[nodiscard]] const Type* solution(std::size_t i) const { return solutions_[i]; }
    [[nodiscard]] std::size_t size() const { return solutions_.size(); }

private:
    Analyzer& a_;
    std::vector<TypeParamSymbol*> params_;
    std::vector<const Type*> solutions_;
    std::vector<const Type*> hints_;
    std::vector<bool> exact_;
};

}  // namespace skua::compiler
