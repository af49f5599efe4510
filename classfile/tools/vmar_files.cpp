#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmar.h"

namespace skua::vmar {

namespace {

Failure system_failure(int code, const std::string& path, std::string_view what, int error) {
    return {code, path + ": " + std::string(what) + ": " + std::strerror(error)};
}

}  // namespace

Failure failure(int code, const Diagnostic& d) {
    Diagnostic plain = d;
    plain.hint.clear();
    std::string message = plain.to_string();
    if (!d.hint.empty()) message += "; " + d.hint;
    return {code, std::move(message)};
}

Outcome read_file(const std::string& path, std::vector<std::uint8_t>& bytes) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return system_failure(kNoInput, path, "cannot be read", errno);
    struct stat info {};
    Outcome result;
    if (::fstat(fd, &info) != 0) {
        result = system_failure(kNoInput, path, "cannot be read", errno);
    } else if (!S_ISREG(info.st_mode)) {
        result = Failure{kNoInput, path + ": is not a regular file"};
    } else {
        bytes.resize(static_cast<std::size_t>(info.st_size));
        std::size_t have = 0;
        while (have < bytes.size()) {
            const ssize_t n = ::read(fd, bytes.data() + have, bytes.size() - have);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) result = system_failure(kNoInput, path, "cannot be read", errno);
            if (n <= 0) break;
            have += static_cast<std::size_t>(n);
        }
        bytes.resize(have);
    }
    ::close(fd);
    return result;
}

Outcome write_file(const std::string& path, std::span<const std::uint8_t> bytes) {
    std::string temporary = path + ".XXXXXX";
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) return system_failure(kCantCreate, path, "cannot be created", errno);
    const mode_t mask = ::umask(0);
    ::umask(mask);
    int error = ::fchmod(fd, 0666 & ~mask) == 0 ? 0 : errno;
    while (error == 0 && !bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR) error = errno;
        if (n > 0) bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    if (::close(fd) != 0 && error == 0) error = errno;
    if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
    if (error == 0) return {};
    ::unlink(temporary.c_str());
    return system_failure(kCantCreate, path, "cannot be written", error);
}

Outcome open_archive(const std::string& path, std::shared_ptr<classfile::Archive>& archive) {
    auto opened = classfile::Archive::open(path);
    // An archive that can be read and is none has a rule; a file that cannot be read has not.
    if (!opened) return failure(opened.error().rule.empty() ? kNoInput : kBadInput, opened.error());
    archive = std::move(*opened);
    return {};
}

}  // namespace skua::vmar
