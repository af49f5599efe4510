// Class file to bytes. The layout is docs/classfile-format.md.
#pragma once

#include <cstdint>
#include <vector>

#include "skua/classfile/class_file.h"

namespace skua::classfile {

// The one encoding of `file`. Wants a file that passes check_structure(); what comes from
// ClassFileBuilder::finish() has its tables in order, but the caller answers for the rest, and
// reading the bytes back tells. Infallible.
[[nodiscard]] std::vector<std::uint8_t> write(const ClassFile& file);

}  // namespace skua::classfile
