#include "skua/classfile/input_file.h"

#include <cerrno>
#include <fcntl.h>

namespace skua::classfile {

int open_for_reading(const std::string& path) {
    int fd = -1;
    do fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (fd < 0 && errno == EINTR);
    return fd;
}

}  // namespace skua::classfile
