// Rules on new, fields and field paths.
#include <charconv>

#include "verify/function_verifier.h"

namespace skua::vm {

namespace cf = classfile;

bool FunctionVerifier::check_new() {
    const Type* type = type_operand(1);
    if (!type->is(TypeKind::Named)) return fail(Rule::V030, type_text(type) + " is not a class");
    if (TypeDef* def = Loader::try_resolve(type)) {
        if (def->kind != DeclKind::Class) return fail(Rule::V030, type_text(type) + " is not a class");
        if (def->has(cf::kAbstract)) return fail(Rule::V030, type_text(type) + " is abstract");
        // Who may not call the constructor may not go without it either.
        const FunctionDef* init = def->find_function("init");
        if (init && init->has(cf::kPrivate) && def != &owner_)
            return fail(Rule::V034, "the constructor of " + type_text(type) + " is private");
    }
    return wants_type(type) && wants_accessible(type) &&
           wants_assignable(Rule::V011, type, reg_operand(0), "the new object");
}

// ---- field paths -----------------------------------------------------------------------------------

namespace {

// The component that a step into a tuple names; -1 if none.
int tuple_component(std::string_view name, std::size_t count) {
    unsigned index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (error != std::errc() || end != name.data() + name.size() || index >= count) return -1;
    return name.size() > 1 && name[0] == '0' ? -1 : static_cast<int>(index);
}

}  // namespace

bool FunctionVerifier::follow(unsigned column, bool is_static, Path& path) {
    const cf::FieldPath& steps = file_.field_paths[static_cast<std::size_t>(operand(column))];
    for (std::size_t i = 0; i < steps.steps.size(); ++i) {
        const cf::FieldStep& step = steps.steps[i];
        const std::string_view name = file_.str(step.name);
        const Type* owner = owner_.pool_type(step.owner);
        const Type* declared = owner_.pool_type(step.type);
        const bool static_step = is_static && i == 0;
        if (i == 0)
            path.first_owner = owner;
        else if (owner != path.type)
            return fail(Rule::V031,
                        "the path goes on at " + type_text(owner) + ", expected " + type_text(path.type));

        if (owner->is(TypeKind::Tuple) && !static_step) {
            const int component = tuple_component(name, owner->args.size());
            if (component < 0)
                return fail(Rule::V031, type_text(owner) + " has no component '" + std::string(name) + "'");
            if (owner->args[static_cast<std::size_t>(component)] != declared)
                return fail(Rule::V031, "component " + std::string(name) + " of " + type_text(owner) +
                                            " is given type " + type_text(declared));
            path.type = declared;
            continue;
        }
        if (!owner->is(TypeKind::Named)) return fail(Rule::V031, type_text(owner) + " has no fields");
        TypeDef* def = Loader::try_resolve(owner);
        if (static_step) {  // the owner may be a module: no type of values
            for (const Type* arg : owner->args)
                if (!wants_type(arg)) return false;
        } else if (!wants_type(owner)) {
            return false;
        }
        if (def) {
            if (def->type_param_count() != owner->args.size())
                return fail(Rule::V001, type_text(owner) + " has a wrong number of type arguments");
            if (i > 0 && def->kind != DeclKind::Struct)
                return fail(Rule::V031,
                            "the path goes through " + type_text(owner) + ", which is not a struct or tuple");
            if (!wants_accessible(owner)) return false;
        }
        if (declared->func_vars != 0 || declared->class_vars > owner->args.size())
            return fail(Rule::V031, "field '" + std::string(name) + "' of " + type_text(owner) +
                                        " is given type " + type_text(declared) +
                                        ", which mentions other type variables than its owner's");
        path.type = types_.substitute(declared, owner->args, {});
        if (!path.type)
            return fail(Rule::V004, "the type of field '" + std::string(name) + "' is nested too deeply");
        const FieldDef* field = def ? def->find_field(name) : nullptr;
        if (!field) continue;  // the linker makes it throw
        if (field->is_static() != static_step)
            return fail(Rule::V036, "field '" + std::string(name) + "' of " + type_text(owner) +
                                        (static_step ? " is not static" : " is static"));
        if (!check_field_access(*field)) return false;
        if (i == 0) {
            path.first = field;
            path.mutable_first = field->is_mutable();
        } else if (!field->is_mutable() && field->owner != &owner_) {
            path.mutable_rest = false;
        }
    }
    return true;
}

bool FunctionVerifier::check_field_access(const FieldDef& field) {
    if (field.owner == &owner_) return true;
    if (field.decl->flags & cf::kPrivate)
        return fail(Rule::V034, "field '" + std::string(field.name) + "' is private to " +
                                    std::string(field.owner->name));
    if (field.owner->kind == DeclKind::Module && !(field.decl->flags & cf::kPublic) &&
        !same_module(owner_, *field.owner))
        return fail(Rule::V035, "'" + std::string(field.name) + "' is private to module " +
                                    std::string(field.owner->name));
    return true;
}

bool FunctionVerifier::receiver_is_fixed() {
    if (receiver_fixed_ == Fixed::Unknown) {
        receiver_fixed_ = Fixed::Yes;
        for (const Instruction& in : code_.instructions) {
            const cf::OpInfo& info = cf::op_info(in.op);
            // A written register is always the first column, except that insert's is read as well.
            const cf::OperandKind first = info.operand_count ? info.operands[0].kind : cf::OperandKind::Imm;
            const bool writes = first == cf::OperandKind::Write || first == cf::OperandKind::Result;
            if (writes && code_.operand(in, 0) == 0) receiver_fixed_ = Fixed::No;
        }
        for (const cf::Handler& h : function_.decl->code.handlers)
            if (h.reg == 0) receiver_fixed_ = Fixed::No;
    }
    return receiver_fixed_ == Fixed::Yes;
}

bool FunctionVerifier::wants_mutable(const Path& path, bool in_initialiser) {
    if ((path.mutable_first || in_initialiser) && path.mutable_rest) return true;
    std::string field = path.first ? "field '" + std::string(path.first->name) + "'" : "a field on the path";
    if (path.mutable_first || in_initialiser) field = "a field on the path";
    return fail(Rule::V033, field + " is not mutable");
}

bool FunctionVerifier::wants_class_owner(const Path& path) {
    if (path.first_owner->is(TypeKind::Named)) {
        const TypeDef* def = Loader::try_resolve(path.first_owner);
        if (!def || def->kind == DeclKind::Class) return true;
    }
    return fail(Rule::V032, "the path starts at " + type_text(path.first_owner) + ", expected a class");
}

bool FunctionVerifier::wants_value_owner(const Path& path) {
    if (path.first_owner->is(TypeKind::Tuple)) return true;
    if (path.first_owner->is(TypeKind::Named)) {
        const TypeDef* def = Loader::try_resolve(path.first_owner);
        if (!def || def->kind == DeclKind::Struct) return true;
    }
    return fail(Rule::V032,
                "the path starts at " + type_text(path.first_owner) + ", expected a struct or tuple");
}

bool FunctionVerifier::check_get() {
    Path path;
    if (!follow(2, false, path)) return false;
    if (!wants_class_owner(path)) return false;
    return wants_assignable(Rule::V032, reg_operand(1), path.first_owner, "the object") &&
           wants_assignable(Rule::V011, path.type, reg_operand(0), "the field");
}

bool FunctionVerifier::check_put() {
    Path path;
    if (!follow(1, false, path)) return false;
    if (!wants_class_owner(path)) return false;
    const bool in_constructor = function_.has(cf::kConstructor) && path.first &&
                                path.first->owner == &owner_ && operand(0) == 0 &&
                                (path.mutable_first || receiver_is_fixed());
    return wants_assignable(Rule::V032, reg_operand(0), path.first_owner, "the object") &&
           wants_mutable(path, in_constructor) &&
           wants_assignable(Rule::V011, reg_operand(2), path.type, "the value");
}

bool FunctionVerifier::check_static_get() {
    Path path;
    return follow(1, true, path) && wants_assignable(Rule::V011, path.type, reg_operand(0), "the field");
}

bool FunctionVerifier::check_static_put() {
    Path path;
    if (!follow(0, true, path)) return false;
    const bool in_initialiser = function_.name == "static$init" && path.first && path.first->owner == &owner_;
    return wants_mutable(path, in_initialiser) &&
           wants_assignable(Rule::V011, reg_operand(1), path.type, "the value");
}

bool FunctionVerifier::check_extract() {
    Path path;
    if (!follow(2, false, path)) return false;
    if (reg_operand(1) != path.first_owner)
        return fail(Rule::V032, "the path starts at " + type_text(path.first_owner) + ", expected " +
                                    type_text(reg_operand(1)));
    return wants_assignable(Rule::V011, path.type, reg_operand(0), "the component");
}

bool FunctionVerifier::check_insert() {
    Path path;
    if (!follow(1, false, path)) return false;
    if (reg_operand(0) != path.first_owner)
        return fail(Rule::V032, "the path starts at " + type_text(path.first_owner) + ", expected " +
                                    type_text(reg_operand(0)));
    const bool own = path.first && path.first->owner == &owner_;
    return wants_mutable(path, own) && wants_assignable(Rule::V011, reg_operand(2), path.type, "the value");
}

}  // namespace skua::vm
