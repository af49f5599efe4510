#include "archive_index.h"

#include <array>
#include <cstdint>

namespace skua::classfile {

namespace {

// By character: the value of a lower-case hexadecimal digit, else -1. Each start of a program asks for the 90
// digits of each entry of the library's index.
constexpr std::array<std::int8_t, 256> make_digits() {
    std::array<std::int8_t, 256> digits{};
    digits.fill(-1);
    for (int i = 0; i < 10; ++i) digits[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
    for (int i = 0; i < 6; ++i) digits[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
    return digits;
}
constexpr std::array<std::int8_t, 256> kDigits = make_digits();

int lower_hex_digit(char c) {
    return kDigits[static_cast<unsigned char>(c)];
}

void append_hex(std::string& out, std::uint32_t value) {
    static constexpr char digits[] = "0123456789abcdef";
    out += '\t';
    for (int shift = 28; shift >= 0; shift -= 4) out += digits[value >> shift & 15];
}

// A tab and eight digits.
bool parse_hex(const char*& at, std::uint32_t& value) {
    if (*at++ != '\t') return false;
    value = 0;
    int all = 0;  // negative if any digit is
    for (int i = 0; i < 8; ++i) {
        const int v = lower_hex_digit(*at++);
        all |= v;
        value = value << 4 | static_cast<std::uint32_t>(v & 15);
    }
    return all >= 0;
}

}  // namespace

void append_index_line(std::string& out, const EntryInfo& entry) {
    out += entry.name;
    append_hex(out, static_cast<std::uint32_t>(entry.offset));
    append_hex(out, entry.packed_size);
    append_hex(out, entry.size);
    out += entry.deflated ? "\td\t" : "\ts\t";
    out += hex(entry.digest);
    out += '\n';
}

bool parse_index_line(std::string_view line, EntryInfo& entry) {
    if (line.size() <= kIndexTail) return false;
    entry.name = line.substr(0, line.size() - kIndexTail);
    const char* at = line.data() + entry.name.size();
    std::uint32_t offset = 0;
    if (!parse_hex(at, offset) || !parse_hex(at, entry.packed_size) || !parse_hex(at, entry.size))
        return false;
    entry.offset = offset;
    if (at[0] != '\t' || (at[1] != 's' && at[1] != 'd') || at[2] != '\t') return false;
    entry.deflated = at[1] == 'd';
    at += 3;
    int all = 0;
    for (std::uint8_t& byte : entry.digest) {
        const int high = lower_hex_digit(at[0]);
        const int low = lower_hex_digit(at[1]);
        all |= high | low;
        byte = static_cast<std::uint8_t>((high & 15) << 4 | (low & 15));
        at += 2;
    }
    return all >= 0;
}

std::string_view find_index_line(std::string_view lines, std::string_view name) {
    std::size_t low = 0;              // start of a line
    std::size_t high = lines.size();  // end of the lines that are left: behind a newline
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const std::size_t before = middle == 0 ? std::string_view::npos : lines.rfind('\n', middle - 1);
        const std::size_t start = before == std::string_view::npos || before < low ? low : before + 1;
        const std::size_t end = lines.find('\n', start);
        if (end == std::string_view::npos || end - start <= kIndexTail) return {};
        const std::string_view line = lines.substr(start, end - start);
        const int order = line.substr(0, line.size() - kIndexTail).compare(name);
        if (order == 0) return line;
        if (order < 0)
            low = end + 1;
        else
            high = start;
    }
    return {};
}

}  // namespace skua::classfile
