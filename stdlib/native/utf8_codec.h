// Decoding and encoding of UTF-8 that is known to be valid, as guest strings are.
#pragma once

#include <cstdint>
#include <string>

namespace skua::stdlib {

// The scalar value at `p`, which moves behind it.
inline std::uint32_t next_scalar(const char*& p) {
    const auto byte = [&p] { return static_cast<std::uint32_t>(static_cast<unsigned char>(*p++)); };
    const std::uint32_t first = byte();
    if (first < 0x80) return first;
    const std::uint32_t second = byte() & 0x3F;
    if (first < 0xE0) return (first & 0x1F) << 6 | second;
    const std::uint32_t third = byte() & 0x3F;
    if (first < 0xF0) return (first & 0x0F) << 12 | second << 6 | third;
    return (first & 0x07) << 18 | second << 12 | third << 6 | (byte() & 0x3F);
}

inline void append_scalar(std::string& out, std::uint32_t c) {
    const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

}  // namespace skua::stdlib
