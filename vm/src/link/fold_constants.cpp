#include "link/fold_constants.h"

#include <limits>

namespace skua::vm {
namespace {

std::uint64_t u(std::int64_t x) {
    return static_cast<std::uint64_t>(x);
}
std::uint32_t u32(std::int64_t x) {
    return static_cast<std::uint32_t>(x);
}
std::int64_t s(std::uint64_t x) {
    return static_cast<std::int64_t>(x);
}
// 32-bit results are kept sign-extended.
std::int64_t w32(std::uint32_t x) {
    return static_cast<std::int32_t>(x);
}
}  // namespace

std::optional<std::int64_t> evaluate(LOp op, std::int64_t x, std::int64_t y) {
    switch (op) {
        case LOp::Add:
        case LOp::AddK:
            return s(u(x) + u(y));
        case LOp::Sub:
            return s(u(x) - u(y));
        case LOp::SubFromK:
            return s(u(y) - u(x));
        case LOp::Mul:
        case LOp::MulK:
            return s(u(x) * u(y));
        case LOp::And:
        case LOp::AndK:
            return x & y;
        case LOp::Or:
        case LOp::OrK:
            return x | y;
        case LOp::Xor:
        case LOp::XorK:
            return x ^ y;
        case LOp::Shl:
        case LOp::ShlK:
            return s(u(x) << (y & 63));
        case LOp::Shr:
        case LOp::ShrK:
            return x >> (y & 63);
        case LOp::ShrU:
        case LOp::ShrUK:
            return s(u(x) >> (y & 63));
        case LOp::Neg:
            return s(0 - u(x));
        case LOp::Not:
            return ~x;
        case LOp::Add32:
        case LOp::Add32K:
            return w32(u32(x) + u32(y));
        case LOp::Sub32:
            return w32(u32(x) - u32(y));
        case LOp::Mul32:
        case LOp::Mul32K:
            return w32(u32(x) * u32(y));
        case LOp::Shl32:
        case LOp::Shl32K:
            return w32(u32(x) << (y & 31));
        case LOp::Shr32:
        case LOp::Shr32K:
            return static_cast<std::int32_t>(x) >> (y & 31);
        case LOp::ShrU32:
        case LOp::ShrU32K:
            return w32(u32(x) >> (y & 31));
        case LOp::Neg32:
            return w32(0 - u32(x));
        case LOp::Zext32:
            return u32(x);
        case LOp::Wrap32:
            return w32(u32(x));
        case LOp::NarrowI8:
            return static_cast<std::int8_t>(x);
        case LOp::NarrowI16:
            return static_cast<std::int16_t>(x);
        case LOp::NarrowU8:
            return static_cast<std::uint8_t>(x);
        case LOp::NarrowU16:
            return static_cast<std::uint16_t>(x);
        case LOp::CharCheck:  // of ASCII; the rest is left to the check
            return x >= 0 && x < 0x80 ? std::optional(x) : std::nullopt;
        case LOp::Eq:
        case LOp::EqK:
            return x == y;
        case LOp::Ne:
        case LOp::NeK:
            return x != y;
        case LOp::Lt:
        case LOp::LtK:
            return x < y;
        case LOp::Le:
        case LOp::LeK:
            return x <= y;
        case LOp::GtK:
            return x > y;
        case LOp::GeK:
            return x >= y;
        case LOp::LtU:
            return u(x) < u(y);
        case LOp::LeU:
            return u(x) <= u(y);
        case LOp::NotB:
            return x ^ 1;
        default:
            return std::nullopt;
    }
}

bool load_constant(Instr& in, std::int64_t value) {
    if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max())
        return false;
    in.op = static_cast<std::uint16_t>(LOp::LdI);
    in.hi = static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
    return true;
}

bool commutes(LOp op) {
    switch (op) {
        case LOp::Add:
        case LOp::Mul:
        case LOp::And:
        case LOp::Or:
        case LOp::Xor:
        case LOp::Add32:
        case LOp::Mul32:
        case LOp::Eq:
        case LOp::Ne:
            return true;
        default:
            return false;
    }
}

