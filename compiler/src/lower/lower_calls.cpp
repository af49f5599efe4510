// Calls, object creation, function values.
#include <algorithm>

#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

namespace {

Op call_op(CallKind kind) {
    switch (kind) {
        case CallKind::Virtual:
            return Op::CallVirtual;
        case CallKind::Interface:
            return Op::CallInterface;
        case CallKind::Constrained:
            return Op::CallConstrained;
        default:
            return Op::Call;
    }
}

}  // namespace

void FunctionLowering::call(const CallInfo& call, SourceRange range, std::int64_t dst) {
    if (!code_.reachable()) return;
    TempScope scope(code_);
    switch (call.kind) {
        case CallKind::Constructor:
            return new_object(call, range, dst);
        case CallKind::SuperInit:
            return call_super_init(call, 0);
        case CallKind::Intrinsic:
            return intrinsic(call, range, dst);
        case CallKind::Numeric: {
            Expr* operand = call.args[0].value;
            const Reg r = value(operand);
            place(range, false);
            convert_number(operand->type, call.result, r,
                           dst >= 0 ? static_cast<Reg>(dst) : temp(call.result));
            return;
        }
        case CallKind::ToText: {
            Expr* operand = call.args[0].value;
            if (dst < 0) return effect(operand);
            if (operand->type->is(TypeKind::String)) return into(operand, static_cast<Reg>(dst));
            const Reg r = exact(operand);
            emit_at(range, Op::ToStr, {dst, r});
            return;
        }
        case CallKind::StructNew:
            if (!call.function->owner->has_init) {
                std::vector<Reg> parts;
                call_arguments(call, parts, range, 0);
                emit_list(Op::Pack, {dst >= 0 ? dst : temp(call.result)}, parts);
                return;
            }
            return call_function(call, range, dst);
        default:
            return call_function(call, range, dst);
    }
}

void FunctionLowering::call_function(const CallInfo& call, SourceRange range, std::int64_t dst) {
    std::vector<Reg> regs;
    const bool has_result = !call.result->is(TypeKind::Void) && !call.result->is(TypeKind::Never);
    const std::int64_t result = has_result ? dst : kNowhere;
    bool arguments_assign = false;
    for (const CallArg& arg : call.args) {
        arguments_assign = arguments_assign || may_assign(arg.value);
        for (const Expr* element : arg.elements) arguments_assign = arguments_assign || may_assign(element);
    }
    if (call.kind == CallKind::Closure) {
        const Reg closure = stable(call.closure, arguments_assign);
        call_arguments(call, regs, range, 0);
        place(range, false);
        emit_list(Op::CallClosure, {result, closure}, regs);
    } else {
        if (call.receiver != nullptr) {
            // The receiver of `super.m()` and of a constrained call needs its exact type.
            regs.push_back(call.kind == CallKind::Constrained ? stable_exact(call.receiver, arguments_assign)
                                                              : stable(call.receiver, arguments_assign));
        }
        call_arguments(call, regs, range, regs.size());
        add_captures(*call.function, regs);
        place(range, false);
        emit_list(call_op(call.kind), {result, file_.method(*call.function, call.owner, call.type_args)},
                  regs);
    }
    // A call that does not return leaves nothing to go on with.
    if (call.result->is(TypeKind::Never) && code_.reachable()) {
        const Reg error = fresh(file_.error_type());
        emit(Op::Throw, {error});
    }
}

