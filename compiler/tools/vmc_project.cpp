#include "vmc_project.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <toml++/toml.h>

#include "skua/classfile/version.h"

namespace skua::compiler {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxProjectFile = 1 << 20;

bool fail(Failure& failure, int code, std::string message) {
    failure = {code, std::move(message)};
    return false;
}

bool is_folder(const std::string& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

// "./src" is "src": messages then name files as the user does.
std::string joined(const std::string& folder, const std::string& name) {
    if (folder == ".") return name;
    return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

class ProjectReader {
public:
    ProjectReader(std::string path, Failure& failure) : path_(std::move(path)), failure_(failure) {}

    bool read(Project& out) {
        try {
            file_ = toml::parse_file(path_);
        } catch (const toml::parse_error& error) {
            return wrong(error.source().begin, error.description());
        }
        static constexpr std::string_view tables[] = {"project", "dependencies", "plugins", "tool"};
        for (const auto& [key, value] : file_)
            if (std::find(std::begin(tables), std::end(tables), key.str()) == std::end(tables))
                return wrong(
                    key.source().begin,
                    fmt::format("there is no table `{}`; skua.toml has [project], [dependencies] and "
                                "[plugins], and [tool.NAME] for other programs",
                                key.str()));
        const toml::node* node = file_.get("project");
        if (node == nullptr || !node->is_table())
            return fail(failure_, kExitBadInput,
                        path_ + ": has no table [project]; begin it with [project] and name = \"...\"");
        const toml::table& table = *node->as_table();
        std::string source = "src", main = "main";
        classfile::Manifest& manifest = out.manifest;
        const std::pair<std::string_view, std::string*> known[] = {
            {"name", &manifest.name}, {"version", &manifest.version}, {"source", &source}, {"main", &main}};
        for (const auto& [key, value] : table) {
            if (key.str() == "capabilities") {
                if (!read_capabilities(key.str(), value, manifest.capabilities)) return false;
                continue;
            }
            if (key.str() == "plugin-path") {
                if (!read_plugin_path(value, out)) return false;
                continue;
            }
            const auto* entry = std::find_if(std::begin(known), std::end(known),
                                             [name = key.str()](const auto& k) { return k.first == name; });
            if (entry == std::end(known))
                return wrong(
                    key.source().begin,
                    fmt::format(
                        "there is no key `{}`; [project] has name, version, source, main, capabilities and "
                        "plugin-path",
                        key.str()));
            if (!value.is_string())
                return wrong(value.source().begin, fmt::format("`{}` must be a string", key.str()));
            *entry->second = **value.as_string();
        }
        if (manifest.name.empty())
            return fail(failure_, kExitBadInput, path_ + ": the project has no name; add name = \"...\"");
        if (!read_dependencies(manifest) || !read_plugins(out)) return false;
        out.file = path_;
        out.source_root = joined(out.folder, source);
        std::string main_path = main;
        std::replace(main_path.begin(), main_path.end(), '.', '/');
        out.main_file = joined(out.source_root, main_path + ".skua");
        std::error_code ignored;
        out.is_library = table.get("main") == nullptr && !fs::exists(out.main_file, ignored);
        if (!out.is_library) manifest.main = main;
        if (!is_folder(out.source_root))
            return fail(failure_, kExitNoInput,
                        fmt::format("{}: the folder of sources {} is not there", path_, out.source_root));
        return true;
    }

private:
    bool read_capabilities(std::string_view key, const toml::node& value, std::vector<std::string>& out) {
        if (!value.is_array())
            return wrong(value.source().begin, fmt::format("`{}` must be an array of strings", key));
        for (const toml::node& item : *value.as_array()) {
            if (!item.is_string()) return wrong(item.source().begin, "a capability must be a string");
            const std::string& text = **item.as_string();
            if (const char* bad = classfile::capability_problem(text))
                return wrong(item.source().begin, fmt::format("`{}` is not a capability: {}", text, bad));
            out.push_back(text);
        }
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        return true;
    }

    bool read_dependencies(classfile::Manifest& manifest) {
        return read_needs("dependencies", manifest, manifest.dependencies);
    }

    // Those of [plugins]: each is also a capability that the project needs.
    bool read_plugins(Project& out) {
        classfile::Manifest& manifest = out.manifest;
        if (!read_needs("plugins", manifest, manifest.plugins)) return false;
        for (const classfile::Dependency& plugin : manifest.plugins)
            manifest.capabilities.push_back("plugin:" + plugin.name);
        std::sort(manifest.capabilities.begin(), manifest.capabilities.end());
        auto& all = manifest.capabilities;
        all.erase(std::unique(all.begin(), all.end()), all.end());
        // As for the archive, which will lie beside skua.toml.
        if (out.plugin_path.empty() && !manifest.plugins.empty())
            out.plugin_path.push_back(joined(out.folder, "plugins"));
        return true;
    }

    bool read_plugin_path(const toml::node& value, Project& out) {
        if (!value.is_array())
            return wrong(value.source().begin,
                         "`plugin-path` must be an array of folders, as in [\"build\"]");
        for (const toml::node& item : *value.as_array()) {
            if (!item.is_string() || item.as_string()->get().empty() ||
                item.as_string()->get().find(':') != std::string::npos)
                return wrong(item.source().begin, "a folder of `plugin-path` must be a string without `:`");
            const std::string& folder = **item.as_string();
            out.plugin_path.push_back(folder[0] == '/' ? folder : joined(out.folder, folder));
        }
        return true;
    }

    // NAME = "RANGE" or NAME = { version = "RANGE", sha256 = "DIGEST" }; of a dependency also
    // passes = ["CAPABILITY"].
    bool read_needs(std::string_view table, classfile::Manifest& manifest,
                    std::vector<classfile::Dependency>& out) {
        const bool plugins = table == "plugins";
        const toml::node* node = file_.get(table);
        if (node == nullptr) return true;
        if (!node->is_table()) return wrong(node->source().begin, fmt::format("`{}` must be a table", table));
        for (const auto& [key, value] : *node->as_table()) {
            std::string text(key.str());
            if (value.is_string()) {
                text += " " + **value.as_string();
            } else if (value.is_table()) {
                for (const auto& [part, of] : *value.as_table()) {
                    if (part.str() == "passes" && !plugins) {
                        if (!read_passes(key.str(), of, manifest.passes)) return false;
                    } else if ((part.str() != "version" && part.str() != "sha256") || !of.is_string()) {
                        return wrong(part.source().begin,
                                     plugins
                                         ? "a plugin has the keys version and sha256, which are strings"
                                         : "a dependency has the keys version and sha256, which are strings, "
                                           "and passes, an array of them");
                    }
                }
                const toml::table& parts = *value.as_table();
                if (const auto version = parts["version"].value<std::string>()) text += " " + *version;
                if (const auto digest = parts["sha256"].value<std::string>()) text += " sha256:" + *digest;
            } else {
                return wrong(
                    value.source().begin,
                    fmt::format(
                        "a {0} is a range of versions, as in {1} = \"^1.2\", or a table with version{2}",
                        plugins ? "plugin" : "dependency", plugins ? "sqlite" : "json",
                        plugins ? " and sha256" : ", sha256 and passes"));
            }
            auto dependency = classfile::Dependency::parse(text);
            if (!dependency) return wrong(key.source().begin, dependency.error().message);
            if (auto range = classfile::VersionRange::parse(dependency->versions); !range)
                return wrong(value.source().begin, range.error().message + "; " + range.error().hint);
            out.push_back(std::move(*dependency));
        }
        return true;
    }

    // What a dependency may use of the program's capabilities.
    bool read_passes(std::string_view archive, const toml::node& value, std::vector<std::string>& out) {
        std::vector<std::string> capabilities;
        if (!read_capabilities("passes", value, capabilities)) return false;
        for (const std::string& capability : capabilities)
            out.push_back(std::string(archive) + "/" + capability);
        std::sort(out.begin(), out.end());
        return true;
    }

    bool wrong(const toml::source_position& at, std::string_view message) {
        return fail(failure_, kExitBadInput, fmt::format("{}:{}:{}: {}", path_, at.line, at.column, message));
    }

    std::string path_;
    Failure& failure_;
    toml::table file_;
};

bool list_sources(const std::string& folder, std::vector<std::string>& out, Failure& failure) {
    std::error_code error;
    std::vector<std::string> found;
    fs::recursive_directory_iterator it(folder, error);
    for (const fs::recursive_directory_iterator end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename().string();
        std::error_code ignored;
        if (name.starts_with('.')) {
            it.disable_recursion_pending();
        } else if (name.ends_with(".skua") && it->is_regular_file(ignored)) {
            const std::string path = it->path().string();
            found.push_back(folder == "." ? path.substr(2) : path);
        }
    }
    if (error)
        return fail(failure, kExitNoInput, fmt::format("{}: cannot be read: {}", folder, error.message()));
    if (found.empty())
        return fail(failure, kExitNoInput, folder + ": is a folder without source files (.skua)");
    std::sort(found.begin(), found.end());
    out.insert(out.end(), found.begin(), found.end());
    return true;
}

}  // namespace

bool load_project(const std::string& folder, std::optional<Project>& out, Failure& failure) {
    const std::string path = joined(folder, "skua.toml");
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return true;
    if (!fs::is_regular_file(path, ignored) || fs::file_size(path, ignored) > kMaxProjectFile)
        return fail(failure, kExitNoInput, path + ": is not a regular file of at most 1 MiB");
    Project project;
    project.folder = folder;
    if (!ProjectReader(path, failure).read(project)) return false;
    out = std::move(project);
    return true;
}

bool expand_sources(CompileOptions& options, std::vector<Project>& projects, Failure& failure) {
    std::vector<std::string> named = std::move(options.files);
    options.files.clear();
    const bool current = named.empty();
    if (current) named.emplace_back(".");
    const bool alone = named.size() == 1;
    for (const std::string& name : named) {
        if (!is_folder(name)) {
            options.files.push_back(name);
            continue;
        }
        std::optional<Project> project;
        if (!load_project(name, project, failure)) return false;
        if (current && !project)
            return fail(failure, kExitUsage,
                        "name source files or folders: there is no project (skua.toml) in this folder");
        const std::string& root = project ? project->source_root : name;
        if (alone && options.source_root.empty()) options.source_root = root;
        if (!list_sources(root, options.files, failure)) return false;
        if (project) projects.push_back(std::move(*project));
    }
    // A file that is named beside its folder is one file.
    std::set<std::string> seen;
    if (named.size() > 1 && std::any_of(named.begin(), named.end(), is_folder))
        std::erase_if(options.files, [&](const std::string& f) { return !seen.insert(f).second; });
    return true;
}

bool find_main_file(CompileOptions& options, std::vector<Project>& projects, Failure& failure) {
    std::string& name = options.files.front();
    if (!is_folder(name)) return true;
    std::optional<Project> project;
    if (!load_project(name, project, failure)) return false;
    if (!project)
        return fail(
            failure, kExitNoInput,
            fmt::format("{}: is a folder without a project (skua.toml); name the source file to run", name));
    if (options.source_root.empty()) options.source_root = project->source_root;
    name = project->main_file;
    projects.push_back(std::move(*project));
    return true;
}

void add_capabilities(const std::vector<Project>& projects, Compilation& compilation) {
    auto& all = compilation.capabilities;
    for (const Project& project : projects)
        all.insert(all.end(), project.manifest.capabilities.begin(), project.manifest.capabilities.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    for (const Project& project : projects)
        compilation.plugins.insert(compilation.plugins.end(), project.manifest.plugins.begin(),
                                   project.manifest.plugins.end());
}

}  // namespace skua::compiler
