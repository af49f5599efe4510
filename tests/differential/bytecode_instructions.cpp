// Single instructions, chosen from the one opcode table: those that its columns describe completely are
// made from the columns, the others by hand.
#include "bytecode_function.h"
#include "skua/classfile/check.h"

namespace skua::differential {

namespace cf = classfile;

namespace {

bool has_label(const cf::OpInfo& info) {
    return info.has(cf::Branch);
}

std::vector<Op> collect(bool (*wanted)(Op, const cf::OpInfo&)) {
    std::vector<Op> found;
    for (int i = 0; i < cf::kOpCount; ++i)
        if (const Op op = static_cast<Op>(i); wanted(op, cf::op_info(op))) found.push_back(op);
    return found;
}

bool is_checked(const cf::OpInfo& info) {
    return info.mnemonic.find(".checked.") != std::string_view::npos;
}

}  // namespace

const std::vector<Op>& table_ops() {
    static const std::vector<Op> ops = collect(
        [](Op, const cf::OpInfo& info) { return info.typing == cf::Typing::Table && !has_label(info); });
    return ops;
}

const std::vector<Op>& branch_ops() {
    static const std::vector<Op> ops =
        collect([](Op, const cf::OpInfo& info) { return has_label(info) && !info.has(cf::EndsBlock); });
    return ops;
}

const std::vector<Op>& other_ops() {
    static const std::vector<Op> ops = collect([](Op, const cf::OpInfo& info) {
        return info.typing != cf::Typing::Table && !has_label(info) && !info.has(cf::EndsBlock);
    });
    return ops;
}

void FunctionGenerator::table_instruction(Op op, std::optional<Reg> into, int depth, std::int64_t label) {
    const cf::OpInfo& info = cf::op_info(op);
    std::vector<std::int64_t> operands(info.operand_count);
    for (unsigned i = 0; i < info.operand_count; ++i) {
        const cf::Operand& operand = info.operands[i];
        switch (operand.kind) {
            case cf::OperandKind::Read:
                if (is_checked(info) && random_.percent(70)) {
                    operands[i] = tame(operand.cls);
                } else if ((op == Op::F64ToI64Trap || op == Op::F64ToU64Trap) && random_.percent(75)) {
                    operands[i] = fresh(types().primitive(TypeKind::F64));
                    emit(op == Op::F64ToI64Trap ? Op::I32ToF64 : Op::U32ToF64,
                         {operands[i], source_class(OperandClass::I32, depth + 1)});
                } else if (op == Op::CharI32 && random_.percent(75)) {
                    operands[i] = source(types().primitive(TypeKind::U8), depth + 1);
                } else if (op == Op::BitsF64I64 || op == Op::BitsF32I32) {
                    operands[i] = canonical_float(source_class(operand.cls, depth + 1));
                } else if (op == Op::StrByte && i == 2) {
                    operands[i] = random_.percent(75) ? integer(random_.between(0, 4))
                                                      : source(types().primitive(TypeKind::I64), depth + 1);
                } else {
                    operands[i] = source_class(operand.cls, depth + 1);
                }
                break;
            case cf::OperandKind::F64Bits:
                operands[i] = float_bits(true);
                break;
            case cf::OperandKind::F32Bits:
                operands[i] = float_bits(false);
                break;
            case cf::OperandKind::Str:
                operands[i] = file_.builder.str(random_.pick({"", "a", "skua", "gr\xC3\xBCn", "0123456789"}));
                break;
            case cf::OperandKind::Label:
                operands[i] = label;
                break;
            default:
                break;
        }
    }
    for (unsigned i = 0; i < info.operand_count; ++i)
        if (info.operands[i].kind == cf::OperandKind::Write)
            operands[i] = into ? *into : dest_class(info.operands[i].cls);
    emit(op, operands);
}

// A conditional branch, any of them.
void FunctionGenerator::conditional_branch(std::int64_t label) {
    const Op op = random_.pick(branch_ops());
    if (op == Op::BrIs || op == Op::BrIsNot) {
        const Ty object =
            random_.percent(50) ? random_.pick(world_.interfaces) : random_.pick(world_.objects);
        const Reg r = source(object);
        Ty tested = random_.percent(70) ? random_.pick(world_.objects) : random_.pick(world_.palette);
        if (types()[tested].shape == Shape::Nullable) tested = random_.pick(world_.interfaces);
        emit(op, {r, file_.index(tested), label});
        return;
    }
    table_instruction(op, std::nullopt, 0, label);
}

bool FunctionGenerator::other_instruction(Op op) {
    switch (op) {
        case Op::Move: {
            const Ty to = random_.pick(world_.palette);
            const TypeInfo& info = types()[to];
            // Upcasts where there are any.
            const Ty from =
                !info.subclasses.empty() && random_.percent(60) ? random_.pick(info.subclasses) : to;
            const Reg r = source(types().assignable(from, to) ? from : to);
            emit(op, {dest(to), r});
            return true;
        }
        case Op::ConstInt: {
            const TypeKind kind =
                random_.pick({TypeKind::I8, TypeKind::I16, TypeKind::I32, TypeKind::I64, TypeKind::U8,
                              TypeKind::U16, TypeKind::U32, TypeKind::U64, TypeKind::Bool, TypeKind::Char});
            emit(op, {dest(types().primitive(kind)), edge(kind)});
            return true;
        }
        case Op::Default:
            emit(op, {dest(random_.pick(world_.palette))});
            return true;
        case Op::Retype: {
            if (random_.percent(30)) {
                const bool back = random_.percent(50);
                const Reg r = source(types().primitive(back ? TypeKind::I64 : TypeKind::U64));
                emit(op, {dest(types().primitive(back ? TypeKind::U64 : TypeKind::I64)), r});
            } else {
                const Reg r = source(types().primitive(
                    random_.pick({TypeKind::I32, TypeKind::U32, TypeKind::Char, TypeKind::Bool, TypeKind::U8,
                                  TypeKind::I8, TypeKind::U16, TypeKind::I16})));
                emit(op, {dest(types().primitive(random_.pick({TypeKind::I32, TypeKind::U32}))), r});
            }
            return true;
        }
        default:
            return object_instruction(op) || array_instruction(op) || value_instruction(op) ||
                   call_instruction(op);
    }
}

bool FunctionGenerator::object_instruction(Op op) {
    switch (op) {
        case Op::New: {
            const Ty t = random_.pick(world_.objects);
            emit(op, {dest(t), file_.index(t)});
            return true;
        }
        case Op::GetField:
        case Op::PutField: {
            const Ty object = random_.pick(world_.objects);
            Ty owner = object;
            while (types()[owner].super != 0 && (types()[owner].members.empty() || random_.percent(40)))
                owner = types()[owner].super;
            if (types()[owner].members.empty()) return false;
            Ty leaf = 0;
            const auto path = file_.path(random_, owner, random_.pick(types()[owner].members), leaf);
            const Reg r = source(object);
            if (op == Op::GetField)
                emit(op, {dest(leaf), r, path});
            else
                emit(op, {r, path, source(leaf)});
            return true;
        }
        case Op::GetStatic:
        case Op::PutStatic: {
            const auto& [owner, member] = random_.pick(world_.statics);
            Ty leaf = 0;
            const auto path = file_.path(random_, owner, member, leaf);
            if (op == Op::GetStatic)
                emit(op, {dest(leaf), path});
            else
                emit(op, {path, source(leaf)});
            return true;
        }
        case Op::Is: {
            const Reg r =
                source(random_.percent(60) ? random_.pick(world_.interfaces) : random_.pick(world_.objects));
            emit(op, {dest(types().primitive(TypeKind::Bool)), r,
                      file_.index(random_.percent(70) ? random_.pick(world_.objects)
                                                      : random_.pick(world_.interfaces))});
            return true;
        }
        case Op::Cast:
        case Op::CastOrNull: {
            const Reg r =
                source(random_.percent(70) ? random_.pick(world_.interfaces) : random_.pick(world_.objects));
            Ty to = random_.percent(50) ? random_.pick(world_.objects) : random_.pick(world_.palette);
            if (types()[to].shape == Shape::Nullable || types()[to].shape == Shape::Function)
                to = random_.pick(world_.objects);
            if (op == Op::CastOrNull) {
                to = types().nullable(to);
            } else if (random_.percent(20) && types().is_reference(to)) {
                to = types().nullable(to);
            }
            emit(op, {dest(to), r});
            return true;
        }
        case Op::Box: {
            const Ty to = random_.pick(world_.interfaces);
            std::vector<Ty> boxable;
            for (const Ty t : types()[to].subclasses)
                if (types()[t].shape != Shape::Class) boxable.push_back(t);
            if (boxable.empty()) return false;
            const Reg r = source(random_.pick(boxable));
            emit(op, {dest(to), r});
            return true;
        }
        default:
            return false;
    }
}

bool FunctionGenerator::array_instruction(Op op) {
    const Ty i64 = types().primitive(TypeKind::I64);
    const cf::OpInfo& info = cf::op_info(op);
    const auto any_array = [&]() -> Ty {
        const auto t = type_of_class(OperandClass::Array, false);
        return *t;
    };
    switch (info.typing) {
        case cf::Typing::ArrayNew: {
            Reg length = integer(random_.between(random_.percent(5) ? -2 : 0, 12));
            if (random_.percent(30)) {
                const Reg masked = fresh(i64);
                emit(Op::AndI64, {masked, source(i64), integer(random_.pick({3, 7, 15}))});
                length = masked;
            }
            emit(op, {dest(any_array()), length});
            return true;
        }
        case cf::Typing::ArrayLit: {
            const Ty array = any_array();
            std::vector<std::int64_t> operands{0, 0};
            for (std::size_t n = random_.below(6); n > 0; --n)
                operands.push_back(source(types()[array].parts[0], 1));
            operands[0] = dest(array);
            operands[1] = static_cast<std::int64_t>(operands.size() - 2);
            emit(op, operands);
            return true;
        }
        case cf::Typing::ArrayGet:
        case cf::Typing::ArrayPut: {
            const Reg array = source(any_array());
            const Ty element = types()[type(array)].parts[0];
            const Reg i = index_for(array);
            if (op == Op::ArrayGet)
                emit(op, {dest(element), array, i});
            else
                emit(op, {array, i, source(element, 1)});
            return true;
        }
        case cf::Typing::ArrayGetField:
        case cf::Typing::ArrayPutField: {
            Ty t = any_array();
            for (int tries = 0; tries < 30 && !types().is_value(types()[t].parts[0]); ++tries)
                t = any_array();
            const Ty element = types()[t].parts[0];
            if (!types().is_value(element)) return false;
            const Reg array = source(t);
            const Reg i = index_for(array);
            Ty leaf = 0;
            const auto path = file_.path(random_, element, random_.pick(types()[element].members), leaf);
            if (op == Op::ArrayGetField)
                emit(op, {dest(leaf), array, i, path});
            else
                emit(op, {array, i, path, source(leaf, 1)});
            return true;
        }
        case cf::Typing::ArrayCopy: {
            const Ty t = any_array();
            const Reg to = source(t), from = random_.percent(30) ? to : source(t);
            const Reg i = index_for(to), j = index_for(from);
            emit(op, {to, i, from, j, integer(random_.between(random_.percent(5) ? -1 : 0, 3))});
            return true;
        }
        case cf::Typing::ArrayFill: {
            const Reg array = source(any_array());
            const Reg i = random_.percent(80) ? integer(random_.between(0, 2)) : index_for(array);
            Reg j = integer(random_.between(0, 5));
            if (random_.percent(60)) {
                j = fresh(i64);
                emit(Op::ArrayLen, {j, array});
            }
            emit(op, {array, i, j, source(types()[type(array)].parts[0], 1)});
            return true;
        }
        case cf::Typing::Bytes: {
            const Reg array = source(types().array(types().primitive(TypeKind::U8)));
            const Reg i = random_.percent(60) ? integer(random_.between(0, 5)) : index_for(array);
            if (info.operands[0].kind == cf::OperandKind::Write) {
                emit(op, {dest_class(info.operands[0].cls), array, i});
            } else {
                Reg value = source_class(info.operands[2].cls, 1);
                const OperandClass cls = info.operands[2].cls;
                if (cls == OperandClass::F32 || cls == OperandClass::F64) value = canonical_float(value);
                emit(op, {array, i, value});
            }
            return true;
        }
        default:
            return false;
    }
}

bool FunctionGenerator::value_instruction(Op op) {
    switch (op) {
        case Op::StrConcat: {
            std::vector<std::int64_t> operands{0, 0};
            for (std::size_t n = random_.below(5); n > 0; --n)
                operands.push_back(source(types().string(), 1));
            operands[0] = dest(types().string());
            operands[1] = static_cast<std::int64_t>(operands.size() - 2);
            emit(op, operands);
            short_text(operands[0]);
            return true;
        }
        case Op::Pack: {
            const auto t = type_of_class(OperandClass::Value, true);
            std::vector<std::int64_t> operands{0, static_cast<std::int64_t>(types()[*t].members.size())};
            for (std::size_t i = 0; i < types()[*t].members.size(); ++i)
                operands.push_back(source(types()[*t].members[i].type, 1));
            operands[0] = dest(*t);
            emit(op, operands);
            return true;
        }
        case Op::Extract:
        case Op::Insert: {
            const auto t = type_of_class(OperandClass::Value, true);
            Ty leaf = 0;
            const auto path = file_.path(random_, *t, random_.pick(types()[*t].members), leaf);
            if (op == Op::Extract) {
                const Reg r = source(*t);
                emit(op, {dest(leaf), r, path});
            } else {
                const Reg value = source(leaf, 1);
                emit(op, {dest(*t), path, value});
            }
            return true;
        }
        case Op::Wrap: {
            const auto t = type_of_class(OperandClass::Nullable, true);
            const Reg r = source(types()[*t].parts[0]);
            emit(op, {dest(*t), r});
            return true;
        }
        case Op::Unwrap: {
            const auto t = type_of_class(OperandClass::Nullable, false);
            const Reg r = source(*t);
            if (random_.percent(70)) {
                const auto null = code_.new_label();
                emit(Op::BrNull, {r, null.id});
                emit(op, {dest(types()[*t].parts[0]), r});
                code_.bind(null);
            } else {
                emit(op, {dest(types()[*t].parts[0]), r});
            }
            return true;
        }
        case Op::Equals: {
            const Ty t = random_.pick(world_.palette);
            const Reg a = source(t), b = random_.percent(15) ? a : source(t);
            emit(op, {dest(types().primitive(TypeKind::Bool)), a, b});
            return true;
        }
        case Op::Hash: {  // equal values have equal hashes; the numbers are nobody's business
            Ty t = random_.pick(world_.palette);
            if (types()[t].shape == Shape::Interface) t = types().string();
            const Ty i64 = types().primitive(TypeKind::I64);
            const Reg r = source(t), a = fresh(i64), b = fresh(i64), copy = fresh(t);
            emit(Op::Move, {copy, r});
            emit(op, {a, r});
            emit(op, {b, copy});
            emit(Op::SubI64, {dest(i64), a, b});
            return true;
        }
        case Op::ToStr: {
            Ty t = random_.pick(world_.palette);
            if (types()[t].shape == Shape::Function) t = types().string();
            const Reg r = source(t), text = dest(types().string());
            emit(op, {text, r});
            short_text(text);
            return true;
        }
        default:
            return false;
    }
}

}  // namespace skua::differential
