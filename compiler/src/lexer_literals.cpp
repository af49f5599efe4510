// Numbers, characters and escapes.
#include <charconv>
#include <fmt/format.h>

#include "lexer_impl.h"

namespace skua::compiler {

namespace {

bool known_suffix(std::string_view s) {
    return s == "i8" || s == "i16" || s == "i32" || s == "i64" || s == "u8" || s == "u16" || s == "u32" ||
           s == "u64" || s == "f32" || s == "f64";
}

unsigned digit_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    return static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

}  // namespace

void Lexer::number() {
    const char* start = p_;
    NumberLiteral n;
    if (previous() == TokenKind::Dot || previous() == TokenKind::SafeDot) {  // t.0.1: components of a tuple
        while (is_class(*p_, kDigit)) ++p_;
        std::from_chars(start, p_, n.magnitude);
        out_.numbers.push_back(n);
        return emit(TokenKind::Int, start, static_cast<std::uint32_t>(out_.numbers.size() - 1));
    }

    unsigned radix = 10;
    if (*p_ == '0') {
        const char x = static_cast<char>(p_[1] | 0x20);
        radix = x == 'x' ? 16 : x == 'b' ? 2 : x == 'o' ? 8 : 10;
        if (radix != 10) p_ += 2;
    }
    const char* digits_start = p_;
    // In hexadecimal, letters from a to f are digits; `_u8` then begins the suffix.
    const std::uint8_t digit_class = radix == 16 ? kHex : kDigit;
    const auto digits = [&] {
        while (is_class(*p_, digit_class) || (*p_ == '_' && (is_class(p_[1], digit_class) || p_[1] == '_')))
            ++p_;
    };
    digits();
    const char* digits_end = p_;
    bool floating = false;
    if (radix == 10) {
        if (*p_ == '.' && is_class(p_[1], kDigit)) {
            floating = true;
            ++p_;
            digits();
        }
        if ((*p_ | 0x20) == 'e') {
            const char* q = p_ + 1;
            if (*q == '+' || *q == '-') ++q;
            if (is_class(*q, kDigit)) {
                floating = true;
                p_ = q;
                digits();
            }
        }
    }
    const char* number_end = p_;
    if (*p_ == '_') ++p_;
    const char* suffix_start = p_;
    while (is_class(*p_, kLetter | kDigit)) ++p_;
    n.suffix = {suffix_start, static_cast<std::size_t>(p_ - suffix_start)};
    n.decimal = radix == 10;

    const auto fail = [&](const char* a, const char* b, std::string message, std::string suggestion = {}) {
        if (n.valid) error(a, b, std::move(message), std::move(suggestion));
        n.valid = false;
    };
    if (!n.suffix.empty() && !known_suffix(n.suffix)) {
        if (digits_start == digits_end)
            fail(start, p_, "this number has no digits");
        else if (radix != 10 && is_class(*suffix_start, kDigit))
            fail(suffix_start, suffix_start + 1,
                 fmt::format("`{}` is not a digit in base {}", *suffix_start, radix));
        else
            fail(suffix_start, p_, fmt::format("`{}` is not a suffix of a number", n.suffix),
                 "the suffixes are i8 i16 i32 i64 u8 u16 u32 u64 f32 f64");
    } else if (digits_start == digits_end) {
        fail(start, p_, "this number has no digits");
    } else if (n.suffix.empty() && suffix_start != number_end) {
        fail(number_end, suffix_start, "a number does not end in `_`");
    }
    const bool float_suffix = n.suffix == "f32" || n.suffix == "f64";
    if (radix == 10 && digits_end - digits_start > 1 && *digits_start == '0' && !floating && !float_suffix)
        fail(start, p_, "a decimal number does not begin with 0", "numbers in base 8 are written 0o17");
    if (floating && !n.suffix.empty() && !float_suffix)
        fail(suffix_start, p_,
             fmt::format("a number with a fraction or exponent cannot be of type `{}`", n.suffix));
    if (radix != 10 && float_suffix)
        fail(suffix_start, p_, fmt::format("a number in base {} cannot be of type `{}`", radix, n.suffix));

    if (n.valid && (floating || float_suffix)) {
        std::string text;
        for (const char* q = start; q < number_end; ++q)
            if (*q != '_') text += *q;
        std::errc code;
        if (n.suffix == "f32") {
            float value = 0;
            code = std::from_chars(text.data(), text.data() + text.size(), value).ec;
            n.floating = value;
        } else {
            code = std::from_chars(text.data(), text.data() + text.size(), n.floating).ec;
        }
        // Too small is zero; too large is an error.
        if (code == std::errc::result_out_of_range) {
            const std::size_t e = text.find_first_of("eE");
            const bool small = e != std::string::npos ? text[e + 1] == '-' : text[0] == '0';
            if (!small) fail(start, p_, "this number is too large for a floating-point number");
            n.floating = 0;
        }
        floating = true;
    } else if (n.valid) {
        for (const char* q = digits_start; q < digits_end; ++q) {
            if (*q == '_') continue;
            const unsigned d = digit_value(*q);
            if (d >= radix) {
                fail(q, q + 1, fmt::format("`{}` is not a digit in base {}", *q, radix));
                break;
            }
            if (__builtin_mul_overflow(n.magnitude, radix, &n.magnitude) ||
                __builtin_add_overflow(n.magnitude, d, &n.magnitude)) {
                fail(start, p_, "this number does not fit in 64 bits");
                break;
            }
        }
    }
    out_.numbers.push_back(n);
    emit(floating ? TokenKind::Float : TokenKind::Int, start,
         static_cast<std::uint32_t>(out_.numbers.size() - 1));
}

// `p` is at a backslash. Appends what the escape stands for and moves p behind it; reports errors.
bool Lexer::escape(const char*& p, const char* end, std::string& out) {
    const char* start = p++;
    if (p >= end) {
        error(start, p, "an escape is cut off here");
        return false;
    }
    const char c = *p++;
    switch (c) {
        case 'n':
            out += '\n';
            return true;
        case 't':
            out += '\t';
            return true;
        case 'r':
            out += '\r';
            return true;
        case '0':
            out += '\0';
            return true;
        case 'e':
            out += '\x1B';
            return true;
        case '\\':
        case '"':
        case '\'':
        case '$':
            out += c;
            return true;
        case 'u':
            break;
        default: {
            const char* q = p - 1;
            decode_utf8(q);
            p = q;
            error(start, p,
                  fmt::format("`{}` is not an escape",
                              std::string_view(start, static_cast<std::size_t>(p - start))),
                  "the escapes are \\n \\t \\r \\0 \\e \\\\ \\\" \\' \\$ and \\u{1F426}; a backslash itself "
                  "is \\\\");
            return false;
        }
    }
    char32_t value = 0;
    int digits = 0;
    if (p < end && *p == '{') {
        ++p;
        while (p < end && is_class(*p, kHex) && digits < 8) value = value * 16 + digit_value(*p++), ++digits;
        if (p < end && *p == '}' && digits > 0 && digits <= 6) {
            ++p;
            if (value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF)) {
                append_utf8(out, value);
                return true;
            }
            error(start, p,
                  fmt::format("U+{:04X} is not a Unicode scalar value", static_cast<std::uint32_t>(value)),
                  "they go from 0 to 10FFFF, without D800 to DFFF");
            return false;
        }
    }
    error(start, p, "expected an escape of the form `\\u{1F426}`: 1 to 6 hexadecimal digits in braces");
    return false;
}

