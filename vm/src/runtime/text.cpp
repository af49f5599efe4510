// Text of scalars, concatenation, string hashes.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "runtime/runtime.h"

namespace skua::vm {
namespace {

// A float without a fraction, in plain notation: its shortest digits, then zeros.
std::size_t format_large(float value, char* out) {
    char* end = std::to_chars(out, out + 31, value, std::chars_format::scientific).ptr;
    char* const e = std::find(out, end, 'e');
    int exponent = 0;
    std::from_chars(e + 2, end, exponent);  // behind "e+"
    end = std::remove(out, e, '.');
    const auto digits = end - out - (value < 0 ? 1 : 0);
    end = std::fill_n(end, exponent + 1 - digits, '0');
    *end++ = '.';
    *end++ = '0';
    return static_cast<std::size_t>(end - out);
}

// Shortest text that reads back (Ryu, through std::to_chars), in plain notation for exponents from
// -4 to 15, with ".0" if it would look like an integer.
template <typename T>
std::size_t format_floating(T value, char* out) {
    auto put = [&](std::string_view s) {
        std::memcpy(out, s.data(), s.size());
        return s.size();
    };
    if (std::isnan(value)) return put("nan");
    if (std::isinf(value)) return put(value > 0 ? "inf" : "-inf");
    const T magnitude = std::fabs(value);
    const bool plain =
        magnitude == 0 || (magnitude >= static_cast<T>(1e-4) && magnitude < static_cast<T>(1e16));
    // In plain notation to_chars gives all digits of a large number; of a float only nine mean something.
    if constexpr (std::is_same_v<T, float>)
        if (plain && magnitude >= 0x1p24f) return format_large(value, out);
    const auto result =
        std::to_chars(out, out + 31, value, plain ? std::chars_format::fixed : std::chars_format::scientific);
    char* end = result.ptr;
    if (plain &&
        std::string_view(out, static_cast<std::size_t>(end - out)).find('.') == std::string_view::npos) {
        *end++ = '.';
        *end++ = '0';
    }
    return static_cast<std::size_t>(end - out);
}

}  // namespace

std::size_t format_double(double value, char* out) {
    return format_floating(value, out);
}
std::size_t format_float(float value, char* out) {
    return format_floating(value, out);
}

String* int_text(Thread& thread, std::int64_t value) {
    char buffer[24];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    return new_string(thread, {buffer, static_cast<std::size_t>(result.ptr - buffer)});
}

String* float_text(Thread& thread, double value) {
    char buffer[40];
    return new_string(thread, {buffer, format_double(value, buffer)});
}

String* concat(Thread& thread, const Slot* strings, unsigned count) {
    std::uint64_t length = 0;
    for (unsigned i = 0; i < count; ++i) {
        const auto* part = reinterpret_cast<const String*>(strings[i]);
        if (!part) {
            throw_error(thread, "std.core.NullError", "a part of a string concatenation is null");
            return nullptr;
        }
        length += part->length;
    }
    String* joined = new_string_uninitialized(thread, length);
    if (!joined) return nullptr;
    char* to = joined->chars();
    for (unsigned i = 0; i < count; ++i) {
        const auto* part = reinterpret_cast<const String*>(strings[i]);
        std::memcpy(to, part->chars(), part->length);
        to += part->length;
    }
    return joined;
}

namespace {

// As a little-endian number on every machine: a hash shows in what a program prints.
template <typename T>
T little_endian_word(const char* p) {
    T word = load_word<T>(p);
    if constexpr (std::endian::native == std::endian::big)
        word = sizeof(T) == 8 ? static_cast<T>(__builtin_bswap64(word))
                              : static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(word)));
    return word;
}

}  // namespace

// Eight bytes at a time, multiply and fold; the machine's own choice, not part of any contract.
std::uint32_t compute_string_hash(const String& string) {
    const char* p = string.chars();
    std::size_t n = string.length;
    std::uint64_t h = 0x9E3779B97F4A7C15ull ^ n;
    auto mix = [&h](std::uint64_t v) {
        const auto product = static_cast<unsigned __int128>(h ^ v) * 0xA0761D6478BD642Full;
        h = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    while (n >= 8) {
        mix(little_endian_word<std::uint64_t>(p));
        p += 8;
        n -= 8;
    }
    if (n > 0) {
        // The bytes left, as a little-endian number.
        std::uint64_t v = 0;
        if (n >= 4) {
            v = little_endian_word<std::uint32_t>(p) |
                std::uint64_t{little_endian_word<std::uint32_t>(p + n - 4)} << (8 * (n - 4));
        } else {
            for (std::size_t i = n; i-- > 0;) v = v << 8 | static_cast<unsigned char>(p[i]);
        }
        mix(v);
    }
    mix(string.length);
    const auto folded = static_cast<std::uint32_t>(h ^ (h >> 32)) & 0x7FFFFFFFu;
    return folded == 0 ? 1 : folded;
}

}  // namespace skua::vm
