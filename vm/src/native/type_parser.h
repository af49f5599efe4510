// From a type's text, as in signatures ("std.collections.List<i64>", "(string,i64)->bool"), to the type.
#pragma once

#include <string_view>

#include "skua/classfile/result.h"
#include "skua/vm/type.h"

namespace skua::vm {

class Vm;

// What type_text would write. Names are the program's, and its library's. Errors: malformed, too deep, no
// such class, arguments that do not fit.
Result<const Type*> parse_type(Vm& vm, std::string_view text);

}  // namespace skua::vm
