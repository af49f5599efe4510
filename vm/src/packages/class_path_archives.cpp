#include "packages/class_path_archives.h"

#include <algorithm>

#include "native/native_registry.h"

namespace skua::vm {

Result<> ClassPathArchives::check_signature(const classfile::Archive& archive) const {
    return keys_.empty() ? Result<>() : classfile::require_signature(archive, keys_);
}

Diagnostic ClassPathArchives::unsigned_code(const std::string& path) const {
    Diagnostic d;
    d.message = path + ": is no archive, and only archives can be signed as is required";
    return d;
}

Result<> ClassPathArchives::add(std::shared_ptr<classfile::Archive> archive, Kept kept) {
    SKUA_TRY(check_signature(*archive));
    auto package = classfile::Package::of(std::move(archive));
    if (!package) return std::move(package).error();
    packages_.reserve(packages_.size() + 1);
    kept_.reserve(kept_.size() + 1);
    SKUA_TRY(machine_.app_loader().add_archive(package->archive, package->place));
    packages_.push_back(*std::move(package));
    kept_.push_back(kept);
    return {};
}

bool ClassPathArchives::has_dependencies() const {
    return std::any_of(packages_.begin() + static_cast<std::ptrdiff_t>(resolved_), packages_.end(),
                       [](const auto& package) { return !package.manifest.dependencies.empty(); });
}

Result<> ClassPathArchives::add_dependencies(std::vector<std::string> folders,
                                             const classfile::LockFile* lock) {
    classfile::ResolveRequest request;
    request.roots = packages_;
    request.folders = std::move(folders);
    request.lock = lock;
    auto found = classfile::resolve(request);
    if (!found) return std::move(found).error();
    for (classfile::Package& package : found->found) SKUA_TRY(add(std::move(package.archive)));
    resolved_ = packages_.size();
    add_plugins();
    return {};
}

void ClassPathArchives::add_plugins() {
    PluginFinder& finder = machine_.natives().plugin_finder();
    for (; with_plugins_ < packages_.size(); with_plugins_++) {
        const classfile::Package& package = packages_[with_plugins_];
        for (const classfile::Dependency& plugin : package.manifest.plugins)
            finder.add_need({plugin, package.title()});
        if (!package.manifest.plugins.empty() && kept_[with_plugins_] == Kept::File)
            add_plugin_folder(package.place);
    }
}

void ClassPathArchives::add_plugin_folder(const std::string& place) {
    // What vmc compiles in memory lies beside nothing.
    if (!place.starts_with("/proc/"))
        machine_.natives().plugin_finder().add_folder(classfile::folder_of(place) + "/plugins");
}

Result<> ClassPathArchives::check_plugins() const {
    const PluginFinder& finder = machine_.natives().plugin_finder();
    for (const PluginNeed& need : finder.needs())
        if (auto found = finder.find(need.plugin.name); !found) return std::move(found).error();
    return {};
}

}  // namespace skua::vm
