// Linking before the first call, for compiled code: what it knows to be a native it calls as a C function.
#pragma once

#include "skua/vm/class.h"

namespace skua::vm {

// Is the function a native that is linked? Links one that is not if that has no effect but this: its library
// is there, and the native fits. (Loading a plugin is left to the first call.) False if the linker is busy.
// Without a machine none is linked.
bool link_native_ahead(Vm* vm, Function& function);

}  // namespace skua::vm
