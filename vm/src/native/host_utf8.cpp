// Well-formed UTF-8, as the Unicode standard's table 3-7 has it: no overlong forms, no surrogates,
// nothing above U+10FFFF.
#include <cstring>

#include "native/host_support.h"

namespace skua::vm {

namespace {

// `words` times eight bytes.
bool is_ascii(const unsigned char* p, int words) {
    std::uint64_t all = 0;
    for (int i = 0; i < words; i++) {
        std::uint64_t word;
        std::memcpy(&word, p + 8 * i, 8);
        all |= word;
    }
    return (all & 0x8080808080808080u) == 0;
}

// Length of the well-formed sequence at p, 0 if there is none before `end`.
std::size_t sequence(const unsigned char* p, const unsigned char* end) {
    const auto left = static_cast<std::size_t>(end - p);
    const auto continuation = [&](std::size_t i) { return i < left && (p[i] & 0xC0) == 0x80; };
    const unsigned lead = p[0];
    if (lead < 0x80) return 1;
    if (lead < 0xC2) return 0;
    if (lead < 0xE0) return continuation(1) ? 2 : 0;
    if (lead < 0xF0) {
        if (!continuation(1) || !continuation(2)) return 0;
        if (lead == 0xE0 && p[1] < 0xA0) return 0;
        return lead == 0xED && p[1] >= 0xA0 ? 0 : 3;
    }
    if (lead > 0xF4 || !continuation(1) || !continuation(2) || !continuation(3)) return 0;
    if (lead == 0xF0 && p[1] < 0x90) return 0;
    return lead == 0xF4 && p[1] >= 0x90 ? 0 : 4;
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) {
    const auto* start = reinterpret_cast<const unsigned char*>(text.data());
    const auto* p = start;
    const auto* end = p + text.size();
    while (p < end) {
        while (end - p >= 32 && is_ascii(p, 4)) p += 32;
        while (end - p >= 8 && is_ascii(p, 1)) p += 8;
        // What does not end a run of ASCII ends soon.
        for (int i = 0; i < 8 && p < end; i++) {
            const std::size_t n = sequence(p, end);
            if (n == 0) return static_cast<std::size_t>(p - start);
            p += n;
        }
    }
    return text.size();
}

std::string repaired_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (;;) {
        const std::size_t n = utf8_prefix(text);
        out += text.substr(0, n);
        if (n == text.size()) return out;
        out += "\xEF\xBF\xBD";
        text.remove_prefix(n + 1);
    }
}

}  // namespace skua::vm
