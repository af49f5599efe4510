// Natives of std.core: strings, characters, reading floats, names of types.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utf8proc.h>
#include <vector>

#include "native_support.h"
#include "utf8_codec.h"

namespace skua::stdlib {
namespace {

// ---- parts of strings ------------------------------------------------------------------------

SkString* substring_bytes(SkEnv* env, SkString* text, std::int64_t start, std::int64_t end) {
    if (start < 0 || end < start) {
        check_slice(env, start, end, env->api->string_len(env, text));
        return nullptr;
    }
    return env->api->string_slice(env, text, static_cast<std::size_t>(start), static_cast<std::size_t>(end));
}

std::int64_t find_text(SkEnv* env, SkString* text, SkString* part, std::int64_t from) {
    const std::string_view s = view(env, text), p = view(env, part);
    const std::size_t start = from < 0 ? 0 : static_cast<std::size_t>(from);
    if (start > s.size()) return -1;
    if (p.size() == 1) {
        const void* found = std::memchr(s.data() + start, p[0], s.size() - start);
        return found ? static_cast<const char*>(found) - s.data() : -1;
    }
    const void* found = ::memmem(s.data() + start, s.size() - start, p.data(), p.size());
    return found ? static_cast<const char*>(found) - s.data() : -1;
}

// The last occurrence that ends at byte `before` or earlier.
std::int64_t find_text_last(SkEnv* env, SkString* text, SkString* part, std::int64_t before) {
    const std::string_view s = view(env, text), p = view(env, part);
    if (before < 0) return -1;
    const std::size_t end = std::min(static_cast<std::size_t>(before), s.size());
    const std::size_t found = s.substr(0, end).rfind(p);
    return found == std::string_view::npos ? -1 : static_cast<std::int64_t>(found);
}

std::int64_t compare_text(SkEnv* env, SkString* a, SkString* b) {
    if (a == b) return 0;
    const int order = view(env, a).compare(view(env, b));
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

bool matches_at(SkEnv* env, SkString* text, SkString* part, std::int64_t at) {
    const std::string_view s = view(env, text), p = view(env, part);
    if (at < 0 || static_cast<std::uint64_t>(at) > s.size()) return false;
    return s.substr(static_cast<std::size_t>(at)).starts_with(p);
}

// ---- made from strings --------------------------------------------------------------------------

template <auto Map>
SkString* map_scalars(SkEnv* env, SkString* text) {
    return guarded(env, [&]() -> SkString* {
        const std::string_view s = view(env, text);
        std::string out;
        out.reserve(s.size());
        bool changed = false;
        for (const char* p = s.data(); p < s.data() + s.size();) {
            const std::uint32_t c = next_scalar(p);
            const std::uint32_t mapped = Map(c);
            changed |= mapped != c;
            append_scalar(out, mapped);
        }
        if (!changed) return text;
        return fits_text(env, out.size()) ? new_string(env, out) : nullptr;
    });
}

// The simple mapping of Unicode: one character for one. (utf8proc maps sharp s to its rare capital.)
std::uint32_t upper_scalar(std::uint32_t c) {
    if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
    if (c == 0xDF) return c;
    return static_cast<std::uint32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}

std::uint32_t lower_scalar(std::uint32_t c) {
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    return static_cast<std::uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

SkString* replace_text(SkEnv* env, SkString* text, SkString* old, SkString* replacement) {
    return guarded(env, [&]() -> SkString* {
        const std::string_view s = view(env, text), o = view(env, old), r = view(env, replacement);
        std::size_t at = o.empty() ? std::string_view::npos : s.find(o);
        if (at == std::string_view::npos) return text;
        std::string out;
        std::size_t from = 0;
        for (; at != std::string_view::npos; at = s.find(o, from)) {
            out.append(s, from, at - from).append(r);
            if (!fits_text(env, out.size())) return nullptr;
            from = at + o.size();
        }
        return new_string(env, out.append(s, from));
    });
}

SkString* repeat_text(SkEnv* env, SkString* text, std::int64_t count) {
    return guarded(env, [&]() -> SkString* {
        const std::string_view s = view(env, text);
        if (count <= 0 || s.empty()) return new_string(env, {});
        const auto times = static_cast<std::size_t>(count);
        if (times > kMaxText || !fits_text(env, s.size() * times)) {
            if (!env->api->has_pending(env))
                env->api->throw_error(env, kOutOfMemoryError, "the text is too long");
            return nullptr;
        }
        std::string out;
        out.reserve(s.size() * times);
        for (std::size_t i = 0; i < times; i++) out.append(s);
        return new_string(env, out);
    });
}

SkString* join_text(SkEnv* env, SkArray* parts, SkString* separator) {
    return guarded(env, [&]() -> SkString* {
        const std::size_t n = env->api->array_len(env, parts);
        SkString** strings = elements<SkString*>(env, parts);
        const std::string_view between = view(env, separator);
        std::vector<const char*> data;
        std::vector<std::size_t> lens;
        data.reserve(2 * n);
        lens.reserve(2 * n);
        for (std::size_t i = 0; i < n; i++) {
            if (strings[i] == nullptr) {
                env->api->throw_format(env, kNullError, "element %zu of the texts to join is null", i);
                return nullptr;
            }
            if (i > 0 && !between.empty()) {
                data.push_back(between.data());
                lens.push_back(between.size());
            }
            const std::string_view s = view(env, strings[i]);
            data.push_back(s.data());
            lens.push_back(s.size());
        }
        return env->api->string_new_from_parts(env, data.data(), lens.data(), data.size());
    });
}

// Where a separator that is not empty begins next, from a place inside of the text or at its end; or npos.
std::size_t find_separator(std::string_view s, std::string_view p, std::size_t from) {
    if (p.size() > 1) return s.find(p, from);
    const void* at = from < s.size() ? std::memchr(s.data() + from, p[0], s.size() - from) : nullptr;
    return at == nullptr ? std::string_view::npos
                         : static_cast<std::size_t>(static_cast<const char*>(at) - s.data());
}

// False after an ArgumentError.
bool is_separator(SkEnv* env, std::string_view p) {
    if (p.empty()) env->api->throw_error(env, kArgumentError, "the separator is empty");
    return !p.empty();
}

// The parts between separators. Two passes, so that the array is made once with its final length: a
// list that grows would touch twice the memory.
SkArray* split_text(SkEnv* env, SkString* text, SkString* separator) {
    const std::string_view s = view(env, text), p = view(env, separator);
    if (!is_separator(env, p)) return nullptr;
    const auto next = [&](std::size_t from) { return find_separator(s, p, from); };
    std::size_t count = 1;
    for (std::size_t at = next(0); at != std::string_view::npos; at = next(at + p.size())) ++count;
    SkArray* parts = env->api->array_new(env, SK_STRING, count);
    if (parts == nullptr) return nullptr;
    std::size_t start = 0;
    for (std::size_t i = 0; i < count; i++) {
        const std::size_t end = i + 1 < count ? next(start) : s.size();
        // A separator that is valid UTF-8 begins and ends between characters.
        SkString* part = env->api->string_slice(env, text, start, end);
        if (part == nullptr) return nullptr;
        env->api->array_set(env, parts, i, part);
        start = end + p.size();
    }
    return parts;
}

// The part that begins at a byte, up to the next separator or to the end.
SkString* part_from(SkEnv* env, SkString* text, SkString* separator, std::int64_t start) {
    const std::string_view s = view(env, text), p = view(env, separator);
    if (!is_separator(env, p) || !check_slice(env, start, start, s.size())) return nullptr;
    const auto from = static_cast<std::size_t>(start);
    return env->api->string_slice(env, text, from, std::min(find_separator(s, p, from), s.size()));
}

// ---- bytes and characters ------------------------------------------------------------------------

SkArray* bytes_of(SkEnv* env, SkString* text) {
    const std::size_t n = env->api->string_len(env, text);
    SkArray* bytes = env->api->array_new(env, SK_U8, n);
    if (bytes != nullptr && n > 0)
        std::memcpy(elements<char>(env, bytes), env->api->string_data(env, text), n);
    return bytes;
}

SkArray* chars_of(SkEnv* env, SkString* text) {
    const std::string_view s = view(env, text);
    std::size_t n = 0;
    for (const char c : s) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    SkArray* chars = env->api->array_new(env, SK_CHAR, n);
    if (chars == nullptr) return nullptr;
    auto* out = elements<std::uint32_t>(env, chars);
    for (const char* p = s.data(); p < s.data() + s.size();) *out++ = next_scalar(p);
    return chars;
}

SkString* text_from_bytes(SkEnv* env, SkArray* data, std::int64_t start, std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, data))) return nullptr;
    return env->api->string_new(env, elements<char>(env, data) + start,
                                static_cast<std::size_t>(end - start));
}

SkString* text_from_chars(SkEnv* env, SkArray* data, std::int64_t start, std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, data))) return nullptr;
    return guarded(env, [&] {
        const auto* chars = elements<std::uint32_t>(env, data);
        std::string out;
        out.reserve(static_cast<std::size_t>(end - start));
        for (std::int64_t i = start; i < end; i++) append_scalar(out, chars[i] & 0x1FFFFF);
        return new_string(env, out);
    });
}

