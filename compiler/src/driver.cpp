#include "driver.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <set>
#include <sys/stat.h>

#include "import.h"
#include "incremental.h"
#include "lower/lower.h"
#include "sema/check_natives.h"
#include "sema/sema.h"
#include "skua/classfile/writer.h"

namespace skua::compiler {
namespace {

class Driver {
public:
    Driver(const CompileOptions& options, Compilation& out) : options_(options), out_(out) {
        out_.sink.set_warnings(options.warnings);
    }

    void run() {
        load_all();
        // What else is wrong is told along with syntax errors, unless too little was understood.
        const bool understood =
            std::all_of(modules_.begin(), modules_.end(), [](const ast::Module* m) { return m->whole; });
        if (!out_.failures.empty() || out_.sink.full() || !understood || modules_.size() != out_.files.size())
            return;
        ClassPath class_path;
        if (options_.build != nullptr) class_path.record_lookups();
        if (!open_class_path(class_path)) return;
        KnownPlugins plugins;
        if (!options_.plugin_path.empty())
            plugins = find_plugins(native_libraries(modules_), options_.plugin_path, options_.plugin_needs,
                                   options_.describe_plugin);
        AnalyzeOptions analysis;
        analysis.tests = options_.tests;
        analysis.progress = options_.progress;
        if (IncrementalBuild* build = options_.build; build != nullptr) {
            build->plan(modules_, class_path, options_.warnings, plugins.digest);
            if (build->all_unchanged()) return;
            analysis.unchanged = &build->unchanged();
        }
        const Program program = analyze(modules_, class_path, out_.arena, out_.sink, analysis);
        check_natives(program, plugins, out_.sink);
        out_.sink.settle_warnings();
        if (!out_.ok() || options_.analyze_only) return;
        collect_tests(program);
        auto classes = lower(program, options_.progress);
        if (!classes) return failed(kExitBadInput, classes.error().to_string());
        emit(*classes);
        if (options_.build != nullptr) options_.build->compiled(out_, class_path);
    }

private:
    void failed(int code, std::string message) { out_.failures.push_back({code, std::move(message)}); }

    void load_all() {
        find_root();
        std::vector<std::string> queue = options_.files;
        for (std::size_t i = 0; i < queue.size(); ++i) {
            if (options_.progress) options_.progress("reading", queue[i], i + 1, queue.size());
            ast::Module* module = load(queue[i], i < options_.files.size());
            if (module == nullptr || !options_.follow_imports) continue;
            for (const ast::ImportDecl& import : module->imports) add_import(import, queue);
        }
        capabilities();
    }

    // Module names follow from the paths as they were given, so that folders may be symbolic links. Where
    // these do not say how the files lie to each other (some begin with `/` or `..`, others do not), the
    // real places of their folders do.
    void find_root() {
        const std::vector<std::string>& files = options_.files;
        root_ = options_.source_root.empty() ? common_folder(files) : options_.source_root;
        by_text_ = std::all_of(files.begin(), files.end(),
                               [&](const std::string& file) { return is_below(file, root_); });
        if (by_text_) return;
        if (options_.source_root.empty()) {
            std::vector<std::string> places;
            std::transform(files.begin(), files.end(), std::back_inserter(places), real_place);
            root_ = common_folder(places);
        } else {
            root_ = common_folder({real_place(options_.source_root + "/x")});
        }
    }

    // The file of an imported module, if it lies below the source root: for `import a.b` it is a/b.skua, or
    // a.skua, of which `b` is a part then; for `import a.{b}` they may be both.
    void add_import(const ast::ImportDecl& import, std::vector<std::string>& queue) {
        std::string path = root_, parent;
        for (const ast::Ident& part : import.path) {
            parent = path;
            path.append(path.empty() ? "" : "/").append(part.text);
        }
        const bool found = add_module(path, queue);
        if (import.has_names) {
            for (const ast::ImportedName& name : import.names)
                add_module(path + "/" + std::string(name.name.text), queue);
        } else if (!found && !import.wildcard && import.path.size() > 1) {
            add_module(parent, queue);
        }
    }

