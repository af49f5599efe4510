#include "tool_files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "skua/classfile/input_file.h"
#include "skua/classfile/output_file.h"

namespace skua::tools {

namespace {

Failure system_failure(int code, const std::string& path, const char* what, int error) {
    return {code, path + ": " + what + ": " + std::strerror(error)};
}

std::optional<Failure> read_all(int fd, const std::string& path, std::uint64_t limit,
                                std::vector<std::uint8_t>& bytes) {
    struct stat info {};
    if (fstat(fd, &info) != 0) return system_failure(kNoInput, path, "cannot be read", errno);
    if (S_ISDIR(info.st_mode)) return Failure{kNoInput, path + ": is a folder, not a file"};
    if (!S_ISREG(info.st_mode)) return Failure{kNoInput, path + ": is not a regular file"};
    if (static_cast<std::uint64_t>(info.st_size) > limit)
        return Failure{kBadInput,
                       path + ": is larger than the limit of " + std::to_string(limit >> 20) + " MiB"};
    bytes.resize(static_cast<std::size_t>(info.st_size));
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t n = read(fd, bytes.data() + have, bytes.size() - have);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_failure(kNoInput, path, "cannot be read", errno);
        if (n == 0) break;
        have += static_cast<std::size_t>(n);
    }
    bytes.resize(have);
    return {};
}

}  // namespace

std::optional<Failure> read_file(const std::string& path, std::uint64_t limit,
                                 std::vector<std::uint8_t>& bytes) {
    // Without O_NONBLOCK opening a pipe would wait for its writer.
    const int fd = classfile::open_for_reading(path);
    if (fd < 0) return system_failure(kNoInput, path, "cannot be read", errno);
    auto result = read_all(fd, path, limit, bytes);
    close(fd);
    return result;
}

std::optional<Failure> write_file(const std::string& path, std::span<const std::uint8_t> bytes,
                                  bool make_folders) {
    if (make_folders) {
        std::error_code error;
        const auto parent = std::filesystem::path(path).parent_path();
        if (!parent.empty()) std::filesystem::create_directories(parent, error);
        if (error) return Failure{kCannotCreate, parent.string() + ": cannot be created: " + error.message()};
    }
    if (auto written = classfile::write_output_file(path, bytes); !written)
        return Failure{kCannotCreate, one_line(written.error())};
    return {};
}

std::string one_line(const Diagnostic& diagnostic) {
    Diagnostic plain = diagnostic;
    plain.hint.clear();
    std::string text = plain.to_string();
    if (!diagnostic.hint.empty()) text += "; " + diagnostic.hint;
    return text;
}

bool is_readable(const std::string& path) {
    const int fd = classfile::open_for_reading(path);
    if (fd < 0) return false;
    struct stat info {};
    const bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    close(fd);
    return regular;
}

}  // namespace skua::tools
