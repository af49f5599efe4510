// What a program's manifest lets the archives of its class path have.
#pragma once

#include "skua/classfile/result.h"
#include "skua/vm/code_source.h"

namespace skua::vm {

class Vm;
class TypeDef;

// Makes the archive that a module came from the program, and passes on what its manifest says; archives that
// are not there need nothing. Before guest code runs. A Diagnostic with a file is the manifest's, one without
// a grant's of the user.
Result<void> start_program(Vm& vm, const TypeDef& module);

}  // namespace skua::vm