    // False: there is no such file.
    bool add_module(const std::string& stem, std::vector<std::string>& queue) {
        const std::string path = stem + ".skua";
        struct stat st {};
        if (::stat(path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return false;
        if (!is_loaded(st)) queue.push_back(path);
        return true;
    }

    bool is_loaded(const struct stat& st) const { return seen_.contains({st.st_dev, st.st_ino}); }

    ast::Module* load(const std::string& path, bool named) {
        LoadedText text;
        Failure failure;
        std::string name;
        if (!load_source(path, text, failure) ||
            !module_name_of(by_text_ ? path : real_place(path), root_, name, failure)) {
            out_.failures.push_back(std::move(failure));
            return nullptr;
        }
        struct stat st {};
        if (::stat(path.c_str(), &st) == 0 && !seen_.insert({st.st_dev, st.st_ino}).second) {
            if (named) failed(kExitUsage, fmt::format("{}: the file is given twice", path));
            return nullptr;
        }
        if (!names_.insert(name).second) {
            failed(kExitUsage, fmt::format("{}: another file is the module `{}` already", path, name));
            return nullptr;
        }
        if (out_.files.empty()) out_.main_module = name;
        const auto id = static_cast<std::uint32_t>(out_.files.size());
        out_.files.push_back(std::make_unique<SourceFile>(id, path, name, std::move(text.text)));
        SourceFile& file = *out_.files.back();
        if (text.bad != std::string::npos) {
            const auto at = static_cast<std::uint32_t>(text.bad);
            const bool utf16 = text.bad == 0 && (text.bad_byte == 0xFF || text.bad_byte == 0xFE);
            out_.sink.error(
                {id, at, at + 1}, fmt::format("the source is not valid UTF-8: byte 0x{:02X}", text.bad_byte),
                utf16 ? "this looks like UTF-16; save the file as UTF-8" : "save the file as UTF-8");
            return nullptr;
        }
        std::vector<Requirement> requirements;
        ast::Module* module = parse_module(file, out_.arena, out_.sink, &requirements);
        modules_.push_back(module);
        requirements_.push_back({});
        for (const Requirement& r : requirements) {
            if (const char* wrong = classfile::capability_problem(r.capability))
                out_.sink.error(r.range, fmt::format("`{}` is not a capability", r.capability), wrong);
            else
                requirements_.back().insert(std::string(r.capability));
        }
        return module;
    }

    void capabilities() {
        std::set<std::string> all;
        for (const auto& one : requirements_) all.insert(one.begin(), one.end());
        out_.capabilities.assign(all.begin(), all.end());
    }

    bool open_class_path(ClassPath& class_path) {
        std::vector<std::string> entries = options_.class_path;
        if (!options_.library.empty()) entries.push_back(options_.library);
        for (const std::string& entry : entries) {
            struct stat st {};
            const bool there = ::stat(entry.c_str(), &st) == 0;
            const bool is_library = entry == options_.library;
            if (auto added = class_path.add(entry); !added) {
                std::string message = added.error().to_string();
                const bool readable = there && !added.error().rule.empty();  // its contents are what is wrong
                if (!there && is_library)
                    message =
                        fmt::format("{}: the standard library is not there; --std PATH names it", entry);
                failed(readable ? kExitBadInput : kExitNoInput, std::move(message));
            } else if (is_library && !class_path.contains("std.core")) {
                failed(kExitBadInput,
                       fmt::format("{}: is not the standard library: it has no std.core", entry));
            }
        }
        return out_.failures.empty();
    }

    void collect_tests(const Program& program) {
        for (const ModuleSymbol* module : program.modules) {
            if (module->ast->file->id() >= options_.files.size()) continue;  // only imported
            for (const FunctionSymbol* test : module->tests)
                out_.tests.push_back({std::string(module->name), std::string(test->link_name),
                                      std::string(test->name), test->range});
        }
    }

    void emit(std::vector<classfile::ClassFile>& classes) {
        for (classfile::ClassFile& c : classes) {
            if (c.kind == classfile::DeclKind::Module) add_requirements(c);
            std::string path(c.str(c.name));
            std::replace(path.begin(), path.end(), '.', '/');
            out_.outputs.push_back({path + ".skc", classfile::write(c), std::string(c.str(c.module))});
        }
    }

    // The custom section "skua.requires": the capabilities that the source names, one a line.
    void add_requirements(classfile::ClassFile& c) {
        for (std::size_t i = 0; i < modules_.size(); ++i) {
            if (modules_[i]->file->module_name() != c.str(c.name) || requirements_[i].empty()) continue;
            classfile::CustomSection section;
            section.name = "skua.requires";
            for (const std::string& capability : requirements_[i]) {
                section.bytes.insert(section.bytes.end(), capability.begin(), capability.end());
                section.bytes.push_back('\n');
            }
            c.custom.push_back(std::move(section));
        }
    }

    const CompileOptions& options_;
    Compilation& out_;
    std::string root_;
    bool by_text_ = true;  // names of modules are made from paths as given
    std::vector<ast::Module*> modules_;
    std::vector<std::set<std::string>> requirements_;  // of each module
    std::set<std::pair<dev_t, ino_t>> seen_;
    std::set<std::string> names_;
};

}  // namespace

void compile(const CompileOptions& options, Compilation& out) {
    Driver(options, out).run();
}

}  // namespace skua::compiler
