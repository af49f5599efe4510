#include "import.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_set>

#include "build_state.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/input_file.h"
#include "skua/classfile/limits.h"
#include "skua/classfile/reader.h"

namespace skua::compiler {

namespace fs = std::filesystem;

struct ClassPath::Entry {
    fs::path folder;  // empty for an archive
    std::shared_ptr<classfile::Archive> archive;
    // Names of modules and folders in the archive, made when first asked for.
    std::unordered_set<std::string> folders;
    bool listed = false;
};

ClassPath::ClassPath() = default;
ClassPath::~ClassPath() = default;

namespace {

std::string file_name(std::string_view name) {
    std::string out(name);
    for (char& c : out) {
        if (c == '.') c = '/';
    }
    return out;
}

// Names come from sources and class files: nothing that could leave the class path.
bool is_plain(std::string_view name) {
    if (name.empty() || name.front() == '.' || name.back() == '.') return false;
    return name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos &&
           name.find("..") == std::string_view::npos;
}

Diagnostic unreadable(const std::string& path, std::string why) {
    Diagnostic d;
    d.file = path;
    d.message = std::move(why);
    return d;
}

// The contents of a class file. False in `there`, and nothing, if there is none of this name.
Result<std::vector<std::uint8_t>> read_class_file(const std::string& path, bool& there) {
    // Not blocking: nobody may ever write into a pipe of this name.
    const int fd = classfile::open_for_reading(path);
    there = fd >= 0 || (errno != ENOENT && errno != ENOTDIR);
    if (!there) return std::vector<std::uint8_t>();
    if (fd < 0) return unreadable(path, std::string("cannot be read: ") + std::strerror(errno));
    struct stat info {};
    const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (!regular || size > classfile::kMaxFileBytes) {
        ::close(fd);
        return unreadable(path, regular ? "is too large for a class file" : "is not a regular file");
    }
    std::vector<std::uint8_t> bytes(size);
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t n = ::read(fd, bytes.data() + have, bytes.size() - have);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;  // shorter than it was: the reader says what is missing
        have += static_cast<std::size_t>(n);
    }
    ::close(fd);
    bytes.resize(have);
    return bytes;
}

}  // namespace

Result<> ClassPath::add(const fs::path& entry) {
    std::error_code ec;
    auto status = fs::status(entry, ec);
    if (ec || !fs::exists(status)) {
        return Diagnostic{.message = "no such file or folder on the class path",
                          .file = entry.string(),
                          .type = {},
                          .function = {},
                          .rule = {},
                          .hint = {}};
    }
    auto made = std::make_unique<Entry>();
    if (fs::is_directory(status)) {
        made->folder = entry;
    } else {
        auto archive = classfile::Archive::open(entry.string());
        if (!archive.ok()) return std::move(archive).error();
        made->archive = std::move(*archive);
    }
    entries_.push_back(std::move(made));
    return {};
}

void ClassPath::add(classfile::ClassFile file) {
    std::string name(file.str(file.name));
    keep(std::move(name), std::move(file), "+");
}

const classfile::ClassFile* ClassPath::keep(std::string name, classfile::ClassFile file, std::string digest) {
    Known& known = cache_[std::move(name)];
    known.file = std::make_unique<classfile::ClassFile>(std::move(file));
    known.digest = std::move(digest);
    return known.file.get();
}

Result<const classfile::ClassFile*> ClassPath::find(std::string_view name) {
    std::string digest;
    auto found = look_up(name, digest);
    if (found.ok() && recording_) lookups_["class:" + std::string(name)] = digest;
    return found;
}

