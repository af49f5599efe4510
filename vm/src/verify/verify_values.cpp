// Rules on single values: moves, constants, conversions between forms of a value, tests and casts.
#include "verify/function_verifier.h"

namespace skua::vm {

namespace cf = classfile;

bool FunctionVerifier::check_move() {
    return wants_assignable(Rule::V011, reg_operand(1), reg_operand(0), "the source");
}

bool FunctionVerifier::check_const_int() {
    const Type* type = reg_operand(0);
    const std::int64_t v = operand(1);
    bool fits = false;
    switch (type->kind) {
        case TypeKind::I8:
            fits = v >= INT8_MIN && v <= INT8_MAX;
            break;
        case TypeKind::I16:
            fits = v >= INT16_MIN && v <= INT16_MAX;
            break;
        case TypeKind::I32:
            fits = v >= INT32_MIN && v <= INT32_MAX;
            break;
        case TypeKind::U8:
            fits = v >= 0 && v <= UINT8_MAX;
            break;
        case TypeKind::U16:
            fits = v >= 0 && v <= UINT16_MAX;
            break;
        case TypeKind::U32:
            fits = v >= 0 && v <= UINT32_MAX;
            break;
        case TypeKind::I64:
        case TypeKind::U64:
            fits = true;
            break;  // u64: the bits
        case TypeKind::Bool:
            fits = v == 0 || v == 1;
            break;
        case TypeKind::Char:
            fits = v >= 0 && v <= 0x10FFFF && !(v >= 0xD800 && v <= 0xDFFF);
            break;
        default:
            return fail(Rule::V012,
                        "the destination is " + reg_text(operand(0)) + ", expected an integer, bool or char");
    }
    if (fits) return true;
    return fail(Rule::V012, std::to_string(v) + " is out of the range of " + type_text(type));
}

bool FunctionVerifier::check_retype() {
    const TypeKind to = reg_operand(0)->kind;
    const TypeKind from = reg_operand(1)->kind;
    const auto wide = [](TypeKind k) { return k == TypeKind::I64 || k == TypeKind::U64; };
    const auto word = [](TypeKind k) { return k == TypeKind::I32 || k == TypeKind::U32; };
    const bool narrow = cf::is_integer(from) && !wide(from);
    if ((wide(to) && wide(from)) ||
        (word(to) && (narrow || from == TypeKind::Char || from == TypeKind::Bool)))
        return true;
    return fail(Rule::V013, "the source is " + type_text(reg_operand(1)) + " and the destination " +
                                type_text(reg_operand(0)));
}

bool FunctionVerifier::check_switch() {
    const TypeKind kind = reg_operand(0)->kind;
    if (!cf::is_integer(kind) && kind != TypeKind::Bool && kind != TypeKind::Char)
        return fail(Rule::V014,
                    "the operand is " + reg_text(operand(0)) + ", expected an integer, bool or char");
    return true;
}

bool FunctionVerifier::check_type_test(unsigned column) {
    const Type* type = type_operand(column);
    if (type->is(TypeKind::Nullable)) return fail(Rule::V015, "the type is " + type_text(type));
    return wants_type(type);
}

bool FunctionVerifier::check_cast() {
    const Type* type = reg_operand(0);
    if (!type->is(TypeKind::Nullable) || is_plain_reference(type->elem())) return true;
    return fail(Rule::V015, "the destination is " + reg_text(operand(0)));
}

bool FunctionVerifier::check_cast_or_null() {
    if (!reg_operand(0)->elem()->is(TypeKind::Nullable)) return true;
    return fail(Rule::V015, "the destination is " + reg_text(operand(0)));
}

bool FunctionVerifier::check_box() {
    const Type* to = reg_operand(0);
    const Type* from = reg_operand(1);
    TypeDef* target = to->is(TypeKind::Named) ? Loader::try_resolve(to) : nullptr;
    if (to->is(TypeKind::Named) && !target) return true;  // nothing is of a missing type: the linker refuses
    if (!target || target->kind != DeclKind::Interface)
        return fail(Rule::V016, "the destination is " + reg_text(operand(0)) + ", expected an interface");
    if (assignable(context_, from, to)) return true;
    if (has_no_objects(from)) return true;  // of a struct: no box, the linker refuses
    if (find_supertype(context_, from, *target) == to) return true;
    return fail(Rule::V016, type_text(from) + " does not implement " + type_text(to));
}

bool FunctionVerifier::check_wrap() {
    return wants_assignable(Rule::V017, reg_operand(1), reg_operand(0)->elem(), "the source");
}

bool FunctionVerifier::check_unwrap() {
    return wants_assignable(Rule::V017, reg_operand(1)->elem(), reg_operand(0), "the value inside");
}

bool FunctionVerifier::check_universal() {
    if (at_->op != Op::Equals || reg_operand(1) == reg_operand(2)) return true;
    return fail(Rule::V018,
                "the operands are " + type_text(reg_operand(1)) + " and " + type_text(reg_operand(2)));
}

bool FunctionVerifier::check_str_concat() {
    for (std::int64_t r : code_.regs(*at_, 1))
        if (!reg(r)->is(TypeKind::String))
            return fail(Rule::V021, "an operand is " + reg_text(r) + ", expected string");
    return true;
}

bool FunctionVerifier::check_pack() {
    const Type* type = reg_operand(0);
    const auto parts = code_.regs(*at_, 1);
    const auto wrong_count = [&](std::size_t expected) {
        return fail(Rule::V019, std::to_string(parts.size()) + " components are given for " +
                                    type_text(type) + ", expected " + std::to_string(expected));
    };
    if (type->is(TypeKind::Tuple)) {
        if (parts.size() != type->args.size()) return wrong_count(type->args.size());
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (!wants_assignable(Rule::V019, reg(parts[i]), type->args[i], "component " + std::to_string(i)))
                return false;
        return true;
    }
    TypeDef* def = Loader::try_resolve(type);
    if (!def) return true;
    if (!wants_accessible(type)) return false;
    if (def != &owner_ && def->find_function("make$"))
        return fail(Rule::V020, type_text(type) + " is made by its function make$");
    std::size_t count = 0;
    for (const FieldDef& field : def->fields) {
        if (field.is_static()) continue;
        const std::size_t i = count++;
        if (i >= parts.size()) continue;
        const Type* wanted = types_.substitute(field.type, type->args, {});
        if (!wanted)
            return fail(Rule::V004,
                        "the type of field '" + std::string(field.name) + "' is nested too deeply");
        if (!wants_assignable(Rule::V019, reg(parts[i]), wanted, "component " + std::to_string(i)))
            return false;
    }
    return count == parts.size() || wrong_count(count);
}

}  // namespace skua::vm