// 1 letter, 2 decimal digit, 3 white space, 4 punctuation or symbol, 5 other number, 0 anything else.
std::int64_t char_class(SkEnv*, std::int64_t code) {
    const auto c = static_cast<utf8proc_int32_t>(code);
    if (code < 0 || code > 0x10FFFF) return 0;
    switch (utf8proc_category(c)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
            return 1;
        case UTF8PROC_CATEGORY_ND:
            return 2;
        case UTF8PROC_CATEGORY_ZS:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
            return 3;
        case UTF8PROC_CATEGORY_PC:
        case UTF8PROC_CATEGORY_PD:
        case UTF8PROC_CATEGORY_PS:
        case UTF8PROC_CATEGORY_PE:
        case UTF8PROC_CATEGORY_PI:
        case UTF8PROC_CATEGORY_PF:
        case UTF8PROC_CATEGORY_PO:
        case UTF8PROC_CATEGORY_SM:
        case UTF8PROC_CATEGORY_SC:
        case UTF8PROC_CATEGORY_SK:
        case UTF8PROC_CATEGORY_SO:
            return 4;
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return 5;
        default:
            return c == 0x85 ? 3 : 0;  // next line: a control character that is white space
    }
}

std::int64_t char_upper(SkEnv*, std::int64_t code) {
    return code < 0 || code > 0x10FFFF ? code : upper_scalar(static_cast<std::uint32_t>(code));
}

