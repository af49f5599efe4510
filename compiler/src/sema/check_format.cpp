// The formats of interpolations, `${x:>8.2f}`. What is refused here, std.text would refuse when the text is
// made: the syntax is that of its class Format.
#include "sema/body_checker.h"

namespace skua::compiler {
namespace {

constexpr std::string_view kIntegers = "dxXboc", kFloats = "feg%",
                           kSyntax = "a format is `[[fill]align][sign][0][width][,][.precision][type]`";

// Length of the character at the beginning.
std::size_t char_length(std::string_view s) {
    std::size_t n = 1;
    while (n < s.size() && (static_cast<unsigned char>(s[n]) & 0xC0) == 0x80) ++n;
    return n;
}

bool is_align(std::string_view s) {
    return !s.empty() && (s[0] == '<' || s[0] == '>' || s[0] == '^');
}

bool is_digit(std::string_view s) {
    return !s.empty() && s[0] >= '0' && s[0] <= '9';
}

}  // namespace

bool BodyChecker::check_format(std::string_view format, SourceRange range, const Type* type) {
    const auto wrong = [&](const std::string& what, std::string_view hint) {
        a_.error(range, "format " + quote(format) + ": " + what, std::string(hint));
        return false;
    };
    std::string_view s = format;
    if (!s.empty()) {
        const std::size_t first = char_length(s);
        if (is_align(s.substr(first)))
            s.remove_prefix(first + 1);
        else if (is_align(s))
            s.remove_prefix(1);
    }
    if (!s.empty() && (s[0] == '+' || s[0] == ' ')) s.remove_prefix(1);
    const auto number = [&] {
        unsigned n = 0;
        for (; is_digit(s); s.remove_prefix(1))
            if (n <= 100'000) n = n * 10 + static_cast<unsigned>(s[0] - '0');
        return n <= 100'000;
    };
    if (!number()) return wrong("the width is too large", "at most 100000 characters");
    if (!s.empty() && s[0] == ',') s.remove_prefix(1);
    bool precision = false;
    if (!s.empty() && s[0] == '.') {
        s.remove_prefix(1);
        if (!is_digit(s)) return wrong("digits are expected after the `.`", kSyntax);
        if (!number()) return wrong("the precision is too large", "at most 100000 digits");
        precision = true;
    }
    std::string_view kind = s.substr(0, s.empty() ? 0 : char_length(s));
    s.remove_prefix(kind.size());
    if (!s.empty()) return wrong("expected its end, found `" + std::string(s) + "`", kSyntax);
    if (kind.size() > 1 || (!kind.empty() && (kIntegers.find(kind[0]) == std::string_view::npos) &&
                            kFloats.find(kind[0]) == std::string_view::npos && kind[0] != 's'))
        return wrong(quote(kind) + " is no type of a format",
                     "the types are d x X b o c for integers, f e g % for numbers, s for texts");
    const char k = kind.empty() ? 0 : kind[0];
    if (type->is_integer()) {
        const bool as_float = k == 'f' || k == 'e' || k == 'g' || k == '%';
        if (k == 's' || (as_float && type->is(TypeKind::U64)) || (k == 'c' && type->is(TypeKind::U64)))
            return wrong(quote(kind) + " does not apply to " + quote(type),
                         "the types for integers are d x X b o c, and f e g % for those that fit a float");
        if (precision && !as_float) return wrong("integers have no precision", "write `f` to show decimals");
    } else if (type->is_float()) {
        if (k != 0 && k != 'f' && k != 'e' && k != 'g' && k != '%')
            return wrong(quote(kind) + " does not apply to " + quote(type),
                         "the types for floats are f e g %");
    } else if (k != 0 && k != 's') {
        return wrong(quote(kind) + " does not apply to " + quote(type), "only numbers have such a form");
    }
    return true;
}

}  // namespace skua::compiler
