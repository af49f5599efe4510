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

Outcome verify_archive(const std::string& path, const std::vector<classfile::PublicKey>& keys,
                       std::string& out) {
    std::shared_ptr<classfile::Archive> archive;
    if (Outcome bad = open_archive(path, archive)) return bad;
    if (auto verified = archive->verify(); !verified) return failure(kBadInput, verified.error());
    auto signed_by = classfile::signers(*archive);
    if (!signed_by) return failure(kBadInput, signed_by.error());
    if (!keys.empty())
        if (auto good = classfile::require_signature(*archive, keys); !good)
            return failure(kBadInput, good.error());
    const auto entries = archive->entries();
    for (const classfile::EntryInfo& entry : entries)
        if (entry.name.ends_with(".skc"))
            if (Outcome bad = verify_class(*archive, entry.name)) return bad;
    auto digest = archive->digest();
    if (!digest) return failure(kNoInput, digest.error());
    out += path + ": ok, " + std::to_string(entries.size()) + " entries, sha256 " + classfile::hex(*digest) +
           "\n";
    for (const classfile::PublicKey& key : *signed_by) out += path + ": signed by " + key.to_text() + "\n";
    return {};
}

}  // namespace

Outcome verify(const VerifyOptions& options, std::string& out) {
    std::vector<classfile::PublicKey> keys;
    if (Outcome bad = read_public_keys(options.keys, keys)) return bad;
    Outcome first_bad;
    for (const std::string& path : options.archives) {
        if (Outcome bad = verify_archive(path, keys, out)) {
            if (first_bad) bad->message = first_bad->message + "\nvmar: " + bad->message;
            bad->code = first_bad ? first_bad->code : bad->code;
            first_bad = std::move(bad);
        }
    }
    return first_bad;
}

}  // namespace skua::vmar
