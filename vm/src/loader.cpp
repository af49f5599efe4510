#include "skua/vm/loader.h"

#include <algorithm>

#include "loader_path.h"
#include "skua/classfile/limits.h"
#include "skua/classfile/reader.h"

namespace skua::vm {

namespace cf = classfile;

struct Loader::Outcome {
    std::unique_ptr<TypeDef> def;
    bool missing = false;
    Diagnostic failure;  // if neither
};

namespace {

// The reader bounds nesting, but sharing inside the type table makes types whose written-out form
// is exponentially large. Everything that walks a type relies on this bound.
bool types_are_small(const cf::ClassFile& file) {
    std::vector<std::uint32_t> size(file.types.size());
    for (std::size_t i = 0; i < size.size(); ++i) {
        std::uint64_t sum = 1;
        for (cf::TypeIndex arg : file.types[i].args) sum += size[arg];
        if (sum > TypeTable::kMaxTypeSize) return false;
        size[i] = static_cast<std::uint32_t>(sum);
    }
    return true;
}

// Levenshtein distance, for names of ordinary length.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    if (a.size() > 64 || b.size() > 64) return 64;
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

// What is private to a module of the library is so to it: nobody may add classes to one.
bool in_library(std::string_view module) {
    return module == "std" || module.starts_with("std.");
}

}  // namespace

Loader::Loader(TypeTable& types, Loader* parent) : types_(types), parent_(parent) {
    own_source_.kind = parent ? CodeSource::Kind::Program : CodeSource::Kind::System;
}

Loader::~Loader() = default;

Result<void> Loader::add_path(const std::string& path) {
    auto entry = open_class_path_entry(path);
    if (!entry) return std::move(entry).error();
    return add_entry(std::move(*entry), path);
}

Result<void> Loader::add_archive(std::shared_ptr<cf::Archive> archive, std::string display_name) {
    return add_entry(archive_entry(std::move(archive), display_name), display_name);
}

Result<void> Loader::add_entry(std::unique_ptr<ClassPathEntry> entry, const std::string& file) {
    std::lock_guard guard(lock_);
    CodeSource* source = &own_source_;
    const cf::Archive* archive = parent_ ? entry->archive() : nullptr;  // the library's is the library
    if (archive != nullptr) {
        auto manifest = archive->manifest();
        if (!manifest) return std::move(manifest).error();
        std::string name = manifest->name;
        if (name.empty()) {
            name = file.substr(file.rfind('/') + 1);
            if (name.ends_with(".ska")) name.resize(name.size() - 4);
        }
        source = &archives_.emplace_back(CodeSource{CodeSource::Kind::Archive, std::move(name), file,
                                                    manifest->capabilities, manifest->passes});
    }
    path_.push_back({std::move(entry), source});
    return {};
}

std::vector<const CodeSource*> Loader::archives() const {
    std::vector<const CodeSource*> out;
    for (const CodeSource& source : archives_)
        if (source.kind == CodeSource::Kind::Archive) out.push_back(&source);
    return out;
}

bool Loader::has_archives() const {
    return std::any_of(archives_.begin(), archives_.end(),
                       [](const CodeSource& source) { return source.kind == CodeSource::Kind::Archive; });
}

void Loader::make_program(const TypeDef& def) {
    for (CodeSource& source : archives_)
        if (&source == def.source) source.kind = CodeSource::Kind::Program;
}

Loader& Loader::home_of(std::string_view name) {
    if (!parent_) return *this;
    Loader& above = parent_->home_of(name);
    if (&above != parent_) return above;
    std::lock_guard guard(parent_->lock_);
    return parent_->has_own(name) ? *parent_ : *this;
}

bool Loader::has_own(std::string_view name) {
    if (auto known = outcomes_.find(name); known != outcomes_.end()) return !known->second->missing;
    if (auto known = present_.find(name); known != present_.end()) return known->second;
    bool found = false;
    if (auto file = class_file_path(name))
        found = std::any_of(path_.begin(), path_.end(),
                            [&](auto& element) { return element.entry->contains(*file); });
    present_.emplace(name, found);
    return found;
}

Result<std::unique_ptr<TypeDef>> Loader::make(std::span<const std::uint8_t> bytes,
                                              const std::string& file_name, const CodeSource& source) {
    auto file = cf::read(bytes, file_name);
    if (!file) return std::move(file).error();
    if (!types_are_small(*file)) {
        Diagnostic d;
        d.message = "a type has more than " + std::to_string(TypeTable::kMaxTypeSize) + " parts";
        d.file = file_name;
        d.type = file->str(file->name);
        return d;
    }
    constexpr std::size_t kModelPerByte = 6, kLeastModel = 2048;  // what reading makes of the bytes
    types_.count(kModelPerByte * bytes.size() + kLeastModel);
    auto def = std::make_unique<TypeDef>(*this, types_, std::move(*file), file_name);
    def->source = &source;
    if (!parent_) return def;
    // What is private to a module is so to one archive: another one may not add classes to it.
    const CodeSource* owner = owner_of(def->module(), source);
    if (owner != &source) {
        Diagnostic d;
        d.message = "module " + std::string(def->module()) + " is that of " +
                    (owner->file.empty() ? "the program" : owner->file) +
                    "; classes of one module come from one archive";
        d.file = file_name;
        d.type = def->name;
        return d;
    }
    return def;
}

const CodeSource* Loader::owner_of(std::string_view module, const CodeSource& first) {
    auto known = modules_.find(module);
    if (known != modules_.end()) return known->second;
    // Whoever has the module itself; one that is only types is that of the first of them.
    const CodeSource* owner = &first;
    if (const auto file = class_file_path(module)) {
        const auto has_it = [&](auto& element) { return element.entry->contains(*file); };
        if (auto at = std::find_if(path_.begin(), path_.end(), has_it); at != path_.end()) owner = at->source;
    }
    modules_.emplace(std::string(module), owner);
    return owner;
}

Loader::Outcome Loader::read(std::string_view name) {
    Outcome out;
    const auto file = class_file_path(name);
    const auto absent = present_.find(name);
    if (!file || (absent != present_.end() && !absent->second)) {
        out.missing = true;
        return out;
    }
    for (const auto& [entry, source] : path_) {
        auto bytes = entry->read(*file);
        if (!bytes) {
            out.failure = std::move(bytes).error();
            return out;
        }
        if (!*bytes) continue;
        auto def = make((*bytes)->bytes(), entry->display_file(*file), *source);
        if (!def) {
            out.failure = std::move(def).error();
        } else if ((*def)->name != name) {
            out.failure.message = "the class file declares " + std::string((*def)->name) +
                                  ", but its place is that of " + std::string(name);
            out.failure.file = (*def)->file_name;
            out.failure.hint = "move it to " + class_file_path((*def)->name).value_or("its own place") +
                               " below the root of the class path";
        } else if (parent_ && in_library((*def)->module())) {
            out.failure.message =
                "modules of std belong to the standard library, and this class is not from its archive";
            out.failure.file = (*def)->file_name;
            out.failure.type = name;
            out.failure.hint = "give the module another name";
        } else {
            out.def = std::move(*def);
        }
        return out;
    }
    out.missing = true;
    return out;
}

Loader::Outcome& Loader::outcome(std::string_view name) {
    auto known = outcomes_.find(name);
    if (known == outcomes_.end())
        known = outcomes_.emplace(std::string(name), std::make_unique<Outcome>(read(name))).first;
    return *known->second;
}

Result<TypeDef*> Loader::load(std::string_view name) {
    if (Loader& home = home_of(name); &home != this) return home.load(name);
    std::lock_guard guard(lock_);
    Outcome& found = outcome(name);
    if (found.def) return found.def.get();
    if (found.missing) return missing(name);
    return found.failure;
}

TypeDef* Loader::try_load(std::string_view name) {
    if (Loader& home = home_of(name); &home != this) return home.try_load(name);
    std::lock_guard guard(lock_);
    return outcome(name).def.get();
}

Result<TypeDef*> Loader::define(std::span<const std::uint8_t> bytes, std::string display_name) {
    std::lock_guard guard(lock_);
    auto def = make(bytes, display_name, own_source_);
    if (!def) return std::move(def).error();
    const std::string name((*def)->name);
    Diagnostic d;
    d.file = std::move(display_name);
    d.type = name;
    if (auto known = outcomes_.find(name); known != outcomes_.end()) {
        d.message = known->second->missing ? "this class was looked for before, and found missing"
                                           : "a class of this name is loaded already";
        if (known->second->missing) d.hint = "define classes before the code that uses them runs";
        return d;
    }
    if (&(*def)->self->loader->home_of(name) != this) {
        d.message = "a class of this name exists in the parent loader";
        return d;
    }
    if (auto absent = present_.find(name); absent != present_.end() && !absent->second) {
        d.message = "this class was looked for before, and found missing";
        d.hint = "define classes before the code that uses them runs";
        return d;
    }
    auto outcome = std::make_unique<Outcome>();
    outcome->def = std::move(*def);
    TypeDef* result = outcome->def.get();
    outcomes_.emplace(name, std::move(outcome));
    return result;
}

Diagnostic Loader::missing(std::string_view name) {
    Diagnostic d;
    d.message = "class " + std::string(name) + " was not found";
    d.type = name;
    const auto file = class_file_path(name);
    if (!file) {
        d.message = "'" + std::string(name.substr(0, 200)) + "' is not the name of a class";
        return d;
    }
    std::vector<std::string> names;
    std::string searched;
    const std::size_t slash = file->rfind('/');
    const std::string folder = slash == std::string::npos ? "" : file->substr(0, slash);
    for (Loader* loader = this; loader; loader = loader->parent_) {
        std::unique_lock<std::mutex> guard;
        if (loader != this) guard = std::unique_lock(loader->lock_);
        for (const auto& [entry, source] : loader->path_) {
            searched += searched.empty() ? "" : ":";
            searched += entry->display_name();
            entry->list(folder, 2000, names);
        }
    }
    d.message +=
        searched.empty() ? "; the class path is empty" : " as " + *file + " on the class path " + searched;

    const std::string wanted =
        file->substr(slash == std::string::npos ? 0 : slash + 1, file->size() - 4 - (slash + 1));
    std::string nearest;
    std::size_t best = std::max<std::size_t>(2, wanted.size() / 3) + 1;
    for (const std::string& candidate : names) {
        const std::size_t distance = edit_distance(wanted, candidate);
        if (distance < best || (distance == best && candidate < nearest)) {
            best = distance;
            nearest = candidate;
        }
    }
    if (!nearest.empty()) {
        std::string full = folder.empty() ? nearest : folder + "/" + nearest;
        std::replace(full.begin(), full.end(), '/', '.');
        d.hint = "did you mean " + full + "?";
    } else {
        d.hint = "check --class-path, and that the class was compiled to a folder or archive on it";
    }
    return d;
}

Result<TypeDef*> Loader::resolve(const Type* type) {
    if (TypeDef* known = type->def.load(std::memory_order_acquire)) return known;
    if (type->kind != TypeKind::Named) {
        Diagnostic d;
        d.message = type_text(type) + " is not the name of a class";
        return d;
    }
    auto def = type->loader->load(type->name);
    if (def) type->def.store(*def, std::memory_order_release);
    return def;
}

TypeDef* Loader::try_resolve(const Type* type) {
    if (TypeDef* known = type->def.load(std::memory_order_acquire)) return known;
    if (type->kind != TypeKind::Named) return nullptr;
    TypeDef* def = type->loader->try_load(type->name);
    if (def) type->def.store(def, std::memory_order_release);
    return def;
}

Result<TypeDef*> Loader::extension_of(TypeKind kind) {
    static constexpr std::string_view kNames[] = {
        "std.core.i8",   "std.core.i16",  "std.core.i32",    "std.core.i64",  "std.core.u8",
        "std.core.u16",  "std.core.u32",  "std.core.u64",    "std.core.f32",  "std.core.f64",
        "std.core.bool", "std.core.char", "std.core.string", "std.core.array"};
    const auto i = static_cast<std::size_t>(kind);
    if (i >= std::size(kNames)) {
        Diagnostic d;
        d.message = "this kind of type has no extension class";
        return d;
    }
    return load(kNames[i]);
}

}  // namespace skua::vm
