// The memory of classes.
//
// Objects outlive their machine until a collection finds them dead, and no longer than that is known to
// nobody: the collector reads from an object's class how to mark it, whenever something looks like a
// reference to the object. So a class's memory is never given back to the system. When its machine has ended
// it goes to the next class of any machine that marks its objects in the same way, so that making and ending
// machines needs no more memory than those that live at a time.
//
// Any thread may call.
#pragma once

#include <memory>

#include "skua/vm/class.h"

namespace skua::vm {

struct ClassDeleter {
    void operator()(Class* cls) const noexcept;
};
using OwnedClass = std::unique_ptr<Class, ClassDeleter>;

// With this mark descriptor for good, everything else as a new Class has it.
OwnedClass make_class(std::uintptr_t mark_descriptor);

}  // namespace skua::vm
