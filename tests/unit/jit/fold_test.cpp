// Folding of constants, on the corners of the interpreter's handlers.
#include <bit>
#include <cmath>
#include <limits>

#include "ir_support.h"
#include "opt/constants.h"

using namespace skua::jit;

namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMin32 = std::numeric_limits<std::int32_t>::min();

std::optional<std::int64_t> i64(Op op, std::int64_t x, std::int64_t y = 0) {
    return fold(op, Type::I64, Type::I64, x, y);
}
std::optional<std::int64_t> i32(Op op, std::int64_t x, std::int64_t y = 0) {
    return fold(op, Type::I32, Type::I32, x, y);
}
std::optional<std::int64_t> from_float(Op op, double x) {
    return fold(op, Type::I64, Type::F64, std::bit_cast<std::int64_t>(x), 0);
}
double f64(Op op, double x, double y) {
    return std::bit_cast<double>(
        *fold(op, Type::F64, Type::F64, std::bit_cast<std::int64_t>(x), std::bit_cast<std::int64_t>(y)));
}

}  // namespace

TEST_CASE("integers wrap, shift modulo the width and divide as the interpreter does") {
    CHECK(i64(Op::Add, std::numeric_limits<std::int64_t>::max(), 1) == kMin);
    CHECK(i32(Op::Add, 0x7FFFFFFF, 1) == kMin32);
    CHECK(i32(Op::Mul, 0x10000, 0x10000) == 0);
    CHECK(i64(Op::Shl, 1, 65) == 2);
    CHECK(i32(Op::Shl, 1, 33) == 2);
    CHECK(i32(Op::Shl, 1, 31) == kMin32);
    CHECK(i32(Op::ShrU, -1, 4) == 0x0FFFFFFF);
    CHECK(i64(Op::Shr, -8, 1) == -4);
    CHECK(i64(Op::Div, kMin, -1) == kMin);
    CHECK(i64(Op::Rem, kMin, -1) == 0);
    CHECK(i32(Op::Div, kMin32, -1) == kMin32);
    CHECK(i64(Op::Div, -7, 2) == -3);
    CHECK(i64(Op::Rem, -7, 2) == -1);
    CHECK_FALSE(i64(Op::Div, 1, 0));
    CHECK_FALSE(i32(Op::RemU, 1, 0));
    CHECK(i32(Op::DivU, -1, 2) == 0x7FFFFFFF);
    CHECK(i32(Op::Rotl, kMin32, 1) == 1);
    CHECK(i64(Op::Clz, 0) == 64);
    CHECK(i32(Op::Ctz, 0) == 32);
    CHECK(i32(Op::Bswap, 0x01020304) == 0x04030201);
    CHECK(i64(Op::MulHi, -1, 1) == -1);
    CHECK(i64(Op::MulHiU, -1, 2) == 1);
}

TEST_CASE("guards fold only if they hold") {
    CHECK_FALSE(i64(Op::AddChecked, std::numeric_limits<std::int64_t>::max(), 1));
    CHECK(i32(Op::AddChecked, 0x7FFFFFFE, 1) == 0x7FFFFFFF);
    CHECK_FALSE(i32(Op::AddChecked, 0x7FFFFFFF, 1));
    CHECK_FALSE(i64(Op::SubCheckedU, 1, 2));
    CHECK(i64(Op::BoundsCheck, 4, 5) == 4);
    CHECK_FALSE(i64(Op::BoundsCheck, 5, 5));
    CHECK_FALSE(i64(Op::BoundsCheck, -1, 5));
    CHECK_FALSE(i64(Op::CharCheck, 0xD800));
    CHECK(i64(Op::CharCheck, 0x10FFFF) == 0x10FFFF);
    CHECK_FALSE(from_float(Op::FToI64Checked, 0x1p63));
    CHECK(from_float(Op::FToI64Checked, -0x1p63) == kMin);
}

TEST_CASE("floats convert and compare as the interpreter does; NaN is left to the machine") {
    CHECK(from_float(Op::FToI64, 1e300) == std::numeric_limits<std::int64_t>::max());
    CHECK(from_float(Op::FToI64, std::nan("")) == 0);
    CHECK(from_float(Op::FToU64, -5.0) == 0);
    CHECK(from_float(Op::FToU64, 0x1p64) == -1);
    CHECK(fold(Op::FToI32, Type::I32, Type::F64, std::bit_cast<std::int64_t>(-3e9), 0) == kMin32);
    CHECK(fold(Op::FToU32, Type::I32, Type::F64, std::bit_cast<std::int64_t>(4e9), 0) == -294967296);
    CHECK(std::signbit(f64(Op::FMin, 0.0, -0.0)));
    CHECK_FALSE(std::signbit(f64(Op::FMax, -0.0, 0.0)));
    CHECK(f64(Op::FRound, 2.5, 0) == 2.0);
    CHECK(std::signbit(f64(Op::FNeg, 0.0, 0)));
    const std::int64_t nan = std::bit_cast<std::int64_t>(std::nan(""));
    CHECK_FALSE(fold(Op::FAdd, Type::F64, Type::F64, nan, 0));
    CHECK_FALSE(fold(Op::FDiv, Type::F64, Type::F64, 0, 0));
    CHECK(fold(Op::FNe, Type::I64, Type::F64, nan, nan) == 1);
    CHECK(fold(Op::FEq, Type::I64, Type::F64, nan, nan) == 0);
    CHECK(fold(Op::Bitcast, Type::F32, Type::I64, -1, 0) == 0xFFFFFFFF);
}
