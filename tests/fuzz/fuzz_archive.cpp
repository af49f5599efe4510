// Bytes as an archive: opening, listing, unpacking and verifying never crash, and what verifies
// gives the same answers again.
#include <cstdint>
#include <string>
#include <vector>

#include "skua/classfile/archive.h"

using namespace skua;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto archive = classfile::Archive::from_bytes(std::vector<std::uint8_t>(data, data + size), "fuzz.ska");
    if (!archive) return 0;
    const bool sound = (*archive)->verify().ok();
    for (const classfile::EntryInfo& entry : (*archive)->entries()) {
        const auto contents = (*archive)->read_entry(entry.name);
        if (sound && !contents) __builtin_trap();
        if (contents && contents->bytes().size() != entry.size) __builtin_trap();
    }
    (void)(*archive)->manifest();
    return 0;
}
