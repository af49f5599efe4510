#include "emit/leaf_functions.h"

#include <cmath>
#include <cstdint>
#include <limits>

namespace skua::jit::leaf {
namespace {

double minimum(double x, double y) {
    if (x != x || y != y) return x + y;
    if (x == y) return std::signbit(x) ? x : y;
    return x < y ? x : y;
}
double maximum(double x, double y) {
    if (x != x || y != y) return x + y;
    if (x == y) return std::signbit(x) ? y : x;
    return x > y ? x : y;
}
double to_f64(std::uint64_t x) {
    return static_cast<double>(x);
}
float to_f32(std::uint64_t x) {
    return static_cast<float>(x);
}
std::uint64_t to_u64(double x) {
    if (!(x > 0)) return 0;
    if (x >= 0x1p64) return std::numeric_limits<std::uint64_t>::max();
    return static_cast<std::uint64_t>(x);
}
std::uint64_t to_u32(double x) {
    if (!(x > 0)) return 0;
    if (x >= 0x1p32) return std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(x);
}

template <typename F>
const void* address(F* f) {
    return reinterpret_cast<const void*>(f);
}

}  // namespace

const void* fmin() {
    return address(minimum);
}
const void* fmax() {
    return address(maximum);
}
const void* u64_to_f64() {
    return address(to_f64);
}
const void* u64_to_f32() {
    return address(to_f32);
}
const void* f64_to_u64() {
    return address(to_u64);
}
const void* f64_to_u32() {
    return address(to_u32);
}

}  // namespace skua::jit::leaf
