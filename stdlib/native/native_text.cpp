// Natives of std.text: moving bytes in and out of builders, digits of floats.
#include <charconv>
#include <cmath>
#include <cstring>

#include "native_support.h"

namespace skua::stdlib {
namespace {

void copy_text(SkEnv* env, SkString* text, SkArray* target, std::int64_t at) {
    env->api->string_copy(env, text, target, static_cast<std::size_t>(at));
}

void copy_slice(SkEnv* env, SkString* text, std::int64_t start, std::int64_t end, SkArray* target,
                std::int64_t at) {
    const std::string_view s = view(env, text);
    const std::size_t room = env->api->array_len(env, target);
    if (!check_slice(env, start, end, s.size()) || !check_slice(env, at, at + (end - start), room)) return;
    const auto from = static_cast<std::size_t>(start), to = static_cast<std::size_t>(end);
    const auto inside = [s](std::size_t i) {  // of a character
        return i < s.size() && (static_cast<unsigned char>(s[i]) & 0xC0) == 0x80;
    };
    if (inside(from) || inside(to)) {
        env->api->throw_format(env, kArgumentError, "slice %zu..%zu begins or ends inside a character", from,
                               to);
        return;
    }
    std::memcpy(elements<char>(env, target) + at, s.data() + from, to - from);
}

// The index behind the digits.
std::int64_t copy_int(SkEnv* env, std::int64_t n, SkArray* target, std::int64_t at) {
    const std::size_t room = env->api->array_len(env, target);
    if (at >= 0 && static_cast<std::uint64_t>(at) <= room) {
        char* const data = elements<char>(env, target);
        const auto result = std::to_chars(data + at, data + room, n);
        if (result.ec == std::errc()) return result.ptr - data;
    }
    env->api->throw_format(env, kIndexError, "the digits of %lld at %lld of an array of length %zu",
                           static_cast<long long>(n), static_cast<long long>(at), room);
    return 0;
}

SkString* text_of_bytes(SkEnv* env, SkArray* data, std::int64_t start, std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, data))) return nullptr;
    return env->api->string_new(env, elements<char>(env, data) + start,
                                static_cast<std::size_t>(end - start));
}

template <std::chars_format Format>
SkString* float_digits(SkEnv* env, double x, std::int64_t precision) {
    constexpr std::int64_t kMaxPrecision = 100000;
    constexpr std::size_t kRest = 330;  // sign, 309 digits before the point, exponent
    if (precision < 0 || precision > kMaxPrecision) {
        env->api->throw_format(env, kArgumentError, "the precision must lie between 0 and %lld: %lld",
                               static_cast<long long>(kMaxPrecision), static_cast<long long>(precision));
        return nullptr;
    }
    return guarded(env, [&]() -> SkString* {
        std::string out(static_cast<std::size_t>(precision) + kRest, '\0');
        const auto result =
            std::to_chars(out.data(), out.data() + out.size(), x, Format, static_cast<int>(precision));
        return new_string(env, {out.data(), static_cast<std::size_t>(result.ptr - out.data())});
    });
}

const SkNative kTextNatives[] = {
    native<copy_text>("std.text.copyText", "(string,[u8],i64)void"),
    native<copy_slice>("std.text.copySlice", "(string,i64,i64,[u8],i64)void"),
    native<copy_int>("std.text.copyInt", "(i64,[u8],i64)i64"),
    native<text_of_bytes>("std.text.textOfBytes", "([u8],i64,i64)string"),
    native<float_digits<std::chars_format::fixed>>("std.text.floatFixed", "(f64,i64)string"),
    native<float_digits<std::chars_format::scientific>>("std.text.floatScientific", "(f64,i64)string"),
    native<float_digits<std::chars_format::general>>("std.text.floatGeneral", "(f64,i64)string"),
};

}  // namespace

SKUA_PLUGIN(std_text, "std.text", "0.1.0", kTextNatives)

}  // namespace skua::stdlib
