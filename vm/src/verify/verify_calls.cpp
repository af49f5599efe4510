// Rules on calls, function values, and the ways out of a function.
//
// A reference carries the whole signature it was compiled against; arguments are judged by that.
// Whether the function that is there now has this signature is the linker's to see: if not, the
// call throws LinkError when it runs.
#include "verify/dispatch.h"
#include "verify/function_verifier.h"

namespace skua::vm {

namespace cf = classfile;

namespace {

bool is_closed_class(const TypeDef& def) {
    return !def.has(cf::kOpen) && !def.has(cf::kAbstract);
}

}  // namespace

bool FunctionVerifier::callee(unsigned column, Callee& out) {
    const cf::MethodRef& ref = file_.method_refs[static_cast<std::size_t>(operand(column))];
    out.ref = &ref;
    out.owner = owner_.pool_type(ref.owner);
    if (!out.owner->is(TypeKind::Named)) return fail(Rule::V052, type_text(out.owner) + " has no functions");
    out.def = Loader::try_resolve(out.owner);
    TypeFault fault;
    const bool value_type = out.def && named_sort(out.owner) != NamedSort::None;
    if (value_type) {
        if (!wants_type(out.owner)) return false;
    } else {
        for (const Type* arg : out.owner->args)
            if (!wants_type(arg)) return false;
        if (out.def && out.def->type_param_count() != out.owner->args.size())
            return fail(Rule::V001, type_text(out.owner) + " has a wrong number of type arguments");
        if (out.def && !within_bounds(context_, *out.def, out.def->file.type_params, out.owner->args,
                                      out.owner->args, {}, fault))
            return fail(fault.rule, std::move(fault.message));
    }
    if (!wants_accessible(out.owner)) return false;

    type_args_.clear();
    for (cf::TypeIndex index : ref.type_args) {
        type_args_.push_back(owner_.pool_type(index));
        if (!wants_type(type_args_.back())) return false;
    }
    const auto in_scope = [&](cf::TypeIndex index) {
        const Type* type = owner_.pool_type(index);
        return type->class_vars <= out.owner->args.size() && type->func_vars <= type_args_.size();
    };
    for (cf::TypeIndex index : ref.params)
        if (!in_scope(index))
            return fail(Rule::V052,
                        "a parameter's type mentions a type variable that the function does not have");
    if (!in_scope(ref.result))
        return fail(Rule::V052, "the result type mentions a type variable that the function does not have");

    const std::string_view name = file_.str(ref.name);
    if (name == "static$init") return fail(Rule::V058, "static$init is run by the machine only");
    out.function = out.def ? out.def->find_function(name) : nullptr;
    if (!out.function) return true;
    if (out.function->decl->type_params.size() == type_args_.size() &&
        !within_bounds(context_, *out.def, out.function->decl->type_params, type_args_, out.owner->args,
                       type_args_, fault))
        return fail(fault.rule, std::move(fault.message));
    return check_function_access(out);
}

bool FunctionVerifier::check_function_access(const Callee& c) {
    if (c.def == &owner_) return true;
    if (c.function->has(cf::kPrivate))
        return fail(Rule::V034, "function " + c.function->qualified_name() + " is private to " +
                                    std::string(c.def->name));
    if (c.def->kind == DeclKind::Module && !c.function->has(cf::kPublic) && !same_module(owner_, *c.def))
        return fail(Rule::V035, "function " + c.function->qualified_name() + " is private to its module");
    return true;
}

const Type* FunctionVerifier::in_callee(const Callee& c, cf::TypeIndex index) {
    return types_.substitute(owner_.pool_type(index), c.owner->args, type_args_);
}

bool FunctionVerifier::check_args(const Callee& c, std::span<const std::int64_t> args, bool skip_receiver) {
    if (args.size() != c.ref->params.size())
        return fail(Rule::V050, std::to_string(args.size()) + " arguments are given to " +
                                    std::string(file_.str(c.ref->name)) + ", expected " +
                                    std::to_string(c.ref->params.size()));
    for (std::size_t i = skip_receiver ? 1 : 0; i < args.size(); ++i) {
        const Type* wanted = in_callee(c, c.ref->params[i]);
        if (!wanted)
            return fail(Rule::V004, "the type of parameter " + std::to_string(i) + " is nested too deeply");
        if (wanted == reg(args[i])) continue;
        if (!wants_assignable(Rule::V050, reg(args[i]), wanted, "argument " + std::to_string(i)))
            return false;
    }
    return true;
}

bool FunctionVerifier::check_result(const Callee& c, std::int64_t result) {
    if (result < 0) return true;
    const Type* type = in_callee(c, c.ref->result);
    if (!type) return fail(Rule::V004, "the result type is nested too deeply");
    if (type->is(TypeKind::Void))
        return fail(Rule::V051, "the function has no result, but " + reg_text(result) + " is to receive it");
    return wants_assignable(Rule::V051, type, reg(result), "the result");
}

// The reference's first parameter must be its owner's own type: dispatch goes by it.
bool FunctionVerifier::check_receiver(const Callee& c, Rule rule) {
    if (c.ref->params.empty()) return fail(rule, "the method has no receiver");
    if (!c.ref->type_args.empty()) return fail(rule, "a method with type parameters is never dispatched");
    const Type* self = in_callee(c, c.ref->params[0]);
    if (self == c.owner) return true;
    return fail(rule, "the receiver is given as " + type_text(self) + ", expected " + type_text(c.owner));
}

// Rule V054: an open method may be called as it stands where dispatch could not lead elsewhere, or by a class
// for itself: as its own, or on an instance of it as that of its superclass. `receiver`: the static type,
// null if unknown.
bool FunctionVerifier::may_bypass_dispatch(const Callee& c, const Type* receiver) {
    if (c.def == &owner_) return true;
    // A default method, from a type that may have overridden it. What gives a parameter its default is made
    // by the compiler and called by whoever calls the method.
    if (c.def->kind == DeclKind::Interface)
        return !is_dispatched(*c.function) || c.function->has(cf::kSynthetic) ||
               find_supertype(context_, owner_.self, *c.def);
    if (c.def->kind != DeclKind::Class || !c.function->has(cf::kOpen) || is_closed_class(*c.def)) return true;
    if (!receiver || !receiver->is(TypeKind::Named)) return false;
    if (has_no_objects(receiver)) return true;
    TypeDef* def = Loader::try_resolve(receiver);
    if (!def || def->kind != DeclKind::Class) return false;
    // Not on its superclass's other subclasses: what they override is theirs.
    if (find_supertype(context_, receiver, owner_)) return true;
    return is_closed_class(*def) && find_implementation_of(*def, *c.function).function == c.function;
}

bool FunctionVerifier::check_call() {
    Callee c;
    if (!callee(1, c)) return false;
    if (c.function) {
        if (c.function->is_abstract())
            return fail(Rule::V053, "method " + c.function->qualified_name() + " is abstract");
        const auto args = code_.regs(*at_, 2);
        if (!may_bypass_dispatch(c, args.empty() ? nullptr : reg(args[0])))
            return fail(
                Rule::V054,
                "method " + c.function->qualified_name() + " can be overridden, and " +
                    (owner_.kind == DeclKind::Class
                         ? "the receiver need not be a " + std::string(owner_.name)
                         : std::string("only its subclasses call it past overrides; if it was not when "
                                       "this code was compiled, compile it again")));
    }
    return check_args(c, code_.regs(*at_, 2), false) && check_result(c, operand(0));
}

bool FunctionVerifier::check_call_virtual() {
    Callee c;
    if (!callee(1, c)) return false;
    if (c.def && c.def->kind != DeclKind::Class)
        return fail(Rule::V055, type_text(c.owner) + " is not a class");
    if (!check_receiver(c, Rule::V055)) return false;
    if (c.function) {
        if (c.function->has(cf::kConstructor))
            return fail(Rule::V058, "a constructor is called by call only");
        if (!is_dispatched(*c.function) || !c.function->has(cf::kOpen | cf::kAbstract | cf::kOverride))
            return fail(Rule::V055, "method " + c.function->qualified_name() + " is not open");
    }
    return check_args(c, code_.regs(*at_, 2), false) && check_result(c, operand(0));
}

bool FunctionVerifier::check_call_interface() {
    Callee c;
    if (!callee(1, c)) return false;
    if (c.def && c.def->kind != DeclKind::Interface)
        return fail(Rule::V056, type_text(c.owner) + " is not an interface");
    if (!check_receiver(c, Rule::V056)) return false;
    if (c.function && !is_dispatched(*c.function))
        return fail(Rule::V056, "function " + c.function->qualified_name() +
                                    " is static, private, or has type parameters");
    return check_args(c, code_.regs(*at_, 2), false) && check_result(c, operand(0));
}

bool FunctionVerifier::check_call_constrained() {
    Callee c;
    if (!callee(1, c)) return false;
    if (c.def && c.def->kind != DeclKind::Interface)
        return fail(Rule::V057, type_text(c.owner) + " is not an interface");
    if (!check_receiver(c, Rule::V057)) return false;
    if (c.function && !is_dispatched(*c.function))
        return fail(Rule::V057, "function " + c.function->qualified_name() +
                                    " is static, private, or has type parameters");
    const auto args = code_.regs(*at_, 2);
    if (args.empty()) return fail(Rule::V050, "no arguments are given");
    const Type* receiver = reg(args[0]);
    if (c.def && !has_no_objects(receiver) && find_supertype(context_, receiver, *c.def) != c.owner)
        return fail(Rule::V057, type_text(receiver) + " does not implement " + type_text(c.owner));
    return check_args(c, args, true) && check_result(c, operand(0));
}

bool FunctionVerifier::check_call_closure() {
    const Type* type = reg_operand(1);
    const auto args = code_.regs(*at_, 2);
    const auto params = type->fn_params();
    if (args.size() != params.size())
        return fail(Rule::V050, std::to_string(args.size()) + " arguments are given to " + type_text(type) +
                                    ", expected " + std::to_string(params.size()));
    for (std::size_t i = 0; i < args.size(); ++i)
        if (!wants_assignable(Rule::V050, reg(args[i]), params[i], "argument " + std::to_string(i)))
            return false;
    if (operand(0) < 0) return true;
    if (type->fn_result()->is(TypeKind::Void))
        return fail(Rule::V051,
                    "the function has no result, but " + reg_text(operand(0)) + " is to receive it");
    return wants_assignable(Rule::V051, type->fn_result(), reg_operand(0), "the result");
}

bool FunctionVerifier::check_closure() {
    Callee c;
    if (!callee(1, c)) return false;
    if (c.function && c.function->is_abstract())
        return fail(Rule::V059, "method " + c.function->qualified_name() + " is abstract");
    if (c.function && c.function->has(cf::kConstructor))
        return fail(Rule::V058, "a constructor is called by call only");
    const Type* type = reg_operand(0);
    const auto captures = code_.regs(*at_, 2);
    const std::size_t free = type->fn_params().size();
    const Type* first = free != 0 ? type->fn_params()[0] : !captures.empty() ? reg(captures[0]) : nullptr;
    if (c.function && !may_bypass_dispatch(c, first))
        return fail(Rule::V054, "method " + c.function->qualified_name() + " can be overridden");

    const auto& params = c.ref->params;
    if (params.size() != free + captures.size())
        return fail(Rule::V059, "the function has " + std::to_string(params.size()) + " parameters; " +
                                    type_text(type) + " and " + std::to_string(captures.size()) +
                                    " captures are " + std::to_string(free + captures.size()));
    for (std::size_t i = 0; i < params.size(); ++i) {
        const Type* param = in_callee(c, params[i]);
        if (!param)
            return fail(Rule::V004, "the type of parameter " + std::to_string(i) + " is nested too deeply");
        const Type* given = i < free ? type->fn_params()[i] : reg(captures[i - free]);
        if (!wants_assignable(
                Rule::V059, given, param,
                i < free ? "parameter " + std::to_string(i) : "capture " + std::to_string(i - free)))
            return false;
    }
    const Type* result = in_callee(c, c.ref->result);
    if (!result) return fail(Rule::V004, "the result type is nested too deeply");
    return wants_assignable(Rule::V059, result, type->fn_result(), "the result");
}

bool FunctionVerifier::check_ret() {
    if (function_.result->is(TypeKind::Void)) return fail(Rule::V060, "the function has no result");
    return wants_assignable(Rule::V060, reg_operand(0), function_.result, "the result");
}

bool FunctionVerifier::check_ret_void() {
    if (function_.result->is(TypeKind::Void)) return true;
    return fail(Rule::V060, "the function must return a " + type_text(function_.result));
}

bool FunctionVerifier::check_throw() {
    if (is_error_type(context_, reg_operand(0))) return true;
    return fail(Rule::V061, reg_text(operand(0)) + " is thrown, which is not a std.core.Error");
}

}  // namespace skua::vm
