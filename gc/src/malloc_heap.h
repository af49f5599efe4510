// What the heap that never collects offers beyond heap.h: to those who run many programs in one process.
#pragma once

namespace skua::gc {

// From now on every object is remembered.
void remember_objects();

// Frees all remembered objects. No machine that holds one may be left.
void release_all();

}  // namespace skua::gc
