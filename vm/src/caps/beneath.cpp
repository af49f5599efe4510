#include "caps/beneath.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace skua::vm {

namespace {

// What opening needs the mode for.
bool creates(int flags) {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

}  // namespace

OpenFd::~OpenFd() {
    if (fd_ >= 0) ::close(fd_);
}

OpenFd& OpenFd::operator=(OpenFd&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = other.release();
    }
    return *this;
}

int OpenFd::release() {
    return std::exchange(fd_, -1);
}

namespace {

// openat() that tells a link by ELOOP: with O_DIRECTORY it is ENOTDIR, and O_PATH opens the link itself.
int open_name(int folder, const std::string& name, int flags, mode_t mode) {
    OpenFd opened(::openat(folder, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode));
    struct stat info {};
    if (opened) {
        const bool link = (flags & O_PATH) != 0 && ::fstat(opened.get(), &info) == 0 && S_ISLNK(info.st_mode);
        return link ? (errno = ELOOP, -1) : opened.release();
    }
    const int error = errno;
    const bool link = error == ENOTDIR && ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                      S_ISLNK(info.st_mode);
    errno = link ? ELOOP : error;
    return -1;
}

}  // namespace

int open_by_components(int folder, const std::string& path, int flags, mode_t mode) {
    if (path.empty()) return open_name(folder, ".", flags, mode);
    OpenFd held;  // the folder so far, unless it is still the first one
    int at = folder;
    std::string_view rest = path;
    while (true) {
        const std::size_t slash = rest.find('/');
        const std::string name(rest.substr(0, slash));
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
        if (name.empty() || name == "." || name == "..") return errno = EXDEV, -1;
        // "x/" is a folder, or an error.
        if (rest.empty())
            return open_name(at, name, flags | (slash == std::string_view::npos ? 0 : O_DIRECTORY), mode);
        OpenFd next(open_name(at, name, O_PATH | O_DIRECTORY, 0));
        if (!next) return -1;
        held = std::move(next);
        at = held.get();
    }
}

int open_beneath(int folder, const std::string& path, int flags, mode_t mode) {
    static std::atomic<bool> has_openat2{true};
    if (has_openat2.load(std::memory_order_relaxed)) {
        open_how how{};
        how.flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_CLOEXEC));
        how.mode = creates(flags) ? mode : 0;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
        const int fd = static_cast<int>(
            ::syscall(SYS_openat2, folder, path.empty() ? "." : path.c_str(), &how, sizeof how));
        // Sandboxes refuse calls that they do not know with EPERM; whether it was meant so, the other way
        // tells.
        if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return fd;
        if (errno == ENOSYS) has_openat2.store(false, std::memory_order_relaxed);
    }
    return open_by_components(folder, path, flags, mode);
}

}  // namespace skua::vm
