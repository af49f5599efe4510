// Bytes as a class file: reading never crashes, and what is accepted has exactly one encoding and
// a text form that means the same.
#include <algorithm>
#include <cstdint>
#include <span>

#include "skua/classfile/assembler.h"
#include "skua/classfile/check.h"
#include "skua/classfile/disassembler.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/structure.h"
#include "skua/classfile/writer.h"

using namespace skua;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    const auto file = classfile::read(bytes, "fuzz.skc");
    if (!file) {
        SKUA_CHECK(!file.error().to_string().empty());
        return 0;
    }
    // What a newer minor version has beyond this one is skipped, so it cannot be written again.
    const std::vector<std::uint8_t> again = classfile::write(*file);
    SKUA_CHECK(file->minor > classfile::kVersionMinor ||
               std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));

    bool code_is_sound = true;
    for (const auto& function : file->functions)
        if (function.has_code) code_is_sound &= classfile::check_code(*file, function).ok();

    const auto text = classfile::disassemble(*file);
    SKUA_CHECK(!text.ok() || code_is_sound);
    if (!text) return 0;
    const auto assembled = classfile::assemble(*text, "fuzz.skasm");
    SKUA_CHECK(assembled.ok());
    SKUA_CHECK(assembled->size() == 1);
    const auto text_again = classfile::disassemble(assembled->front().file);
    SKUA_CHECK(text_again.ok() && *text_again == *text);
    return 0;
}
