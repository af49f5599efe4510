#include "opt/constants.h"

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

namespace skua::jit {
namespace {

using Value = std::optional<std::int64_t>;

template <typename T>
Value integer(Op op, std::int64_t a, std::int64_t b) {
    using U = std::make_unsigned_t<T>;
    constexpr int kBits = std::numeric_limits<U>::digits;
    const U x = static_cast<U>(a), y = static_cast<U>(b);
    const T sx = static_cast<T>(a), sy = static_cast<T>(b);
    const int count = static_cast<int>(y & (kBits - 1));
    const auto of = [](U value) -> Value { return static_cast<std::int64_t>(static_cast<T>(value)); };
    T r;
    U u;
    switch (op) {
        case Op::Add:
            return of(x + y);
        case Op::Sub:
            return of(x - y);
        case Op::Mul:
            return of(x * y);
        case Op::Div:
            if (y == 0) return std::nullopt;
            return sy == -1 ? of(U{0} - x) : of(static_cast<U>(sx / sy));
        case Op::Rem:
            if (y == 0) return std::nullopt;
            return sy == -1 ? of(0) : of(static_cast<U>(sx % sy));
        case Op::DivU:
            if (y == 0) return std::nullopt;
            return of(x / y);
        case Op::RemU:
            if (y == 0) return std::nullopt;
            return of(x % y);
        case Op::And:
            return of(x & y);
        case Op::Or:
            return of(x | y);
        case Op::Xor:
            return of(x ^ y);
        case Op::Shl:
            return of(x << count);
        case Op::Shr:
            return of(static_cast<U>(sx >> count));
        case Op::ShrU:
            return of(x >> count);
        case Op::Rotl:
            return of(std::rotl(x, count));
        case Op::Rotr:
            return of(std::rotr(x, count));
        case Op::Neg:
            return of(U{0} - x);
        case Op::Not:
            return of(~x);
        case Op::Clz:
            return std::countl_zero(x);
        case Op::Ctz:
            return std::countr_zero(x);
        case Op::Popcnt:
            return std::popcount(x);
        case Op::Bswap:
            if constexpr (kBits == 64) return of(__builtin_bswap64(x));
            return of(static_cast<U>(__builtin_bswap32(static_cast<std::uint32_t>(x))));
        case Op::Eq:
            return x == y;
        case Op::Ne:
            return x != y;
        case Op::Lt:
            return sx < sy;
        case Op::Le:
            return sx <= sy;
        case Op::LtU:
            return x < y;
        case Op::LeU:
            return x <= y;
        case Op::AddChecked:
            return __builtin_add_overflow(sx, sy, &r) ? Value() : of(static_cast<U>(r));
        case Op::SubChecked:
            return __builtin_sub_overflow(sx, sy, &r) ? Value() : of(static_cast<U>(r));
        case Op::MulChecked:
            return __builtin_mul_overflow(sx, sy, &r) ? Value() : of(static_cast<U>(r));
        case Op::AddCheckedU:
            return __builtin_add_overflow(x, y, &u) ? Value() : of(u);
        case Op::SubCheckedU:
            return __builtin_sub_overflow(x, y, &u) ? Value() : of(u);
        case Op::MulCheckedU:
            return __builtin_mul_overflow(x, y, &u) ? Value() : of(u);
        case Op::DivCheck:
        case Op::NullCheck:
            return x != 0 ? Value(a) : Value();
        case Op::BoundsCheck:
            return x < y ? Value(a) : Value();
        default:
            return std::nullopt;
    }
}

template <typename F>
std::int64_t bits_of(F value) {
    if constexpr (sizeof(F) == 8) return std::bit_cast<std::int64_t>(value);
    return std::int64_t{std::bit_cast<std::uint32_t>(static_cast<float>(value))};
}
template <typename F>
F float_of(std::int64_t bits) {
    if constexpr (sizeof(F) == 8) return std::bit_cast<double>(bits);
    return static_cast<F>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

template <typename F>
Value floating(Op op, std::int64_t a, std::int64_t b) {
    const F x = float_of<F>(a), y = float_of<F>(b);
    switch (op) {
        case Op::FEq:
            return x == y;
        case Op::FNe:
            return x != y;
        case Op::FLt:
            return x < y;
        case Op::FLe:
            return x <= y;
        default:
            break;
    }
    F r;
    switch (op) {
        case Op::FAdd:
            r = x + y;
            break;
        case Op::FSub:
            r = x - y;
            break;
        case Op::FMul:
            r = x * y;
            break;
        case Op::FDiv:
            r = x / y;
            break;
        case Op::FMin:
            r = x == y ? (std::signbit(x) ? x : y) : x < y ? x : y;
            break;
        case Op::FMax:
            r = x == y ? (std::signbit(x) ? y : x) : x > y ? x : y;
            break;
        case Op::FNeg:
            return bits_of<F>(-x);
        case Op::FAbs:
            return bits_of<F>(std::fabs(x));
        case Op::FSqrt:
            r = std::sqrt(x);
            break;
        case Op::FFloor:
            r = std::floor(x);
            break;
        case Op::FCeil:
            r = std::ceil(x);
            break;
        case Op::FTrunc:
            r = std::trunc(x);
            break;
        case Op::FRound:
            r = std::nearbyint(x);
            break;
        default:
            return std::nullopt;
    }
    // Which NaN the machine makes depends on the order of its operands: left to it.
    if (std::isnan(x) || std::isnan(y) || std::isnan(r)) return std::nullopt;
    return bits_of<F>(r);
}

template <typename T>
std::int64_t saturate(double x) {
    constexpr double lo = static_cast<double>(std::numeric_limits<T>::min());
    // The first double above every T; for the 32-bit types the highest T.
    constexpr double hi = std::is_same_v<T, std::int64_t> ? 0x1p63
                          : std::is_same_v<T, std::uint64_t>
                              ? 0x1p64
                              : static_cast<double>(std::numeric_limits<T>::max());
    using S = std::make_signed_t<T>;
    if (x != x) return 0;
    if (x <= lo) return static_cast<S>(std::numeric_limits<T>::min());
    if (x >= hi) return static_cast<S>(std::numeric_limits<T>::max());
    return static_cast<S>(static_cast<T>(x));
}

}  // namespace

Value fold(Op op, Type type, Type input, std::int64_t x, std::int64_t y) {
    const auto u32 = static_cast<std::uint32_t>(x);
    switch (op) {
        case Op::Trunc:
        case Op::SExt:
            return static_cast<std::int32_t>(x);
        case Op::ZExt:
            return std::int64_t{u32};
        case Op::SExt8:
            return static_cast<std::int8_t>(x);
        case Op::SExt16:
            return static_cast<std::int16_t>(x);
        case Op::ZExt8:
            return static_cast<std::uint8_t>(x);
        case Op::ZExt16:
            return static_cast<std::uint16_t>(x);
        case Op::Bitcast:
            return type == Type::F32 ? std::int64_t{u32} : x;
        case Op::MulHi:
            return static_cast<std::int64_t>((static_cast<__int128>(x) * y) >> 64);
        case Op::MulHiU:
            return static_cast<std::int64_t>((static_cast<unsigned __int128>(static_cast<std::uint64_t>(x)) *
                                              static_cast<std::uint64_t>(y)) >>
                                             64);
        case Op::IntToF:
            return type == Type::F64 ? bits_of(static_cast<double>(x)) : bits_of(static_cast<float>(x));
        case Op::UIntToF: {
            const auto u = static_cast<std::uint64_t>(x);
            return type == Type::F64 ? bits_of(static_cast<double>(u)) : bits_of(static_cast<float>(u));
        }
        case Op::FToF: {
            const double value = input == Type::F64 ? float_of<double>(x) : double{float_of<float>(x)};
            if (std::isnan(value)) return std::nullopt;
            return type == Type::F64 ? bits_of(value) : bits_of(static_cast<float>(value));
        }
        case Op::FToI64:
            return saturate<std::int64_t>(float_of<double>(x));
        case Op::FToU64:
            return saturate<std::uint64_t>(float_of<double>(x));
        case Op::FToI32:
            return saturate<std::int32_t>(float_of<double>(x));
        case Op::FToU32:
            return saturate<std::uint32_t>(float_of<double>(x));
        case Op::FToI64Checked: {
            const double value = float_of<double>(x);
            if (!(value >= -0x1p63 && value < 0x1p63)) return std::nullopt;
            return static_cast<std::int64_t>(value);
        }
        case Op::FToU64Checked: {
            const double value = float_of<double>(x);
            if (!(value > -1.0 && value < 0x1p64)) return std::nullopt;
            return static_cast<std::int64_t>(static_cast<std::uint64_t>(value));
        }
        case Op::CharCheck:
            if (u32 > 0x10FFFF || (u32 >= 0xD800 && u32 < 0xE000)) return std::nullopt;
            return std::int64_t{u32};
        default:
            break;
    }
    if (input == Type::F64) return floating<double>(op, x, y);
    if (input == Type::F32) return floating<float>(op, x, y);
    if (input == Type::I32) return integer<std::int32_t>(op, x, y);
    if (input == Type::I64) return integer<std::int64_t>(op, x, y);
    return std::nullopt;
}

}  // namespace skua::jit
