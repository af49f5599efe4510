// SkuaRef: a reference of the host's to an object, as a root of the heap.
#pragma once

#include "host_machine.h"
#include "native/root_table.h"

struct SkuaRef {
    SkuaVm* vm;
    SkRoot* root;
};

namespace skua::embed {

// Null if there is no memory. Not for null.
SkuaRef* make_reference(SkuaVm& vm, vm::Object* object);

}  // namespace skua::embed
