// The plugins and natives of one Vm, and what natives leave behind: handles, roots, hooks.
//
// Any thread may call. Plugins and natives, once registered, stay until the Vm ends.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "native/completion.h"
#include "native/guest_call.h"
#include "native/handle_table.h"
#include "native/native_call.h"
#include "native/plugin_finder.h"
#include "native/plugin_states.h"
#include "native/plugin_threads.h"
#include "native/root_table.h"
#include "skua/classfile/result.h"
#include "skua/native.h"
#include "skua/vm/code_source.h"

namespace skua::vm {

class Vm;
class IsolatedPlugin;
struct Class;
struct Object;
struct Thread;
struct ValuePlan;  // value_call.h

// The rule of an error that is a missing grant: a PermissionError rather than a LinkError.
inline constexpr std::string_view kDenied = "denied";

struct Function;
struct Thread;

// A native that is no C function of its signature, but one for all signatures with data of its own.
struct HostFunction {
    // `args`: the arguments' canonical slots, which nobody writes meanwhile. `results`: where the result's
    // go, when nothing is called back any more.
    void (*call)(Thread& thread, const Function& function, const Slot* args, Slot* results) = nullptr;
    void* data = nullptr;
    void (*free_data)(void* data) = nullptr;  // when the machine ends; may be null
};

// A registered native; immutable.
struct NativeFunction {
    SkFunction address = nullptr;
    CallPlan plan;
    std::uint16_t not_null = 0;  // bit per parameter that must not be null
    // Its calls are traced, or see one NaN only, or have values that go by address, or are isolated.
    bool observed = false;
    const ValuePlan* values = nullptr;
    IsolatedPlugin* isolated = nullptr;  // through which it is called; `address` is not
    // What is asked for before each call: the declaration's, unless everybody has it whoever calls. Set when
    // the native is first bound.
    const char* capability = nullptr;
    const SkNative* declaration = nullptr;
    const SkPlugin* plugin = nullptr;
    HostFunction host;  // if it has one, in place of `address`
};

class NativeRegistry {
public:
    // `embedded`: what messages name is a host's (wording.h).
    explicit NativeRegistry(bool embedded = false);
    ~NativeRegistry();
    NativeRegistry(const NativeRegistry&) = delete;
    NativeRegistry& operator=(const NativeRegistry&) = delete;

    // Runs the entry and registers its natives. `origin` is for messages: a file, or "built in". `name`: what
    // it must call itself; empty: anything.
    Result<const SkPlugin*> add_plugin(SkPluginEntry entry, std::string_view origin,
                                       std::string_view name = {});

    // The same of the standard library's.
    Result<void> add_library(std::span<const SkPluginEntry> entries);
    // The same of a single function, in a library of this name, which need not be there yet.
    Result<void> define(std::string_view library, std::string_view name, std::string_view signature,
                        HostFunction function);

    // Natives that are registered from now on are called through call_native only, which looks at what
    // goes in and out.
    void observe(bool calls) { observe_ = calls; }

    // A folder where `native("name")` looks for NAME.so, behind those added before.
    void add_plugin_path(std::string folder) { finder_.add_folder(std::move(folder)); }
    // Where plugins are found, and which ones archives want.
    PluginFinder& plugin_finder() { return finder_; }

    // Loads plugins as needed. `source`: whose declaration it is; it must have been granted the plugin.
    Result<const NativeFunction*> find(Vm& vm, const CodeSource* source, std::string_view library,
                                       std::string_view name, std::string_view signature);
    // Is it there, so that `find` would load nothing?
    [[nodiscard]] bool has_library(std::string_view name);
    // The same native, called with structs and their like by address: as `called` says.
    const NativeFunction* with_values(const NativeFunction& native, std::unique_ptr<ValuePlan> values,
                                      const NativeSignature& called);
    // Before the thread is detached.
    void thread_ends(Thread& thread);

    // Calls f(native) for each that is registered.
    template <typename F>
    void each_native(F&& f) const {
        for (const Library* library : loaded_)
            for (const auto& [name, native] : library->natives) f(*native.declaration);
    }

    // Runs and forgets the hooks, last registered first. Called by Vm::run_main's failure path, by
    // tools before they exit, by exit_program, and by the destructor.
    void run_exit_hooks();
    void at_exit(SkHook hook, void* data);

    PluginStates& states() { return states_; }
    HandleTable& handles() { return *handles_; }
    // Closes a handle after its owner is gone; false if the object owns one already. Any attached thread.
    bool own_handle(Object* owner, const SkHandleType* type, std::int64_t handle);
    RootTable& roots() { return roots_; }
    const char* text_of(const Type& type);  // kept as long as the registry
    MemberTable& members() { return members_; }
    PluginThreads& threads() { return threads_; }
    const std::shared_ptr<CompletionHub>& completions() { return completions_; }
    std::atomic<Class*>& array_class(SkKind kind) { return array_classes_[kind]; }  // a cache

private:
    // What is behind a handle does not count as memory of the heap, so its collections alone would come too
    // late.
    static constexpr std::size_t kFirstCollection = 4096;
    struct Host : SkHost {
        NativeRegistry* registry;
    };
    struct Library {
        const SkPlugin* plugin = nullptr;
        std::string origin;
        bool is_plugin = false;                    // from a file, by a grant
        std::unique_ptr<IsolatedPlugin> isolated;  // null: in this process
        std::unordered_map<std::string_view, NativeFunction> natives;
    };
    // A library that a host has put together.
    struct Defined {
        std::string library;
        SkPlugin plugin{};
    };
    struct DefinedFunction {
        std::string name, signature;
        SkNative row{};
        HostFunction function;
    };
    Result<Library*> load_plugin(Vm& vm, const CodeSource* source, std::string_view name);
    static Result<void> may_use_plugin(Vm& vm, const CodeSource* source, const std::string& name,
                                       const std::string& path);
    Result<Library*> add_locked(SkPluginEntry entry, std::string_view origin, std::string_view name);
    Result<Library*> add_table(const SkPlugin* plugin, const std::string& where, std::string_view name);
    Result<Library*> load_isolated(Vm& vm, const std::string& path, std::string_view name);

    Host host_;
    std::recursive_mutex lock_;  // a plugin's entry may call at_exit
    std::unordered_map<std::string, std::unique_ptr<Library>> libraries_;
    std::vector<Library*> loaded_;  // in order, for unloading
    PluginFinder finder_;
    std::unordered_map<std::string, Diagnostic> failed_;  // plugins that could not be loaded
    bool observe_ = false;
    std::deque<NativeFunction> with_values_;
    std::deque<std::unique_ptr<ValuePlan>> value_plans_;
    std::deque<Defined> defined_libraries_;
    std::deque<DefinedFunction> defined_;
    PluginStates states_;
    std::vector<std::pair<SkHook, void*>> hooks_;
    std::unordered_map<const Type*, std::unique_ptr<std::string>> type_texts_;
    MemberTable members_;
    PluginThreads threads_;
    std::shared_ptr<CompletionHub> completions_ = std::make_shared<CompletionHub>();
    std::array<std::atomic<Class*>, SK_STRING + 1> array_classes_{};
    // Shared with the cleaners of owners, which may outlive this registry.
    std::shared_ptr<HandleTable> handles_ = std::make_shared<HandleTable>();
    std::atomic<std::size_t> collect_at_ = kFirstCollection;  // how many open handles make own_handle collect
    RootTable roots_;
};

// The table that every native sees (host_api.cpp).
const SkApi& host_api();

}  // namespace skua::vm
