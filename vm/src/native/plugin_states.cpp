#include "native/plugin_states.h"

namespace skua::vm {

void* PluginStates::find(const void* key) const {
    for (const State* s = first_.load(std::memory_order_acquire); s != nullptr; s = s->next)
        if (s->key == key) return s->value;
    return nullptr;
}

void* PluginStates::of(SkEnv* env, const void* key, void* (*make)(SkEnv* env), void (*destroy)(void* state)) {
    if (void* found = find(key)) return found;
    const std::lock_guard guard(lock_);
    if (void* found = find(key)) return found;
    void* value = make(env);
    if (value != nullptr)
        first_.store(new State{key, value, destroy, first_.load(std::memory_order_relaxed)},
                     std::memory_order_release);
    return value;
}

void PluginStates::destroy_all() {
    State* state = first_.exchange(nullptr);
    while (state != nullptr) {
        State* next = state->next;
        if (state->destroy != nullptr) state->destroy(state->value);
        delete state;
        state = next;
    }
}

}  // namespace skua::vm
