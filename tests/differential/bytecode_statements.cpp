// Statements: straight code, control flow, calls, errors.
#include <algorithm>
#include <limits>

#include "bytecode_function.h"
#include "skua/classfile/check.h"

namespace skua::differential {

namespace cf = classfile;

Reg FunctionGenerator::make_value(Ty t, int depth) {
    const TypeInfo info = types()[t];
    switch (info.shape) {
        case Shape::Primitive: {
            if (depth < 3 && random_.percent(25)) {  // an expression: its temporaries are used once
                std::vector<Op> fitting;
                for (const Op op : table_ops()) {
                    const cf::OpInfo& row = cf::op_info(op);
                    if (row.operand_count < 2 || row.operands[0].kind != cf::OperandKind::Write ||
                        row.has(cf::Throws))
                        continue;
                    const OperandClass cls = row.operands[0].cls;
                    const bool fits = (cls == OperandClass::I64 &&
                                       (info.kind == TypeKind::I64 || info.kind == TypeKind::U64)) ||
                                      (cls == OperandClass::I32 &&
                                       (info.kind == TypeKind::I32 || info.kind == TypeKind::U32)) ||
                                      (cls == OperandClass::F64 && info.kind == TypeKind::F64) ||
                                      (cls == OperandClass::F32 && info.kind == TypeKind::F32) ||
                                      (cls == OperandClass::Bool && info.kind == TypeKind::Bool) ||
                                      (cls == OperandClass::U8 && info.kind == TypeKind::U8) ||
                                      (cls == OperandClass::I8 && info.kind == TypeKind::I8) ||
                                      (cls == OperandClass::U16 && info.kind == TypeKind::U16) ||
                                      (cls == OperandClass::I16 && info.kind == TypeKind::I16);
                    if (fits) fitting.push_back(op);
                }
                if (!fitting.empty()) {
                    const Op op = random_.pick(fitting);
                    const Reg r = fresh(t);
                    table_instruction(op, r, depth + 1, 0);
                    return r;
                }
            }
            if (info.kind == TypeKind::F64 || info.kind == TypeKind::F32) {
                const Reg r = fresh(t);
                emit(info.kind == TypeKind::F64 ? Op::ConstF64 : Op::ConstF32,
                     {r, float_bits(info.kind == TypeKind::F64)});
                return r;
            }
            return constant(info.kind, edge(info.kind));
        }
        case Shape::String: {
            const Reg r = fresh(t);
            emit(Op::ConstStr, {r, file_.builder.str(random_.pick(
                                       {"", "x", "abc", "\xE2\x82\xAC uro", "longer than a word"}))});
            return r;
        }
        case Shape::Array: {
            const Reg r = fresh(t);
            if (depth < 2 && random_.percent(40)) {
                std::vector<std::int64_t> operands{r, random_.between(1, 5)};
                for (std::int64_t n = operands[1]; n > 0; --n)
                    operands.push_back(source(info.parts[0], depth + 2));
                emit(Op::ArrayLit, operands);
            } else {
                emit(Op::ArrayNew, {r, integer(random_.between(1, 12))});
            }
            return r;
        }
        case Shape::Struct:
        case Shape::Tuple: {
            std::vector<std::int64_t> operands{0, static_cast<std::int64_t>(info.members.size())};
            for (const Member& m : info.members) operands.push_back(source(m.type, depth + 1));
            const Reg r = operands[0] = fresh(t);
            emit(Op::Pack, operands);
            return r;
        }
        case Shape::Class: {
            const Ty made = !info.subclasses.empty() ? random_.pick(info.subclasses) : t;
            const Reg r = fresh(t);
            if (types()[made].subclasses.empty() || depth > 3) {  // an error, or enough
                emit(Op::Default, {r});
                return r;
            }
            emit(Op::New, {r, file_.index(made)});
            for (std::size_t n = random_.below(3); n > 0 && depth < 2 && !info.members.empty(); --n) {
                const Member& m = random_.pick(info.members);
                emit(Op::PutField, {r, file_.path(t, m), source(m.type, depth + 2)});
            }
            return r;
        }
        case Shape::Interface: {
            const Ty from = random_.pick(info.subclasses);
            const Reg r = fresh(t);
            const Reg value = source(from, depth + 1);
            emit(types()[from].shape == Shape::Class ? Op::Move : Op::Box, {r, value});
            return r;
        }
        case Shape::Nullable: {
            const Reg r = fresh(t);
            if (random_.percent(25))
                emit(Op::ConstNull, {r});
            else
                emit(Op::Wrap, {r, source(info.parts[0], depth + 1)});
            return r;
        }
        case Shape::Function: {
            const Reg r = fresh(t);
            std::vector<const Callable*> fitting;
            const std::size_t given = info.parts.size() - 1;
            for (const Callable& c : world_.callables)
                if (c.closable && c.result == info.parts.back() && c.params.size() >= given &&
                    std::equal(info.parts.begin(), info.parts.end() - 1, c.params.begin()))
                    fitting.push_back(&c);
            if (fitting.empty()) {
                emit(Op::Default, {r});
                return r;
            }
            const Callable callee = *random_.pick(fitting);
            std::vector<std::int64_t> operands{
                r,
                file_.method(callee.owner, callee.name, {}, callee.declared_params, callee.declared_result),
                static_cast<std::int64_t>(callee.params.size() - given)};
            for (std::size_t i = given; i < callee.params.size(); ++i)
                operands.push_back(source(callee.params[i], depth + 1));
            emit(Op::Closure, operands);
            return r;
        }
        default:
            SKUA_CHECK(false);
            return 0;
    }
}

void FunctionGenerator::block(int statements, int depth) {
    for (int i = 0; i < statements && can_afford(30); ++i) statement(depth);
}

void FunctionGenerator::statement(int depth) {
    lines_.push_back({code_.position(), ++line_, 1 + static_cast<std::uint32_t>(depth)});
    const std::size_t what = random_.below(100);
    if (depth >= 4 || what < 72) return straight();
    if (what < 79) return if_statement(depth);
    if (what < 85) return loop(depth);
    if (what < 87) return array_walk(depth);
    if (what < 89) return dispatch_walk();
    if (what < 91) return switch_statement(depth);
    if (what < 96) return try_statement(depth);
    if (what < 98) return soup(depth);
    if (what < 99) return jump_out();
    throw_statement();
}

void FunctionGenerator::straight() {
    if (random_.percent(12)) {
        const Op op = random_.pick(
            {Op::Call, Op::Call, Op::CallVirtual, Op::CallInterface, Op::CallConstrained, Op::CallClosure});
        if (call_instruction(op)) return;
    }
    if (random_.percent(55)) return table_instruction(random_.pick(table_ops()), std::nullopt, 0, 0);
    for (int tries = 0; tries < 5; ++tries)
        if (other_instruction(random_.pick(other_ops()))) return;
}

void FunctionGenerator::if_statement(int depth) {
    const auto no = code_.new_label(), after = code_.new_label();
    conditional_branch(no.id);
    block(static_cast<int>(1 + random_.below(4)), depth + 1);
    if (random_.percent(60)) {
        emit(Op::Br, {after.id});
        code_.bind(no);
        block(static_cast<int>(1 + random_.below(4)), depth + 1);
    } else {
        code_.bind(no);
    }
    code_.bind(after);
}

void FunctionGenerator::loop(int depth) {
    std::int64_t rounds = random_.between(1, 10);
    if (multiplier_ < 2 && random_.percent(6)) rounds = random_.between(100, 400);
    if (!can_afford(static_cast<double>(rounds) * 40)) rounds = 2;
    const bool narrow = random_.percent(30), down = random_.percent(30), at_end = random_.percent(50);
    const TypeKind kind = narrow ? TypeKind::I32 : TypeKind::I64;
    // Sometimes at an end of the counter's type, where a step too far wraps.
    const std::int64_t most =
        narrow ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<std::int64_t>::max();
    const std::int64_t least = -most - 1;
    const std::int64_t low = random_.percent(88) ? 0 : random_.pick({most - rounds, least, -(rounds / 2)});
    const std::int64_t high = low + rounds;
    const Reg i = fresh(types().primitive(kind)), limit = constant(kind, down ? low : high),
              step = constant(kind, down ? -1 : 1);
    emit(Op::ConstInt, {i, down ? high : low});
    const auto head = code_.new_label(), next = code_.new_label(), out = code_.new_label();
    code_.bind(head);
    if (!at_end) emit(narrow ? Op::BrLeI32 : Op::BrLeI64, {down ? i : limit, down ? limit : i, out.id});
    const double outer = multiplier_;
    multiplier_ *= static_cast<double>(rounds);
    readonly_[type(i)].push_back(i);
    exits_.push_back(out.id);
    exits_.push_back(next.id);
    block(static_cast<int>(1 + random_.below(5)), depth + 1);
    exits_.resize(exits_.size() - 2);
    readonly_[type(i)].pop_back();
    code_.bind(next);
    emit(narrow ? Op::AddI32 : Op::AddI64, {i, i, step});
    if (at_end)
        emit(narrow ? Op::BrLtI32 : Op::BrLtI64, {down ? limit : i, down ? i : limit, head.id});
    else
        emit(Op::Br, {head.id});
    multiplier_ = outer;
    code_.bind(out);
    pool_[type(i)].push_back(i);
    folded_.push_back(i);
}

// for i in 0..a.len: the loop whose bounds checks a compiler would like to drop.
void FunctionGenerator::array_walk(int depth) {
    const Ty i64 = types().primitive(TypeKind::I64);
    const auto t = type_of_class(OperandClass::Array, false);
    const Ty element = types()[*t].parts[0];
    if (!can_afford(400)) return straight();
    const Reg array = fresh(*t), n = fresh(i64), i = fresh(i64), one = integer(1);
    emit(Op::Move, {array, source(*t)});
    emit(Op::ArrayLen, {n, array});
    if (random_.percent(25)) emit(Op::SubI64, {n, n, integer(random_.pick({1, 2, -1}))});
    const Reg start = random_.percent(70) ? integer(random_.between(0, 2)) : source(i64);
    emit(Op::Move, {i, start});
    const auto head = code_.new_label(), next = code_.new_label(), out = code_.new_label();
    code_.bind(head);
    emit(random_.percent(75) ? Op::BrLeI64 : Op::BrLeU64, {n, i, out.id});
    const double outer = multiplier_;
    multiplier_ *= 12;
    readonly_[*t].push_back(array);
    readonly_[i64].push_back(i);
    readonly_[i64].push_back(n);
    exits_.push_back(out.id);
    exits_.push_back(next.id);
    Reg at = i;
    if (random_.percent(25)) {
        at = fresh(i64);
        emit(random_.percent(50) ? Op::AddI64 : Op::SubI64, {at, i, integer(random_.pick({1, 1, 2}))});
    }
    emit(Op::ArrayGet, {dest(element), array, at});
    block(static_cast<int>(random_.below(4)), depth + 1);
    emit(Op::ArrayPut, {array, random_.percent(70) ? i : at, source(element, 2)});
    exits_.resize(exits_.size() - 2);
    readonly_[*t].pop_back();
    readonly_[i64].pop_back();
    readonly_[i64].pop_back();
    code_.bind(next);
    emit(Op::AddI64, {i, i, random_.percent(85) ? one : integer(2)});
    emit(Op::Br, {head.id});
    multiplier_ = outer;
    code_.bind(out);
    offer(i);
}

// One call site and receivers of several classes in turn: caches that are right, wrong, and given up.
void FunctionGenerator::dispatch_walk() {
    std::vector<const Callable*> fitting;
    for (const Callable& c : world_.callables)
        if ((c.op == Op::CallVirtual || c.op == Op::CallInterface) && can_afford(4 * c.cost))
            fitting.push_back(&c);
    if (fitting.empty()) return straight();
    const Callable callee = *random_.pick(fitting);
    const Ty i64 = types().primitive(TypeKind::I64), receiver = callee.params[0];
    const std::int64_t n = random_.between(1, 6);
    std::vector<std::int64_t> operands{fresh(types().array(receiver)), n};
    for (std::int64_t i = 0; i < n; ++i) operands.push_back(make_value(receiver, 2));
    emit(Op::ArrayLit, operands);
    const std::int64_t rounds = can_afford(90 * callee.cost) ? 90 : can_afford(15 * callee.cost) ? 15 : 3;
    const Reg left = fresh(i64), at = fresh(i64), object = fresh(receiver);
    emit(Op::ConstInt, {left, rounds});
    const auto head = code_.new_label();
    code_.bind(head);
    const double outer = multiplier_;
    multiplier_ *= static_cast<double>(rounds);
    readonly_[i64].push_back(left);
    emit(Op::RemU64, {at, left, integer(n)});
    emit(Op::ArrayGet, {object, operands[0], at});
    std::vector<std::int64_t> call{
        dest(callee.result),
        file_.method(callee.owner, callee.name, {}, callee.declared_params, callee.declared_result),
        static_cast<std::int64_t>(callee.params.size()), object};
    for (std::size_t i = 1; i < callee.params.size(); ++i) call.push_back(source(callee.params[i], 2));
    emit(callee.op, call);
    cost_ += multiplier_ * callee.cost;
    readonly_[i64].pop_back();
    emit(Op::SubI64, {left, left, integer(1)});
    emit(Op::BrLtI64, {integer(0), left, head.id});
    multiplier_ = outer;
}

void FunctionGenerator::switch_statement(int depth) {
    const TypeKind kind =
        random_.pick({TypeKind::I64, TypeKind::I64, TypeKind::I32, TypeKind::I8, TypeKind::U8, TypeKind::U16,
                      TypeKind::U32, TypeKind::U64, TypeKind::Char, TypeKind::Bool, TypeKind::I16});
    Reg on = source(types().primitive(kind));
    if ((kind == TypeKind::I64 || kind == TypeKind::U64) && random_.percent(60)) {
        const Reg masked = fresh(types().primitive(kind));
        emit(Op::AndI64, {masked, on, constant(kind, random_.pick({3, 7}))});
        on = masked;
    }
    const std::size_t n = kind == TypeKind::Bool ? 2 : 1 + random_.below(6);
    std::vector<CodeBuilder::Label> labels;
    for (std::size_t i = 0; i <= n; ++i) labels.push_back(code_.new_label());
    std::vector<std::int64_t> operands{on};
    if (random_.percent(50)) {
        operands.push_back(
            kind == TypeKind::Bool
                ? 0
                : random_.pick({0, 1, kind == TypeKind::I8 || kind == TypeKind::I64 ? -2 : 2}));
        operands.push_back(static_cast<std::int64_t>(n));
        for (std::size_t i = 0; i < n; ++i)
            operands.push_back(labels[random_.percent(80) ? i : random_.below(n)].id);
        operands.push_back(labels[n].id);
        emit(Op::SwitchDense, operands);
    } else {
        std::vector<std::int64_t> values;
        while (values.size() < n) {
            const std::int64_t value = random_.percent(60) ? random_.between(0, 7) : edge(kind);
            if (kind == TypeKind::Bool && value > 1) continue;
            if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
        }
        std::sort(values.begin(), values.end());
        operands.push_back(static_cast<std::int64_t>(n));
        for (std::size_t i = 0; i < n; ++i) {
            operands.push_back(values[i]);
            operands.push_back(labels[i].id);
        }
        operands.push_back(labels[n].id);
        emit(Op::SwitchSparse, operands);
    }
    const auto after = code_.new_label();
    for (std::size_t i = 0; i <= n; ++i) {
        code_.bind(labels[i]);
        block(static_cast<int>(1 + random_.below(2)), depth + 1);
        if (random_.percent(85)) emit(Op::Br, {after.id});
    }
    code_.bind(after);
}

void FunctionGenerator::handler(CodeBuilder::Label start, CodeBuilder::Label end, CodeBuilder::Label after,
                                int depth) {
    emit(Op::Br, {after.id});
    // The first that fits is taken; several may share one target's register.
    const std::size_t n = random_.percent(70) ? 1 : 2;
    for (std::size_t i = 0; i < n; ++i) {
        const Ty caught = i + 1 == n && random_.percent(75) ? world_.error_type : random_.pick(world_.errors);
        const Reg error = fresh(caught);
        const auto target = code_.new_label();
        code_.bind(target);
        handlers_.push_back({start, end, target, caught, error});
        const Reg message = fresh(types().string());
        emit(Op::GetField, {message, error,
                            file_.path(world_.error_type, {"message", types().string(), types().string()})});
        if (random_.percent(70)) fold(message);
        if (random_.percent(30)) fold(error);
        offer(message);
        block(static_cast<int>(random_.below(3)), depth + 1);
        if (i + 1 < n) emit(Op::Br, {after.id});
    }
}

void FunctionGenerator::try_statement(int depth) {
    const auto start = code_.new_label(), end = code_.new_label(), after = code_.new_label();
    code_.bind(start);
    emit(Op::Nop, {});
    block(static_cast<int>(1 + random_.below(5)), depth + 1);
    code_.bind(end);
    handler(start, end, after, depth);
    code_.bind(after);
}

// Blocks that jump to one another as they like, a bounded number of times: flow that no compiler of
// structured programs makes.
void FunctionGenerator::soup(int depth) {
    const std::size_t n = 2 + random_.below(4);
    const std::int64_t rounds = random_.between(3, 12);
    if (!can_afford(static_cast<double>(rounds) * 60)) return straight();
    const Ty i64 = types().primitive(TypeKind::I64);
    const Reg left = fresh(i64), one = integer(1), zero = integer(0);
    emit(Op::ConstInt, {left, rounds});
    std::vector<CodeBuilder::Label> labels;
    for (std::size_t i = 0; i < n; ++i) labels.push_back(code_.new_label());
    const auto out = code_.new_label();
    const double outer = multiplier_;
    multiplier_ *= static_cast<double>(rounds);
    readonly_[i64].push_back(left);
    for (std::size_t i = 0; i < n; ++i) {
        code_.bind(labels[i]);
        emit(Op::SubI64, {left, left, one});
        emit(Op::BrLtI64, {left, zero, out.id});
        block(static_cast<int>(1 + random_.below(2)), depth + 2);
        conditional_branch(labels[random_.below(n)].id);
        if (random_.percent(60)) emit(Op::Br, {labels[random_.below(n)].id});
    }
    readonly_[i64].pop_back();
    multiplier_ = outer;
    code_.bind(out);
}

void FunctionGenerator::jump_out() {
    if (exits_.empty()) return straight();
    conditional_branch(random_.pick(exits_));
}

void FunctionGenerator::throw_statement() {
    const auto skip = code_.new_label();
    conditional_branch(skip.id);
    const Ty thrown = random_.pick(world_.errors), text = types().string();
    const Ty cause_type = types().nullable(world_.error_type);
    const Reg error = fresh(thrown), message = source(text), cause = fresh(cause_type);
    emit(Op::New, {error, file_.index(thrown)});
    emit(Op::Call, {-1, file_.method(thrown, "init", {}, {thrown, text, cause_type}, types().void_type()), 3,
                    error, message, cause});
    emit(Op::Throw, {error});
    code_.bind(skip);
}

bool FunctionGenerator::call_instruction(Op op) {
    if (op == Op::Closure) {
        const Ty t = random_.pick(world_.function_types).first;
        const Reg r = make_value(t, 1);
        emit(Op::Move, {dest(t), r});
        return true;
    }
    if (op == Op::CallClosure) {
        const auto& [t, cost] = random_.pick(world_.function_types);
        if (!can_afford(cost)) return false;
        const TypeInfo info = types()[t];
        std::vector<std::int64_t> operands{-1, source(t), static_cast<std::int64_t>(info.parts.size() - 1)};
        for (std::size_t i = 0; i + 1 < info.parts.size(); ++i) operands.push_back(source(info.parts[i], 1));
        if (random_.percent(90)) operands[0] = dest(info.parts.back());
        emit(op, operands);
        cost_ += multiplier_ * cost;
        return true;
    }
    std::vector<const Callable*> fitting;
    for (const Callable& c : own_calls)
        if (c.op == op && can_afford(c.cost)) fitting.insert(fitting.end(), 3, &c);
    for (const Callable& c : world_.callables)
        if (c.op == op && can_afford(c.cost)) fitting.push_back(&c);
    if (fitting.empty()) return false;
    emit_call(*random_.pick(fitting));
    return true;
}

void FunctionGenerator::emit_call(const Callable& callee) {
    const auto method = file_.method(callee.owner, callee.name, callee.type_args, callee.declared_params,
                                     callee.declared_result);
    std::vector<std::int64_t> operands{-1, method, static_cast<std::int64_t>(callee.params.size())};
    for (std::size_t i = 0; i < callee.params.size(); ++i) {
        const Ty wanted = callee.params[i];
        if (i == 0 && callee.depth) {
            operands.push_back(integer(random_.between(1, 3)));
            continue;
        }
        // A subclass may be passed as it is.
        const std::vector<Ty>& below = types()[wanted].subclasses;
        const Ty from = !below.empty() && random_.percent(40) ? random_.pick(below) : wanted;
        operands.push_back(source(types().assignable(from, wanted) ? from : wanted, 1));
    }
    if (callee.result != types().void_type() && random_.percent(90)) operands[0] = dest(callee.result);
    emit(callee.op, operands);
    cost_ += multiplier_ * callee.cost;
}

}  // namespace skua::differential
