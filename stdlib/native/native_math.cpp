// Natives of std.math: the C library's functions.
#include <cmath>

#include "native_support.h"

namespace skua::stdlib {
namespace {

template <double (*Function)(double)>
double unary(SkEnv*, double x) {
    return Function(x);
}

template <double (*Function)(double, double)>
double binary(SkEnv*, double x, double y) {
    return Function(x, y);
}

// Through extended precision: the C library's own is often wrong in the last place (27
// gives 3.0000000000000004).
double cube_root(SkEnv*, double x) {
    return static_cast<double>(::cbrtl(x));
}

const SkNative kMathNatives[] = {
    native<cube_root>("std.math.cbrt", "(f64)f64"),
    native<unary<::sin>>("std.math.sin", "(f64)f64"),
    native<unary<::cos>>("std.math.cos", "(f64)f64"),
    native<unary<::tan>>("std.math.tan", "(f64)f64"),
    native<unary<::asin>>("std.math.asin", "(f64)f64"),
    native<unary<::acos>>("std.math.acos", "(f64)f64"),
    native<unary<::atan>>("std.math.atan", "(f64)f64"),
    native<binary<::atan2>>("std.math.atan2", "(f64,f64)f64"),
    native<unary<::sinh>>("std.math.sinh", "(f64)f64"),
    native<unary<::cosh>>("std.math.cosh", "(f64)f64"),
    native<unary<::tanh>>("std.math.tanh", "(f64)f64"),
    native<unary<::exp>>("std.math.exp", "(f64)f64"),
    native<unary<::log>>("std.math.log", "(f64)f64"),
    native<unary<::log2>>("std.math.log2", "(f64)f64"),
    native<unary<::log10>>("std.math.log10", "(f64)f64"),
    native<binary<::pow>>("std.math.pow", "(f64,f64)f64"),
    native<binary<::hypot>>("std.math.hypot", "(f64,f64)f64"),
};

}  // namespace

SKUA_PLUGIN(std_math, "std.math", "0.1.0", kMathNatives)

}  // namespace skua::stdlib
