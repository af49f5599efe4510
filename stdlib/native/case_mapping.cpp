#include "case_mapping.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utf8proc.h>

#include "unicode_tables.h"
#include "utf8_codec.h"
#include "word_boundaries.h"

namespace skua::stdlib {
namespace {

enum class Case { Upper, Lower, Title };

const SpecialCase* special_case(std::uint32_t c) {
    if (c < 0xDF) return nullptr;
    const auto table = special_cases();
    const auto found =
        std::lower_bound(table.begin(), table.end(), c,
                         [](const SpecialCase& row, std::uint32_t code) { return row.code < code; });
    return found != table.end() && found->code == c ? &*found : nullptr;
}

void append_mapped(std::string& out, std::uint32_t c, Case wanted) {
    if (const SpecialCase* special = special_case(c)) {
        const auto& codes = wanted == Case::Upper   ? special->upper
                            : wanted == Case::Lower ? special->lower
                                                    : special->title;
        for (const std::uint32_t code : codes)
            if (code != 0) append_scalar(out, code);
        return;
    }
    const auto code = static_cast<utf8proc_int32_t>(c);
    append_scalar(out, static_cast<std::uint32_t>(wanted == Case::Upper   ? utf8proc_toupper(code)
                                                  : wanted == Case::Lower ? utf8proc_tolower(code)
                                                                          : utf8proc_totitle(code)));
}

// Whether the first character at or behind `p` that is not to be ignored (as apostrophes and accents are) is
// a cased one.
bool cased_behind(const char* p, const char* end) {
    while (p < end) {
        const std::uint32_t c = next_scalar(p);
        if (!is_case_ignorable(c)) return is_cased(c);
    }
    return false;
}

// The same of the last character before `p`.
bool cased_before(const char* start, const char* p) {
    while (p > start) {
        do p--;
        while ((static_cast<unsigned char>(*p) & 0xC0) == 0x80);
        const char* q = p;
        const std::uint32_t c = next_scalar(q);
        if (!is_case_ignorable(c)) return is_cased(c);
    }
    return false;
}

// Lower case of text[start..], as part of the whole: a capital sigma is a final one if a cased letter comes
// before it and none after it.
void append_lower(std::string& out, std::string_view text, std::size_t start) {
    constexpr std::uint32_t kCapitalSigma = 0x3A3, kFinalSigma = 0x3C2;
    const char* const end = text.data() + text.size();
    for (const char* p = text.data() + start; p < end;) {
        const char* const at = p;
        const std::uint32_t c = next_scalar(p);
        if (c == kCapitalSigma && cased_before(text.data(), at) && !cased_behind(p, end)) {
            append_scalar(out, kFinalSigma);
        } else {
            append_mapped(out, c, Case::Lower);
        }
    }
}

}  // namespace

std::string to_upper(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char* p = text.data(); p < text.data() + text.size();)
        append_mapped(out, next_scalar(p), Case::Upper);
    return out;
}

std::string to_lower(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    append_lower(out, text, 0);
    return out;
}

std::string to_title(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = word_end(text, start);
        const std::string_view word = text.substr(start, end - start);
        const char* p = word.data();
        const char* const last = p + word.size();
        while (p < last) {
            const std::uint32_t c = next_scalar(p);
            if (is_cased(c)) {
                append_mapped(out, c, Case::Title);
                break;
            }
            append_scalar(out, c);
        }
        append_lower(out, word, static_cast<std::size_t>(p - word.data()));
        start = end;
    }
    return out;
}

std::string fold_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char* p = text.data(); p < text.data() + text.size();) {
        utf8proc_int32_t folded[8];
        int last = 0;
        const auto c = static_cast<utf8proc_int32_t>(next_scalar(p));
        const auto n = utf8proc_decompose_char(c, folded, std::ssize(folded), UTF8PROC_CASEFOLD, &last);
        for (utf8proc_ssize_t i = 0; i < n; i++) append_scalar(out, static_cast<std::uint32_t>(folded[i]));
    }
    return out;
}

}  // namespace skua::stdlib
