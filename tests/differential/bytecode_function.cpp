// Registers, values, and the frame of a random function.
#include "bytecode_function.h"

#include <bit>
#include <limits>

#include "skua/classfile/check.h"

namespace skua::differential {

namespace cf = classfile;

namespace {

struct Range {
    std::int64_t low, high;
};

Range range_of(TypeKind kind) {
    switch (kind) {
        case TypeKind::I8:
            return {-128, 127};
        case TypeKind::I16:
            return {-32768, 32767};
        case TypeKind::I32:
            return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
        case TypeKind::U8:
            return {0, 255};
        case TypeKind::U16:
            return {0, 65535};
        case TypeKind::U32:
            return {0, 0xFFFFFFFF};
        case TypeKind::Bool:
            return {0, 1};
        case TypeKind::Char:
            return {0, 0x10FFFF};
        default:
            return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
    }
}

bool belongs(const Types& types, Ty t, OperandClass cls, bool written) {
    const TypeInfo& info = types[t];
    const bool primitive = info.shape == Shape::Primitive;
    switch (cls) {
        case OperandClass::I32:
            if (!primitive) return false;
            if (info.kind == TypeKind::I32 || info.kind == TypeKind::U32) return true;
            return !written && (info.kind == TypeKind::I8 || info.kind == TypeKind::I16 ||
                                info.kind == TypeKind::U8 || info.kind == TypeKind::U16);
        case OperandClass::I64:
            return primitive && (info.kind == TypeKind::I64 || info.kind == TypeKind::U64);
        case OperandClass::I8:
            return primitive && info.kind == TypeKind::I8;
        case OperandClass::I16:
            return primitive && info.kind == TypeKind::I16;
        case OperandClass::U8:
            return primitive && info.kind == TypeKind::U8;
        case OperandClass::U16:
            return primitive && info.kind == TypeKind::U16;
        case OperandClass::F32:
            return primitive && info.kind == TypeKind::F32;
        case OperandClass::F64:
            return primitive && info.kind == TypeKind::F64;
        case OperandClass::Bool:
            return primitive && info.kind == TypeKind::Bool;
        case OperandClass::Char:
            return primitive && info.kind == TypeKind::Char;
        case OperandClass::Str:
            return info.shape == Shape::String;
        case OperandClass::Array:
            return info.shape == Shape::Array;
        case OperandClass::Function:
            return info.shape == Shape::Function;
        case OperandClass::Nullable:
            return info.shape == Shape::Nullable;
        case OperandClass::Value:
            return types.is_value(t);
        // The identity of strings and boxes is nobody's business, so these are left out.
        case OperandClass::Ref:
            return info.shape == Shape::Array || info.shape == Shape::Class ||
                   info.shape == Shape::Function ||
                   (info.shape == Shape::Nullable && types[info.parts[0]].shape == Shape::Class);
        default:
            return true;
    }
}

}  // namespace

FunctionGenerator::FunctionGenerator(World& world, File& file, Random& random, double budget)
    : world_(world), file_(file), random_(random), budget_(budget) {}

void FunctionGenerator::emit(Op op, std::span<const std::int64_t> operands) {
    code_.emit(op, operands);
    const bool heavy = cf::op_info(op).has(cf::Allocates) || cf::op_info(op).typing == cf::Typing::Universal;
    cost_ += multiplier_ * (heavy ? 20 : 1);
}

Reg FunctionGenerator::fresh(Ty t) {
    reg_types_.push_back(t);
    return static_cast<Reg>(reg_types_.size() - 1);
}

void FunctionGenerator::offer(Reg r) {
    pool_[type(r)].push_back(r);
    folded_.push_back(r);
}

std::optional<Ty> FunctionGenerator::type_of_class(OperandClass cls, bool written) {
    std::vector<Ty> fitting;
    const std::vector<Ty>& from = random_.percent(70) ? kinds_ : world_.palette;
    for (const Ty t : from)
        if (belongs(types(), t, cls, written)) fitting.push_back(t);
    if (fitting.empty())
        for (const Ty t : world_.palette)
            if (belongs(types(), t, cls, written)) fitting.push_back(t);
    if (fitting.empty()) return std::nullopt;
    return random_.pick(fitting);
}

Reg FunctionGenerator::source(Ty t, int depth) {
    if (random_.percent(70)) {
        if (const auto it = readonly_.find(t);
            it != readonly_.end() && !it->second.empty() && random_.percent(30))
            return random_.pick(it->second);
        if (const auto it = pool_.find(t); it != pool_.end() && !it->second.empty())
            return random_.pick(it->second);
    }
    return make_value(t, depth);
}

Reg FunctionGenerator::source_class(OperandClass cls, int depth) {
    const auto t = type_of_class(cls, false);
    SKUA_CHECK(t.has_value());
    return source(*t, depth);
}

Reg FunctionGenerator::dest(Ty t) {
    if (random_.percent(65))
        if (const auto it = pool_.find(t); it != pool_.end() && !it->second.empty())
            return random_.pick(it->second);
    const Reg r = fresh(t);
    if (folded_.size() < 90 && random_.percent(60)) offer(r);
    return r;
}

Reg FunctionGenerator::dest_class(OperandClass cls) {
    const auto t = type_of_class(cls, true);
    SKUA_CHECK(t.has_value());
    return dest(*t);
}

std::int64_t FunctionGenerator::edge(TypeKind kind) {
    static const std::vector<std::int64_t> kEdges = {0,
                                                     1,
                                                     -1,
                                                     2,
                                                     -2,
                                                     3,
                                                     5,
                                                     7,
                                                     8,
                                                     10,
                                                     31,
                                                     32,
                                                     33,
                                                     63,
                                                     64,
                                                     65,
                                                     100,
                                                     127,
                                                     128,
                                                     -128,
                                                     -129,
                                                     255,
                                                     256,
                                                     1000,
                                                     32767,
                                                     32768,
                                                     -32768,
                                                     65535,
                                                     65536,
                                                     1000000,
                                                     2147483647,
                                                     2147483648,
                                                     -2147483648LL,
                                                     -2147483649LL,
                                                     4294967295,
                                                     4294967296,
                                                     0x5555555555555555,
                                                     0x0123456789ABCDEF,
                                                     std::numeric_limits<std::int64_t>::max(),
                                                     std::numeric_limits<std::int64_t>::min(),
                                                     std::numeric_limits<std::int64_t>::min() + 1};
    const Range range = range_of(kind);
    std::int64_t value =
        random_.percent(85) ? random_.pick(kEdges) : static_cast<std::int64_t>(random_.next());
    if (value < range.low || value > range.high) {
        const std::uint64_t span = static_cast<std::uint64_t>(range.high - range.low) + 1;
        if (random_.percent(40))
            value = random_.percent(50) ? range.low : range.high;
        else
            value = range.low + static_cast<std::int64_t>(static_cast<std::uint64_t>(value) % span);
    }
    if (kind == TypeKind::Char && value >= 0xD800 && value < 0xE000) value = 'x';
    return value;
}

std::int64_t FunctionGenerator::float_bits(bool wide) {
    static const std::vector<double> kEdges = {0.0,
                                               -0.0,
                                               1.0,
                                               -1.0,
                                               0.5,
                                               -0.5,
                                               1.5,
                                               2.5,
                                               -2.5,
                                               3.999,
                                               1e10,
                                               -1e10,
                                               2147483647.0,
                                               2147483648.0,
                                               -2147483648.0,
                                               -2147483649.0,
                                               4294967295.0,
                                               4294967296.0,
                                               9223372036854775807.0,
                                               9223372036854774784.0,
                                               -9223372036854775808.0,
                                               18446744073709551615.0,
                                               18446744073709549568.0,
                                               1e300,
                                               -1e300,
                                               1e-310,
                                               4.9e-324,
                                               3.4e38,
                                               1e-40,
                                               0.1,
                                               16777217.0,
                                               9007199254740993.0,
                                               std::numeric_limits<double>::infinity(),
                                               -std::numeric_limits<double>::infinity(),
                                               std::numeric_limits<double>::quiet_NaN()};
    const double value = random_.percent(80)
                             ? random_.pick(kEdges)
                             : static_cast<double>(static_cast<std::int64_t>(random_.next())) / 1e12;
    if (wide) return std::bit_cast<std::int64_t>(value);
    return static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
}

Reg FunctionGenerator::constant(TypeKind kind, std::int64_t value) {
    const Reg r = fresh(types().primitive(kind));
    emit(Op::ConstInt, {r, value});
    return r;
}

Reg FunctionGenerator::canonical_float(Reg r) {
    const Reg copy = fresh(type(r));
    const auto done = code_.new_label();
    emit(Op::Move, {copy, r});
    if (type(r) == types().primitive(TypeKind::F64)) {
        emit(Op::BrEqF64, {copy, copy, done.id});
        emit(Op::ConstF64, {copy, 0x7FF8000000000000});
    } else {
        const Reg same = fresh(types().primitive(TypeKind::Bool));
        emit(Op::EqF32, {same, copy, copy});
        emit(Op::BrTrue, {same, done.id});
        emit(Op::ConstF32, {copy, 0x7FC00000});
    }
    code_.bind(done);
    return copy;
}

Reg FunctionGenerator::tame(OperandClass cls) {
    const bool wide = cls == OperandClass::I64;
    const Reg r = fresh(types().primitive(wide ? TypeKind::I64 : TypeKind::I32));
    if (wide)
        emit(Op::ShrU64, {r, source_class(cls, 2), integer(random_.between(36, 60))});
    else
        emit(Op::ShrU32, {r, source_class(cls, 2), constant(TypeKind::I32, random_.between(18, 30))});
    return r;
}

Reg FunctionGenerator::index_for(Reg array) {
    const Ty i64 = types().primitive(TypeKind::I64);
    const unsigned how = static_cast<unsigned>(random_.below(100));
    if (how < 55) return integer(random_.between(0, 3));
    if (how < 75) {
        const Reg r = fresh(i64);
        emit(Op::AndI64, {r, source(i64, 2), integer(random_.pick({1, 3, 7}))});
        return r;
    }
    if (how < 90) {
        const Reg len = fresh(i64), r = fresh(i64);
        emit(Op::ArrayLen, {len, array});
        emit(random_.percent(70) ? Op::RemU64 : Op::SubI64,
             {r, random_.percent(50) ? source(i64, 2) : len, random_.percent(70) ? len : integer(1)});
        return r;
    }
    return source(i64, 1);
}

// Longer than 200 bytes becomes short again.
Reg FunctionGenerator::short_text(Reg r) {
    const Reg len = fresh(types().primitive(TypeKind::I64));
    const auto fine = code_.new_label();
    emit(Op::StrLen, {len, r});
    emit(Op::BrLtI64, {len, integer(200), fine.id});
    emit(Op::ConstStr, {r, file_.builder.str("long")});
    code_.bind(fine);
    return r;
}

// checksum = rotl(checksum, 7) + x
void FunctionGenerator::fold_integer(Reg r64) {
    emit(Op::RotlI64, {checksum_, checksum_, integer(7)});
    emit(random_.percent(50) ? Op::AddI64 : Op::XorI64, {checksum_, checksum_, r64});
}

void FunctionGenerator::fold(Reg r) {
    const TypeInfo info = types()[type(r)];
    const Ty i64 = types().primitive(TypeKind::I64);
    if (info.shape == Shape::Primitive) {
        Reg wide = r;
        switch (info.kind) {
            case TypeKind::I64:
            case TypeKind::U64:
                break;
            case TypeKind::F32:
            case TypeKind::F64: {
                wide = fresh(i64);
                const Reg f = canonical_float(r);
                if (info.kind == TypeKind::F64) {
                    emit(Op::BitsF64I64, {wide, f});
                } else {
                    const Reg bits = fresh(types().primitive(TypeKind::I32));
                    emit(Op::BitsF32I32, {bits, f});
                    emit(Op::SextI32I64, {wide, bits});
                }
                break;
            }
            case TypeKind::Bool:
            case TypeKind::Char: {
                wide = fresh(i64);
                const Reg code = fresh(types().primitive(TypeKind::I32));
                emit(Op::Retype, {code, r});
                emit(Op::SextI32I64, {wide, code});
                break;
            }
            default:
                wide = fresh(i64);
                emit(random_.percent(60) ? Op::SextI32I64 : Op::ZextU32I64, {wide, r});
                break;
        }
        fold_integer(wide);
        return;
    }
    if (info.shape == Shape::Function) return;
    Reg text = r;
    if (info.shape != Shape::String) {
        text = fresh(types().string());
        emit(Op::ToStr, {text, r});
    }
    const Reg hash = fresh(i64);
    emit(Op::Call, {hash, file_.method(world_.module_type, "hashText", {}, {i64, types().string()}, i64), 2,
                    checksum_, text});
    cost_ += multiplier_ * 60;
    emit(Op::Move, {checksum_, hash});
}

cf::Function FunctionGenerator::make(const std::string& name, std::uint32_t flags,
                                     const std::vector<Ty>& params, Ty result, bool depth, int statements) {
    const Ty i64 = types().primitive(TypeKind::I64);
    for (std::size_t i = 0; i < params.size(); ++i) {
        const Reg r = fresh(params[i]);
        if (depth && i == 0)
            readonly_[params[i]].push_back(r);
        else
            offer(r);
    }
    const auto leave = code_.new_label();
    checksum_ = fresh(i64);
    emit(Op::ConstInt, {checksum_, edge(TypeKind::I64)});
    if (depth) emit(Op::BrLeI64, {0, integer(0), leave.id});

    // The types this function is fond of, with registers of each.
    for (std::size_t n = 3 + random_.below(6); n > 0; --n) kinds_.push_back(random_.pick(world_.palette));
    const std::size_t pressure = random_.percent(12) ? 12 : 2;
    for (const Ty t : kinds_)
        for (std::size_t n = 1 + random_.below(pressure); n > 0 && folded_.size() < 80; --n) {
            const Reg r = fresh(t);
            if (random_.percent(80)) emit(Op::Move, {r, make_value(t, 1)});
            offer(r);
        }

    const auto start = code_.new_label(), end = code_.new_label();
    code_.bind(start);
    emit(Op::Nop, {});
    block(statements, 0);
    code_.bind(end);
    const auto finish = code_.new_label();
    if (random_.percent(60)) handler(start, end, finish, 3);
    code_.bind(finish);
    const std::vector<Reg> all = folded_;
    for (const Reg r : all)
        if (types()[type(r)].shape == Shape::Primitive || random_.percent(30)) fold(r);
    if (result != i64 || random_.percent(20)) {
        const auto sum = file_.path(world_.module_type, {"sum", i64, i64});
        const Reg old = fresh(i64);
        emit(Op::GetStatic, {old, sum});
        fold_integer(old);
        emit(Op::PutStatic, {sum, checksum_});
    }
    code_.bind(leave);
    if (result == types().void_type())
        emit(Op::RetVoid, {});
    else
        emit(Op::Ret, {result == i64 ? checksum_ : source(result)});
    cf::Function f = file_.function(name, flags, params, result);
    f.has_code = true;
    f.code.registers.clear();
    for (const Ty t : reg_types_) f.code.registers.push_back(file_.index(t));
    f.code.bytes = code_.finish();
    for (const PendingHandler& h : handlers_)
        f.code.handlers.push_back({code_.resolve(h.start), code_.resolve(h.end), code_.resolve(h.target),
                                   file_.index(h.type), static_cast<cf::Reg>(h.reg)});
    for (const cf::LineEntry& line : lines_) {
        if (!f.code.lines.empty() && f.code.lines.back().instruction == line.instruction)
            f.code.lines.back() = line;
        else
            f.code.lines.push_back(line);
    }
    return f;
}

}  // namespace skua::differential
