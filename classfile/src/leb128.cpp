#include "skua/classfile/leb128.h"

namespace skua::classfile {

void append_uleb(std::vector<std::uint8_t>& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<std::uint8_t>(value));
}

void append_sleb(std::vector<std::uint8_t>& out, std::int64_t value) {
    for (;;) {
        const auto low = static_cast<std::uint8_t>(value & 0x7F);
        value >>= 7;  // arithmetic: C++20 defines it
        const bool last = (value == 0 && (low & 0x40) == 0) || (value == -1 && (low & 0x40) != 0);
        if (last) {
            out.push_back(low);
            return;
        }
        out.push_back(static_cast<std::uint8_t>(low | 0x80));
    }
}

LebStatus read_uleb64(const std::uint8_t*& cursor, const std::uint8_t* end, std::uint64_t& value) {
    std::uint64_t result = 0;
    const std::uint8_t* at = cursor;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (at == end) return LebStatus::Truncated;
        const std::uint8_t byte = *at++;
        if (shift == 63 && byte > 1) return LebStatus::TooLarge;
        result |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) {
            if (byte == 0 && shift != 0) return LebStatus::NotMinimal;
            value = result;
            cursor = at;
            return LebStatus::Ok;
        }
    }
    return LebStatus::TooLarge;
}

LebStatus read_sleb64(const std::uint8_t*& cursor, const std::uint8_t* end, std::int64_t& value) {
    std::uint64_t result = 0;
    const std::uint8_t* at = cursor;
    std::uint8_t previous = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (at == end) return LebStatus::Truncated;
        const std::uint8_t byte = *at++;
        // The tenth byte holds bit 63 and six copies of it.
        if (shift == 63 && byte != 0x00 && byte != 0x7F) return LebStatus::TooLarge;
        result |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) {
            if (shift != 0) {
                const bool sign_before = (previous & 0x40) != 0;
                if ((byte == 0x00 && !sign_before) || (byte == 0x7F && sign_before))
                    return LebStatus::NotMinimal;
            }
            if (shift < 57 && (byte & 0x40) != 0) result |= ~std::uint64_t{0} << (shift + 7);
            value = static_cast<std::int64_t>(result);
            cursor = at;
            return LebStatus::Ok;
        }
        previous = byte;
    }
    return LebStatus::TooLarge;
}

}  // namespace skua::classfile
