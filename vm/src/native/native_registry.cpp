#include "native/native_registry.h"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caps/capabilities.h"
#include "skua/classfile/input_file.h"
#include "skua/gc/heap.h"
#include "skua/vm/vm.h"

namespace skua::vm {

namespace {

Diagnostic bad(std::string message, std::string hint = {}) {
    Diagnostic d;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

// A library's name becomes a file name: letters, digits, '_', '-' and single dots inside.
bool is_library_name(std::string_view name) {
    if (name.empty() || name.size() > 100 || name.front() == '.' || name.back() == '.') return false;
    for (std::size_t i = 0; i < name.size(); i++) {
        const char c = name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '_' || c == '-';
        if (!letter && (c != '.' || name[i - 1] == '.')) return false;
    }
    return true;
}

}  // namespace

NativeRegistry::NativeRegistry() {
    host_.abi_version = SK_ABI_VERSION;
    host_.size = sizeof(SkHost);
    host_.api = &host_api();
    host_.machine = "skua 0.1.0";
    host_.at_exit = [](const SkHost* host, SkHook hook, void* data) {
        static_cast<const Host*>(host)->registry->at_exit(hook, data);
    };
    host_.registry = this;
}

NativeRegistry::~NativeRegistry() {
    run_exit_hooks();
    handles_->close_all();
    for (auto it = loaded_.rbegin(); it != loaded_.rend(); ++it)
        if ((*it)->plugin->unload != nullptr) (*it)->plugin->unload();
    // The code stays mapped: a thread of the plugin's own may still be in it.
}

namespace {

// What an owner's cleaner is told. The machine may have ended before.
struct Owned {
    std::weak_ptr<HandleTable> table;
    const SkHandleType* type;
    std::int64_t handle;
};

}  // namespace

bool NativeRegistry::own_handle(Object* owner, const SkHandleType* type, std::int64_t handle) {
    std::unique_ptr<Owned> owned(new Owned{handles_, type, handle});
    const auto close = [](void* data) {
        const std::unique_ptr<Owned> gone(static_cast<Owned*>(data));
        if (const auto table = gone->table.lock()) table->close(gone->type, gone->handle);
    };
    if (!gc::add_cleaner(owner, close, owned.get())) return false;
    (void)owned.release();
    const bool many = handles_->count() >= collect_at_;
    if (many) gc::collect();
    if (gc::has_cleaners_to_run()) gc::run_cleaners();
    // Next at twice as many as are still in use, so that collections take a bounded share of the time.
    if (many) collect_at_ = std::max(kFirstCollection, 2 * handles_->count());
    return true;
}

Result<void> NativeRegistry::add_plugin(SkPluginEntry entry, std::string_view origin) {
    const std::lock_guard guard(lock_);
    auto added = add_locked(entry, origin);
    if (!added) return std::move(added).error();
    return {};
}

Result<NativeRegistry::Library*> NativeRegistry::add_locked(SkPluginEntry entry, std::string_view origin) {
    const SkPlugin* plugin = entry(&host_);
    const std::string where(origin);
    if (plugin == nullptr) return bad("the plugin " + where + " refuses to work with skua 0.1.0");
    if (plugin->abi_version != SK_ABI_VERSION)
        return bad("the plugin " + where + " was built for version " + std::to_string(plugin->abi_version) +
                       " of the native API; this is version " + std::to_string(SK_ABI_VERSION),
                   "rebuild the plugin with the native.h of this skua");
    if (plugin->name == nullptr || (plugin->natives == nullptr && plugin->native_count > 0))
        return bad("the plugin " + where + " has no name or no table of natives");
    if (const auto it = libraries_.find(plugin->name); it != libraries_.end())
        return bad("the plugin " + where + " names itself '" + plugin->name + "', as " + it->second->origin +
                   " does already");
    auto library = std::make_unique<Library>();
    library->plugin = plugin;
    library->origin = where;
    library->natives.reserve(plugin->native_count);
    for (std::size_t i = 0; i < plugin->native_count; i++) {
        const SkNative& native = plugin->natives[i];
        if (native.name == nullptr || native.signature == nullptr || native.function == nullptr)
            return bad("row " + std::to_string(i) + " of the plugin " + where +
                       " lacks a name, a signature or a function");
        auto signature = parse_native_signature(native.signature);
        if (!signature)
            return bad("the native " + std::string(native.name) + " of the plugin " + where + ": " +
                       signature.error().message);
        NativeFunction function;
        function.address = native.function;
        function.plan = plan_call(*signature);
        function.observed = observe_;
        for (unsigned p = 0; p < signature->param_count; p++)
            if (signature->params[p] == NativeKind::Reference)
                function.not_null = static_cast<std::uint16_t>(function.not_null | 1u << p);
        function.declaration = &native;
        function.capability = native.capability;
        function.plugin = plugin;
        if (!library->natives.emplace(native.name, function).second)
            return bad("the plugin " + where + " has two natives " + native.name);
    }
    loaded_.push_back(library.get());
    return (libraries_[plugin->name] = std::move(library)).get();
}

Result<NativeRegistry::Library*> NativeRegistry::load_library(Vm& vm, const CodeSource* source,
                                                              std::string_view name) {
    const std::string text(name);
    if (!is_library_name(name)) return bad("'" + text + "' is not a name for a native library");
    const std::string file = "/" + text + ".so";
    std::string searched;
    for (const std::string& folder : plugin_path_) {
        if (const std::string path = folder + file; access(path.c_str(), F_OK) == 0)
            return load_plugin(vm, source, text, path);
        if (!searched.empty()) searched += ", ";
        searched += folder;
    }
    if (plugin_path_.empty())
        return bad("no native library '" + text + "'",
                   "run with --plugin-path=DIR, DIR being the folder of " + file.substr(1));
    return bad("no native library '" + text + "': " + file.substr(1) + " is in none of " + searched);
}

namespace {

// Does the file end before the segments that dlopen would map? Touching what is not there would end the
// process by a signal. Whatever else is wrong, dlopen says itself.
bool is_cut_off(const std::string& path) {
    const int fd = classfile::open_for_reading(path);
    if (fd < 0) return false;
    struct stat info {};
    ElfW(Ehdr) header{};
    bool cut = false;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
        pread(fd, &header, sizeof header, 0) == static_cast<ssize_t>(sizeof header) &&
        std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_phentsize == sizeof(ElfW(Phdr))) {
        const auto size = static_cast<std::uint64_t>(info.st_size);
        for (unsigned i = 0; i < header.e_phnum && !cut; i++) {
            ElfW(Phdr) segment{};
            const std::uint64_t at = header.e_phoff + std::uint64_t{i} * sizeof segment;
            if (at > size || pread(fd, &segment, sizeof segment, static_cast<off_t>(at)) !=
                                 static_cast<ssize_t>(sizeof segment))
                cut = true;
            else if (segment.p_type == PT_LOAD)
                cut = segment.p_offset > size || segment.p_filesz > size - segment.p_offset;
        }
    }
    close(fd);
    return cut;
}

}  // namespace

Result<void> NativeRegistry::may_use_plugin(Vm& vm, const CodeSource* source, const std::string& name,
                                            const std::string& path) {
    const bool counts = source != nullptr && source->kind != CodeSource::Kind::System;
    const std::string denied =
        vm.capabilities().check("plugin", name, Capabilities::Callers(&source, counts ? 1 : 0));
    if (denied.empty()) return {};
    Diagnostic d = bad("cannot load the plugin " + path + ": " + denied);
    d.rule = kDenied;
    return d;
}

// `path` contains a slash: others would be searched for by the system.
Result<NativeRegistry::Library*> NativeRegistry::load_plugin(Vm& vm, const CodeSource* source,
                                                             const std::string& name,
                                                             const std::string& path) {
    // A plugin is machine code with all rights of this process.
    SKUA_TRY(may_use_plugin(vm, source, name, path));
    if (is_cut_off(path))
        return bad("cannot load the plugin " + path + ": the file is cut off", "copy or build it again");
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return bad("cannot load the plugin " + path + ": " + dlerror());
    void* entry = dlsym(library, "skua_plugin");
    if (entry == nullptr)
        return bad(path + " is not a Skua plugin: it does not export skua_plugin",
                   "see SK_EXPORT in skua/native.h");
    auto added = add_locked(reinterpret_cast<SkPluginEntry>(entry), path);
    if (!added) return added;
    if ((*added)->plugin->name != name)
        return bad("the plugin " + path + " names itself '" + (*added)->plugin->name + "', not '" + name +
                   "'");
    (*added)->is_plugin = true;
    return added;
}

Result<const NativeFunction*> NativeRegistry::find(Vm& vm, const CodeSource* source,
                                                   std::string_view library_name, std::string_view name,
                                                   std::string_view signature) {
    const std::lock_guard guard(lock_);
    Library* library = nullptr;
    if (const auto it = libraries_.find(std::string(library_name)); it != libraries_.end()) {
        library = it->second.get();
        if (library->is_plugin)
            SKUA_TRY(may_use_plugin(vm, source, std::string(library_name), library->origin));
    } else {
        auto loaded = load_library(vm, source, library_name);
        if (!loaded) return std::move(loaded).error();
        library = *loaded;
    }
    const std::string where = "native library '" + std::string(library_name) + "' (" + library->origin +
                              ", version " +
                              (library->plugin->version ? library->plugin->version : "unknown") + ")";
    const auto it = library->natives.find(name);
    if (it == library->natives.end()) return bad(where + " has no native " + std::string(name));
    if (it->second.declaration->signature != signature)
        return bad("native " + std::string(name) + " is declared as " + std::string(signature) + ", but " +
                       where + " registers " + it->second.declaration->signature,
                   "program and plugin are of different versions");
    // Grants never change, so that this is decided once.
    NativeFunction& native = it->second;
    if (native.capability != nullptr && vm.capabilities().always(native.capability))
        native.capability = nullptr;
    return &native;
}

void NativeRegistry::run_exit_hooks() {
    for (;;) {
        std::pair<SkHook, void*> last;
        {
            const std::lock_guard guard(lock_);
            if (hooks_.empty()) return;
            last = hooks_.back();
            hooks_.pop_back();
        }
        last.first(last.second);
    }
}

void NativeRegistry::at_exit(SkHook hook, void* data) {
    const std::lock_guard guard(lock_);
    hooks_.emplace_back(hook, data);
}

const char* NativeRegistry::type_name(const Class& cls) {
    const std::lock_guard guard(lock_);
    auto& text = type_names_[&cls];
    if (!text) text = std::make_unique<std::string>(cls.type != nullptr ? type_text(cls.type) : "?");
    return text->c_str();
}

}  // namespace skua::vm
