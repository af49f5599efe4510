#include "native/native_registry.h"

#include <algorithm>

#include "caps/capabilities.h"
#include "isolate/isolated_plugin.h"
#include "native/native_error.h"
#include "native/plugin_file.h"
#include "native/value_call.h"
#include "skua/gc/heap.h"
#include "skua/vm/vm.h"

namespace skua::vm {

namespace {
constexpr const char* kMachine = "skua " SKUA_VERSION;
}

NativeRegistry::NativeRegistry(bool embedded) : finder_(embedded) {
    host_.abi_version = SK_ABI_VERSION;
    host_.size = sizeof(SkHost);
    host_.api = &host_api();
    host_.machine = kMachine;
    host_.at_exit = [](const SkHost* host, SkHook hook, void* data) {
        static_cast<const Host*>(host)->registry->at_exit(hook, data);
    };
    host_.registry = this;
}

NativeRegistry::~NativeRegistry() {
    run_exit_hooks();
    handles_->close_all();
    states_.destroy_all();
    for (auto it = loaded_.rbegin(); it != loaded_.rend(); ++it)
        if ((*it)->plugin->unload != nullptr) (*it)->plugin->unload();
    for (Library* library : loaded_) library->isolated.reset();  // they give back what they have of ours
    for (const DefinedFunction& defined : defined_)
        if (defined.function.free_data != nullptr) defined.function.free_data(defined.function.data);
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

Result<const SkPlugin*> NativeRegistry::add_plugin(SkPluginEntry entry, std::string_view origin,
                                                   std::string_view name) {
    const std::lock_guard guard(lock_);
    auto added = add_locked(entry, origin, name);
    if (!added) return std::move(added).error();
    return (*added)->plugin;
}

Result<NativeRegistry::Library*> NativeRegistry::add_locked(SkPluginEntry entry, std::string_view origin,
                                                            std::string_view name) {
    return add_table(entry(&host_), std::string(origin), name);
}

Result<NativeRegistry::Library*> NativeRegistry::add_table(const SkPlugin* plugin, const std::string& where,
                                                           std::string_view name) {
    if (plugin == nullptr) return native_error("the plugin " + where + " refuses to work with " + kMachine);
    if (plugin->abi_version != SK_ABI_VERSION)
        return native_error(
            "the plugin " + where + " was built for version " + std::to_string(plugin->abi_version) +
                " of the native API; this is version " + std::to_string(SK_ABI_VERSION),
            plugin->abi_version < SK_ABI_VERSION ? "build the plugin with the native.h of this skua"
                                                 : "run it with a newer skua, or build the plugin "
                                                   "with the native.h of this one");
    if (plugin->name == nullptr || (plugin->natives == nullptr && plugin->native_count > 0))
        return native_error("the plugin " + where + " has no name or no table of natives");
    if (!name.empty() && plugin->name != name)
        return native_error(
            "the plugin " + where + " names itself '" + plugin->name + "', not '" + std::string(name) + "'",
            "its file is called NAME.so by the name in its SkPlugin");
    if (!name.empty()) SKUA_TRY(finder_.check_version(name, where, plugin->version));
    if (const auto it = libraries_.find(plugin->name); it != libraries_.end())
        return native_error("the plugin " + where + " names itself '" + plugin->name + "', as " +
                            it->second->origin + " does already");
    auto library = std::make_unique<Library>();
    library->plugin = plugin;
    library->origin = where;
    library->natives.reserve(plugin->native_count);
    for (std::size_t i = 0; i < plugin->native_count; i++) {
        const SkNative& native = plugin->natives[i];
        if (native.name == nullptr || native.signature == nullptr || native.function == nullptr)
            return native_error("row " + std::to_string(i) + " of the plugin " + where +
                                " lacks a name, a signature or a function");
        auto signature = parse_native_signature(native.signature);
        if (!signature)
            return native_error("the native " + std::string(native.name) + " of the plugin " + where + ": " +
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
            return native_error("the plugin " + where + " has two natives " + native.name);
    }
    loaded_.push_back(library.get());
    try {
        return libraries_.emplace(plugin->name, std::move(library)).first->second.get();
    } catch (const std::bad_alloc&) {
        loaded_.pop_back();
        throw;
    }
}

Result<void> NativeRegistry::add_library(std::span<const SkPluginEntry> entries) {
    for (const SkPluginEntry entry : entries) SKUA_TRY(add_plugin(entry, "built in"));
    return {};
}

Result<void> NativeRegistry::define(std::string_view library_name, std::string_view name,
                                    std::string_view signature, HostFunction host) {
    auto parsed = parse_native_signature(signature);
    if (!parsed) return native_error("the signature of " + std::string(name) + ": " + parsed.error().message);
    if (!is_library_name(library_name))
        return native_error("'" + std::string(library_name) + "' is not a name for a native library");
    const std::lock_guard guard(lock_);
    Library* library = nullptr;
    if (const auto known = libraries_.find(std::string(library_name)); known != libraries_.end()) {
        library = known->second.get();
    } else {
        Defined& made = defined_libraries_.emplace_back();
        made.library = library_name;
        made.plugin.abi_version = SK_ABI_VERSION;
        made.plugin.name = made.library.c_str();
        made.plugin.version = "1";
        auto own = std::make_unique<Library>();
        own->plugin = &made.plugin;
        own->origin = "the host";
        loaded_.reserve(loaded_.size() + 1);
        library = libraries_.emplace(made.library, std::move(own)).first->second.get();
        loaded_.push_back(library);
    }
    if (library->natives.contains(name))
        return native_error("the native library '" + std::string(library_name) + "' has a native " +
                            std::string(name) + " already");
    DefinedFunction& defined = defined_.emplace_back();
    defined.name = name;
    defined.signature = signature;
    defined.row = {defined.name.c_str(), defined.signature.c_str(), nullptr, nullptr};
    NativeFunction function;
    function.plan = plan_call(*parsed);
    function.observed = true;  // so that nobody calls the address
    for (unsigned p = 0; p < parsed->param_count; p++)
        if (parsed->params[p] == NativeKind::Reference)
            function.not_null = static_cast<std::uint16_t>(function.not_null | 1u << p);
    function.declaration = &defined.row;
    function.plugin = library->plugin;
    function.host = host;
    library->natives.emplace(defined.name, function);
    defined.function = host;  // whose data is ours from here on
    return {};
}

Result<void> NativeRegistry::may_use_plugin(Vm& vm, const CodeSource* source, const std::string& name,
                                            const std::string& path) {
    const bool counts = source != nullptr && source->kind != CodeSource::Kind::System;
    const std::string denied =
        vm.capabilities().check("plugin", name, Capabilities::Callers(&source, counts ? 1 : 0));
    if (denied.empty()) return {};
    Diagnostic d = native_error("cannot load the plugin " + path + ": " + denied);
    d.rule = kDenied;
    return d;
}

Result<NativeRegistry::Library*> NativeRegistry::load_plugin(Vm& vm, const CodeSource* source,
                                                             std::string_view name) {
    auto path = finder_.find(name);
    if (!path) return std::move(path).error();
    // A plugin is machine code with all rights of this process.
    const std::string text(name);
    SKUA_TRY(may_use_plugin(vm, source, text, *path));
    // What has failed is not tried again: the plugin's code may have run already.
    if (const auto known = failed_.find(text); known != failed_.end()) return known->second;
    const auto load = [&]() -> Result<Library*> {
        SKUA_TRY(finder_.check_file(name, *path));
        const auto& isolated = vm.options().isolated_plugins;
        if (std::any_of(isolated.begin(), isolated.end(),
                        [&](const std::string& which) { return which == "*" || which == name; }))
            return load_isolated(vm, *path, name);
        auto file = open_plugin_file(*path);
        if (!file) return std::move(file).error();
        return add_locked(file->entry, *path, name);
    };
    auto added = load();
    if (added)
        (*added)->is_plugin = true;
    else
        failed_.emplace(text, added.error());
    return added;
}

Result<NativeRegistry::Library*> NativeRegistry::load_isolated(Vm& vm, const std::string& path,
                                                               std::string_view name) {
    auto plugin = IsolatedPlugin::load(vm, vm.options().plugin_host, path);
    if (!plugin) return std::move(plugin).error();
    auto added = add_table(&(*plugin)->table(), path, name);
    if (!added) return added;
    for (auto& [native_name, native] : (*added)->natives) {
        native.isolated = plugin->get();
        native.observed = true;
    }
    (*added)->isolated = *std::move(plugin);
    return added;
}

void NativeRegistry::thread_ends(Thread& thread) {
    std::vector<IsolatedPlugin*> isolated;
    {
        const std::lock_guard guard(lock_);
        for (const Library* library : loaded_)
            if (library->isolated) isolated.push_back(library->isolated.get());
    }
    for (IsolatedPlugin* plugin : isolated) plugin->thread_ends(thread);
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
        auto loaded = load_plugin(vm, source, library_name);
        if (!loaded) return std::move(loaded).error();
        library = *loaded;
    }
    const std::string where = "native library '" + std::string(library_name) + "' (" + library->origin +
                              ", version " +
                              (library->plugin->version ? library->plugin->version : "unknown") + ")";
    const auto it = library->natives.find(name);
    if (it == library->natives.end()) return native_error(where + " has no native " + std::string(name));
    if (it->second.declaration->signature != signature)
        return native_error("native " + std::string(name) + " is declared as " + std::string(signature) +
                                ", but " + where + " registers " + it->second.declaration->signature,
                            "program and plugin are of different versions");
    // Grants never change, so that this is decided once.
    NativeFunction& native = it->second;
    if (native.capability != nullptr && vm.capabilities().always(native.capability))
        native.capability = nullptr;
    return &native;
}

bool NativeRegistry::has_library(std::string_view name) {
    const std::lock_guard guard(lock_);
    return libraries_.contains(std::string(name));
}

const NativeFunction* NativeRegistry::with_values(const NativeFunction& native,
                                                  std::unique_ptr<ValuePlan> values,
                                                  const NativeSignature& called) {
    const std::lock_guard guard(lock_);
    NativeFunction& made = with_values_.emplace_back(native);
    made.plan = plan_call(called);
    made.not_null = 0;  // the plan's checks see the parts of structs as well
    made.observed = true;
    made.values = value_plans_.emplace_back(std::move(values)).get();
    return &made;
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

const char* NativeRegistry::text_of(const Type& type) {
    const std::lock_guard guard(lock_);
    auto& text = type_texts_[&type];
    if (!text) text = std::make_unique<std::string>(type_text(&type));
    return text->c_str();
}

}  // namespace skua::vm
