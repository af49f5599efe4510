#include "skua/classfile/output_file.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace skua::classfile {

namespace {

Diagnostic wrong(const std::string& path, std::string message, std::string hint = {}) {
    Diagnostic d;
    d.file = path;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

Diagnostic system_error(const std::string& path, const char* what, int error) {
    return wrong(path, std::string(what) + ": " + std::strerror(error));
}

// What `path` stands for: itself, or the file that a symbolic link leads to.
Result<std::string> target_of(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return path;  // not there; what else is wrong, creating it says
    std::string target = path;
    if (S_ISLNK(info.st_mode)) {
        const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
        if (!real || ::stat(real.get(), &info) != 0)
            return wrong(path,
                         std::string("is a symbolic link that cannot be followed: ") + std::strerror(errno),
                         "remove it, or name another file");
        target = real.get();
    }
    if (S_ISDIR(info.st_mode)) return wrong(path, "is a folder, not a file", "name a file");
    if (!S_ISREG(info.st_mode))
        return wrong(path, "is a device, pipe or socket, and only regular files are written",
                     "name another file");
    return target;
}

int write_all(int fd, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR) return errno;
        if (n == 0) return ENOSPC;
        if (n > 0) bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return 0;
}

}  // namespace

void make_signals_write_errors() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

Result<OutputFile> OutputFile::stage(const std::string& path, std::span<const std::uint8_t> bytes) {
    auto target = target_of(path);
    if (!target) return std::move(target).error();
    OutputFile out(path);
    out.target_ = std::move(*target);
    std::string temporary = out.target_ + ".XXXXXX";
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) return system_error(path, "cannot be created", errno);
    out.temporary_ = std::move(temporary);
    const mode_t mask = ::umask(0);
    ::umask(mask);
    int error = ::fchmod(fd, 0666 & ~mask) == 0 ? 0 : errno;
    if (error == 0) error = write_all(fd, bytes);
    if (::close(fd) != 0 && error == 0) error = errno;
    if (error != 0) return system_error(path, "cannot be written", error);
    return out;
}

Result<> OutputFile::commit() {
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0)
        return system_error(path_, "cannot be written", errno);
    temporary_.clear();
    return {};
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})) {}

OutputFile::~OutputFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<> write_output_file(const std::string& path, std::span<const std::uint8_t> bytes) {
    auto staged = OutputFile::stage(path, bytes);
    if (!staged) return std::move(staged).error();
    return staged->commit();
}

}  // namespace skua::classfile
