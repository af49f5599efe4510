// What plugins keep for one machine: SkApi::plugin_state.
//
// Any thread may call. Looking up what is there takes no lock: std.io does so for each line that is printed.
#pragma once

#include <atomic>
#include <mutex>

#include "skua/native.h"

namespace skua::vm {

class PluginStates {
public:
    PluginStates() = default;
    ~PluginStates() { destroy_all(); }
    PluginStates(const PluginStates&) = delete;
    PluginStates& operator=(const PluginStates&) = delete;

    void* of(SkEnv* env, const void* key, void* (*make)(SkEnv* env), void (*destroy)(void* state));
    // Last made, first destroyed.
    void destroy_all();

private:
    struct State {
        const void* key;
        void* value;
        void (*destroy)(void* state);
        State* next;
    };
    [[nodiscard]] void* find(const void* key) const;

    std::recursive_mutex lock_;  // of those that make one; `make` may ask for another
    std::atomic<State*> first_{nullptr};
};

}  // namespace skua::vm
