// The verifier's entry points: caching, and who calls what.
#include "skua/vm/verifier.h"

#include "verify/declaration.h"
#include "verify/function_verifier.h"

namespace skua::vm {

namespace {

Result<void> outcome(const std::atomic<VerifyState>& state, const Diagnostic& failure) {
    if (state.load(std::memory_order_acquire) == VerifyState::Verified) return {};
    return failure;
}

// A program that lacks a class is told so, as where its code names the class: the type that has it
// as a supertype breaks no rule. A Diagnostic without rule becomes a LinkError.
Diagnostic first_failure(TypeDef& type, std::vector<Diagnostic>& errors) {
    const TypeDef::Supertypes& above = supertypes_of(type);
    if (!above.missing) return std::move(errors.front());
    Diagnostic d = above.failure;
    d.rule = {};
    d.message = std::string(type.name) + " cannot be used: " + d.message;
    return d;
}

}  // namespace

// Locks: a TypeDef's verify_lock is held while its own parts are judged. Judging asks about other
// types only what the loader and supertypes_of answer, which take no verify_lock.

Result<void> check_declaration(TypeDef& type) {
    if (type.declaration_state.load(std::memory_order_acquire) == VerifyState::Unknown) {
        std::lock_guard guard(type.verify_lock);
        if (type.declaration_state.load(std::memory_order_relaxed) == VerifyState::Unknown) {
            std::vector<Diagnostic> errors;
            DeclarationChecker(type).run(errors);
            if (!errors.empty()) type.declaration_failure = first_failure(type, errors);
            type.declaration_state.store(errors.empty() ? VerifyState::Verified : VerifyState::Failed,
                                         std::memory_order_release);
        }
    }
    return outcome(type.declaration_state, type.declaration_failure);
}

Result<void> verify_function(FunctionDef& function) {
    if (function.state.load(std::memory_order_acquire) == VerifyState::Unknown) {
        auto declared = check_declaration(*function.owner);
        std::lock_guard guard(function.owner->verify_lock);
        if (function.state.load(std::memory_order_relaxed) == VerifyState::Unknown) {
            std::vector<Diagnostic> errors;
            if (!declared) {
                errors.push_back(std::move(declared).error());
            } else if (FunctionVerifier verifier(function); verifier.run(errors, false)) {
                function.registers = verifier.take_registers();
                function.code = verifier.take_code();
            }
            if (!errors.empty()) function.failure = std::move(errors.front());
            function.state.store(errors.empty() ? VerifyState::Verified : VerifyState::Failed,
                                 std::memory_order_release);
        }
    }
    return outcome(function.state, function.failure);
}

std::vector<Diagnostic> verify_all(TypeDef& type) {
    std::vector<Diagnostic> errors;
    DeclarationChecker(type).run(errors);
    for (FunctionDef& function : type.functions) FunctionVerifier(function).run(errors, true);
    return errors;
}

}  // namespace skua::vm
