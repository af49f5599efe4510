// Opening files beneath a folder that is held open.
#pragma once

#include <string>
#include <sys/types.h>

namespace skua::vm {

// A file descriptor that closes itself.
class OpenFd {
public:
    OpenFd() = default;
    explicit OpenFd(int fd) : fd_(fd) {}
    ~OpenFd();
    OpenFd(OpenFd&& other) noexcept : fd_(other.release()) {}
    OpenFd& operator=(OpenFd&& other) noexcept;
    OpenFd(const OpenFd&) = delete;
    OpenFd& operator=(const OpenFd&) = delete;
    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release();

private:
    int fd_ = -1;
};

// As openat(), for a relative path whose components are names: no component, the last one included, may be a
// symbolic link (ELOOP), "..", or lead out of `folder` in any other way, whatever changes meanwhile. An empty
// path is the folder itself. A descriptor that is closed on exec, or -1 and errno, which EINTR may be too: a
// pipe is waited for.
int open_beneath(int folder, const std::string& path, int flags, mode_t mode);

// The same without openat2(), for kernels and sandboxes that do not have it: component by component.
int open_by_components(int folder, const std::string& path, int flags, mode_t mode);

}  // namespace skua::vm
