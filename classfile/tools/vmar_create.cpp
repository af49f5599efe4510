// vmar create: class files and data files into one archive.
#include <algorithm>
#include <filesystem>

#include "skua/classfile/reader.h"
#include "skua/classfile/version.h"
#include "vmar.h"

namespace skua::vmar {

namespace fs = std::filesystem;
using classfile::ClassFile;

namespace {

// A class file's custom section of this name lists the capabilities it needs, one a line.
constexpr std::string_view kRequires = "skua.requires";

class Creator {
public:
    explicit Creator(const CreateOptions& options) : options_(options), manifest_(options.manifest) {}

    Outcome run() {
        std::error_code ignored;
        output_ = fs::weakly_canonical(options_.archive, ignored);
        for (const std::string& input : options_.inputs)
            if (Outcome bad = fs::is_directory(input, ignored) ? add_folder(input) : add_file(input, ""))
                return bad;
        if (added_ == 0)
            return Failure{kBadInput, options_.inputs[0] + ": holds no files to pack" +
                                          (options_.inputs.size() > 1 ? ", nor do the other inputs" : "")};
        if (Outcome bad = check_main()) return bad;
        auto& caps = manifest_.capabilities;
        std::sort(caps.begin(), caps.end());
        caps.erase(std::unique(caps.begin(), caps.end()), caps.end());
        writer_.set_manifest(manifest_);
        auto bytes = writer_.finish(options_.store ? classfile::ArchiveWriter::Packing::Store
                                                   : classfile::ArchiveWriter::Packing::Deflate);
        if (!bytes) return failure(kUsage, bytes.error());
        return write_file(options_.archive, *bytes);
    }

private:
    // Everything below the folder but hidden files, under its path relative to the folder.
    Outcome add_folder(const std::string& folder) {
        std::vector<fs::path> files;
        std::error_code error;
        fs::recursive_directory_iterator it(folder, error);
        for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
            const bool hidden = it->path().filename().string().starts_with('.');
            std::error_code ignored;
            if (it->is_directory(ignored)) {
                if (hidden) it.disable_recursion_pending();
                continue;
            }
            if (!hidden && fs::weakly_canonical(it->path(), ignored) != output_) files.push_back(it->path());
        }
        if (error) return Failure{kNoInput, folder + ": cannot be read: " + error.message()};
        std::sort(files.begin(), files.end());
        for (const fs::path& file : files)
            if (Outcome bad = add_file(file.string(), file.lexically_relative(folder).generic_string()))
                return bad;
        return {};
    }

    // `entry` is empty for a file that was named itself: a class file, whose class names the entry.
    Outcome add_file(const std::string& path, std::string entry) {
        std::vector<std::uint8_t> bytes;
        if (Outcome bad = read_file(path, bytes)) return bad;
        if (entry.empty() || path.ends_with(".skc")) {
            auto file = classfile::read(bytes, path);
            if (!file) return failure(kBadInput, file.error());
            const std::string wanted = classfile::class_entry_name(file->str(file->name));
            if (entry.empty()) entry = wanted;
            if (entry != wanted)
                return Failure{kBadInput, path + ": holds the type " + std::string(file->str(file->name)) +
                                              ", whose file would be " + wanted + "; name the folder that " +
                                              wanted + " lies in"};
            if (Outcome bad = collect_requirements(*file, path)) return bad;
            if (file->kind == classfile::DeclKind::Module) note_module(*file);
        }
        if (auto added = writer_.add(std::move(entry), std::move(bytes)); !added) {
            Failure f = failure(kBadInput, added.error());
            f.message = path + ": " + f.message;
            return f;
        }
        ++added_;
        return {};
    }

    Outcome collect_requirements(const ClassFile& file, const std::string& path) {
        for (const classfile::CustomSection& section : file.custom) {
            if (section.name != kRequires) continue;
            std::string_view text(reinterpret_cast<const char*>(section.bytes.data()), section.bytes.size());
            while (!text.empty()) {
                const std::size_t end = text.find('\n');
                const std::string_view line = text.substr(0, end);
                text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
                if (line.empty()) continue;
                const bool printable = std::all_of(line.begin(), line.end(), [](char c) {
                    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
                });
                if (!printable)
                    return Failure{kBadInput,
                                   path + ": its section " + std::string(kRequires) + " is malformed"};
                manifest_.capabilities.emplace_back(line);
            }
        }
        return {};
    }

    void note_module(const ClassFile& file) {
        if (file.str(file.name) != manifest_.main) return;
        main_found_ = true;
        for (const classfile::Function& f : file.functions)
            main_has_main_ = main_has_main_ || file.str(f.name) == "main";
    }

    Outcome check_main() const {
        if (manifest_.main.empty()) return {};
        if (!main_found_)
            return Failure{kBadInput, options_.archive + ": the module '" + manifest_.main +
                                          "' of --main is not among the inputs"};
        if (!main_has_main_)
            return Failure{kBadInput, options_.archive + ": the module '" + manifest_.main +
                                          "' of --main has no function 'main'"};
        return {};
    }

    const CreateOptions& options_;
    classfile::Manifest manifest_;
    classfile::ArchiveWriter writer_;
    fs::path output_;
    std::size_t added_ = 0;
    bool main_found_ = false, main_has_main_ = false;
};

}  // namespace

Outcome create(const CreateOptions& options) {
    const classfile::Manifest& manifest = options.manifest;
    if (!manifest.name.empty() && !classfile::is_archive_name(manifest.name))
        return Failure{kUsage,
                       "--name: '" + manifest.name +
                           "' cannot be the name of an archive, which has letters, digits, '.', '_' and '-'"};
    if (!manifest.version.empty() && !classfile::Version::parse(manifest.version))
        return Failure{kUsage, "--version: '" + manifest.version +
                                   "' is not a version; write MAJOR.MINOR.PATCH, for example 1.2.0"};
    for (const std::string& capability : manifest.capabilities)
        if (const char* bad = classfile::capability_problem(capability))
            return Failure{kUsage, "--requires: '" + capability + "' is not a capability: " + bad};
    for (const std::string& passed : manifest.passes) {
        const std::size_t slash = passed.substr(0, passed.find(':')).rfind('/');
        if (slash == std::string::npos) continue;  // the manifest's own rules say what is wrong
        if (const char* bad = classfile::capability_problem(passed.substr(slash + 1)))
            return Failure{kUsage,
                           "--passes: '" + passed.substr(slash + 1) + "' is not a capability: " + bad};
    }
    return Creator(options).run();
}

}  // namespace skua::vmar
