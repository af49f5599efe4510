// The elementary functions against the C library's of a longer type, and the special cases against C's.
#include "../../../stdlib/native/elementary.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace elementary = skua::stdlib::elementary;

namespace {

using Double = double (*)(double);
using Longer = long double (*)(long double);
using Double2 = double (*)(double, double);
using Longer2 = long double (*)(long double, long double);

struct Range {
    enum Kind { Uniform, Powers, AroundOne } kind;  // of the number; its exponent; its distance from 1
    double from, to;
};

class Numbers {
public:
    double operator()(const Range& range) {
        const double u = range.from + (range.to - range.from) * std::ldexp(double(generator_() >> 11), -53);
        if (range.kind == Range::Uniform) return u;
        const double magnitude = std::exp2(u);
        if (range.kind == Range::AroundOne) return 1 + ((generator_() & 1) != 0 ? magnitude : -magnitude);
        return (generator_() & 1) != 0 ? magnitude : -magnitude;
    }

private:
    std::mt19937_64 generator_{20221};
};

// How far `value` is from `exact`, in units of the last place of a double.
double error(double value, long double exact) {
    const auto nearest = static_cast<double>(exact);
    if (nearest == value || (std::isnan(nearest) && std::isnan(value))) return 0;
    if (std::isinf(nearest) || std::isinf(value))  // rounds to one or the other
        return std::fabs(exact) > std::numeric_limits<double>::max() &&
                       std::signbit(nearest) == std::signbit(value)
                   ? 1
                   : 1e9;
    int exponent;
    std::frexp(nearest, &exponent);
    return static_cast<double>(std::fabs(exact - value) /
                               std::ldexp(1.0L, std::max(exponent, DBL_MIN_EXP) - DBL_MANT_DIG));
}

}  // namespace

#if LDBL_MANT_DIG >= 64

namespace {

void compare(const char* name, Double function, Longer exact, double bound,
             std::initializer_list<Range> ranges) {
    INFO(name);
    Numbers numbers;
    for (const Range& range : ranges)
        for (int i = 0; i < 4000; i++) {
            const double x = numbers(range);
            const double e = error(function(x), exact(x));
            if (e > bound) FAIL_CHECK("of " << x << ": " << e << " units");
        }
}

void compare(const char* name, Double2 function, Longer2 exact, double bound,
             std::initializer_list<std::pair<Range, Range>> ranges) {
    INFO(name);
    Numbers numbers;
    for (const auto& [first, second] : ranges)
        for (int i = 0; i < 4000; i++) {
            const double x = numbers(first), y = numbers(second);
            const double e = error(function(x, y), exact(x, y));
            if (e > bound) FAIL_CHECK("of " << x << ", " << y << ": " << e << " units");
        }
}

}  // namespace

TEST_CASE("elementary functions are exact to the last place or its neighbour", "[stdlib]") {
    const Range small{Range::Uniform, -20, 20}, tiny{Range::Powers, -40, 3}, any{Range::Powers, -1070, 1023};
    const Range unit{Range::Uniform, -1, 1}, near_one{Range::AroundOne, -50, -2};
    const Range below_one{Range::Powers, -60, 0}, overflowing{Range::Uniform, -750, 712};
    compare("exp", elementary::exp, ::expl, 0.76, {small, tiny, overflowing});
    compare("log", elementary::log, ::logl, 0.52, {any, near_one, small});
    compare("log2", elementary::log2, ::log2l, 0.52, {any, near_one, small});
    compare("log10", elementary::log10, ::log10l, 0.52, {any, near_one, small});
    compare("sinh", elementary::sinh, ::sinhl, 0.53, {small, tiny, overflowing});
    compare("cosh", elementary::cosh, ::coshl, 0.52, {small, tiny, overflowing});
    compare("tanh", elementary::tanh, ::tanhl, 0.53, {small, tiny, below_one});
    compare("cbrt", elementary::cbrt, ::cbrtl, 0.52, {small, any});
    compare("sin", elementary::sin, ::sinl, 0.76, {small, tiny});
    compare("cos", elementary::cos, ::cosl, 0.76, {small, tiny});
    compare("tan", elementary::tan, ::tanl, 0.9, {small, tiny});
    compare("asin", elementary::asin, ::asinl, 0.52, {unit, below_one});
    compare("acos", elementary::acos, ::acosl, 0.52, {unit, below_one, near_one});
    compare("atan", elementary::atan, ::atanl, 0.52, {small, tiny, any});
    compare("pow", elementary::pow, ::powl, 0.52,
            {{{Range::Powers, -10, 10}, {Range::Uniform, -70, 70}},
             {{Range::Powers, -1000, 1000}, unit},
             {near_one, any}});
    compare("hypot", elementary::hypot, ::hypotl, 0.76, {{small, small}, {any, any}});
    compare("atan2", elementary::atan2, ::atan2l, 0.52, {{small, small}, {any, small}, {tiny, any}});
}

