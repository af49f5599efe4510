// Bytes as an archive: opening, listing, unpacking and verifying never crash, and what verifies
// gives the same answers again.
//
// Random bytes rarely get past the signatures of a zip file, so half of the mutants change one field of one
// header, to a value at an edge or to that of another.
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "skua/classfile/archive.h"

using namespace skua;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

struct Header {
    char signature[5];
    std::vector<std::uint8_t> fields;  // offsets of two bytes each
    std::vector<std::uint8_t> wide;    // offsets of four bytes each
};

// APPNOTE 6.3: local header, central header, end of central directory, and its zip64 kin.
const Header kHeaders[] = {
    {"PK\3\4", {4, 6, 8, 10, 12, 26, 28}, {14, 18, 22}},
    {"PK\1\2", {4, 6, 8, 10, 12, 14, 28, 30, 32, 34, 36}, {16, 20, 24, 38, 42}},
    {"PK\5\6", {4, 6, 8, 10, 20}, {12, 16}},
    {"PK\6\6", {12, 14}, {4, 16, 20, 24, 32, 40, 48}},
    {"PK\6\7", {}, {4, 8, 16}},
};

std::uint32_t edge(std::mt19937& random, std::size_t size) {
    const std::uint32_t edges[] = {0,
                                   1,
                                   2,
                                   8,
                                   20,
                                   0x7FFF,
                                   0xFFFF,
                                   0xFFFFFFFF,
                                   0x7FFFFFFF,
                                   static_cast<std::uint32_t>(size),
                                   0x808,
                                   0x80000000,
                                   static_cast<std::uint32_t>(size - 22)};
    return random() % 3 == 0 ? static_cast<std::uint32_t>(random()) : edges[random() % std::size(edges)];
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    std::mt19937 random(seed);
    if (random() % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
    std::vector<std::pair<std::size_t, const Header*>> found;
    for (std::size_t i = 0; i + 4 <= size; ++i)
        for (const Header& header : kHeaders)
            if (std::memcmp(data + i, header.signature, 4) == 0) found.emplace_back(i, &header);
    if (found.empty()) return LLVMFuzzerMutate(data, size, max_size);
    for (std::size_t n = 1 + random() % 2; n > 0; --n) {
        const auto& [at, header] = found[random() % found.size()];
        const bool wide = header->fields.empty() || random() % 2 == 0;
        const auto& offsets = wide ? header->wide : header->fields;
        const std::size_t field = at + offsets[random() % offsets.size()], width = wide ? 4 : 2;
        if (field + width > size) continue;
        std::uint32_t value = 0;
        std::memcpy(&value, data + field, width);
        value = random() % 3 == 0 ? value + static_cast<std::uint32_t>(random() % 9) - 4 : edge(random, size);
        std::memcpy(data + field, &value, width);
    }
    return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto archive = classfile::Archive::from_bytes(std::vector<std::uint8_t>(data, data + size), "fuzz.ska");
    if (!archive) {
        if (archive.error().message.empty()) __builtin_trap();
        return 0;
    }
    const bool sound = (*archive)->verify().ok();
    for (const classfile::EntryInfo& entry : (*archive)->entries()) {
        const auto contents = (*archive)->read_entry(entry.name);
        if (sound && !contents) __builtin_trap();
        if (contents && contents->bytes().size() != entry.size) __builtin_trap();
    }
    (void)(*archive)->manifest();
    return 0;
}
