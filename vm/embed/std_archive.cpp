#include "std_archive.h"

// The name of the file is the build's. Aligned as a mapping of a file would be.
__asm__(
    ".pushsection .rodata\n"
    ".balign 16\n"
    ".hidden skua_std_archive_start\n"
    ".globl skua_std_archive_start\n"
    "skua_std_archive_start:\n"
    ".incbin \"" SKUA_STD_FILE
    "\"\n"
    ".hidden skua_std_archive_end\n"
    ".globl skua_std_archive_end\n"
    "skua_std_archive_end:\n"
    ".popsection\n");

extern "C" {
extern const std::uint8_t skua_std_archive_start[] [[gnu::visibility("hidden")]];
extern const std::uint8_t skua_std_archive_end[] [[gnu::visibility("hidden")]];
}

namespace skua::embed {

std::span<const std::uint8_t> std_archive() {
    return {skua_std_archive_start, skua_std_archive_end};
}

}  // namespace skua::embed