// Many times around: a long double's sine is of the same number, but the x87 instructions of some C libraries
// are not exact there, so these are of the identities.
TEST_CASE("angles of any size are reduced exactly", "[stdlib]") {
    Numbers numbers;
    for (int i = 0; i < 20000; i++) {
        const double x = numbers({Range::Powers, 3, 1023});
        const double s = elementary::sin(x), c = elementary::cos(x);
        REQUIRE(std::fabs(s * s + c * c - 1) < 4e-16);
        REQUIRE(error(elementary::tan(x), static_cast<long double>(s) / c) < 3);
        REQUIRE(elementary::sin(-x) == -s);
        REQUIRE(elementary::cos(-x) == c);
    }
    // The double that is nearest to a multiple of pi/2, by exact arithmetic with 1400 bits of pi.
    CHECK(elementary::cos(0x1.6ac5b262ca1ffp+849) == -4.687165924254628e-19);
    CHECK(elementary::sin(1e22) == -0.8522008497671888);
}

#endif

TEST_CASE("special cases are those of C", "[stdlib]") {
    const double inf = std::numeric_limits<double>::infinity(),
                 nan = std::numeric_limits<double>::quiet_NaN();
    const double values[] = {0.0,    -0.0,    1,           -1,         2,     -2,     3,      0.5,
                             -0.5,   inf,     -inf,        nan,        1e300, -1e300, 1e-310, -1e-310,
                             5e-324, 1.7e308, 709.7827128, 709.79,     8,     -745.1, -745.2, -708.5,
                             27,     1000,    0x1p53,      0x1p53 + 2, -3,    1e22};
    const auto same = [](double mine, double c) {
        if (std::isnan(c)) return std::isnan(mine);
        return error(mine, c) <= 3 &&
               std::signbit(mine) == std::signbit(c);  // C's cbrt and sinh are not exact
    };
    const std::pair<Double, Double> functions[] = {
        {elementary::exp, ::exp},     {elementary::log, ::log},   {elementary::log2, ::log2},
        {elementary::log10, ::log10}, {elementary::sinh, ::sinh}, {elementary::cosh, ::cosh},
        {elementary::tanh, ::tanh},   {elementary::cbrt, ::cbrt}, {elementary::sin, ::sin},
        {elementary::cos, ::cos},     {elementary::tan, ::tan},   {elementary::asin, ::asin},
        {elementary::acos, ::acos},   {elementary::atan, ::atan}};
    for (std::size_t f = 0; f < std::size(functions); f++)
        for (const double x : values) {
            INFO("function " << f << " of " << x);
            CHECK(same(functions[f].first(x), functions[f].second(x)));
        }
    const std::pair<Double2, Double2> binary[] = {
        {elementary::pow, ::pow}, {elementary::hypot, ::hypot}, {elementary::atan2, ::atan2}};
    for (std::size_t f = 0; f < std::size(binary); f++)
        for (const double x : values)
            for (const double y : values) {
                INFO("function " << f << " of " << x << " and " << y);
                CHECK(same(binary[f].first(x, y), binary[f].second(x, y)));
            }
}
