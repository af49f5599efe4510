// The guest's standard streams: the host's functions, or the files of the process, never a buffer between.
#include <cerrno>
#include <unistd.h>

#include "host_machine.h"

namespace skua::embed {
namespace {

int write_stream(void* data, int stream, const char* bytes, std::size_t len) {
    SkuaVm& vm = *static_cast<SkuaVm*>(data);
    if (vm.write != nullptr) {
        const std::lock_guard guard(vm.write_lock);
        return vm.write(vm.stream_data, static_cast<SkuaStream>(stream), bytes, len);
    }
    while (len > 0) {
        const ssize_t n = ::write(stream, bytes, len);
        if (n < 0 && errno == EINTR && !vm.machine->limits().ends_program()) continue;
        if (n < 0) return errno;
        bytes += n;
        len -= static_cast<std::size_t>(n);
    }
    return 0;
}

std::int64_t read_stream(void* data, char* bytes, std::size_t room) {
    SkuaVm& vm = *static_cast<SkuaVm*>(data);
    if (vm.read != nullptr) return vm.read(vm.stream_data, bytes, room);
    for (;;) {
        const ssize_t n = ::read(STDIN_FILENO, bytes, room);
        if (n >= 0) return n;
        if (errno != EINTR || vm.machine->limits().ends_program()) return -errno;
    }
}

}  // namespace

void set_streams(SkuaVm& vm) {
    vm.streams = {&vm, write_stream, read_stream};
}

}  // namespace skua::embed
