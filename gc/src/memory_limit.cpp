#include "memory_limit.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fcntl.h>
#include <unistd.h>

namespace skua::gc {

namespace {

// A number in a small kernel file; `otherwise` if there is none ("max", or no such file).
std::uint64_t read_number(const char* path, std::uint64_t otherwise) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return otherwise;
    char text[32];
    const ssize_t n = read(fd, text, sizeof text);
    close(fd);
    std::uint64_t value = 0;
    if (n <= 0 || std::from_chars(text, text + n, value).ec != std::errc{}) return otherwise;
    return value;
}

}  // namespace

std::size_t default_memory_limit() {
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    std::uint64_t bytes = pages > 0 && page > 0
                              ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page)
                              : std::uint64_t{4} << 30;
    bytes = std::min(bytes, read_number("/sys/fs/cgroup/memory.max", bytes));  // version 2
    bytes = std::min(bytes, read_number("/sys/fs/cgroup/memory/memory.limit_in_bytes", bytes));
    return static_cast<std::size_t>(bytes / 4 * 3);
}

}  // namespace skua::gc
