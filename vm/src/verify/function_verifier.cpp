// The pass itself: signature, handlers, and the part of the instruction rules that opcodes.def's
// columns say. Rules are listed in rules.def.
#include "verify/function_verifier.h"

#include "skua/classfile/structure.h"

namespace skua::vm {

namespace cf = classfile;
using cf::OperandClass;
using cf::OperandKind;

namespace {

constexpr std::uint32_t bit(OperandClass c) {
    return 1u << static_cast<unsigned>(c);
}

template <typename... Classes>
constexpr std::uint32_t bits(Classes... classes) {
    return (bit(OperandClass::Any) | ... | bit(classes));
}

std::string_view class_text(OperandClass c, bool read) {
    switch (c) {
        case OperandClass::I8:
            return "i8";
        case OperandClass::I16:
            return "i16";
        case OperandClass::U8:
            return "u8";
        case OperandClass::U16:
            return "u16";
        case OperandClass::I32:
            return read ? "an integer of at most 32 bits" : "i32 or u32";
        case OperandClass::I64:
            return "i64 or u64";
        case OperandClass::F32:
            return "f32";
        case OperandClass::F64:
            return "f64";
        case OperandClass::Bool:
            return "bool";
        case OperandClass::Char:
            return "char";
        case OperandClass::Str:
            return "string";
        case OperandClass::Ref:
            return "a reference";
        case OperandClass::Array:
            return "an array";
        case OperandClass::Function:
            return "a function";
        case OperandClass::Nullable:
            return "a nullable type";
        case OperandClass::Value:
            return "a struct or tuple";
        default:
            return "any type";
    }
}

}  // namespace

FunctionVerifier::FunctionVerifier(FunctionDef& function)
    : function_(function),
      owner_(*function.owner),
      types_(owner_.types),
      file_(owner_.file),
      context_{owner_.types, owner_.loader, &owner_, &function} {}

bool FunctionVerifier::run(std::vector<Diagnostic>& errors, bool all) {
    errors_ = &errors;
    const std::size_t before = errors.size();
    if (!signature() && !all) return false;
    if (!function_.decl->has_code) return errors.size() == before;

    auto decoded = cf::check_code(file_, *function_.decl);
    if (!decoded) {
        Diagnostic d = std::move(decoded).error();
        d.file = owner_.file_name;
        errors.push_back(std::move(d));
        return false;
    }
    code_ = std::move(*decoded);
    const std::vector<cf::TypeIndex>& registers = function_.decl->code.registers;
    regs_.resize(registers.size());
    masks_.resize(registers.size());
    for (std::size_t i = 0; i < registers.size(); ++i) {
        regs_[i] = owner_.pool_type(registers[i]);
        if (i >= function_.params.size() && !wants_type(regs_[i]) && !all) return false;
        masks_of(regs_[i], masks_[i]);
    }
    if (!handlers() && !all) return false;
    for (const Instruction& in : code_.instructions) {
        at_ = &in;
        if (!instruction() && !all) return false;
    }
    return errors.size() == before;
}

bool FunctionVerifier::signature() {
    for (const Type* param : function_.params)
        if (!wants_type(param)) return false;
    for (const cf::TypeParam& param : function_.decl->type_params) {
        for (cf::TypeIndex index : param.bounds) {
            const Type* bound = owner_.pool_type(index);
            if (!wants_type(bound)) return false;
            const TypeDef* def = Loader::try_resolve(bound);
            if (def && def->kind != DeclKind::Interface)
                return fail(Rule::V116, "bound " + type_text(bound) + " is not an interface");
        }
    }
    return wants_type(function_.result);
}

bool FunctionVerifier::handlers() {
    for (const cf::Handler& h : function_.decl->code.handlers) {
        const Type* type = owner_.pool_type(h.type);
        if (!is_error_type(context_, type))
            return fail(Rule::V062,
                        "a handler catches " + type_text(type) + ", which is not a std.core.Error");
        if (!assignable(context_, type, regs_[h.reg]))
            return fail(Rule::V062, "a handler catches " + type_text(type) + " in " + reg_text(h.reg));
    }
    return true;
}

bool FunctionVerifier::masks_of(const Type* type, Masks& masks) {
    using C = OperandClass;
    constexpr std::uint32_t word = bit(C::I32);
    switch (type->kind) {
        case TypeKind::I8:
            masks = {bits(C::I8) | word, bits(C::I8)};
            break;
        case TypeKind::I16:
            masks = {bits(C::I16) | word, bits(C::I16)};
            break;
        case TypeKind::U8:
            masks = {bits(C::U8) | word, bits(C::U8)};
            break;
        case TypeKind::U16:
            masks = {bits(C::U16) | word, bits(C::U16)};
            break;
        case TypeKind::I32:
        case TypeKind::U32:
            masks = {bits(C::I32), bits(C::I32)};
            break;
        case TypeKind::I64:
        case TypeKind::U64:
            masks = {bits(C::I64), bits(C::I64)};
            break;
        case TypeKind::F32:
            masks = {bits(C::F32), bits(C::F32)};
            break;
        case TypeKind::F64:
            masks = {bits(C::F64), bits(C::F64)};
            break;
        case TypeKind::Bool:
            masks = {bits(C::Bool), bits(C::Bool)};
            break;
        case TypeKind::Char:
            masks = {bits(C::Char), bits(C::Char)};
            break;
        case TypeKind::String:
            masks = {bits(C::Str, C::Ref), bits(C::Str, C::Ref)};
            break;
        case TypeKind::Array:
            masks = {bits(C::Array, C::Ref), bits(C::Array, C::Ref)};
            break;
        case TypeKind::Function:
            masks = {bits(C::Function, C::Ref), bits(C::Function, C::Ref)};
            break;
        case TypeKind::Tuple:
            masks = {bits(C::Value), bits(C::Value)};
            break;
        case TypeKind::Nullable: {
            const std::uint32_t m = bits(C::Nullable) | (is_plain_reference(type->elem()) ? bit(C::Ref) : 0);
            masks = {m, m};
            break;
        }
        case TypeKind::Named: {
            std::uint32_t m = bits();
            switch (named_sort(type)) {
                case NamedSort::Reference:
                    m |= bit(C::Ref);
                    break;
                case NamedSort::Value:
                    m |= bit(C::Value);
                    break;
                case NamedSort::Missing:
                    m |= bit(C::Ref) | bit(C::Value);
                    break;  // null either way
                case NamedSort::None:
                    break;
            }
            masks = {m, m};
            break;
        }
        default:
            masks = {bits(), bits()};
            break;  // type variables
    }
    return true;
}

bool FunctionVerifier::instruction() {
    const cf::OpInfo& info = cf::op_info(at_->op);
    for (unsigned i = 0; i < info.operand_count; ++i) {
        const cf::Operand& column = info.operands[i];
        if (column.kind == OperandKind::Read) {
            if (!(masks_[static_cast<std::size_t>(operand(i))].read & bit(column.cls)))
                return fail_operand(i);
        } else if (column.kind == OperandKind::Write) {
            if (!(masks_[static_cast<std::size_t>(operand(i))].write & bit(column.cls)))
                return fail_operand(i);
        }
    }
    return info.typing == cf::Typing::Table || typing();
}

bool FunctionVerifier::typing() {
    switch (cf::op_info(at_->op).typing) {
        case cf::Typing::Table:
            return true;
        case cf::Typing::Move:
            return check_move();
        case cf::Typing::ConstInt:
            return check_const_int();
        case cf::Typing::Retype:
            return check_retype();
        case cf::Typing::TypeTest:
            return check_type_test(at_->op == Op::Is ? 2 : 1);
        case cf::Typing::Switch:
            return check_switch();
        case cf::Typing::New:
            return check_new();
        case cf::Typing::GetField:
            return check_get();
        case cf::Typing::PutField:
            return check_put();
        case cf::Typing::GetStatic:
            return check_static_get();
        case cf::Typing::PutStatic:
            return check_static_put();
        case cf::Typing::ArrayNew:
            return true;  // the register's own type says which array
        case cf::Typing::ArrayLit:
            return check_array_lit();
        case cf::Typing::ArrayGet:
            return check_array_get();
        case cf::Typing::ArrayPut:
            return check_array_put();
        case cf::Typing::ArrayGetField:
            return check_array_get_field();
        case cf::Typing::ArrayPutField:
            return check_array_put_field();
        case cf::Typing::ArrayCopy:
            return check_array_copy();
        case cf::Typing::ArrayFill:
            return check_array_fill();
        case cf::Typing::Bytes:
            return check_bytes();
        case cf::Typing::StrConcat:
            return check_str_concat();
        case cf::Typing::Pack:
            return check_pack();
        case cf::Typing::Extract:
            return check_extract();
        case cf::Typing::Insert:
            return check_insert();
        case cf::Typing::Wrap:
            return check_wrap();
        case cf::Typing::Unwrap:
            return check_unwrap();
        case cf::Typing::Universal:
            return check_universal();
        case cf::Typing::Cast:
            return check_cast();
        case cf::Typing::CastOrNull:
            return check_cast_or_null();
        case cf::Typing::Box:
            return check_box();
        case cf::Typing::Call:
            return check_call();
        case cf::Typing::CallVirtual:
            return check_call_virtual();
        case cf::Typing::CallInterface:
            return check_call_interface();
        case cf::Typing::CallConstrained:
            return check_call_constrained();
        case cf::Typing::CallClosure:
            return check_call_closure();
        case cf::Typing::Closure:
            return check_closure();
        case cf::Typing::Ret:
            return check_ret();
        case cf::Typing::RetVoid:
            return check_ret_void();
        case cf::Typing::Throw:
            return check_throw();
    }
    return false;
}

bool FunctionVerifier::fail(Rule rule, std::string message) {
    Diagnostic d;
    d.rule = rule_name(rule);
    d.message = std::move(message);
    if (at_) d.message = std::string(cf::op_info(at_->op).mnemonic) + ": " + d.message;
    d.file = owner_.file_name;
    d.type = owner_.name;
    d.function = function_.name;
    if (at_) d.offset = at_ - code_.instructions.data();
    errors_->push_back(std::move(d));
    return false;
}

bool FunctionVerifier::fail_operand(unsigned column) {
    const cf::Operand& wanted = cf::op_info(at_->op).operands[column];
    return fail(Rule::V010, "operand " + std::to_string(column) + " is " + reg_text(operand(column)) +
                                ", expected " +
                                std::string(class_text(wanted.cls, wanted.kind == OperandKind::Read)));
}

bool FunctionVerifier::wants_assignable(Rule rule, const Type* from, const Type* to, std::string_view what) {
    if (from == to || assignable(context_, from, to)) return true;
    return fail(rule, std::string(what) + " is " + type_text(from) + ", expected " + type_text(to));
}

bool FunctionVerifier::wants_type(const Type* type) {
    TypeFault fault;
    if (well_formed(context_, type, fault)) return true;
    return fail(fault.rule, std::move(fault.message));
}

bool FunctionVerifier::wants_accessible(const Type* type) {
    const TypeDef* def = Loader::try_resolve(type);
    if (!def || type_accessible(owner_, *def)) return true;
    return fail(Rule::V003, type_text(type) + " is private to module " + std::string(def->module()));
}

std::string FunctionVerifier::reg_text(std::int64_t r) const {
    return "register " + std::to_string(r) + " of type " + type_text(reg(r));
}

}  // namespace skua::vm
