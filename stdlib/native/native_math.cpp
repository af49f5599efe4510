// Natives of std.math.
#include "elementary.h"
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

const SkNative kMathNatives[] = {
    native<unary<elementary::cbrt>>("std.math.cbrt", "(f64)f64"),
    native<unary<elementary::sin>>("std.math.sin", "(f64)f64"),
    native<unary<elementary::cos>>("std.math.cos", "(f64)f64"),
    native<unary<elementary::tan>>("std.math.tan", "(f64)f64"),
    native<unary<elementary::asin>>("std.math.asin", "(f64)f64"),
    native<unary<elementary::acos>>("std.math.acos", "(f64)f64"),
    native<unary<elementary::atan>>("std.math.atan", "(f64)f64"),
    native<binary<elementary::atan2>>("std.math.atan2", "(f64,f64)f64"),
    native<unary<elementary::sinh>>("std.math.sinh", "(f64)f64"),
    native<unary<elementary::cosh>>("std.math.cosh", "(f64)f64"),
    native<unary<elementary::tanh>>("std.math.tanh", "(f64)f64"),
    native<unary<elementary::exp>>("std.math.exp", "(f64)f64"),
    native<unary<elementary::log>>("std.math.log", "(f64)f64"),
    native<unary<elementary::log2>>("std.math.log2", "(f64)f64"),
    native<unary<elementary::log10>>("std.math.log10", "(f64)f64"),
    native<binary<elementary::pow>>("std.math.pow", "(f64,f64)f64"),
    native<binary<elementary::hypot>>("std.math.hypot", "(f64,f64)f64"),
};

}  // namespace

SKUA_PLUGIN(std_math, "std.math", "0.1.0", kMathNatives)

}  // namespace skua::stdlib
