// Class files, archives and folders onto a machine's class path.
#pragma once

#include "host_machine.h"

namespace skua::embed {

// Finds and loads what the archives that have been loaded depend on, if the host has said where. Under
// functions_lock.
SkuaStatus add_dependencies(SkuaVm& vm, SkuaError** error);

}  // namespace skua::embed
