// Structural verification: everything about a class file that can be checked without another one.
// Rules F001.. of docs/classfile-format.md. The type rules V001.. are the vm's.
#pragma once

#include <string_view>

#include "skua/classfile/class_file.h"
#include "skua/classfile/instruction.h"
#include "skua/classfile/result.h"

namespace skua::classfile {

// All rules but those about the inside of code. read() has done this already; call it for a file
// that was made in memory. The error names type and function where there is one.
Result<> check_structure(const ClassFile& file);

// Decodes the code of `function`, which must have code and belong to `file`, and checks all that a
// ClassFile alone can tell: shape and labels (decode), every operand that is an index into a table,
// type variables in scope, handlers, line table. `file` must have passed check_structure(). An
// error has the function's name and the instruction's index.
Result<DecodedCode> check_code(const ClassFile& file, const Function& function);

// Strict UTF-8: no overlong forms, no surrogates, nothing above 10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

// "std.core.List": parts separated by dots, each a non-empty text without white space, control
// characters and any of / \ : ; , < > ( ) [ ] { } ? ! " '; 1024 bytes at most.
[[nodiscard]] bool is_type_name(std::string_view text);

// Any text of 1 to 1024 bytes without control characters.
[[nodiscard]] bool is_member_name(std::string_view text);

}  // namespace skua::classfile
