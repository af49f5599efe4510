#include "incremental.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>

#include "interface_hash.h"
#include "sema/sema.h"
#include "skua/classfile/input_file.h"
#include "skua/classfile/output_file.h"

namespace skua::compiler {
namespace {

constexpr std::string_view kStateFile = ".skua-build";
constexpr std::size_t kMaxStateFile = 256u << 20;

// The bytes of a regular file of at most so many; false if there is none.
bool read_regular(const std::string& path, std::size_t limit, std::string& out) {
    const int fd = classfile::open_for_reading(path);
    if (fd < 0) return false;
    struct stat info {};
    bool good =
        ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && static_cast<std::size_t>(info.st_size) <= limit;
    if (good) out.resize(static_cast<std::size_t>(info.st_size));
    std::size_t have = 0;
    while (good && have < out.size()) {
        const ssize_t n = ::read(fd, out.data() + have, out.size() - have);
        if (n < 0 && errno == EINTR) continue;
        good = n > 0;
        if (good) have += static_cast<std::size_t>(n);
    }
    ::close(fd);
    return good;
}

// The modules that are looked at without being named: the prelude, and what the compiler itself calls.
bool is_known_to_all(std::string_view module) {
    return module == "std.io" ||  // println
           std::find(kPreludeModules.begin(), kPreludeModules.end(), module) != kPreludeModules.end();
}

// Does a source with these words name the module? Rather yes than no: names are compared after normalisation
// by the lexer, so one with letters beyond ASCII may be written otherwise.
bool names_module(const std::unordered_set<std::string_view>& words, std::string_view module) {
    if (is_known_to_all(module)) return true;
    while (!module.empty()) {
        const std::size_t dot = std::min(module.find('.'), module.size());
        const std::string_view part = module.substr(0, dot);
        const bool ascii = std::all_of(part.begin(), part.end(), [](char c) { return c >= 0; });
        if (ascii && !words.contains(part)) return false;
        module.remove_prefix(std::min(dot + 1, module.size()));
    }
    return true;
}

// Of each module, the numbers of those that it names; of itself too, perhaps.
std::vector<std::vector<std::size_t>> named_modules(std::span<ast::Module* const> modules) {
    // By the last part of the name: few modules have one in common.
    std::unordered_map<std::string_view, std::vector<std::size_t>> by_last;
    std::vector<std::size_t> always;  // names_module does not depend on the words, or not on the last
    for (std::size_t i = 0; i < modules.size(); ++i) {
        const std::string_view name = modules[i]->file->module_name();
        const std::string_view last = name.substr(name.rfind('.') + 1);
        const bool ascii = std::all_of(last.begin(), last.end(), [](char c) { return c >= 0; });
        (ascii && !is_known_to_all(name) ? by_last[last] : always).push_back(i);
    }
    std::vector<std::vector<std::size_t>> named(modules.size());
    for (std::size_t i = 0; i < modules.size(); ++i) {
        const auto words = words_of(modules[i]->file->text());
        const auto look = [&](const std::vector<std::size_t>& candidates) {
            for (const std::size_t c : candidates)
                if (names_module(words, modules[c]->file->module_name())) named[i].push_back(c);
        };
        look(always);
        for (const std::string_view word : words)
            if (const auto it = by_last.find(word); it != by_last.end()) look(it->second);
    }
    return named;
}

// The names of the modules that one may look at, through others too; sorted, itself left out.
std::vector<std::string> reached_from(std::size_t start, std::span<ast::Module* const> modules,
                                      const std::vector<std::vector<std::size_t>>& named) {
    std::vector<bool> seen(modules.size());
    std::vector<std::size_t> work{start};
    std::vector<std::string> names;
    seen[start] = true;
    while (!work.empty()) {
        const std::size_t at = work.back();
        work.pop_back();
        for (const std::size_t next : named[at]) {
            if (seen[next]) continue;
            seen[next] = true;
            work.push_back(next);
            names.push_back(modules[next]->file->module_name());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

void IncrementalBuild::load_state() {
    std::string text;
    if (!read_regular(path(std::string(kStateFile)), kMaxStateFile, text)) return;
    state_ = BuildState::parse(text);
    state_text_ = std::move(text);
}

bool IncrementalBuild::is_intact(const BuiltFile& file) const {
    std::string bytes;
    return read_regular(path(file.path), kMaxStateFile, bytes) && hex_digest(bytes) == file.digest;
}

std::string IncrementalBuild::why_compile(const std::string& name, const BuiltModule& now,
                                          std::span<const std::string> reached) const {
    const auto it = state_.modules.find(name);
    if (it == state_.modules.end()) return "not compiled before, or with warnings";
    const BuiltModule& before = it->second;
    if (before.source != now.source) return "its source has changed";
    if (before.reaches != now.reaches) {
        for (const std::string& other : reached) {
            const auto known = state_.modules.find(other);
            if (known != state_.modules.end() && known->second.interface != now_.at(other).interface)
                return fmt::format("the interface of `{}` has changed", other);
        }
        return "modules that it may look at are new, gone or changed";
    }
    for (const BuiltFile& file : before.outputs)
        if (!is_intact(file)) return fmt::format("{} is missing or was changed", path(file.path));
    return {};
}

void IncrementalBuild::plan(std::span<ast::Module* const> modules, ClassPath& class_path,
                            const WarningOptions& warnings, const std::string& plugins) {
    load_state();
    const std::string compiler = compiler_identity();
    const std::string wanted = warnings.enabled.to_string();
    std::string all_stale = everything_ ? "everything is to be" : "";
    if (all_stale.empty() && state_.compiler != compiler && !state_.modules.empty())
        all_stale = "another compiler did before";
    if (all_stale.empty() && state_.warnings != wanted && !state_.modules.empty())
        all_stale = "other warnings are wanted";
    if (all_stale.empty() && state_.plugins != plugins && !state_.modules.empty())
        all_stale = "other plugins are there";
    if (all_stale.empty() && !class_path.answers_as(state_.lookups)) all_stale = "the class path has changed";
    // What was asked for modules that are not compiled now would be lost, so they are forgotten too; but
    // their class files, and those to be replaced, are still known.
    const std::map<std::string, BuiltModule> before = state_.modules;
    if (!all_stale.empty()) state_ = {};
    state_.compiler = compiler;
    state_.warnings = wanted;
    state_.plugins = plugins;

    for (const ast::Module* m : modules) {
        BuiltModule& now = now_[m->file->module_name()];
        now.source = hex_digest(std::string(m->file->base_name()) + '\0' + std::string(m->file->text()));
        now.interface = classfile::hex(interface_hash(*m));
    }
    const auto named = named_modules(modules);
    for (std::size_t i = 0; i < modules.size(); ++i) {
        const ast::Module* m = modules[i];
        const std::string& name = m->file->module_name();
        BuiltModule& now = now_[name];
        const std::vector<std::string> reached = reached_from(i, modules, named);
        std::string all;
        for (const std::string& other : reached) all += other + ' ' + now_[other].interface + '\n';
        now.reaches = hex_digest(all);
        std::string reason = all_stale.empty() ? why_compile(name, now, reached) : all_stale;
        const auto known = before.find(name);
        if (reason.empty()) {
            unchanged_.insert(m);
            now.outputs = known->second.outputs;
            // For `make`, which goes by times.
            for (const BuiltFile& file : now.outputs)
                ::utimensat(AT_FDCWD, path(file.path).c_str(), nullptr, 0);
        } else if (known != before.end()) {
            obsolete_.insert(obsolete_.end(), known->second.outputs.begin(), known->second.outputs.end());
        }
        status_.push_back({name, !reason.empty(), std::move(reason)});
    }
}

void IncrementalBuild::compiled(const Compilation& compilation, const ClassPath& class_path) {
    for (const OutputFile& file : compilation.outputs)
        now_[file.module].outputs.push_back(
            {file.path, hex_digest({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()})});
    std::set<std::string> warned;
    for (const SourceDiagnostic& d : compilation.sink.all())
        warned.insert(compilation.files[d.range.file]->module_name());
    for (const auto& [name, answer] : class_path.lookups()) state_.lookups[name] = answer;
    for (auto& [name, module] : now_) {
        if (warned.contains(name))
            state_.modules.erase(name);
        else
            state_.modules[name] = module;
    }
}

bool IncrementalBuild::finish(Compilation& compilation) {
    std::set<std::string> current;
    for (const auto& [name, module] : now_)
        for (const BuiltFile& file : module.outputs) current.insert(file.path);
    for (const auto& [name, module] : state_.modules)
        for (const BuiltFile& file : module.outputs) current.insert(file.path);
    // Only what vmc wrote, and nobody has touched since.
    for (const BuiltFile& file : obsolete_)
        if (!current.contains(file.path) && is_intact(file)) ::unlink(path(file.path).c_str());
    const std::string text = state_.to_text();
    // Sources without a declaration make no files, and no folder for them.
    if (text == state_text_ || (!folder_.empty() && ::access(folder_.c_str(), F_OK) != 0)) return true;
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    if (auto written = classfile::write_output_file(path(std::string(kStateFile)), bytes); !written) {
        compilation.failures.push_back({kExitNoOutput, written.error().to_string()});
        return false;
    }
    return true;
}

}  // namespace skua::compiler