bool with_immediate(Instr& in, std::int64_t value) {
    const auto become = [&](LOp op, std::int64_t immediate) {
        if (!fits16(immediate)) return false;
        in.op = static_cast<std::uint16_t>(op);
        in.c = static_cast<std::uint16_t>(immediate);
        return true;
    };
    const auto move = [&] {
        in.op = static_cast<std::uint16_t>(LOp::Mov);
        in.c = 0;
        return true;
    };
    switch (static_cast<LOp>(in.op)) {
        case LOp::Add:
            return value == 0 ? move() : become(LOp::AddK, value);
        case LOp::Sub:
            return value == 0 ? move() : fits16(value) && become(LOp::AddK, -value);
        case LOp::Mul:
            return value == 1 ? move() : become(LOp::MulK, value);
        case LOp::Div:
            return value != 0 && value != -1 && (value == 1 ? move() : become(LOp::DivK, value));
        case LOp::Rem:
            return value != 0 && value != -1 && become(LOp::RemK, value);
        case LOp::And:
            return become(LOp::AndK, value);
        case LOp::Or:
            return become(LOp::OrK, value);
        case LOp::Xor:
            return become(LOp::XorK, value);
        case LOp::Shl:
            return become(LOp::ShlK, value & 63);
        case LOp::Shr:
            return become(LOp::ShrK, value & 63);
        case LOp::ShrU:
            return become(LOp::ShrUK, value & 63);
        case LOp::Add32:
            return become(LOp::Add32K, value);
        case LOp::Sub32:
            return fits16(value) && become(LOp::Add32K, -value);
        case LOp::Mul32:
            return become(LOp::Mul32K, value);
        case LOp::Shl32:
            return become(LOp::Shl32K, value & 31);
        case LOp::Shr32:
            return become(LOp::Shr32K, value & 31);
        case LOp::ShrU32:
            return become(LOp::ShrU32K, value & 31);
        case LOp::Rotl32:
            return become(LOp::Rotl32K, value & 31);
        case LOp::Rotr32:
            return become(LOp::Rotr32K, value & 31);
        case LOp::Eq:
            return become(LOp::EqK, value);
        case LOp::Ne:
            return become(LOp::NeK, value);
        case LOp::Lt:
            return become(LOp::LtK, value);
        case LOp::Le:
            return become(LOp::LeK, value);
        default:
            return false;
    }
}

bool branches(LOp op, std::int64_t x, std::int64_t y) {
    switch (op) {
        case LOp::JT:
        case LOp::JTL:
        case LOp::JNe:
        case LOp::JNeL:
        case LOp::JNeK:
        case LOp::JNeKL:
            return x != y;
        case LOp::JF:
        case LOp::JFL:
        case LOp::JEq:
        case LOp::JEqL:
        case LOp::JEqK:
        case LOp::JEqKL:
            return x == y;
        case LOp::JLt:
        case LOp::JLtL:
        case LOp::JLtK:
        case LOp::JLtKL:
            return x < y;
        case LOp::JLe:
        case LOp::JLeL:
        case LOp::JLeK:
        case LOp::JLeKL:
            return x <= y;
        case LOp::JLtU:
        case LOp::JLtUL:
            return u(x) < u(y);
        case LOp::JLeU:
        case LOp::JLeUL:
            return u(x) <= u(y);
        case LOp::JGtK:
        case LOp::JGtKL:
            return x > y;
        default:  // JGeK, JGeKL
            return x >= y;
    }
}

bool branch_with_immediate(Instr& in, std::int64_t value) {
    if (!fits16(value)) return false;
    LOp op;
    switch (static_cast<LOp>(in.op)) {
        case LOp::JEq:
            op = LOp::JEqK;
            break;
        case LOp::JEqL:
            op = LOp::JEqKL;
            break;
        case LOp::JNe:
            op = LOp::JNeK;
            break;
        case LOp::JNeL:
            op = LOp::JNeKL;
            break;
        case LOp::JLt:
            op = LOp::JLtK;
            break;
        case LOp::JLtL:
            op = LOp::JLtKL;
            break;
        case LOp::JLe:
            op = LOp::JLeK;
            break;
        case LOp::JLeL:
            op = LOp::JLeKL;
            break;
        default:
            return false;
    }
    in.op = static_cast<std::uint16_t>(op);
    in.b = static_cast<std::uint16_t>(value);
    return true;
}

}  // namespace skua::vm
