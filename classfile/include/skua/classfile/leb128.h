// LEB128 integers, strict: every value has exactly one encoding, the shortest.
//
// Appending is infallible. Reading works on a cursor and tells truncated, overlong and too large
// input apart, since the format gives them different rules. No state; any thread.
#pragma once

#include <cstdint>
#include <vector>

namespace skua::classfile {

enum class LebStatus : std::uint8_t {
    Ok,
    Truncated,   // the input ends inside the number
    NotMinimal,  // a shorter encoding exists
    TooLarge,    // does not fit the wanted width
};

void append_uleb(std::vector<std::uint8_t>& out, std::uint64_t value);
void append_sleb(std::vector<std::uint8_t>& out, std::int64_t value);

// Reads at `cursor`, which stays before `end` and moves behind the number on success.
LebStatus read_uleb64(const std::uint8_t*& cursor, const std::uint8_t* end, std::uint64_t& value);
LebStatus read_sleb64(const std::uint8_t*& cursor, const std::uint8_t* end, std::int64_t& value);

// Most numbers of a class file are one byte.
inline LebStatus read_uleb32(const std::uint8_t*& cursor, const std::uint8_t* end, std::uint32_t& value) {
    if (cursor != end && *cursor < 0x80) {
        value = *cursor++;
        return LebStatus::Ok;
    }
    const std::uint8_t* at = cursor;
    std::uint64_t wide = 0;
    LebStatus status = read_uleb64(at, end, wide);
    if (status != LebStatus::Ok) return status;
    if (wide > 0xFFFFFFFFu) return LebStatus::TooLarge;
    value = static_cast<std::uint32_t>(wide);
    cursor = at;
    return LebStatus::Ok;
}

}  // namespace skua::classfile
