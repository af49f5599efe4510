#include "remote_plugin.h"

#include <deque>
#include <dlfcn.h>

#include "remote_lane.h"

namespace skua::remote {

namespace {

const char* file = nullptr;
const SkPlugin* plugin = nullptr;
// Never destroyed: a plugin that calls exit() does so while other threads are in its natives.
std::deque<RemoteNative>& natives = *new std::deque<RemoteNative>;
MachineFacts facts;

void append(std::string& out, std::string_view text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    out.append(reinterpret_cast<const char*>(&length), sizeof length);
    out += text;
}

std::string failure(const std::string& text) {
    std::string out;
    append(out, text);
    return out;
}

void host_at_exit(const SkHost*, SkHook hook, void* data) {
    RemoteLane* lane = RemoteLane::current();
    if (lane == nullptr) std::abort();  // SkHost is for the time of loading
    lane->request(isolate::Op::AtExit,
                  {reinterpret_cast<std::uint64_t>(hook), reinterpret_cast<std::uint64_t>(data)});
}

}  // namespace

void set_plugin_file(const char* path) {
    file = path;
}

const MachineFacts& machine_facts() {
    return facts;
}

std::string load_plugin(const std::uint64_t* words, bool& good) {
    using namespace isolate;
    if (words[kProtocolVersion] != kProtocol)
        return failure("skua-plugin-host is of another version than the machine; install both together");
    facts = {words[kDeterministic] != 0, words[kTraced] != 0, words[kMemoryLimit], words[kArguments]};
    const std::string where(file);
    void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return failure("cannot load the plugin " + where + ": " + dlerror());
    void* entry = dlsym(library, "skua_plugin");
    if (entry == nullptr) return failure(where + " is not a Skua plugin: it does not export skua_plugin");
    static SkHost host{};
    host.abi_version = SK_ABI_VERSION;
    host.size = sizeof(SkHost);
    host.api = &remote_api();
    host.machine = "skua 0.1.0";
    host.at_exit = host_at_exit;
    plugin = reinterpret_cast<SkPluginEntry>(entry)(&host);
    if (plugin == nullptr) return failure("the plugin " + where + " refuses to work with skua 0.1.0");
    if (plugin->abi_version != SK_ABI_VERSION)
        return failure("the plugin " + where + " was built for version " +
                       std::to_string(plugin->abi_version) + " of the native API; this is version " +
                       std::to_string(SK_ABI_VERSION));
    if (plugin->name == nullptr || (plugin->natives == nullptr && plugin->native_count > 0))
        return failure("the plugin " + where + " has no name or no table of natives");
    std::string table;
    append(table, plugin->name);
    append(table, plugin->version != nullptr ? plugin->version : "unknown");
    for (std::size_t i = 0; i < plugin->native_count; i++) {
        const SkNative& row = plugin->natives[i];
        if (row.name == nullptr || row.signature == nullptr || row.function == nullptr)
            return failure("row " + std::to_string(i) + " of the plugin " + where +
                           " lacks a name, a signature or a function");
        RemoteNative& native = natives.emplace_back();
        native.function = row.function;
        // What is wrong with one that is not good, the machine says.
        if (const auto signature = vm::parse_native_signature(row.signature))
            native.plan = vm::plan_call(*signature);
        append(table, row.name);
        append(table, row.signature);
        append(table, row.capability != nullptr ? row.capability : "");
    }
    good = true;
    return table;
}

void unload_plugin() {
    destroy_states();
    if (plugin != nullptr && plugin->unload != nullptr) plugin->unload();
}

RemoteNative& plugin_native(std::uint32_t index) {
    return natives.at(index);
}

const SkApi& remote_api() {
    static const SkApi table = [] {
        SkApi api{};
        api.abi_version = SK_ABI_VERSION;
        api.size = sizeof(SkApi);
        fill_remote_data(api);
        fill_remote_program(api);
        fill_remote_handles(api);
        fill_remote_members(api);
        fill_remote_threads(api);
        return api;
    }();
    return table;
}

}  // namespace skua::remote