Result<const classfile::ClassFile*> ClassPath::look_up(std::string_view name, std::string& digest) {
    const std::string key(name);
    if (auto it = cache_.find(key); it != cache_.end()) {
        digest = it->second.digest;
        return static_cast<const classfile::ClassFile*>(it->second.file.get());
    }
    digest = "-";
    const auto digest_of = [this](std::span<const std::uint8_t> bytes) {
        if (!recording_) return std::string("+");
        return hex_digest({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    };
    if (!is_plain(name)) return static_cast<const classfile::ClassFile*>(nullptr);
    for (auto& entry : entries_) {
        if (entry->archive != nullptr) {
            if (!entry->archive->has_class(name)) continue;
            auto data = entry->archive->find_class(name);
            if (!data.ok()) return std::move(data).error();
            digest = digest_of(data->bytes());
            auto file = classfile::read(data->bytes(),
                                        entry->archive->display_name() + "!" + file_name(name) + ".skc");
            if (!file.ok()) return std::move(file).error();
            return keep(key, std::move(*file), digest);
        }
        const std::string path = entry->folder / (file_name(name) + ".skc");
        bool there = false;
        auto bytes = read_class_file(path, there);
        if (!bytes) return std::move(bytes).error();
        if (!there) continue;
        digest = digest_of(*bytes);
        auto file = classfile::read(*bytes, path);
        if (!file.ok()) return std::move(file).error();
        return keep(key, std::move(*file), digest);
    }
    return static_cast<const classfile::ClassFile*>(nullptr);
}

bool ClassPath::contains(std::string_view name) {
    const bool there = look_for(name);
    if (recording_) lookups_["name:" + std::string(name)] = there ? "+" : "-";
    return there;
}

bool ClassPath::contains_module(std::string_view module) {
    const bool there = look_for_module(module);
    if (recording_) lookups_["module:" + std::string(module)] = there ? "+" : "-";
    return there;
}

bool ClassPath::answers_as(const std::map<std::string, std::string>& lookups) {
    for (const auto& [question, answer] : lookups) {
        const std::size_t colon = question.find(':');
        if (colon == std::string::npos) return false;
        const std::string_view kind = std::string_view(question).substr(0, colon);
        const std::string_view name = std::string_view(question).substr(colon + 1);
        std::string now = "-";
        if (kind == "class") {
            if (!look_up(name, now).ok()) return false;
        } else if (kind == "name" ? look_for(name) : look_for_module(name)) {
            now = "+";
        }
        if (now != answer) return false;
    }
    return true;
}

bool ClassPath::look_for(std::string_view name) {
    if (auto it = cache_.find(std::string(name)); it != cache_.end()) return true;
    if (!is_plain(name)) return false;
    std::error_code ec;
    for (auto& entry : entries_) {
        if (entry->archive != nullptr) {
            if (entry->archive->has_class(name)) return true;
            continue;
        }
        if (fs::exists(entry->folder / (file_name(name) + ".skc"), ec)) return true;
    }
    return false;
}

std::vector<std::string> ClassPath::names_in_archives() {
    std::vector<std::string> out;
    for (auto& entry : entries_) {
        if (entry->archive == nullptr) continue;
        for (const classfile::EntryInfo& info : entry->archive->entries()) {
            std::string_view name = info.name;
            if (!name.ends_with(".skc")) continue;
            name.remove_suffix(4);
            out.emplace_back(name);
            std::replace(out.back().begin(), out.back().end(), '/', '.');
        }
    }
    return out;
}

bool ClassPath::look_for_module(std::string_view module) {
    if (!is_plain(module)) return false;
    std::string prefix = std::string(module) + ".";
    for (auto& [name, known] : cache_) {
        if (name.starts_with(prefix)) return true;
    }
    std::error_code ec;
    for (auto& entry : entries_) {
        if (entry->archive != nullptr) {
            if (!entry->listed) {
                entry->listed = true;
                for (const classfile::EntryInfo& info : entry->archive->entries()) {
                    for (std::size_t slash = info.name.find('/'); slash != std::string_view::npos;
                         slash = info.name.find('/', slash + 1)) {
                        std::string folder(info.name.substr(0, slash));
                        for (char& c : folder) {
                            if (c == '/') c = '.';
                        }
                        entry->folders.insert(std::move(folder));
                    }
                }
            }
            if (entry->folders.contains(std::string(module))) return true;
            continue;
        }
        if (fs::is_directory(entry->folder / file_name(module), ec)) return true;
    }
    return false;
}

}  // namespace skua::compiler
