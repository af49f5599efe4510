// Handles of a plugin in a process of its own: the resources are here, the numbers are the machine's. Using
// one asks nobody; making and closing do.
#include <mutex>
#include <string>
#include <unordered_map>

#include "remote_lane.h"
#include "remote_plugin.h"

namespace skua::remote {

namespace {

using isolate::Op;

struct Resource {
    const SkHandleType* type = nullptr;
    void* pointer = nullptr;
    std::uint32_t users = 0;
    bool closing = false;  // as good as closed: waits for its users
};

std::mutex resources_lock;
std::unordered_map<std::int64_t, Resource>& resources() {
    static auto& all = *new std::unordered_map<std::int64_t, Resource>;
    return all;
}

std::uint64_t word(const void* pointer) {
    return reinterpret_cast<std::uint64_t>(pointer);
}

std::int64_t handle_new_sized(SkEnv* env, const SkHandleType* type, void* pointer, std::size_t bytes) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view name = type->name;
    const std::uint64_t text = lane.say(name);
    const auto handle = static_cast<std::int64_t>(
        lane.request(Op::HandleNew, {word(type), text, name.size(), bytes}).words[0]);
    if (handle == 0) return 0;
    const std::lock_guard guard(resources_lock);
    resources()[handle] = {type, pointer};
    return handle;
}
std::int64_t handle_new(SkEnv* env, const SkHandleType* type, void* pointer) {
    return handle_new_sized(env, type, pointer, 128);
}

void* handle_acquire(SkEnv* env, const SkHandleType* type, std::int64_t handle) {
    {
        const std::lock_guard guard(resources_lock);
        const auto it = resources().find(handle);
        if (it != resources().end() && it->second.type == type && !it->second.closing) {
            it->second.users++;
            return it->second.pointer;
        }
    }
    env->api->throw_error(env, "std.core.StateError",
                          ("this " + std::string(type->name) + " is closed").c_str());
    return nullptr;
}

void handle_release(SkEnv*, std::int64_t handle) {
    Resource last;
    {
        const std::lock_guard guard(resources_lock);
        const auto it = resources().find(handle);
        if (it == resources().end() || it->second.users == 0 || --it->second.users > 0 || !it->second.closing)
            return;
        last = it->second;
        resources().erase(it);
    }
    last.type->close(last.pointer);
}

bool is_open(const SkHandleType* type, std::int64_t handle) {
    const std::lock_guard guard(resources_lock);
    const auto it = resources().find(handle);
    return it != resources().end() && it->second.type == type && !it->second.closing;
}

// The machine then has close_handle called.
bool handle_close(SkEnv* env, const SkHandleType* type, std::int64_t handle) {
    RemoteLane& lane = RemoteLane::of(env);
    return is_open(type, handle) &&
           lane.request(Op::HandleClose, {word(type), static_cast<std::uint64_t>(handle)}).words[0] != 0;
}

bool handle_own(SkEnv* env, SkObject* owner, const SkHandleType* type, std::int64_t handle) {
    RemoteLane& lane = RemoteLane::of(env);
    if (!is_open(type, handle)) return true;  // nothing to own
    return lane.request(Op::HandleOwn, {number_of(owner), word(type), static_cast<std::uint64_t>(handle)})
               .words[0] != 0;
}

// The handle of a std.native.Resource; 0 with an error pending.
std::int64_t resource_handle(SkEnv* env, SkObject* resource) {
    auto& ref = *reinterpret_cast<RemoteRef*>(resource);
    if (ref.handle == 0)
        ref.handle =
            static_cast<std::int64_t>(RemoteLane::of(env).request(Op::ResourceHandle, {ref.number}).words[0]);
    return ref.handle;
}
void* resource_acquire(SkEnv* env, const SkHandleType* type, SkObject* resource) {
    const std::int64_t handle = resource_handle(env, resource);
    return handle != 0 ? handle_acquire(env, type, handle) : nullptr;
}
void resource_release(SkEnv* env, SkObject* resource) {
    handle_release(env, resource_handle(env, resource));  // known since it was acquired
}

bool resource_adopt(SkEnv* env, SkObject* owner, std::int64_t handle) {
    return RemoteLane::of(env)
               .request(Op::HandleAdopt, {number_of(owner), static_cast<std::uint64_t>(handle)})
               .words[0] != 0;
}
bool resource_close(SkEnv* env, std::int64_t handle) {
    return RemoteLane::of(env).request(Op::HandleForget, {static_cast<std::uint64_t>(handle)}).words[0] != 0;
}
bool resource_is_open(SkEnv* env, std::int64_t handle) {
    return RemoteLane::of(env).request(Op::HandleIsOpen, {static_cast<std::uint64_t>(handle)}).words[0] != 0;
}

}  // namespace

void close_handle(std::int64_t handle) {
    Resource closed;
    {
        const std::lock_guard guard(resources_lock);
        const auto it = resources().find(handle);
        if (it == resources().end()) return;
        if (it->second.users > 0) {
            it->second.closing = true;
            return;
        }
        closed = it->second;
        resources().erase(it);
    }
    closed.type->close(closed.pointer);
}

void fill_remote_handles(SkApi& api) {
    api.handle_new = handle_new;
    api.handle_new_sized = handle_new_sized;
    api.handle_acquire = handle_acquire;
    api.handle_release = handle_release;
    api.handle_close = handle_close;
    api.handle_own = handle_own;
    api.resource_acquire = resource_acquire;
    api.resource_release = resource_release;
    api.resource_adopt = resource_adopt;
    api.resource_close = resource_close;
    api.resource_is_open = resource_is_open;
}

}  // namespace skua::remote
