// What Unicode says about characters that utf8proc does not know: unicode_tables.inc, made by
// make_unicode_tables.py.
#pragma once

#include <cstdint>
#include <span>

namespace skua::stdlib {

// A character whose case mapping is not one character. Unused places are 0.
struct SpecialCase {
    std::uint32_t code;
    std::uint32_t upper[3];
    std::uint32_t lower[3];
    std::uint32_t title[3];
};

// Word_Break of UAX #29; Other stands for characters that no range has.
enum class WordClass : std::uint8_t {
    Other,
    CR,
    LF,
    Newline,
    Extend,
    ZWJ,
    RegionalIndicator,
    Format,
    Katakana,
    HebrewLetter,
    ALetter,
    SingleQuote,
    DoubleQuote,
    MidNumLet,
    MidLetter,
    MidNum,
    Numeric,
    ExtendNumLet,
    WSegSpace,
};

std::span<const SpecialCase> special_cases();  // ascending
bool is_cased(std::uint32_t c);
bool is_case_ignorable(std::uint32_t c);
WordClass word_class(std::uint32_t c);

}  // namespace skua::stdlib
