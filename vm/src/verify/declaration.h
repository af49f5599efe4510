// check_declaration in parts. Private to vm.
#pragma once

#include <string>
#include <vector>

#include "verify/type_context.h"

namespace skua::vm {

// Collects the breaches of declaration rules of one type.
class DeclarationChecker {
public:
    explicit DeclarationChecker(TypeDef& type)
        : type_(type), context_{type.types, type.loader, &type, nullptr} {}

    // Appends all that is wrong. Does not look at code.
    void run(std::vector<Diagnostic>& errors);

private:
    void header();
    void type_params(std::span<const classfile::TypeParam> params, const FunctionDef* function);
    void fields();
    void functions();
    void function_flags(FunctionDef& f);
    void native_signature(FunctionDef& f);
    void overrides(FunctionDef& f);
    void completeness();
    void compare(const FunctionDef& f, const Type* f_owner, const FunctionDef& above,
                 const Type* above_owner);
    // Rule V110. False when the budget or the nesting is used up.
    bool contains(const Type* type, std::vector<const Type*>& path, int& budget);

    void fail(Rule rule, std::string message, const FunctionDef* function = nullptr);
    void wants_type(const Type* type, const FunctionDef* function);

    TypeDef& type_;
    TypeContext context_;
    std::vector<Diagnostic>* errors_ = nullptr;
};

}  // namespace skua::vm
