// Which file is the plugin NAME, and is it the one that is wanted: the folders of plugins, and what manifests
// of archives say of the plugins that they need (docs/packages.md).
//
// Filled before guest code runs; then any thread may ask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/archive.h"
#include "skua/classfile/result.h"

namespace skua::vm {

// What an archive says of a plugin: name, range of versions, digest of its file.
struct PluginNeed {
    classfile::Dependency plugin;
    std::string who;  // the archive, for messages
};

class PluginFinder {
public:
    // `embedded`: what messages name is a host's (wording.h).
    explicit PluginFinder(bool embedded = false) : embedded_(embedded) {}
    // Folders are searched in the order in which they are added; one that was added already is left out.
    void add_folder(std::string folder);
    void add_need(PluginNeed need) { needs_.push_back(std::move(need)); }
    [[nodiscard]] const std::vector<PluginNeed>& needs() const { return needs_; }

    // The path of NAME.so. Errors say where it was looked for, and who needs it.
    [[nodiscard]] Result<std::string> find(std::string_view name) const;
    // Is it the file whose digest somebody wants?
    [[nodiscard]] Result<void> check_file(std::string_view name, const std::string& path) const;
    // Is it of a version that all want? `version`: what the plugin says; null if it says none.
    [[nodiscard]] Result<void> check_version(std::string_view name, const std::string& path,
                                             const char* version) const;

private:
    const bool embedded_;
    std::vector<std::string> folders_;
    std::vector<PluginNeed> needs_;
};

}  // namespace skua::vm
