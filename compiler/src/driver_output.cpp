// Writing class files so that nothing half-written is ever seen.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver.h"

namespace skua::compiler {
namespace {

class OutputWriter {
public:
    OutputWriter(const std::string& folder, Compilation& compilation)
        : folder_(folder), compilation_(compilation) {}

    bool run() {
        for (const OutputFile& file : compilation_.outputs)
            if (!write(file)) return undo();
        for (const Pending& p : pending_)
            if (std::rename(p.temporary.c_str(), p.final.c_str()) != 0) {
                failed(p.final, "cannot be written", errno);
                return undo();
            }
        return true;
    }

private:
    struct Pending {
        std::string temporary;
        std::string final;
    };

    bool failed(const std::string& path, const char* what, int error) {
        compilation_.failures.push_back(
            {kExitNoOutput, fmt::format("{}: {}: {}", path, what, std::strerror(error))});
        return false;
    }

    // Removes temporary files, and the folders made for them that are empty.
    bool undo() {
        for (const Pending& p : pending_) ::unlink(p.temporary.c_str());
        std::for_each(made_.rbegin(), made_.rend(), [](const std::string& f) { ::rmdir(f.c_str()); });
        return false;
    }

    bool make_folders(const std::string& folder) {
        if (folder.empty()) return true;
        struct stat st {};
        if (::stat(folder.c_str(), &st) == 0) {
            if (S_ISDIR(st.st_mode)) return true;
            compilation_.failures.push_back({kExitNoOutput, fmt::format("{}: is not a folder", folder)});
            return false;
        }
        const std::size_t slash = folder.rfind('/');
        if (slash != std::string::npos && slash > 0 && !make_folders(folder.substr(0, slash))) return false;
        if (::mkdir(folder.c_str(), 0777) == 0) {
            made_.push_back(folder);
        } else if (errno != EEXIST) {
            return failed(folder, "the folder cannot be made", errno);
        }
        return true;
    }

    // Whether the file holds these bytes already; then it only becomes as new as if it were written. (A
    // file system may write a file out at once when another one is renamed to its name, which would
    // make compiling again several times slower than compiling.)
    static bool is_same(const std::string& path, const std::vector<std::uint8_t>& bytes) {
        const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0) return false;
        std::vector<std::uint8_t> found(bytes.size());
        const ssize_t n = ::pread(fd, found.data(), found.size(), 0);
        const bool same =
            n == static_cast<ssize_t>(bytes.size()) && found == bytes && ::futimens(fd, nullptr) == 0;
        ::close(fd);
        return same;
    }

    bool write(const OutputFile& file) {
        std::string final = folder_.empty() ? file.path : folder_ + "/" + file.path;
        const std::string folder = final.substr(0, final.rfind('/'));
        if (folder != last_folder_ && final.find('/') != std::string::npos && !make_folders(folder))
            return false;
        last_folder_ = folder;
        struct stat st {};
        if (::stat(final.c_str(), &st) == 0) {
            if (S_ISDIR(st.st_mode)) return failed(final, "cannot be written", EISDIR);
            if (S_ISREG(st.st_mode) && static_cast<std::uint64_t>(st.st_size) == file.bytes.size() &&
                is_same(final, file.bytes))
                return true;
        }
        std::string temporary = fmt::format("{}.{}.tmp", final, static_cast<long>(::getpid()));
        const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0) return failed(final, "cannot be written", errno);
        pending_.push_back({std::move(temporary), std::move(final)});
        std::size_t done = 0;
        while (done < file.bytes.size()) {
            const ssize_t n = ::write(fd, file.bytes.data() + done, file.bytes.size() - done);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) {
                const int error = n == 0 ? ENOSPC : errno;
                ::close(fd);
                return failed(pending_.back().final, "cannot be written", error);
            }
            done += static_cast<std::size_t>(n);
        }
        if (::close(fd) != 0) return failed(pending_.back().final, "cannot be written", errno);
        return true;
    }

    std::string folder_;
    Compilation& compilation_;
    std::string last_folder_ = "\n";
    std::vector<Pending> pending_;
    std::vector<std::string> made_;
};

}  // namespace

bool write_outputs(const std::string& folder, Compilation& compilation) {
    std::string target = folder;
    while (target.size() > 1 && target.ends_with('/')) target.pop_back();
    return OutputWriter(target == "." ? "" : target, compilation).run();
}

}  // namespace skua::compiler
