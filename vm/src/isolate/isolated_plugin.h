// A native plugin in a process of its own (docs/isolation.md): what the registry loads, and what calls of its
// natives go through. Any thread may call.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "isolate/plugin_session.h"

namespace skua::vm {

class IsolatedPlugin {
public:
    // `host`: the program that loads it (VmOptions::plugin_host); `file`: the plugin.
    static Result<std::unique_ptr<IsolatedPlugin>> load(Vm& vm, const std::string& host,
                                                        const std::string& file);
    ~IsolatedPlugin();  // unloads it, and ends its process

    // Its table, whose functions cannot be called here.
    [[nodiscard]] const SkPlugin& table() const { return plugin_; }

    // Calls a native of that table on slots, as call_c_function does; values by address. Errors are left in
    // thread.pending: what the native throws, or PluginError if the process ended meanwhile. A process that
    // has ended before is started again.
    Slot call(Thread& thread, const Function& function, const NativeFunction& native, const Slot* args);

    void thread_ends(Thread& thread);

private:
    explicit IsolatedPlugin(Vm& vm) : vm_(vm) {}
    std::shared_ptr<PluginSession> running(Thread& thread);
    Slot wrong_result(Thread& thread, const NativeFunction& native, const std::string& what);
    // Of a native with a place for its result: from `place` in the lane to `memory`.
    Slot value_result(Thread& thread, const NativeFunction& native, Lane& lane, std::uint64_t place,
                      Slot memory);
    Slot result(Thread& thread, const Function& function, const NativeFunction& native, Lane& lane,
                std::uint64_t word);

    Vm& vm_;
    std::string host_, file_;
    PluginSession::Table texts_;
    std::vector<SkNative> natives_;
    SkPlugin plugin_{};
    std::mutex lock_;
    std::shared_ptr<PluginSession> session_;
};

}  // namespace skua::vm
