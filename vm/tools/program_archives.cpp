#include "program_archives.h"

#include <sys/stat.h>

namespace skua::vmrun {

using tools::Failure;
using tools::kBadInput;
using tools::kNoInput;
using tools::kUsage;
using tools::one_line;

namespace {

constexpr std::uint64_t kMaxKeyFile = 4096;

Failure input_failure(const Diagnostic& diagnostic) {
    return {input_code(diagnostic), one_line(diagnostic)};
}

bool is_folder(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace

int input_code(const Diagnostic& diagnostic) {
    if (diagnostic.rule == "D001") return kNoInput;  // a dependency that is not there
    if (!diagnostic.rule.empty()) return kBadInput;
    const std::string file = diagnostic.file.substr(0, diagnostic.file.find(".ska!") == std::string::npos
                                                           ? std::string::npos
                                                           : diagnostic.file.find(".ska!") + 4);
    return !file.empty() && tools::is_readable(file) ? kBadInput : kNoInput;
}

std::optional<Failure> ProgramArchives::read_keys() {
    for (const std::string& text : options_.required_keys) {
        std::vector<std::uint8_t> bytes(text.begin(), text.end());
        const bool file = !text.starts_with("ed25519:");
        if (file)
            if (auto failed = tools::read_file(text, kMaxKeyFile, bytes)) return failed;
        auto key = classfile::PublicKey::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        if (!key)
            return Failure{file ? kBadInput : kUsage,
                           "--require-signature=" + text + ": " + one_line(key.error())};
        archives_.require_signature(*key);
    }
    return {};
}

std::optional<Failure> ProgramArchives::add_archive(const std::string& path, bool from_class_path) {
    auto archive = classfile::Archive::open(path);
    if (!archive) {
        if (from_class_path && archive.error().hint.empty())
            archive.error().hint = "a class path names folders with class files and .ska archives";
        return input_failure(archive.error());
    }
    if (auto added = archives_.add(std::move(*archive)); !added) return input_failure(added.error());
    return {};
}

std::optional<Failure> ProgramArchives::add_class_path(const std::string& path) {
    if (!is_folder(path)) return add_archive(path, true);
    if (archives_.signatures_required())
        return Failure{kBadInput, path +
                                      ": is a folder, which cannot be signed as --require-signature asks; "
                                      "'vmar create' makes an archive of it"};
    if (auto added = machine_.app_loader().add_path(path); !added) return input_failure(added.error());
    return {};
}

std::optional<Failure> ProgramArchives::add_program(const std::string& path, std::string& module) {
    if (!tools::is_readable(path)) {
        std::vector<std::uint8_t> none;
        if (auto why = tools::read_file(path, 0, none)) return why;
        return Failure{kNoInput, path + ": cannot be read"};
    }
    if (auto bad = add_archive(path, false)) return bad;
    program_ = archives_.packages().back();
    module = program_->manifest.main;
    if (!module.empty()) return {};
    return Failure{kBadInput, path + ": is a library: its manifest names no main module; use --class-path " +
                                  path + " MODULE"};
}

std::optional<Failure> ProgramArchives::find_lock(std::optional<classfile::LockFile>& lock) const {
    using classfile::LockFile;
    auto found = !options_.lock_file.empty() ? LockFile::read(options_.lock_file)
                 : program_
                     ? LockFile::of_folder(classfile::folder_of(program_->place), program_->manifest.name)
                     : std::optional<LockFile>();
    if (!found) return input_failure(found.error());
    if (!options_.lock_file.empty() && !*found)
        return Failure{kNoInput, options_.lock_file + ": cannot be read: there is no such file"};
    lock = std::move(*found);
    return {};
}

std::optional<Failure> ProgramArchives::check_plugins() const {
    if (auto found = archives_.check_plugins(); !found) return Failure{kNoInput, one_line(found.error())};
    return {};
}

std::optional<Failure> ProgramArchives::add_dependencies() {
    if (program_) archives_.add_plugin_folder(program_->place);
    archives_.add_plugins();
    if (!archives_.has_dependencies() && options_.lock_file.empty()) return {};
    std::optional<classfile::LockFile> lock;
    if (auto bad = find_lock(lock)) return bad;
    auto folders = classfile::archive_folders(options_.archive_path,
                                              program_ ? classfile::folder_of(program_->place) : "");
    if (auto added = archives_.add_dependencies(std::move(folders), lock ? &*lock : nullptr); !added)
        return input_failure(added.error());
    return {};
}

}  // namespace skua::vmrun
