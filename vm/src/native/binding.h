// What the linker and the interpreter ask of the native side: to find the native behind a
// declaration, and to call it on slots. Implemented in this folder.
#pragma once

#include <string_view>

#include "skua/classfile/result.h"
#include "skua/vm/vm.h"

namespace skua::vm {

// The native registered under this library and name ("std.io.write"), whose signature text must be
// `signature` ("(string,[u8],i64)i64"). Errors say which side is missing or what both sides say.
// An unknown library is looked for on the plugin path. `function` is the declaration's instance: its
// types tell a class from a struct, which crosses by address. May be called from any thread.
Result<const NativeFunction*> find_native(Vm& vm, const Function& function, std::string_view library,
                                          std::string_view name, std::string_view signature);

// Calls function.native with the arguments at `frame` (function.arg_slots canonical slots, see
// object.h) and leaves the result, canonical, at frame[0]. Throws NullError for a null argument whose
// declared type is not nullable (function.param_types), PermissionError as declared. Errors are left
// in thread.pending. thread.pc and thread.fp are stored.
void call_native(Thread& thread, Function& function, Slot* frame);

}  // namespace skua::vm
