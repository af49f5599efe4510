#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skua/classfile/input_file.h"
#include "skua/classfile/output_file.h"
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
    const int fd = skua::classfile::open_for_reading(path);
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
    if (auto written = classfile::write_output_file(path, bytes); !written)
        return failure(kCantCreate, written.error());
    return {};
}

Outcome open_archive(const std::string& path, std::shared_ptr<classfile::Archive>& archive) {
    auto opened = classfile::Archive::open(path);
    // An archive that can be read and is none has a rule; a file that cannot be read has not.
    if (!opened) return failure(opened.error().rule.empty() ? kNoInput : kBadInput, opened.error());
    archive = std::move(*opened);
    return {};
}

}  // namespace skua::vmar
