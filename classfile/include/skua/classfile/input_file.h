// How programs open what they read.
#pragma once

#include <string>

namespace skua::classfile {

// A file descriptor, or -1 with errno. Does not wait for the writer of a pipe of that name; the caller finds
// out that it is one by fstat. Goes on when a signal interrupts it.
int open_for_reading(const std::string& path);

}  // namespace skua::classfile
