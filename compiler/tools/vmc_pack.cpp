#include "vmc_pack.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "skua/classfile/output_file.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/version.h"
#include "vmc_packages.h"

namespace skua::compiler {
namespace {

bool refuse_pack(Failure& failure, int code, std::string message) {
    failure = {code, std::move(message)};
    return false;
}

bool has_main(const Compilation& compilation, const std::string& module) {
    const std::string path = classfile::class_entry_name(module);
    for (const OutputFile& output : compilation.outputs) {
        if (output.path != path) continue;
        const auto file = classfile::read(output.bytes, path);
        return file && std::any_of(file->functions.begin(), file->functions.end(),
                                   [&](const classfile::Function& f) { return file->str(f.name) == "main"; });
    }
    return false;
}

bool write_lock(const Project& project, const std::vector<classfile::Package>& packages, bool update,
                Failure& failure) {
    const std::string path = lock_path(project);
    auto known = classfile::LockFile::of_folder(classfile::folder_of(project.file), project.manifest.name);
    if (known && *known && !update) return true;
    if (!update && std::filesystem::exists(path))
        return refuse_pack(failure, kExitBadInput,
                           path + ": is the lock file of another program; --update replaces it");
    auto lock = classfile::lock_of(project.manifest.name, packages);
    if (!lock) return refuse_pack(failure, kExitBadInput, lock.error().to_string());
    const std::string text = lock->to_text();
    if (auto written = classfile::write_output_file(
            path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
        !written)
        return refuse_pack(failure, kExitNoOutput, written.error().to_string());
    return true;
}

}  // namespace

bool check_packable(const Project& project, Failure& failure) {
    const classfile::Manifest& manifest = project.manifest;
    if (manifest.version.empty())
        return refuse_pack(failure, kExitBadInput,
                           project.file + ": the project has no version; add version = \"0.1.0\"");
    const auto version = classfile::Version::parse(manifest.version);
    if (!version || std::count(manifest.version.begin(), manifest.version.end(), '.') < 2)
        return refuse_pack(
            failure, kExitBadInput,
            fmt::format("{}: `{}` is not a version; write MAJOR.MINOR.PATCH, for example 1.2.0", project.file,
                        manifest.version));
    if (!classfile::is_archive_name(manifest.name))
        return refuse_pack(
            failure, kExitBadInput,
            fmt::format("{}: `{}` cannot be the name of an archive, which has letters, digits, `.`, `_` "
                        "and `-`",
                        project.file, manifest.name));
    return true;
}

bool pack_project(const Project& project, const Compilation& compilation,
                  const std::vector<classfile::Package>& packages, const PackRequest& request,
                  std::string& message, Failure& failure) {
    classfile::Manifest manifest = project.manifest;
    if (!manifest.main.empty() && !has_main(compilation, manifest.main))
        return refuse_pack(
            failure, kExitBadInput,
            fmt::format("{}: the main module `{}` has no function `main`; a library's project names no "
                        "main module",
                        project.file, manifest.main));
    manifest.capabilities = compilation.capabilities;
    classfile::ArchiveWriter writer;
    for (const OutputFile& output : compilation.outputs)
        if (auto added = writer.add(output.path, output.bytes); !added)
            return refuse_pack(failure, kExitBadInput, added.error().to_string());
    if (compilation.outputs.empty())
        return refuse_pack(failure, kExitBadInput,
                           project.file + ": there is nothing to pack: no source declares anything");
    writer.set_manifest(manifest);
    auto bytes = writer.finish(request.store ? classfile::ArchiveWriter::Packing::Store
                                             : classfile::ArchiveWriter::Packing::Deflate);
    if (!bytes) return refuse_pack(failure, kExitBadInput, bytes.error().to_string());
    if (!manifest.dependencies.empty() && !write_lock(project, packages, request.update, failure))
        return false;
    std::string path = request.output;
    if (path.empty())
        path = (project.folder == "." ? "" : project.folder + "/") + manifest.name + "-" + manifest.version +
               ".ska";
    if (auto written = classfile::write_output_file(path, *bytes); !written)
        return refuse_pack(failure, kExitNoOutput, written.error().to_string());
    message = fmt::format("{}: {}, {} class files, sha256 {}\n", path,
                          manifest.main.empty() ? "library" : "program", compilation.outputs.size(),
                          classfile::hex(classfile::sha256(*bytes)));
    return true;
}

}  // namespace skua::compiler
