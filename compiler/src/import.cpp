#include "import.h"

#include <fstream>
#include <unordered_set>

#include "skua/classfile/archive.h"
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
    cache_[std::move(name)] = std::make_unique<classfile::ClassFile>(std::move(file));
}

Result<const classfile::ClassFile*> ClassPath::find(std::string_view name) {
    std::string key(name);
    if (auto it = cache_.find(key); it != cache_.end())
        return static_cast<const classfile::ClassFile*>(it->second.get());
    if (!is_plain(name)) return static_cast<const classfile::ClassFile*>(nullptr);
    for (auto& entry : entries_) {
        if (entry->archive != nullptr) {
            if (!entry->archive->has_class(name)) continue;
            auto data = entry->archive->find_class(name);
            if (!data.ok()) return std::move(data).error();
            auto file = classfile::read(data->bytes(),
                                        entry->archive->display_name() + "!" + file_name(name) + ".skc");
            if (!file.ok()) return std::move(file).error();
            auto& slot = cache_[key];
            slot = std::make_unique<classfile::ClassFile>(std::move(*file));
            return static_cast<const classfile::ClassFile*>(slot.get());
        }
        fs::path path = entry->folder / (file_name(name) + ".skc");
        std::ifstream in(path, std::ios::binary);
        if (!in) continue;
        std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(in)),
                                        std::istreambuf_iterator<char>());
        auto file = classfile::read(bytes, path.string());
        if (!file.ok()) return std::move(file).error();
        auto& slot = cache_[key];
        slot = std::make_unique<classfile::ClassFile>(std::move(*file));
        return static_cast<const classfile::ClassFile*>(slot.get());
    }
    return static_cast<const classfile::ClassFile*>(nullptr);
}

bool ClassPath::contains(std::string_view name) {
    if (auto it = cache_.find(std::string(name)); it != cache_.end()) return it->second != nullptr;
    if (!is_plain(name)) return false;
    std::error_code ec;
    for (auto& entry : entries_) {
        if (entry->archive != nullptr) {
            if (entry->archive->has_class(name)) return true;
            continue;
        }
        if (fs::is_regular_file(entry->folder / (file_name(name) + ".skc"), ec)) return true;
    }
    return false;
}

bool ClassPath::contains_module(std::string_view module) {
    if (!is_plain(module)) return false;
    std::string prefix = std::string(module) + ".";
    for (auto& [name, file] : cache_) {
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
