// Rules on arrays. Arrays are invariant: only the element type of the register's own type counts.
#include "verify/function_verifier.h"

namespace skua::vm {

bool FunctionVerifier::check_array_lit() {
    const Type* element = reg_operand(0)->elem();
    for (std::int64_t r : code_.regs(*at_, 1))
        if (!wants_assignable(Rule::V040, reg(r), element, "an element")) return false;
    return true;
}

bool FunctionVerifier::check_array_get() {
    return wants_assignable(Rule::V040, reg_operand(1)->elem(), reg_operand(0), "the element");
}

bool FunctionVerifier::check_array_put() {
    return wants_assignable(Rule::V040, reg_operand(2), reg_operand(0)->elem(), "the value");
}

bool FunctionVerifier::check_array_get_field() {
    Path path;
    if (!follow(3, false, path)) return false;
    const Type* element = reg_operand(1)->elem();
    if (element != path.first_owner)
        return fail(Rule::V032,
                    "the path starts at " + type_text(path.first_owner) + ", expected " + type_text(element));
    return wants_value_owner(path) &&
           wants_assignable(Rule::V011, path.type, reg_operand(0), "the component");
}

bool FunctionVerifier::check_array_put_field() {
    Path path;
    if (!follow(2, false, path)) return false;
    const Type* element = reg_operand(0)->elem();
    if (element != path.first_owner)
        return fail(Rule::V032,
                    "the path starts at " + type_text(path.first_owner) + ", expected " + type_text(element));
    const bool own = path.first && path.first->owner == &owner_;
    return wants_value_owner(path) && wants_mutable(path, own) &&
           wants_assignable(Rule::V011, reg_operand(3), path.type, "the value");
}

bool FunctionVerifier::check_array_copy() {
    if (reg_operand(0) == reg_operand(2)) return true;
    return fail(Rule::V041, "the source is " + type_text(reg_operand(2)) + " and the destination " +
                                type_text(reg_operand(0)));
}

bool FunctionVerifier::check_array_fill() {
    return wants_assignable(Rule::V040, reg_operand(3), reg_operand(0)->elem(), "the value");
}

bool FunctionVerifier::check_bytes() {
    // Loads write first, stores have the array first.
    const bool load = classfile::op_info(at_->op).operands[0].kind == classfile::OperandKind::Write;
    const Type* array = reg_operand(load ? 1 : 0);
    if (array->elem()->is(TypeKind::U8)) return true;
    return fail(Rule::V042, "the array is " + type_text(array) + ", expected [u8]");
}

}  // namespace skua::vm
