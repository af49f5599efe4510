// The disassembler: a class file to the text that assembles to the same bytes.
#pragma once

#include <string>

#include "skua/classfile/class_file.h"
#include "skua/classfile/result.h"

namespace skua::classfile {

struct DisassembleOptions {
    bool offsets = false;  // a comment behind each instruction: its index and byte offset
};

// `file` must have passed check_structure(). Fails if code does not pass check_code(), or if the
// text would exceed 256 MiB. Labels are named after the instruction they stand before. Entries of
// the tables that nothing refers to have no text and are lost; canonical files have none. Any thread.
Result<std::string> disassemble(const ClassFile& file, const DisassembleOptions& options = {});

}  // namespace skua::classfile
