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

template <typename Call>
int repeated(Call&& call) {
    int result;
    do result = call();
    while (result < 0 && errno == EINTR);
    return result;
}

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

int open_by_components(int folder, const std::string& path, int flags, mode_t mode) {
    OpenFd held;  // the folder so far, unless it is still the first one
    int at = folder;
    std::string_view rest = path;
    while (true) {
        const std::size_t slash = rest.find('/');
        const std::string name(rest.substr(0, slash));
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
        if (name == ".." || name == "." || (name.empty() && !path.empty())) return errno = EXDEV, -1;
        if (slash == std::string_view::npos || rest.empty()) {
            // "x/" is a folder, or an error.
            const int wanted =
                flags | O_CLOEXEC | O_NOFOLLOW | (slash == std::string_view::npos ? 0 : O_DIRECTORY);
            const int fd =
                repeated([&] { return ::openat(at, name.empty() ? "." : name.c_str(), wanted, mode); });
            // O_PATH | O_NOFOLLOW opens a link itself.
            struct stat info {};
            if (fd >= 0 && (flags & O_PATH) != 0 && ::fstat(fd, &info) == 0 && S_ISLNK(info.st_mode)) {
                ::close(fd);
                return errno = ELOOP, -1;
            }
            return fd;
        }
        OpenFd next(repeated(
            [&] { return ::openat(at, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }));
        if (!next) {
            // With both flags a link is ENOTDIR: it is told apart here, since it is worth another try.
            struct stat info {};
            const int error = errno;
            const bool link = error == ENOTDIR &&
                              ::fstatat(at, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                              S_ISLNK(info.st_mode);
            errno = link ? ELOOP : error;
            return -1;
        }
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
        const int fd = repeated([&] {
            return static_cast<int>(
                ::syscall(SYS_openat2, folder, path.empty() ? "." : path.c_str(), &how, sizeof how));
        });
        // Sandboxes refuse calls that they do not know with EPERM; whether it was meant so, the other way
        // tells.
        if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return fd;
        if (errno == ENOSYS) has_openat2.store(false, std::memory_order_relaxed);
    }
    return open_by_components(folder, path, flags, mode);
}

}  // namespace skua::vm
