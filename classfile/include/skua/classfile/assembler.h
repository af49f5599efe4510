// The assembler: text form (.skasm) to class files. docs/bytecode.md, "Text form", has the grammar.
//
// A text may hold several types. The assembler checks its own grammar, that registers and labels
// exist and that code ends properly; everything else is left to check_structure() and to the
// verifier, whose tests are written in this language.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "skua/classfile/class_file.h"
#include "skua/classfile/result.h"

namespace skua::classfile {

struct AssembledFunction {
    std::uint32_t line = 0;                        // of its header
    std::vector<std::uint32_t> instruction_lines;  // line of each instruction
};

struct AssembledType {
    ClassFile file;
    std::uint32_t line = 0;                    // of its header
    std::vector<AssembledFunction> functions;  // parallel to file.functions
};

// The first error has "file:line:column" in Diagnostic::file. Any thread.
Result<std::vector<AssembledType>> assemble(std::string_view text, std::string_view file_name);

}  // namespace skua::classfile
