#include "vmc_packages.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace skua::compiler {
namespace {

namespace fs = std::filesystem;

bool refuse(Failure& failure, const Diagnostic& d) {
    // What is missing or cannot be read has no rule, or that of a missing archive.
    failure.exit_code = d.rule.empty() || d.rule == "D001" ? kExitNoInput : kExitBadInput;
    Diagnostic plain = d;
    plain.hint.clear();
    failure.message = plain.to_string() + (d.hint.empty() ? "" : "; " + d.hint);
    return false;
}

// Archives that the command line names. Those that cannot be opened, the class path reports.
void add_named_archives(const std::vector<std::string>& class_path, std::vector<classfile::Package>& out) {
    for (const std::string& path : class_path) {
        std::error_code ignored;
        if (!fs::is_regular_file(path, ignored)) continue;
        auto archive = classfile::Archive::open(path);
        if (!archive) continue;
        if (auto package = classfile::Package::of(std::move(*archive))) out.push_back(std::move(*package));
    }
}

}  // namespace

std::string lock_path(const Project& project) {
    return classfile::folder_of(project.file) + "/skua.lock";
}

bool add_packages(CompileOptions& options, const std::vector<Project>& projects,
                  const PackageRequest& request, std::vector<classfile::Package>* chosen, Failure& failure) {
    classfile::ResolveRequest resolving;
    for (const Project& project : projects)
        resolving.roots.push_back({project.manifest, project.file, nullptr});
    add_named_archives(options.class_path, resolving.roots);
    if (std::none_of(resolving.roots.begin(), resolving.roots.end(),
                     [](const classfile::Package& root) { return !root.manifest.dependencies.empty(); }))
        return true;
    resolving.folders = classfile::archive_folders(
        request.archive_path, projects.empty() ? "" : classfile::folder_of(projects[0].file));
    std::optional<classfile::LockFile> lock;
    if (projects.size() == 1 && !request.ignore_lock) {
        auto found =
            classfile::LockFile::of_folder(classfile::folder_of(projects[0].file), projects[0].manifest.name);
        if (!found) return refuse(failure, found.error());
        lock = std::move(*found);
        resolving.lock = lock ? &*lock : nullptr;
    }
    auto packages = classfile::resolve(resolving);
    if (!packages) return refuse(failure, packages.error());
    for (const classfile::Package& package : packages->found) options.class_path.push_back(package.place);
    if (chosen != nullptr) *chosen = std::move(packages->all);
    return true;
}

}  // namespace skua::compiler
