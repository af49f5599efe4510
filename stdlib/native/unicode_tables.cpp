#include "unicode_tables.h"

#include <algorithm>
#include <array>

namespace skua::stdlib {
namespace {

struct CharRange {
    std::uint32_t first, last;
};
struct WordRange {
    std::uint32_t first, last;
    WordClass value;
};

#include "unicode_tables.inc"

// Most texts consist of ASCII.
constexpr std::size_t kAscii = 128;
constexpr auto kAsciiWords = [] {
    std::array<WordClass, kAscii> classes{};
    for (const WordRange& range : kWordRanges)
        for (std::uint32_t c = range.first; c <= range.last && c < kAscii; c++) classes[c] = range.value;
    return classes;
}();

// The range that has the character, or null.
template <typename Range>
const Range* range_of(std::span<const Range> table, std::uint32_t c) {
    const auto found =
        std::lower_bound(table.begin(), table.end(), c,
                         [](const Range& range, std::uint32_t code) { return range.last < code; });
    return found != table.end() && found->first <= c ? &*found : nullptr;
}

}  // namespace

std::span<const SpecialCase> special_cases() {
    return kSpecialCases;
}

bool is_cased(std::uint32_t c) {
    return range_of<CharRange>(kCased, c) != nullptr;
}

bool is_case_ignorable(std::uint32_t c) {
    return range_of<CharRange>(kCaseIgnorable, c) != nullptr;
}

WordClass word_class(std::uint32_t c) {
    if (c < kAscii) return kAsciiWords[c];
    const WordRange* range = range_of<WordRange>(kWordRanges, c);
    return range == nullptr ? WordClass::Other : range->value;
}

}  // namespace skua::stdlib
