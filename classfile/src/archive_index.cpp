#include "archive_index.h"

namespace skua::classfile {

namespace {

int lower_hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
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
    for (int i = 0; i < 8; ++i) {
        const int v = lower_hex_digit(*at++);
        if (v < 0) return false;
        value = value << 4 | static_cast<std::uint32_t>(v);
    }
    return true;
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
    for (std::uint8_t& byte : entry.digest) {
        const int high = lower_hex_digit(at[0]);
        const int low = lower_hex_digit(at[1]);
        if (high < 0 || low < 0) return false;
        byte = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
    }
    return true;
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