std::int64_t char_lower(SkEnv*, std::int64_t code) {
    return code < 0 || code > 0x10FFFF ? code : lower_scalar(static_cast<std::uint32_t>(code));
}

// ---- the rest ----------------------------------------------------------------------------------------

double float_remainder(SkEnv*, double x, double y) {
    return std::fmod(x, y);
}

// The number nearest to what a text spells: a sign, digits with a point or an exponent; inf and nan. NaN if
// none. An f32 is not read as a float first: it would be rounded twice.
template <typename T>
T float_of(SkEnv* env, SkString* text) {
    constexpr T kNone = std::numeric_limits<T>::quiet_NaN();
    std::string_view s = view(env, text);
    const bool negative = s.starts_with('-');
    if (negative || s.starts_with('+')) s.remove_prefix(1);
    if (s == "inf")
        return negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
    if (s.empty() || !((s[0] >= '0' && s[0] <= '9') || s[0] == '.')) return kNone;
    T value = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (end != s.data() + s.size() || error == std::errc::invalid_argument) return kNone;
    // Too large or too small: strtod gives infinity, zero or the nearest subnormal number. A NUL
    // follows the text.
    if (error == std::errc::result_out_of_range) {
        if constexpr (std::is_same_v<T, float>)
            value = std::strtof(s.data(), nullptr);
        else
            value = std::strtod(s.data(), nullptr);
    }
    return negative ? -value : value;
}

SkString* type_name_of(SkEnv* env, SkObject* object) {
    return new_string(env, env->api->type_name(env, object));
}

const SkNative kCoreNatives[] = {
    native<substring_bytes>("std.core.substringBytes", "(string,i64,i64)string"),
    native<find_text>("std.core.findText", "(string,string,i64)i64"),
    native<find_text_last>("std.core.findTextLast", "(string,string,i64)i64"),
    native<compare_text>("std.core.compareText", "(string,string)i64"),
    native<matches_at>("std.core.matchesAt", "(string,string,i64)bool"),
    native<map_scalars<upper_scalar>>("std.core.upperText", "(string)string"),
    native<map_scalars<lower_scalar>>("std.core.lowerText", "(string)string"),
    native<replace_text>("std.core.replaceText", "(string,string,string)string"),
    native<repeat_text>("std.core.repeatText", "(string,i64)string"),
    native<split_text>("std.core.splitText", "(string,string)[string]"),
    native<part_from>("std.core.partFrom", "(string,string,i64)string"),
    native<join_text>("std.core.joinText", "([string],string)string"),
    native<bytes_of>("std.core.bytesOf", "(string)[u8]"),
    native<chars_of>("std.core.charsOf", "(string)[char]"),
    native<text_from_bytes>("std.core.textFromBytes", "([u8],i64,i64)string"),
    native<text_from_chars>("std.core.textFromChars", "([char],i64,i64)string"),
    native<char_class>("std.core.charClass", "(i64)i64"),
    native<char_upper>("std.core.charUpper", "(i64)i64"),
    native<char_lower>("std.core.charLower", "(i64)i64"),
    native<float_of<double>>("std.core.floatOf", "(string)f64"),
    native<float_of<float>>("std.core.f32Of", "(string)f32"),
    native<float_remainder>("std.core.floatRemainder", "(f64,f64)f64"),
    native<type_name_of>("std.core.typeNameOf", "(std.core.Error)string"),
};

}  // namespace

SKUA_PLUGIN(std_core, "std.core", "0.1.0", kCoreNatives)

}  // namespace skua::stdlib
