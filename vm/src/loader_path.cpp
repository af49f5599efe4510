#include "loader_path.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skua/classfile/input_file.h"
#include "skua/classfile/limits.h"
#include "skua/classfile/structure.h"

namespace skua::vm {

namespace {

Diagnostic io_error(const std::string& path, int error) {
    Diagnostic d;
    d.message = std::string("cannot be read: ") + std::strerror(error);
    d.file = path;
    return d;
}

class FolderEntry : public ClassPathEntry {
public:
    explicit FolderEntry(std::string path)
        : path_(std::move(path)), prefix_(path_.ends_with('/') ? path_ : path_ + '/') {}

    bool contains(const std::string& file) const override {
        return ::access((prefix_ + file).c_str(), F_OK) == 0;
    }

    Result<std::optional<classfile::EntryData>> read(const std::string& file) const override {
        const std::string path = prefix_ + file;
        // Not blocking: a pipe of this name must not stop us before we see that it is one.
        const int fd = classfile::open_for_reading(path);
        if (fd < 0) {
            if (errno == ENOENT || errno == ENOTDIR) return std::optional<classfile::EntryData>();
            return io_error(path, errno);
        }
        auto bytes = read_all(fd, path);
        ::close(fd);
        if (!bytes) return std::move(bytes).error();
        return std::optional(classfile::EntryData(std::move(*bytes)));
    }

    void list(const std::string& folder, std::size_t limit, std::vector<std::string>& out) const override {
        DIR* dir = ::opendir((prefix_ + folder).c_str());
        if (!dir) return;
        while (const dirent* entry = ::readdir(dir)) {
            std::string_view file = entry->d_name;
            if (limit == 0) break;
            if (!file.ends_with(".skc")) continue;
            out.emplace_back(file.substr(0, file.size() - 4));
            --limit;
        }
        ::closedir(dir);
    }

    const std::string& display_name() const override { return path_; }
    std::string display_file(const std::string& file) const override { return prefix_ + file; }

private:
    static Result<std::vector<std::uint8_t>> read_all(int fd, const std::string& path) {
        struct stat info {};
        if (::fstat(fd, &info) != 0) return io_error(path, errno);
        if (S_ISDIR(info.st_mode)) return io_error(path, EISDIR);
        if (!S_ISREG(info.st_mode)) {
            Diagnostic d;
            d.message = "cannot be read: it is not a regular file";
            d.file = path;
            return d;
        }
        if (info.st_size > static_cast<off_t>(classfile::kMaxFileBytes)) return io_error(path, EFBIG);
        std::vector<std::uint8_t> bytes(static_cast<std::size_t>(info.st_size));
        std::size_t have = 0;
        while (have < bytes.size()) {
            const ssize_t n = ::read(fd, bytes.data() + have, bytes.size() - have);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return io_error(path, errno);
            if (n == 0) break;  // it shrank: the reader will say what is missing
            have += static_cast<std::size_t>(n);
        }
        bytes.resize(have);
        return bytes;
    }

    std::string path_, prefix_;
};

class ArchiveFolder : public ClassPathEntry {
public:
    ArchiveFolder(std::shared_ptr<classfile::Archive> archive, std::string name)
        : archive_(std::move(archive)), name_(std::move(name)) {}

    bool contains(const std::string& file) const override { return archive_->has_entry(file); }

    Result<std::optional<classfile::EntryData>> read(const std::string& file) const override {
        if (!archive_->has_entry(file)) return std::optional<classfile::EntryData>();
        auto data = archive_->read_entry(file);
        if (!data) return std::move(data).error();
        return std::optional(std::move(*data));
    }

    void list(const std::string& folder, std::size_t limit, std::vector<std::string>& out) const override {
        const std::string prefix = folder.empty() ? "" : folder + '/';
        for (const classfile::EntryInfo& entry : archive_->entries()) {
            std::string_view name = entry.name;
            if (limit == 0) break;
            if (!name.starts_with(prefix) || !name.ends_with(".skc")) continue;
            name = name.substr(prefix.size(), name.size() - prefix.size() - 4);
            if (name.find('/') != std::string_view::npos) continue;
            out.emplace_back(name);
            --limit;
        }
    }

    const std::string& display_name() const override { return name_; }
    const classfile::Archive* archive() const override { return archive_.get(); }
    std::string display_file(const std::string& file) const override { return name_ + '!' + file; }

private:
    std::shared_ptr<classfile::Archive> archive_;
    std::string name_;
};

}  // namespace

Result<std::unique_ptr<ClassPathEntry>> open_class_path_entry(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        Diagnostic d = io_error(path, errno);
        d.hint = "a class path names folders with class files and .ska archives";
        return d;
    }
    if (S_ISDIR(info.st_mode)) return std::unique_ptr<ClassPathEntry>(std::make_unique<FolderEntry>(path));
    auto archive = classfile::Archive::open(path);
    if (!archive) return std::move(archive).error();
    return archive_entry(std::move(*archive), path);
}

std::unique_ptr<ClassPathEntry> archive_entry(std::shared_ptr<classfile::Archive> archive,
                                              std::string display_name) {
    return std::make_unique<ArchiveFolder>(std::move(archive), std::move(display_name));
}

std::optional<std::string> class_file_path(std::string_view name) {
    if (!classfile::is_type_name(name)) return std::nullopt;
    std::string path(name);
    std::replace(path.begin(), path.end(), '.', '/');
    path += ".skc";
    return path;
}

}  // namespace skua::vm
