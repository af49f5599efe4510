// One pass over one function: verify_function in parts. Private to vm.
//
// Every register has a declared type, so an instruction is judged by itself: no state flows from
// one to the next, and nothing is allocated per instruction unless it is rejected.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skua/classfile/instruction.h"
#include "verify/type_context.h"

namespace skua::vm {

class FunctionVerifier {
public:
    explicit FunctionVerifier(FunctionDef& function);

    // Checks everything; appends what is wrong, the first error only unless `all`. On success
    // take_code() and take_registers() give what the linker works on.
    bool run(std::vector<Diagnostic>& errors, bool all);
    [[nodiscard]] classfile::DecodedCode take_code() { return std::move(code_); }
    [[nodiscard]] std::vector<const Type*> take_registers() { return std::move(regs_); }

private:
    using Op = classfile::Op;
    using Instruction = classfile::Instruction;
    using DeclKind = classfile::DeclKind;
    // A register's type and the operand classes it belongs to, a bit each.
    struct Masks {
        std::uint32_t read = 0, write = 0;
    };
    // What following a field path gives.
    struct Path {
        const Type* first_owner = nullptr;
        const Type* type = nullptr;       // of the last step
        bool mutable_first = true;        // the first field, if it is known
        bool mutable_rest = true;         // all further ones
        const FieldDef* first = nullptr;  // null for a tuple, or if not known
    };
    // A method reference with its arguments substituted.
    struct Callee {
        const classfile::MethodRef* ref = nullptr;
        const Type* owner = nullptr;
        TypeDef* def = nullptr;           // null if missing
        FunctionDef* function = nullptr;  // null if missing
    };

    // function_verifier.cpp
    bool signature();
    bool handlers();
    bool masks_of(const Type* type, Masks& masks);
    bool instruction();
    bool typing();
    bool fail(Rule rule, std::string message);  // false
    bool fail_operand(unsigned column);
    bool wants_assignable(Rule rule, const Type* from, const Type* to, std::string_view what);
    bool wants_type(const Type* type);
    bool wants_accessible(const Type* type);

    // verify_values.cpp
    bool check_move();
    bool check_const_int();
    bool check_retype();
    bool check_switch();
    bool check_type_test(unsigned column);
    bool check_cast();
    bool check_cast_or_null();
    bool check_box();
    bool check_wrap();
    bool check_unwrap();
    bool check_universal();
    bool check_str_concat();
    bool check_pack();

    // verify_fields.cpp
    bool check_new();
    bool check_get();
    bool check_put();
    bool check_static_get();
    bool check_static_put();
    bool check_extract();
    bool check_insert();
    bool follow(unsigned column, bool is_static, Path& path);
    bool check_field_access(const FieldDef& field);
    bool receiver_is_fixed();
    bool wants_mutable(const Path& path, bool in_initialiser);
    bool wants_class_owner(const Path& path);
    bool wants_value_owner(const Path& path);

    // verify_arrays.cpp
    bool check_array_lit();
    bool check_array_get();
    bool check_array_put();
    bool check_array_get_field();
    bool check_array_put_field();
    bool check_array_copy();
    bool check_array_fill();
    bool check_bytes();

    // verify_calls.cpp
    bool check_call();
    bool check_call_virtual();
    bool check_call_interface();
    bool check_call_constrained();
    bool check_call_closure();
    bool check_closure();
    bool check_ret();
    bool check_ret_void();
    bool check_throw();
    bool callee(unsigned column, Callee& out);
    bool check_function_access(const Callee& c);
    bool check_receiver(const Callee& c, Rule rule);
    bool may_bypass_dispatch(const Callee& c, const Type* receiver);
    bool check_args(const Callee& c, std::span<const std::int64_t> args, bool skip_receiver);
    bool check_result(const Callee& c, std::int64_t result);
    const Type* in_callee(const Callee& c, classfile::TypeIndex index);

    [[nodiscard]] std::int64_t operand(unsigned i) const { return code_.operand(*at_, i); }
    [[nodiscard]] const Type* reg(std::int64_t r) const { return regs_[static_cast<std::size_t>(r)]; }
    [[nodiscard]] const Type* reg_operand(unsigned i) const { return reg(operand(i)); }
    [[nodiscard]] const Type* type_operand(unsigned i) {
        return owner_.pool_type(static_cast<std::uint32_t>(operand(i)));
    }
    [[nodiscard]] std::string reg_text(std::int64_t r) const;

    FunctionDef& function_;
    TypeDef& owner_;
    TypeTable& types_;
    const classfile::ClassFile& file_;
    TypeContext context_;

    classfile::DecodedCode code_;
    std::vector<const Type*> regs_;
    std::vector<Masks> masks_;
    const Instruction* at_ = nullptr;  // null: the function as a whole
    std::vector<Diagnostic>* errors_ = nullptr;
    std::vector<const Type*> type_args_;  // of the callee being checked
    enum class Fixed : std::uint8_t { Unknown, Yes, No } receiver_fixed_ = Fixed::Unknown;
};

}  // namespace skua::vm
