#include "word_boundaries.h"

#include <utf8proc.h>

#include "unicode_tables.h"
#include "utf8_codec.h"

namespace skua::stdlib {
namespace {

bool is_line_break(WordClass c) {
    return c == WordClass::CR || c == WordClass::LF || c == WordClass::Newline;
}
// What clings to the character before it (WB4).
bool clings(WordClass c) {
    return c == WordClass::Extend || c == WordClass::Format || c == WordClass::ZWJ;
}
bool is_letter(WordClass c) {
    return c == WordClass::ALetter || c == WordClass::HebrewLetter;
}
bool joins_letters(WordClass c) {
    return c == WordClass::MidLetter || c == WordClass::MidNumLet || c == WordClass::SingleQuote;
}
bool joins_digits(WordClass c) {
    return c == WordClass::MidNum || c == WordClass::MidNumLet || c == WordClass::SingleQuote;
}
bool is_pictograph(std::uint32_t c) {
    return utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->boundclass ==
           UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

// The class of the first character at or behind `p` that does not cling.
WordClass next_class(const char* p, const char* end) {
    while (p < end) {
        const WordClass c = word_class(next_scalar(p));
        if (!clings(c)) return c;
    }
    return WordClass::Other;
}

// Whether the classes `a` and `c`, with `before` in front of them and `after` behind them, are not separated:
// WB5 to WB13b.
bool holds_together(WordClass before, WordClass a, WordClass c, WordClass after) {
    using enum WordClass;
    if (is_letter(a) && is_letter(c)) return true;
    if (is_letter(a) && joins_letters(c) && is_letter(after)) return true;
    if (is_letter(before) && joins_letters(a) && is_letter(c)) return true;
    if (a == HebrewLetter && c == SingleQuote) return true;
    if (a == HebrewLetter && c == DoubleQuote && after == HebrewLetter) return true;
    if (before == HebrewLetter && a == DoubleQuote && c == HebrewLetter) return true;
    if ((is_letter(a) || a == Numeric) && c == Numeric) return true;
    if (a == Numeric && is_letter(c)) return true;
    if (before == Numeric && joins_digits(a) && c == Numeric) return true;
    if (a == Numeric && joins_digits(c) && after == Numeric) return true;
    if (a == Katakana && c == Katakana) return true;
    if ((is_letter(a) || a == Numeric || a == Katakana || a == ExtendNumLet) && c == ExtendNumLet)
        return true;
    return a == ExtendNumLet && (is_letter(c) || c == Numeric || c == Katakana);
}

}  // namespace

std::size_t word_end(std::string_view text, std::size_t start) {
    const char* const end = text.data() + text.size();
    const char* p = text.data() + start;
    WordClass last = word_class(next_scalar(p));  // of the character before p
    WordClass before = WordClass::Other;          // of the last but one that does not cling
    WordClass a = last;                           // of the last that does not cling
    std::size_t flags = a == WordClass::RegionalIndicator ? 1 : 0;
    while (p < end) {
        const char* q = p;
        const std::uint32_t code = next_scalar(q);
        const WordClass c = word_class(code);
        if (last == WordClass::CR && c == WordClass::LF) return static_cast<std::size_t>(q - text.data());
        if (is_line_break(last) || is_line_break(c)) break;
        const bool clinging = clings(c);
        const bool together =
            clinging || (last == WordClass::ZWJ && is_pictograph(code)) ||
            (last == WordClass::WSegSpace && c == WordClass::WSegSpace) ||
            holds_together(before, a, c,
                           joins_letters(c) || joins_digits(c) || c == WordClass::DoubleQuote
                               ? next_class(q, end)
                               : WordClass::Other) ||
            (a == WordClass::RegionalIndicator && c == WordClass::RegionalIndicator && flags % 2 == 1);
        if (!together) break;
        if (!clinging) {
            before = a;
            a = c;
            flags = c == WordClass::RegionalIndicator ? flags + 1 : 0;
        }
        last = c;
        p = q;
    }
    return static_cast<std::size_t>(p - text.data());
}

}  // namespace skua::stdlib
