// Numbers of twice a double's precision, as unevaluated sums of two doubles, for elementary.h.
//
// Everything here is additions, multiplications, divisions and square roots, which IEEE 754 defines to the
// bit, so results are the same on every machine; the code must be compiled without contraction. Errors are a
// few units of 2^-104 of the result. The algorithms are Dekker's and Knuth's (T. J. Dekker, A floating-point
// technique for extending the available precision, 1971; D. E. Knuth, TAOCP 2, 4.2.2).
#pragma once

#include <cmath>
#include <type_traits>

namespace skua::stdlib {

struct Pair {
    double hi = 0, lo = 0;  // |lo| is at most half a unit of hi's last place
};

// a + b exactly; |a| >= |b|, or a is 0.
constexpr Pair ordered_sum(double a, double b) {
    const double s = a + b;
    return {s, b - (s - a)};
}

// a + b exactly.
constexpr Pair exact_sum(double a, double b) {
    const double s = a + b, part = s - a;
    return {s, (a - (s - part)) + (b - part)};
}

// a * b exactly; both below 2^996, the product not near the smallest numbers.
constexpr Pair exact_product(double a, double b) {
    const double p = a * b;
#if defined(__FP_FAST_FMA)
    if (!std::is_constant_evaluated()) return {p, __builtin_fma(a, b, -p)};
#endif
    constexpr double kSplit = 0x1p27 + 1;
    const double sa = kSplit * a, sb = kSplit * b;
    const double ah = sa - (sa - a), bh = sb - (sb - b);
    const double al = a - ah, bl = b - bh;
    return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

constexpr Pair operator-(Pair a) {
    return {-a.hi, -a.lo};
}
constexpr Pair operator+(Pair a, Pair b) {
    const Pair high = exact_sum(a.hi, b.hi), low = exact_sum(a.lo, b.lo);
    const Pair sum = ordered_sum(high.hi, high.lo + low.hi);
    return ordered_sum(sum.hi, sum.lo + low.lo);
}
constexpr Pair operator-(Pair a, Pair b) {
    return a + -b;
}
constexpr Pair operator*(Pair a, Pair b) {
    const Pair p = exact_product(a.hi, b.hi);
    return ordered_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}
constexpr Pair operator/(Pair a, Pair b) {
    const double first = a.hi / b.hi;
    const Pair rest = a - b * Pair{first, 0};
    const double second = (rest.hi + rest.lo) / b.hi;
    return ordered_sum(first, second);
}

// For a > 0.
inline Pair root(Pair a) {
    const double first = std::sqrt(a.hi);
    const Pair square = exact_product(first, first);
    return ordered_sum(first, ((a.hi - square.hi) - square.lo + a.lo) / (2 * first));
}

constexpr double rounded(Pair a) {
    return a.hi + a.lo;
}

}  // namespace skua::stdlib