void Lexer::character() {
    const char* start = p_++;
    std::string value;
    std::size_t scalars = 0;
    bool good = true;
    while (p_ < end_ && *p_ != '\'' && *p_ != '\n') {
        if (*p_ == '\\') {
            good &= escape(p_, end_, value);
        } else {
            const char* q = p_;
            decode_utf8(p_);
            value.append(q, p_);
        }
        ++scalars;
        if (scalars > 200) break;  // surely an apostrophe in some text
    }
    char32_t c = 0;
    if (p_ >= end_ || *p_ != '\'') {
        // Take only the quote and a character, so that the rest of the line is still understood.
        p_ = start + 1;
        if (p_ < end_ && *p_ != '\n') decode_utf8(p_);
        cut_ = true;
        if (good)
            error(start, p_, "expected `'` at the end of this character",
                  "strings are written in double quotes");
    } else {
        ++p_;
        if (good && scalars == 1) {
            const char* q = value.data();
            c = decode_utf8(q);
        } else if (good) {
            error(start, p_,
                  scalars == 0 ? "expected a character between the quotes"
                               : "expected one character between the quotes, found more",
                  scalars == 0 ? "" : "strings are written in double quotes");
        }
    }
    emit(TokenKind::Char, start, static_cast<std::uint32_t>(c));
}

}  // namespace skua::compiler
