// Bytes of unknown origin to a ClassFile that is structurally sound.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "skua/classfile/class_file.h"
#include "skua/classfile/result.h"
#include "skua/classfile/structure.h"

namespace skua::classfile {

// Parses and runs check_structure(). Code stays encoded and unchecked: whoever is about to look at
// a function's instructions calls check_code() for it first. Memory use is bounded by a small
// multiple of the input's size. `file_name` is only used in messages. Any thread.
Result<ClassFile> read(std::span<const std::uint8_t> bytes, std::string_view file_name);

}  // namespace skua::classfile