void FunctionLowering::call_arguments(const CallInfo& call, std::vector<Reg>& regs, SourceRange range,
                                      std::size_t receivers, bool later) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < call.args.size(); ++i) {
        if (call.args[i].kind != CallArg::Kind::Default) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return call.args[a].order < call.args[b].order; });
    auto assigns = [](const CallArg& arg) {
        if (may_assign(arg.value)) return true;
        return std::any_of(arg.elements.begin(), arg.elements.end(),
                           [](const Expr* e) { return may_assign(e); });
    };
    std::size_t last_assigning = 0;
    for (std::size_t i = order.size(); i-- > 0;) {
        if (assigns(call.args[order[i]])) {
            last_assigning = i;
            break;
        }
    }
    regs.resize(receivers + call.args.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        const CallArg& arg = call.args[order[i]];
        Reg& r = regs[receivers + order[i]];
        if (arg.kind == CallArg::Kind::Variadic) {
            const std::vector<Reg> elements = arguments(arg.elements);
            r = fresh(call.variadic_type);
            place(range, false);
            emit_list(Op::ArrayLit, {r}, elements);
        } else {
            r = stable(arg.value, later || i < last_assigning);
        }
    }
    for (std::size_t i = 0; i < call.args.size(); ++i) {
        const CallArg& arg = call.args[i];
        if (arg.kind != CallArg::Kind::Default) continue;
        const FunctionSymbol& function = *call.function;
        const Substitution types{call.owner != nullptr ? call.owner->args : std::span<const Type* const>{},
                                 call.type_args};
        const Type* t = file_.program().types->substitute(function.params[i].type, types);
        const Reg r = fresh(t);
        std::vector<Reg> before(regs.begin(), regs.begin() + static_cast<std::ptrdiff_t>(receivers + i));
        if (call.kind == CallKind::Constrained && receivers == 1) {
            // The default value is a function of the interface's own: it takes a reference.
            before[0] = fresh(call.owner);
            emit_at(range, Op::Box, {before[0], regs[0]});
        }
        place(range, false);
        emit_list(Op::Call, {r, file_.default_method(function, i, call.owner, call.type_args)}, before);
        regs[receivers + i] = r;
    }
}

void FunctionLowering::add_captures(const FunctionSymbol& function, std::vector<Reg>& regs) {
    if (function.role != FunctionRole::LocalFunction && function.role != FunctionRole::Lambda) return;
    file_.request(function);
    for (const LocalSymbol* capture : function.captures) regs.push_back(storage(*capture));
}

void FunctionLowering::new_object(const CallInfo& call, SourceRange range, std::int64_t dst) {
    std::vector<Reg> regs(1);
    const bool defaults = std::any_of(call.args.begin(), call.args.end(),
                                      [](const CallArg& arg) { return arg.kind == CallArg::Kind::Default; });
    // The object itself is made last, except that default values may ask for it.
    const Type* type = call.result;
    Reg object = 0;
    auto make = [&] {
        object = dst >= 0 && code_.type_of(static_cast<Reg>(dst)) == this->type(type) ? static_cast<Reg>(dst)
                                                                                      : temp(type);
        emit_at(range, Op::New, {object, this->type(type)});
        regs[0] = object;
    };
    if (defaults) make();
    call_arguments(call, regs, range, 1);
    if (!defaults) make();
    place(range, false);
    emit_list(
        Op::Call,
        {kNowhere, file_.method(*call.function, call.owner != nullptr ? call.owner : type, call.type_args)},
        regs);
    if (dst >= 0) move(static_cast<Reg>(dst), object);
}

void FunctionLowering::call_super_init(const CallInfo& call, Reg self) {
    std::vector<Reg> regs{self};
    const SourceRange range =
        call.args.empty() || call.args[0].value == nullptr ? SourceRange{} : call.args[0].value->range;
    TempScope scope(code_);
    call_arguments(call, regs, range, 1);
    emit_list(Op::Call, {kNowhere, file_.method(*call.function, call.owner, call.type_args)}, regs);
}

// ---- function values -------------------------------------------------------------------------------

void FunctionLowering::closure_into(const FunctionSymbol& function, const Type* owner,
                                    std::span<const Type* const> type_args, Reg dst) {
    std::vector<Reg> captures;
    add_captures(function, captures);
    emit_list(Op::Closure, {dst, file_.method(function, owner, type_args)}, captures);
}

void FunctionLowering::lambda_into(LambdaExpr& e, Reg dst) {
    // Type parameters of the functions around it are handed on unchanged.
    std::vector<const Type*> args;
    for (TypeParamSymbol* param : e.function->type_params) args.push_back(file_.program().types->var(param));
    closure_into(*e.function, nullptr, args, dst);
}

}  // namespace skua::compiler
