// vmar deps: the archives that an archive needs, and skua.lock.
#include "skua/classfile/packages.h"
#include "skua/classfile/version.h"
#include "vmar.h"

namespace skua::vmar {

namespace {

// A dependency that is not there is an input that is missing.
Failure dependency_failure(const Diagnostic& d) {
    return failure(d.rule == "D001" || d.rule.empty() ? kNoInput : kBadInput, d);
}

// Who wants a package: the archive itself or one of those that it needs.
void add_wishes(const classfile::Package& who, const std::string& name, std::string& out) {
    for (const classfile::Dependency& d : who.manifest.dependencies)
        if (d.name == name)
            out += "    " + who.title() + " wants " + (d.versions.empty() ? "*" : d.versions) + "\n";
}

}  // namespace

Outcome deps(const DepsOptions& options, std::string& out) {
    std::shared_ptr<classfile::Archive> archive;
    if (Outcome bad = open_archive(options.archive, archive)) return bad;
    auto root = classfile::Package::of(std::move(archive));
    if (!root) return failure(kBadInput, root.error());
    const std::string folder = classfile::folder_of(options.archive);

    classfile::ResolveRequest request;
    request.roots.push_back(*root);
    request.folders = classfile::archive_folders(options.archive_path, folder);
    std::optional<classfile::LockFile> lock;
    if (!options.lock) {
        auto found = classfile::LockFile::of_folder(folder, root->manifest.name);
        if (!found) return dependency_failure(found.error());
        lock = std::move(*found);
        request.lock = lock ? &*lock : nullptr;
    }
    for (const std::string& path : options.class_path) {
        std::shared_ptr<classfile::Archive> named;
        if (Outcome bad = open_archive(path, named)) return bad;
        auto package = classfile::Package::of(std::move(named));
        if (!package) return failure(kBadInput, package.error());
        request.roots.push_back(std::move(*package));
    }

    auto resolution = classfile::resolve(request);
    if (!resolution) return dependency_failure(resolution.error());
    const std::vector<classfile::Package>& packages = resolution->all;
    auto chosen = classfile::lock_of(root->manifest.name, packages);
    if (!chosen) return failure(kBadInput, chosen.error());
    for (std::size_t i = 0; i < packages.size(); ++i) {
        const classfile::Package& package = packages[i];
        out += package.title() + " sha256:" + chosen->lines[i].digest + " " + package.place + "\n";
        for (const classfile::Package& who : request.roots) add_wishes(who, package.manifest.name, out);
        for (const classfile::Package& who : resolution->found) add_wishes(who, package.manifest.name, out);
    }
    if (packages.empty()) out += root->title() + " needs no other archives\n";
    if (!options.lock) return {};
    const std::string text = chosen->to_text();
    return write_file(folder + "/skua.lock",
                      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Outcome parse_dependencies(const std::vector<std::string>& texts, std::vector<classfile::Dependency>& out) {
    for (const std::string& text : texts) {
        auto d = classfile::Dependency::parse(text);
        if (!d) return failure(kUsage, d.error());
        if (auto range = classfile::VersionRange::parse(d->versions); !range)
            return failure(kUsage, range.error());
        for (const classfile::Dependency& other : out)
            if (other.name == d->name) return Failure{kUsage, "--dependency names '" + d->name + "' twice"};
        out.push_back(std::move(*d));
    }
    return {};
}

}  // namespace skua::vmar
