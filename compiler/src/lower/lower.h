// Entry point of lowering: annotated trees to class files.
#pragma once

#include <vector>

#include "progress.h"
#include "skua/classfile/class_file.h"
#include "skua/classfile/result.h"
#include "symbols.h"

namespace skua::compiler {

// One class file per type and one per module that has functions or globals, in the order of
// declaration. The program must be free of errors. Fails only if a limit of the class file format
// is exceeded; the diagnostic names the type and function.
Result<std::vector<classfile::ClassFile>> lower(const Program& program, const Progress& progress = {});

}  // namespace skua::compiler
