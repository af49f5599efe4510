// Sine, cosine, tangent and their inverses. Angles are reduced to at most an eighth of a circle, in twice the
// precision and whatever their size, before the series; inverses start from a table of arctangents.
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <utility>

#include "elementary.h"

namespace skua::stdlib::elementary {
namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

constexpr Pair kPi{0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};
constexpr Pair kQuarter{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};  // pi / 2

// ---- reduction -------------------------------------------------------------------------------------------

// x = quarters * pi/2 + rest, the rest at most pi/4 (or a little more).
struct Angle {
    Pair rest;
    unsigned quarters = 0;  // modulo 4
};

// pi / 2 in three parts of 33 bits, multiples of which up to 2^20 are exact, and what is left.
constexpr double kPart1 = 0x1.921fb54400000p+0, kPart2 = 0x1.0b4611a600000p-34,
                 kPart3 = 0x1.3198a2e000000p-69, kPart4 = 0x1.b839a252049c1p-104;
constexpr double kPerQuarter = 0x1.45f306dc9c883p-1;
constexpr double kFewQuarters = 0x1p19;

Angle reduce_small(double x) {
    constexpr double kToInteger = 0x1.8p52;  // its last place is 1
    const double n = (x * kPerQuarter + kToInteger) - kToInteger;
    const Pair first = exact_sum(x - n * kPart1, -(n * kPart2));
    const Pair second = exact_sum(first.hi, -(n * kPart3));
    return {ordered_sum(second.hi, first.lo + second.lo - n * kPart4),
            static_cast<unsigned>(static_cast<std::int64_t>(n)) & 3};
}

// 2 / pi: bits behind the binary point, after a word of the bits before it. Computed with integers by
// Machin's formula.
constexpr std::uint64_t kTwoOverPi[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41,
    0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
    0xf0cfbc209af4361d, 0xa9e391615ee61b08};

// The payne-hanek reduction (M. H. Payne and R. N. Hanek, 1983): of the product x * 2/pi only the part that
// is not a multiple of 4 is computed, with 200 bits behind the point.
Angle reduce_large(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const std::uint64_t significand = (bits & 0xFFFFFFFFFFFFF) | 0x10000000000000;
    const int exponent = static_cast<int>(bits >> 52 & 0x7FF) - 1075;  // x = significand * 2^exponent
    // 256 bits of the constant, the first of which is worth 2^-(exponent - 1).
    const auto skipped = static_cast<unsigned>(exponent - 2 + 64);
    const unsigned word = skipped / 64, shift = skipped % 64;
    std::uint64_t product[4];  // significand * those bits, modulo 2^256; the lowest word first
    std::uint64_t carry = 0;
    for (unsigned i = 0; i < 4; i++) {
        const std::uint64_t* at = kTwoOverPi + word + 3 - i;
        const std::uint64_t part = shift == 0 ? at[0] : at[0] << shift | at[1] >> (64 - shift);
        const unsigned __int128 sum = static_cast<unsigned __int128>(significand) * part + carry;
        product[i] = static_cast<std::uint64_t>(sum);
        carry = static_cast<std::uint64_t>(sum >> 64);
    }
    auto quarters = static_cast<unsigned>(product[3] >> 62);
    product[3] <<= 2;
    for (unsigned i = 3; i > 0; i--) {
        product[i] |= product[i - 1] >> 62;
        product[i - 1] <<= 2;
    }
    // A fraction of a quarter now. More than half of it is less than none of the next.
    const bool above = product[3] >> 63 != 0;
    if (above) {
        quarters++;
        for (auto& each : product) each = ~each;
    }
    // The first bits that are not 0, as many as two doubles hold.
    int place = -64;
    while (product[3] == 0 && place > -192) {
        for (unsigned i = 3; i > 0; i--) product[i] = product[i - 1];
        product[0] = 0;
        place -= 64;
    }
    const int zeros = product[3] == 0 ? 63 : std::countl_zero(product[3]);
    const auto take = [&](unsigned i) {
        return zeros == 0 ? product[i] : product[i] << zeros | product[i - 1] >> (64 - zeros);
    };
    const std::uint64_t high = take(3), low = take(2);
    const auto weight = std::bit_cast<double>(static_cast<std::uint64_t>(place - zeros + 1023) << 52);
    const std::uint64_t middle = high << 53 | low >> 11;
    const Pair fraction = ordered_sum(static_cast<double>(high >> 11 << 11) * weight,
                                      static_cast<double>(middle) * weight * 0x1p-53);
    const Pair rest = fraction * kQuarter;
    return {above ? -rest : rest, quarters & 3};
}

Angle reduce(double x) {
    const double magnitude = std::fabs(x);
    if (magnitude <= 0x1.921fb54442d18p-1) return {{x, 0}, 0};
    if (magnitude < kFewQuarters) return reduce_small(x);
    Angle angle = reduce_large(magnitude);
    if (x < 0) angle = {-angle.rest, (4 - angle.quarters) & 3};
    return angle;
}

// ---- series
// ------------------------------------------------------------------------------------------------

Pair sine(Pair r) {
    const double h = r.hi, z = h * h;
    const double series =
        h * z *
        (-1.0 / 6 +
         z * (1.0 / 120 +
              z * (-1.0 / 5040 +
                   z * (1.0 / 362880 + z * (-1.0 / 39916800 +
                                            z * (1.0 / 6227020800 + z * (-1.0 / 1307674368000 +
                                                                         z * (1.0 / 355687428096000 -
                                                                              z / 121645100408832000))))))));
    return ordered_sum(h, series + r.lo * (1 - 0.5 * z));
}

Pair cosine(Pair r) {
    const double h = r.hi;
    const Pair square = exact_product(h, h);
    const double z = square.hi;
    const double series =
        z * z *
        (1.0 / 24 +
         z * (-1.0 / 720 +
              z * (1.0 / 40320 +
                   z * (-1.0 / 3628800 +
                        z * (1.0 / 479001600 + z * (-1.0 / 87178291200 +
                                                    z * (1.0 / 20922789888000 - z / 6402373705728000)))))));
    const Pair first = ordered_sum(1, -0.5 * z);
    return ordered_sum(first.hi, first.lo - 0.5 * square.lo - h * r.lo + series);
}

double sine_of(const Angle& angle) {
    const Pair value = (angle.quarters & 1) != 0 ? cosine(angle.rest) : sine(angle.rest);
    return (angle.quarters & 2) != 0 ? -rounded(value) : rounded(value);
}

bool is_finite(double x) {
    return std::fabs(x) <= std::numeric_limits<double>::max();
}

// ---- inverses
// ------------------------------------------------------------------------------------------------

constexpr int kSlopes = 64;

// atan(x) for small x
constexpr Pair atan_series(Pair x) {
    const Pair square = x * x;
    Pair term = x, sum = x;
    for (int n = 3; n < 24; n += 2) {
        term = -(term * square);
        sum = sum + term / Pair{double(n), 0};
    }
    return sum;
}

// atan(i/64): each is the one before and the angle between both slopes.
constexpr std::array<Pair, kSlopes + 1> kAngles = [] {
    std::array<Pair, kSlopes + 1> table{};
    for (int i = 1; i <= kSlopes; i++) {
        const Pair between = Pair{double(kSlopes), 0} / Pair{double(kSlopes * kSlopes + i * (i - 1)), 0};
        table[static_cast<std::size_t>(i)] = table[static_cast<std::size_t>(i - 1)] + atan_series(between);
    }
    return table;
}();

// The angle of the point (x, y), neither below 0, not both 0, of sizes whose products are in range.
Pair angle_of(Pair y, Pair x) {
    const bool steep = y.hi > x.hi;
    if (steep) std::swap(x, y);
    const int i = static_cast<int>(y.hi / x.hi * kSlopes + 0.5);
    const Pair slope{i / double{kSlopes}, 0};
    const Pair rest = (y - x * slope) / (x + y * slope);
    const double h = rest.hi, z = h * h;
    const double series = h * z * (-1.0 / 3 + z * (1.0 / 5 + z * (-1.0 / 7 + z * (1.0 / 9 - z / 11))));
    const Pair base = kAngles[static_cast<std::size_t>(i)];
    const Pair sum = exact_sum(base.hi, h);
    const Pair angle = ordered_sum(sum.hi, sum.lo + (base.lo + rest.lo + series));
    return steep ? kQuarter - angle : angle;
}

// The square root of 1 - x*x
Pair beside(double x) {
    return root((Pair{1, 0} - Pair{x, 0}) * (Pair{1, 0} + Pair{x, 0}));
}

}  // namespace

