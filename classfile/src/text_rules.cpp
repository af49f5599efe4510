// The rules for text: UTF-8 and names.
#include <cstring>

#include "skua/classfile/limits.h"
#include "skua/classfile/structure.h"

namespace skua::classfile {

namespace {

// Length of the well-formed sequence at p (Unicode table 3-7), or 0.
std::size_t sequence(const unsigned char* p, std::size_t left) {
    const unsigned char lead = p[0];
    if (lead < 0x80) return 1;
    if (lead < 0xC2) return 0;
    const auto tail = [&](std::size_t i) { return (p[i] & 0xC0) == 0x80; };
    if (lead < 0xE0) return left >= 2 && tail(1) ? 2 : 0;
    if (lead < 0xF0) {
        if (left < 3 || !tail(1) || !tail(2)) return 0;
        if (lead == 0xE0 && p[1] < 0xA0) return 0;  // overlong
        if (lead == 0xED && p[1] > 0x9F) return 0;  // surrogate
        return 3;
    }
    if (lead > 0xF4 || left < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
    if (lead == 0xF0 && p[1] < 0x90) return 0;  // overlong
    if (lead == 0xF4 && p[1] > 0x8F) return 0;  // above 10FFFF
    return 4;
}

}  // namespace

bool is_utf8(std::string_view text) {
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t left = text.size();
    while (left > 0) {
        if (left >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, p, 8);
            if ((word & 0x8080808080808080u) == 0) {
                p += 8;
                left -= 8;
                continue;
            }
        }
        const std::size_t n = sequence(p, left);
        if (n == 0) return false;
        p += n;
        left -= n;
    }
    return true;
}

bool is_type_name(std::string_view text) {
    if (text.empty() || text.size() > kMaxNameBytes) return false;
    bool part_empty = true;
    for (char c : text) {
        if (c == '.') {
            if (part_empty) return false;
            part_empty = true;
            continue;
        }
        part_empty = false;
        const auto u = static_cast<unsigned char>(c);
        if (u <= 0x20 || u == 0x7F) return false;
        if (u < 0x80 && std::strchr("/\\:;,<>()[]{}?!\"'", c) != nullptr) return false;
    }
    return !part_empty;
}

bool is_member_name(std::string_view text) {
    if (text.empty() || text.size() > kMaxNameBytes) return false;
    for (char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (u < 0x20 || u == 0x7F) return false;
    }
    return true;
}

}  // namespace skua::classfile
