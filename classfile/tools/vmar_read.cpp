// vmar list, extract and verify.
#include <filesystem>

#include "skua/classfile/reader.h"
#include "vmar.h"

namespace skua::vmar {

namespace fs = std::filesystem;

Outcome list(const ListOptions& options, std::string& out) {
    std::shared_ptr<classfile::Archive> archive;
    if (Outcome bad = open_archive(options.archive, archive)) return bad;
    if (options.manifest) {
        auto manifest = archive->manifest();
        if (!manifest) return failure(kBadInput, manifest.error());
        out += manifest->to_text();
        return {};
    }
    for (const classfile::EntryInfo& entry : archive->entries()) {
        if (options.with_sizes) {
            std::string size = std::to_string(entry.size);
            std::string packed = std::to_string(entry.packed_size);
            size.insert(0, size.size() < 10 ? 10 - size.size() : 0, ' ');
            packed.insert(0, packed.size() < 10 ? 10 - packed.size() : 0, ' ');
            auto contents = archive->read_entry(entry.name);
            if (!contents) return failure(kBadInput, contents.error());
            out += size + packed + "  " + classfile::hex(classfile::sha256(contents->bytes())) + "  ";
        }
        out += entry.name;
        out += '\n';
    }
    return {};
}

Outcome extract(const ExtractOptions& options) {
    std::shared_ptr<classfile::Archive> archive;
    if (Outcome bad = open_archive(options.archive, archive)) return bad;
    std::vector<std::string> names = options.entries;
    if (names.empty())
        for (const classfile::EntryInfo& entry : archive->entries())
            if (!entry.name.starts_with("META/")) names.emplace_back(entry.name);
    for (const std::string& name : names) {
        auto data = archive->read_entry(name);
        if (!data) return failure(kBadInput, data.error());
        // Names were checked when the archive was opened: none leads out of the folder.
        const fs::path path = fs::path(options.folder) / name;
        std::error_code error;
        fs::create_directories(path.parent_path(), error);
        if (error)
            return Failure{kCantCreate,
                           path.parent_path().string() + ": cannot be created: " + error.message()};
        if (Outcome bad = write_file(path.string(), data->bytes())) return bad;
    }
    return {};
}

namespace {

// Class files must be what their names say, and structurally sound, code included.
Outcome verify_class(const classfile::Archive& archive, std::string_view name) {
    auto data = archive.read_entry(name);
    if (!data) return failure(kBadInput, data.error());
    const std::string where = archive.display_name() + "!" + std::string(name);
    auto file = classfile::read(data->bytes(), where);
    if (!file) return failure(kBadInput, file.error());
    if (classfile::class_entry_name(file->str(file->name)) != name)
        return Failure{kBadInput, where + ": holds another type, " + std::string(file->str(file->name))};
    for (const classfile::Function& f : file->functions) {
        if (!f.has_code) continue;
        if (auto code = classfile::check_code(*file, f); !code) {
            Diagnostic d = code.error();
            d.file = where;
            return failure(kBadInput, d);
        }
    }
    return {};
}

}  // namespace

Outcome verify(const std::vector<std::string>& archives, std::string& out) {
    Outcome first_bad;
    for (const std::string& path : archives) {
        std::shared_ptr<classfile::Archive> archive;
        Outcome bad = open_archive(path, archive);
        if (!bad)
            if (auto verified = archive->verify(); !verified) bad = failure(kBadInput, verified.error());
        if (!bad)
            for (const classfile::EntryInfo& entry : archive->entries()) {
                if (!entry.name.ends_with(".skc")) continue;
                bad = verify_class(*archive, entry.name);
                if (bad) break;
            }
        if (bad) {
            if (first_bad) bad->message = first_bad->message + "\nvmar: " + bad->message;
            bad->code = first_bad ? first_bad->code : bad->code;
            first_bad = std::move(bad);
            continue;
        }
        std::vector<std::uint8_t> bytes;
        if (Outcome unread = read_file(path, bytes)) return unread;
        out += path + ": ok, " + std::to_string(archive->entries().size()) + " entries, sha256 " +
               classfile::hex(classfile::sha256(bytes)) + "\n";
    }
    return first_bad;
}

}  // namespace skua::vmar
