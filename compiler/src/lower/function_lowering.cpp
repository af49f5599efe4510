// Frame, registers, constants and variables of a function being lowered; evaluation order.
#include "lower/function_lowering.h"

#include <bit>
#include <limits>

#include "skua/classfile/limits.h"

namespace skua::compiler {

using namespace ast;

namespace {

// A function beyond this is refused (nested `finally` blocks can multiply code).
constexpr std::uint32_t kMaxInstructions = 1u << 20;

std::int64_t float_bits(double value, bool wide) {
    if (wide) return std::bit_cast<std::int64_t>(value);
    return static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
}

}  // namespace

FunctionLowering::FunctionLowering(FileLowering& file, std::string_view name, const Type* result)
    : file_(file), name_(name), result_(result) {
    if (result_ != nullptr && (result_->is(TypeKind::Void) || result_->is(TypeKind::Never)))
        result_ = nullptr;
    code_.limit(kMaxInstructions);
}

// ---- frame -----------------------------------------------------------------------------------

Reg FunctionLowering::add_parameter(const LocalSymbol* local, const Type* type, std::string_view name) {
    const Reg r =
        name.empty() ? code_.fresh(this->type(type)) : code_.local(this->type(type), file_.str(name));
    ++parameters_;
    if (local != nullptr) {
        locals_[local] = r;
        if (local->in_cell) cell_parameters_.push_back(local);
    }
    return r;
}

Reg FunctionLowering::add_capture(const LocalSymbol& local) {
    const Reg r = code_.local(type(file_.storage_type(local)), file_.str(local.name));
    ++parameters_;
    locals_[&local] = r;
    return r;
}

void FunctionLowering::enter() {
    for (const LocalSymbol* local : cell_parameters_) {
        const Reg argument = locals_[local];
        const Reg cell = code_.local(type(file_.cell_type(local->type)), file_.str(local->name));
        emit(Op::New, {cell, type(file_.cell_type(local->type))});
        emit(Op::PutField, {cell, file_.field_path({file_.cell_value(local->type)}), argument});
        locals_[local] = cell;
    }
    cell_parameters_.clear();
}

void FunctionLowering::body(Expr* body) {
    if (result_ == nullptr) {
        if (is<BlockExpr>(body)) {
            effect(body);
        } else {
            statement_effect(body);
        }
        return;
    }
    if (!is<BlockExpr>(body)) place(body->range, true);
    // A value that is an `if` or the like returns from each of its branches.
    deliver(body, kReturn);
}

bool FunctionLowering::finish(classfile::Code& out) {
    if (code_.reachable()) {
        // Analysis has proved that a function with a result does not end here; code after an
        // endless loop may still look reachable.
        if (result_ == nullptr) {
            emit(Op::RetVoid, {});
        } else {
            const Reg r = fresh(result_);
            emit(Op::Default, {r});
            emit(Op::Ret, {r});
        }
    }
    if (code_.overflow()) {
        file_.fail("function `" + name_ + "` is too large, expected at most " +
                       std::to_string(kMaxInstructions) + " instructions",
                   name_);
        return false;
    }
    out = code_.finish(parameters_);
    if (out.registers.size() > classfile::kMaxRegisters) {
        file_.fail("function `" + name_ + "` is too large, expected at most " +
                       std::to_string(classfile::kMaxRegisters) + " registers, found " +
                       std::to_string(out.registers.size()),
                   name_);
        return false;
    }
    return true;
}

// ---- instructions ------------------------------------------------------------------------------

void FunctionLowering::place(SourceRange range, bool statement) {
    const LineColumn at = file_.source().position(range.start);
    code_.set_place(at.line, at.column, statement);
}

void FunctionLowering::emit_at(SourceRange range, Op op, std::initializer_list<std::int64_t> operands) {
    if (!code_.reachable()) return;
    place(range, false);
    emit(op, operands);
}

void FunctionLowering::emit_list(Op op, std::initializer_list<std::int64_t> head,
                                 const std::vector<Reg>& regs) {
    std::vector<std::int64_t> operands(head);
    operands.push_back(static_cast<std::int64_t>(regs.size()));
    operands.insert(operands.end(), regs.begin(), regs.end());
    code_.emit(op, operands);
}

void FunctionLowering::move(Reg dst, Reg src) {
    if (dst != src) emit(Op::Move, {dst, src});
}

Reg FunctionLowering::int_constant(std::int64_t value) {
    Constant constant;
    constant.kind = Constant::Kind::Int;
    constant.integer = value;
    return constant_operand(constant, file_.program().types->int_, false);
}

// A constant as an operand. Each has a register of its own, so that it has one definition: small
// integers become immediates where the instruction takes them. What the linker would have to
// load anew in each round of a loop (floats, large integers, and all integers where `plain`) is
// loaded before the loop.
Reg FunctionLowering::constant_operand(const Constant& constant, const Type* type, bool plain) {
    const bool integral = (type->is_integer() || type->is(TypeKind::Bool) || type->is(TypeKind::Char)) &&
                          constant.kind != Constant::Kind::Float;
    if (integral) {
        const bool immediate = constant.integer >= std::numeric_limits<std::int16_t>::min() &&
                               constant.integer <= std::numeric_limits<std::int16_t>::max();
        if (plain || !immediate) return code_.loop_constant(Op::ConstInt, this->type(type), constant.integer);
    } else if (constant.kind == Constant::Kind::Float && type->is_float()) {
        const bool wide = type->is(TypeKind::F64);
        return code_.loop_constant(wide ? Op::ConstF64 : Op::ConstF32, this->type(type),
                                   float_bits(constant.floating, wide));
    }
    const Reg r = fresh(type);
    load_constant(constant, type, r);
    return r;
}

void FunctionLowering::load_string(Reg dst, std::string_view text) {
    emit(Op::ConstStr, {dst, file_.str(text)});
}

void FunctionLowering::load_constant(const Constant& constant, const Type* type, Reg dst) {
    if (type->is(TypeKind::Nullable)) {
        if (constant.kind == Constant::Kind::Null) {
            emit(Op::ConstNull, {dst});
            return;
        }
        const Reg inner = fresh(type->inner());
        load_constant(constant, type->inner(), inner);
        emit(Op::Wrap, {dst, inner});
        return;
    }
    switch (constant.kind) {
        case Constant::Kind::Int:
        case Constant::Kind::Bool:
        case Constant::Kind::Char:
            if (type->is_float()) {
                const bool wide = type->is(TypeKind::F64);
                emit(wide ? Op::ConstF64 : Op::ConstF32,
                     {dst, float_bits(static_cast<double>(constant.integer), wide)});
            } else {
                load_int(dst, constant.integer);
            }
            break;
        case Constant::Kind::Float: {
            const bool wide = type->is(TypeKind::F64);
            emit(wide ? Op::ConstF64 : Op::ConstF32, {dst, float_bits(constant.floating, wide)});
            break;
        }
        case Constant::Kind::String:
            load_string(dst, constant.text);
            break;
        case Constant::Kind::Null:
            emit(Op::ConstNull, {dst});
            break;
    }
}

// ---- variables ---------------------------------------------------------------------------------

Reg FunctionLowering::declare(const LocalSymbol& local) {
    const TypeIndex t = type(file_.storage_type(local));
    const Reg r = local.name.empty() ? code_.fresh(t) : code_.local(t, file_.str(local.name));
    name_register(local, r);
    return r;
}

// A block may be lowered more than once (finally): the variable is then another one.
void FunctionLowering::name_register(const LocalSymbol& local, Reg r) {
    code_.forget(&local);
    locals_[&local] = r;
}

Reg FunctionLowering::storage(const LocalSymbol& local) {
    if (auto it = locals_.find(&local); it != locals_.end()) return it->second;
    return declare(local);
}

void FunctionLowering::bind_local(const LocalSymbol& local, Reg r) {
    if (!local.in_cell) {
        name_register(local, r);
        return;
    }
    const Reg cell = declare(local);
    emit(Op::New, {cell, type(file_.cell_type(local.type))});
    emit(Op::PutField, {cell, file_.field_path({file_.cell_value(local.type)}), r});
}

Reg FunctionLowering::read_local(const LocalSymbol& local) {
    if (!local.in_cell) return storage(local);
    const Reg r = temp(local.type);
    emit(Op::GetField, {r, storage(local), file_.field_path({file_.cell_value(local.type)})});
    return r;
}

// A new variable, or a new round of a loop: a cell is made anew, so that closures of different
// rounds do not share it.
void FunctionLowering::store_new(const LocalSymbol& local, Expr* init) {
    if (!local.in_cell) {
        // Nothing can read the variable before its initial value is complete.
        const TypeIndex t = register_type(local.type);
        const Reg r = local.name.empty() ? code_.fresh(t) : code_.local(t, file_.str(local.name));
        into(init, r);
        name_register(local, r);
        return;
    }
    const Reg r = value(init);
    bind_local(local, r);
}

void FunctionLowering::assign_local(const LocalSymbol& local, Expr* value) {
    if (local.in_cell) {
        const Reg r = this->value(value);
        emit(Op::PutField, {storage(local), file_.field_path({file_.cell_value(local.type)}), r});
        return;
    }
    if (safe_target(value)) {
        into(value, storage(local));
    } else {
        move(storage(local), this->value(value));
    }
    code_.forget(&local);
}

// ---- evaluation order ----------------------------------------------------------------------------

bool FunctionLowering::plain_local(const Expr* expr, const LocalSymbol*& local) const {
    while (const auto* paren = as<ParenExpr>(expr)) expr = paren->inner;
    if (const auto* name = as<NameExpr>(expr)) {
        if (name->value != ValueKind::Local || name->constant != nullptr) return false;
        local = name->local;
    } else if (const auto* self = as<ThisExpr>(expr)) {
        local = self->local;
    } else {
        return false;
    }
    return !local->in_cell;
}

bool FunctionLowering::is_null(const Expr* expr) {
    while (const auto* paren = as<ParenExpr>(expr)) expr = paren->inner;
    if (expr->constant != nullptr) return expr->constant->kind == Constant::Kind::Null;
    const auto* literal = as<LiteralExpr>(expr);
    return literal != nullptr && literal->value.kind == Constant::Kind::Null;
}

// May evaluating this assign to a variable of this function? (Calls cannot: variables that
// closures assign live in cells.)
bool FunctionLowering::may_assign(const Expr* expr) {
    if (expr == nullptr || expr->constant != nullptr) return false;
    auto any_argument = [](const CallInfo* call) {
        if (call == nullptr) return false;
        if (may_assign(call->receiver) || may_assign(call->closure)) return true;
        for (const CallArg& arg : call->args) {
            if (may_assign(arg.value)) return true;
            for (const Expr* element : arg.elements) {
                if (may_assign(element)) return true;
            }
        }
        return false;
    };
    switch (expr->kind) {
        case ExprKind::Literal:
        case ExprKind::Name:
        case ExprKind::This:
        case ExprKind::Super:
        case ExprKind::Lambda:
        case ExprKind::Hole:
            return false;
        case ExprKind::Member:
            return may_assign(as<MemberExpr>(expr)->object);
        case ExprKind::Call:
            return any_argument(as<CallExpr>(expr)->call);
        case ExprKind::Index:
            return may_assign(as<IndexExpr>(expr)->object) || may_assign(as<IndexExpr>(expr)->index);
        case ExprKind::Unary:
            return may_assign(as<UnaryExpr>(expr)->operand);
        case ExprKind::Binary:
            return may_assign(as<BinaryExpr>(expr)->left) || may_assign(as<BinaryExpr>(expr)->right);
        case ExprKind::Is:
            return may_assign(as<IsExpr>(expr)->operand);
        case ExprKind::Cast:
            return may_assign(as<CastExpr>(expr)->operand);
        case ExprKind::Paren:
            return may_assign(as<ParenExpr>(expr)->inner);
        case ExprKind::Convert:
            return may_assign(as<ConvertExpr>(expr)->operand);
        case ExprKind::Tuple:
            for (const Expr* element : as<TupleExpr>(expr)->elements) {
                if (may_assign(element)) return true;
            }
            return false;
        case ExprKind::Interpolation:
            for (const InterpolationPart& part : as<InterpolationExpr>(expr)->parts) {
                if (may_assign(part.value)) return true;
            }
            return false;
        default:
            return true;
    }
}

// Is the target written only by the last instruction, after everything else was read? Then the
// value may be computed straight into a variable that it mentions: `x = x + 1`.
bool FunctionLowering::safe_target(const Expr* expr) {
    if (expr->constant != nullptr) return true;
    switch (expr->kind) {
        case ExprKind::Literal:
        case ExprKind::Interpolation:
        case ExprKind::Name:
        case ExprKind::This:
        case ExprKind::Member:
        case ExprKind::Index:
        case ExprKind::Unary:
        case ExprKind::Is:
        case ExprKind::Tuple:
        case ExprKind::ArrayLiteral:
        case ExprKind::Lambda:
        case ExprKind::Hole:
            return true;
        case ExprKind::Paren:
            return safe_target(as<ParenExpr>(expr)->inner);
        case ExprKind::Cast:
            return true;
        case ExprKind::Binary:
            switch (as<BinaryExpr>(expr)->meaning) {
                case OperatorKind::Primitive:
                case OperatorKind::Concat:
                case OperatorKind::Call:
                case OperatorKind::Equals:
                    return true;
                default:
                    return false;
            }
        case ExprKind::Call: {
            return as<CallExpr>(expr)->call->kind != CallKind::Constructor;
        }
        case ExprKind::Convert: {
            const auto* convert = as<ConvertExpr>(expr);
            return convert->conversion != ConversionKind::MapNullable;
        }
        case ExprKind::If: {
            // Each branch ends with its own last instruction.
            const auto* e = as<IfExpr>(expr);
            return safe_target(e->then_branch) && e->else_branch != nullptr && safe_target(e->else_branch);
        }
        default:
            return false;
    }
}

Reg FunctionLowering::stable(Expr* expr, bool later_may_assign) {
    const LocalSymbol* local = nullptr;
    const Reg r = argument(expr);
    if (later_may_assign && plain_local(expr, local) && local->assigned) {
        const Reg copy = code_.fresh(code_.type_of(r));
        move(copy, r);
        return copy;
    }
    return r;
}

Reg FunctionLowering::stable_exact(Expr* expr, bool later_may_assign) {
    const Reg r = stable(expr, later_may_assign);
    const TypeIndex t = register_type(expr->type);
    if (code_.type_of(r) == t) return r;
    const Reg copy = code_.temp(t);
    move(copy, r);
    return copy;
}

Reg FunctionLowering::exact(Expr* expr) {
    const Reg r = value(expr);
    const TypeIndex t = register_type(expr->type);
    if (code_.type_of(r) == t) return r;
    const Reg copy = code_.temp(t);
    move(copy, r);
    return copy;
}

std::vector<Reg> FunctionLowering::arguments(std::span<Expr* const> exprs) {
    std::size_t assigning = 0;  // expressions from the last one that may assign on are safe
    for (std::size_t i = exprs.size(); i-- > 0;) {
        if (may_assign(exprs[i])) {
            assigning = i;
            break;
        }
    }
    std::vector<Reg> regs;
    regs.reserve(exprs.size());
    for (std::size_t i = 0; i < exprs.size(); ++i) regs.push_back(stable(exprs[i], i < assigning));
    return regs;
}

}  // namespace skua::compiler
