// exp and log, and what is made of them. A table of 2^(i/64) and one of logarithms leave small remainders for
// the series; both tables are computed when this is compiled.
#include <array>
#include <bit>
#include <cstdint>
#include <limits>

#include "elementary.h"

namespace skua::stdlib::elementary {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

constexpr Pair kLn2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
constexpr Pair kPerLn2{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
constexpr Pair kPerLn10{0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};
// ln 2 with so few bits that an exponent times it is exact, and the rest.
constexpr double kLn2Short = 0x1.62e42fefa3800p-1, kLn2Rest = 0x1.ef35793c76730p-45;

// ---- exp ------------------------------------------------------------------------------------------------

constexpr int kSteps = 64;
// ln 2 / 64 in the same way, for multiples up to 2^17.
constexpr double kStepShort = 0x1.62e42fefa0000p-7, kStepRest = 0x1.cf79abc9e3b3ap-46;
constexpr double kStepsPerLn2 = 0x1.71547652b82fep+6;

// 2^(i/64)
constexpr std::array<Pair, kSteps> kPowersOfTwo = [] {
    std::array<Pair, kSteps> table{};
    for (int i = 0; i < kSteps; i++) {
        const Pair x = kLn2 * Pair{i / double{kSteps}, 0};
        Pair sum{1, 0}, term{1, 0};
        for (int n = 1; n < 30; n++) {
            term = term * x / Pair{double(n), 0};
            sum = sum + term;
        }
        table[static_cast<std::size_t>(i)] = sum;
    }
    return table;
}();

// value * 2^exponent, value between 1/2 and 2
struct Scaled {
    Pair value;
    int exponent = 0;
};

// For |x| < 2000; error 2^-67 of the result.
Scaled exp_of(Pair x) {
    constexpr double kToInteger = 0x1.8p52;  // its last place is 1
    const double multiple = (x.hi * kStepsPerLn2 + kToInteger) - kToInteger;
    const int n = static_cast<int>(multiple);
    const Pair reduced = exact_sum(x.hi - multiple * kStepShort, -(multiple * kStepRest));
    const Pair r = exact_sum(reduced.hi, reduced.lo + x.lo);
    const double h = r.hi;
    const double series =
        h * h *
        (1.0 / 2 + h * (1.0 / 6 + h * (1.0 / 24 + h * (1.0 / 120 + h * (1.0 / 720 + h * (1.0 / 5040))))));
    const Pair power = kPowersOfTwo[static_cast<std::size_t>(n & (kSteps - 1))];
    const Pair first = exact_product(power.hi, h);
    const Pair sum = ordered_sum(power.hi, first.hi);
    const double rest = sum.lo + (first.lo + power.lo + (power.hi * (r.lo + series) + power.lo * h));
    return {ordered_sum(sum.hi, rest), n >> 6};
}

double power_of_two(int exponent) {  // -1022 to 1023
    return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

double scaled(double value, int exponent) {
    if (exponent > 1023) return value * 0x1p1023 * power_of_two(exponent < 2046 ? exponent - 1023 : 1023);
    if (exponent < -1000) return value * power_of_two(exponent > -1900 ? exponent + 900 : -1000) * 0x1p-900;
    return value * power_of_two(exponent);
}

double rounded(const Scaled& s) {
    return scaled(s.value.hi + s.value.lo, s.exponent);
}

// ---- log ------------------------------------------------------------------------------------------------

// The significand m is taken between 90/128 and 181/128; c is about 1/m, so that m * c is near 1.
constexpr int kFirstRow = 90, kRows = 91;
struct LogRow {
    double c = 1;
    Pair log;  // -log(c)
};

// 2 atanh((c - 1) / (c + 1))
constexpr Pair slow_log(double c) {
    const Pair s = Pair{c - 1, 0} / Pair{c + 1, 0};
    const Pair square = s * s;
    Pair term = s, sum = s;
    for (int n = 3; n < 60; n += 2) {
        term = term * square;
        sum = sum + term / Pair{double(n), 0};
    }
    return sum * Pair{2, 0};
}

constexpr std::array<LogRow, kRows> kLogRows = [] {
    std::array<LogRow, kRows> table{};
    for (int i = 0; i < kRows; i++) {
        const int row = kFirstRow + i;
        if (row == 127 || row == 128) continue;  // near 1 the series alone is exact to the last place
        // Few bits, so that the table's first column is short to write; any value near 1/m would do.
        const double c = static_cast<int>(512.0 * 256 / (2 * row + 1) + 0.5) / 512.0;
        table[static_cast<std::size_t>(i)] = {c, -slow_log(c)};
    }
    return table;
}();

// For x > 0, finite; error 2^-67 of the result.
Pair log_of(double x) {
    int exponent = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        exponent = -54;
    }
    const auto bits = std::bit_cast<std::uint64_t>(x);
    exponent += static_cast<int>(bits >> 52) - 1023;
    double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
    if (m >= 181.0 / 128) {
        m *= 0.5;
        exponent++;
    }
    const LogRow& row = kLogRows[static_cast<std::size_t>(static_cast<int>(m * 128) - kFirstRow)];
    const Pair near_one = exact_product(m, row.c);
    const Pair r = ordered_sum(near_one.hi - 1, near_one.lo);
    const double h = r.hi, e = exponent;
    const Pair square = exact_product(h, h);
    const double series =
        square.hi * h *
        (1.0 / 3 -
         h * (1.0 / 4 -
              h * (1.0 / 5 -
                   h * (1.0 / 6 - h * (1.0 / 7 - h * (1.0 / 8 - h * (1.0 / 9 - h * (1.0 / 10))))))));
    const Pair base = exact_sum(e * kLn2Short, row.log.hi);
    const Pair second = exact_sum(base.hi, h);
    const Pair third = exact_sum(second.hi, -0.5 * square.hi);
    const double rest = base.lo + second.lo + third.lo + (e * kLn2Rest + row.log.lo) +
                        (r.lo - h * r.lo - 0.5 * square.lo + series);
    return ordered_sum(third.hi, rest);
}

// What log gives where there is no logarithm to compute.
bool special_log(double x, double& result) {
    if (x > 0 && x < kInfinity) return false;
    result = x == 0 ? -kInfinity : x > 0 ? kInfinity : kNan;
    return true;
}

bool is_integer(double y) {
    return std::trunc(y) == y;
}
bool is_odd(double y) {
    return is_integer(y) && std::fabs(y) < 0x1p53 && (static_cast<std::int64_t>(y) & 1) != 0;
}

// sinh for |x| < 0.3
Pair small_sinh(double x) {
    const double z = x * x;
    const double series =
        x * z *
        (1.0 / 6 +
         z * (1.0 / 120 + z * (1.0 / 5040 + z * (1.0 / 362880 + z * (1.0 / 39916800 + z / 6227020800.0)))));
    return ordered_sum(x, series);
}

// (e^x + sign e^-x) / 2 for 0 <= x < 1500
Scaled half_sum(double x, double sign) {
    Scaled up = exp_of({x, 0});
    if (x < 40) {
        const Scaled down = exp_of({-x, 0});
        const double shift = sign * power_of_two(down.exponent - up.exponent);
        up.value = up.value + Pair{down.value.hi * shift, down.value.lo * shift};
    }
    up.exponent--;
    return up;
}

}  // namespace

double exp(double x) {
    if (x != x) return kNan;
    if (x > 710) return kInfinity;
    if (x < -746) return 0;
    return rounded(exp_of({x, 0}));
}

double log(double x) {
    double special;
    return special_log(x, special) ? special : rounded(log_of(x));
}

double log2(double x) {
    double special;
    return special_log(x, special) ? special : rounded(log_of(x) * kPerLn2);
}

double log10(double x) {
    double special;
    return special_log(x, special) ? special : rounded(log_of(x) * kPerLn10);
}

double pow(double x, double y) {
    if (y == 0 || x == 1) return 1;
    if (x != x || y != y) return kNan;
    if (y == 1) return x;
    if (y == 2) return x * x;
    const double magnitude = std::fabs(x);
    if (std::fabs(y) == kInfinity) {
        if (magnitude == 1) return 1;
        return (magnitude > 1) == (y > 0) ? kInfinity : 0;
    }
    const double sign = std::signbit(x) && is_odd(y) ? -1 : 1;
    if (magnitude == 0 || magnitude == kInfinity)
        return std::copysign((magnitude == 0) == (y > 0) ? 0 : kInfinity, sign);
    if (x < 0 && !is_integer(y)) return kNan;
    if (magnitude == 1) return sign;
    // log |x| is at least 2^-53, so this decides.
    if (std::fabs(y) > 0x1p70) return std::copysign((magnitude > 1) == (y > 0) ? kInfinity : 0, sign);
    const Pair power = log_of(magnitude) * Pair{y, 0};
    if (power.hi > 710) return sign * kInfinity;
    if (power.hi < -746) return std::copysign(0.0, sign);
    return sign * rounded(exp_of(power));
}

double sinh(double x) {
    const double magnitude = std::fabs(x);
    if (x != x) return kNan;
    if (magnitude < 0x1p-30 || magnitude == kInfinity) return x;
    if (magnitude < 0.3) return rounded(small_sinh(x));
    if (magnitude > 720) return std::copysign(kInfinity, x);
    return std::copysign(rounded(half_sum(magnitude, -1)), x);
}

double cosh(double x) {
    if (x != x) return kNan;
    const double magnitude = std::fabs(x);
    return magnitude > 720 ? kInfinity : rounded(half_sum(magnitude, 1));
}

double tanh(double x) {
    const double magnitude = std::fabs(x);
    if (x != x) return kNan;
    if (magnitude < 0x1p-30) return x;
    if (magnitude > 22) return std::copysign(1.0, x);
    if (magnitude < 0.3) {
        const Scaled below = half_sum(magnitude, 1);
        return scaled(rounded(small_sinh(x) / below.value), -below.exponent);
    }
    const Scaled above = half_sum(magnitude, -1), below = half_sum(magnitude, 1);
    return std::copysign(scaled(rounded(above.value / below.value), above.exponent - below.exponent), x);
}

double hypot(double x, double y) {
    const double a = std::fabs(x), b = std::fabs(y);
    if (a == kInfinity || b == kInfinity) return kInfinity;
    if (a != a || b != b) return kNan;
    double larger = a > b ? a : b, smaller = a > b ? b : a;
    if (smaller <= larger * 0x1p-60) return larger + smaller;
    double back = 1;
    if (larger > 0x1p500 || smaller < 0x1p-400) {
        back = larger > 1 ? 0x1p600 : 0x1p-600;
        larger /= back;
        smaller /= back;
    }
    return back * rounded(root(exact_product(larger, larger) + exact_product(smaller, smaller)));
}

double cbrt(double x) {
    if (x == 0 || x != x || std::fabs(x) == kInfinity) return x == x ? x : kNan;
    double magnitude = std::fabs(x);
    int shifted = 0;
    if (magnitude < 0x1p-1022) {
        magnitude *= 0x1p54;
        shifted = -54;
    }
    const int exponent = shifted + std::ilogb(magnitude);
    // x = m * 8^third, 1 <= m < 8
    const int third = (exponent + 1200) / 3 - 400;
    const double m = scaled(magnitude, shifted - 3 * third);
    // A tangent's slope and Newton's method; the last step with the exact remainder.
    double root_of = 0.7 + m * (0.35 - m * 0.022);
    for (int i = 0; i < 4; i++) root_of -= (root_of - m / (root_of * root_of)) / 3;
    const Pair square = exact_product(root_of, root_of);
    const Pair rest = Pair{m, 0} - square * Pair{root_of, 0};
    return std::copysign(scaled(root_of + rest.hi / (3 * square.hi), third), x);
}

}  // namespace skua::stdlib::elementary
