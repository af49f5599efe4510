#include "run/perf_map.h"

#include <cstdio>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace skua::jit {

PerfMap::~PerfMap() {
    if (file_ >= 0) close(file_);
}

bool PerfMap::open() {
    const std::string path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
    // Anybody may write to /tmp: neither a link nor another user's file is written through.
    unlink(path.c_str());
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return file_ >= 0;
}

void PerfMap::add(const std::uint8_t* start, std::size_t size, std::string_view name) {
    if (file_ < 0) return;
    char numbers[48];
    std::snprintf(numbers, sizeof numbers, "%zx %zx ", reinterpret_cast<std::size_t>(start), size);
    const std::string line = numbers + std::string(name) + "\n";
    // One write, so that the file is whole whenever the process ends.
    (void)!write(file_, line.data(), line.size());
}

}  // namespace skua::jit