double sin(double x) {
    if (!is_finite(x)) return kNotANumber;
    if (std::fabs(x) < 0x1p-27) return x;
    return sine_of(reduce(x));
}

double cos(double x) {
    if (!is_finite(x)) return kNotANumber;
    Angle angle = reduce(x);
    angle.quarters++;
    return sine_of(angle);
}

double tan(double x) {
    if (!is_finite(x)) return kNotANumber;
    if (std::fabs(x) < 0x1p-27) return x;
    const Angle angle = reduce(x);
    const Pair s = sine(angle.rest), c = cosine(angle.rest);
    return (angle.quarters & 1) != 0 ? -rounded(c / s) : rounded(s / c);
}

double asin(double x) {
    const double magnitude = std::fabs(x);
    if (!(magnitude <= 1)) return kNotANumber;
    if (magnitude < 0x1p-27) return x;
    if (magnitude == 1) return std::copysign(kQuarter.hi, x);
    return std::copysign(rounded(angle_of({magnitude, 0}, beside(x))), x);
}

double acos(double x) {
    const double magnitude = std::fabs(x);
    if (!(magnitude <= 1)) return kNotANumber;
    if (magnitude == 1) return x > 0 ? 0 : kPi.hi;
    const Pair angle = angle_of(beside(x), {magnitude, 0});
    return rounded(x < 0 ? kPi - angle : angle);
}

double atan(double x) {
    return atan2(x, 1);
}

double atan2(double y, double x) {
    if (x != x || y != y) return kNotANumber;
    double high = std::fabs(y), wide = std::fabs(x);
    const bool left = std::signbit(x);
    Pair angle;
    if (high == 0) {
        angle = left ? kPi : Pair{0, 0};
    } else if (!is_finite(high) && !is_finite(wide)) {
        angle = Pair{left ? 0.75 : 0.25, 0} * kPi;
    } else if (wide == 0 || !is_finite(high)) {
        angle = kQuarter;
    } else if (!is_finite(wide)) {
        angle = left ? kPi : Pair{0, 0};
    } else {
        const int apart = std::ilogb(high) - std::ilogb(wide);
        if (apart > 60) {
            angle = kQuarter;
        } else if (apart < -60) {
            angle = left ? kPi : Pair{high / wide, 0};
        } else {
            const int size = std::ilogb(high > wide ? high : wide);
            angle = angle_of({std::scalbn(high, -size), 0}, {std::scalbn(wide, -size), 0});
            if (left) angle = kPi - angle;
        }
    }
    return std::copysign(rounded(angle), y);
}

}  // namespace skua::stdlib::elementary
