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
#include "skua/classfile/output_file.h"

namespace skua::compiler {
namespace {

class OutputWriter {
public:
    OutputWriter(const std::string& folder, Compilation& compilation)
        : folder_(folder), compilation_(compilation) {}

    bool run() {
        for (const OutputFile& file : compilation_.outputs)
            if (!write(file)) return undo();
        for (classfile::OutputFile& file : pending_)
            if (auto done = file.commit(); !done) {
                failed(done.error());
                return undo();
            }
        return true;
    }

private:
    bool failed(const std::string& path, const char* what, int error) {
        compilation_.failures.push_back(
            {kExitNoOutput, fmt::format("{}: {}: {}", path, what, std::strerror(error))});
        return false;
    }

    bool failed(const Diagnostic& d) {
        std::string message = fmt::format("{}: {}", d.file, d.message);
        if (!d.hint.empty()) message += "; " + d.hint;
        compilation_.failures.push_back({kExitNoOutput, std::move(message)});
        return false;
    }

    // Removes temporary files, and the folders made for them that are empty.
    bool undo() {
        pending_.clear();
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
        const std::string final = folder_.empty() ? file.path : folder_ + "/" + file.path;
        const std::string folder = final.substr(0, final.rfind('/'));
        if (folder != last_folder_ && final.find('/') != std::string::npos && !make_folders(folder))
            return false;
        last_folder_ = folder;
        struct stat st {};
        if (::stat(final.c_str(), &st) == 0 && S_ISREG(st.st_mode) &&
            static_cast<std::uint64_t>(st.st_size) == file.bytes.size() && is_same(final, file.bytes))
            return true;
        auto staged = classfile::OutputFile::stage(final, file.bytes);
        if (!staged) return failed(staged.error());
        pending_.push_back(std::move(*staged));
        return true;
    }

    std::string folder_;
    Compilation& compilation_;
    std::string last_folder_ = "\n";
    std::vector<classfile::OutputFile> pending_;
    std::vector<std::string> made_;
};

}  // namespace

bool write_outputs(const std::string& folder, Compilation& compilation) {
    std::string target = folder;
    while (target.size() > 1 && target.ends_with('/')) target.pop_back();
    return OutputWriter(target == "." ? "" : target, compilation).run();
}

}  // namespace skua::compiler
