// Bytes as assembler text: assembling never crashes, and what it makes can be checked and written.
#include <cstdint>
#include <string_view>

#include "skua/classfile/assembler.h"
#include "skua/classfile/check.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/structure.h"
#include "skua/classfile/writer.h"

using namespace skua;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto types =
        classfile::assemble(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.skasm");
    if (!types) return 0;
    for (const auto& type : *types) {
        if (!classfile::check_structure(type.file).ok()) continue;
        SKUA_CHECK(classfile::read(classfile::write(type.file), "fuzz.skc").ok());
    }
    return 0;
}
