// The plugin that this process has loaded: its table, its handles, and the functions that it calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "isolate/lane_layout.h"
#include "native/native_call.h"
#include "remote_values.h"
#include "skua/native.h"

namespace skua::remote {

struct RemoteValues {
    vm::CallPlan plan;
    CallShape shape;
};

struct RemoteNative {
    SkFunction function = nullptr;
    vm::CallPlan plan;
    // Of one with values, once it has been called: how, and what they are.
    std::atomic<const RemoteValues*> values{nullptr};
};

// Which file to load. Before anything else.
void set_plugin_file(const char* path);

// Loads it; `words` are isolate::LoadWords. The table as texts, or if not `good` why that is impossible.
std::string load_plugin(const std::uint64_t* words, bool& good);
void unload_plugin();
void destroy_states();  // of SkApi::plugin_state
RemoteNative& plugin_native(std::uint32_t index);

// What the machine has told of itself.
struct MachineFacts {
    bool deterministic = false, traced = false;
    std::size_t memory_limit = 0, arguments = 0;
};
const MachineFacts& machine_facts();

// The text of a reply, valid as long as the process.
class RemoteLane;
const char* kept_text(const RemoteLane& lane, const isolate::Message& reply);

// Of the machine: closes a handle, now or with the last release.
void close_handle(std::int64_t handle);

// The table of functions that natives get here.
const SkApi& remote_api();
void fill_remote_data(SkApi& api);     // remote_data.cpp
void fill_remote_program(SkApi& api);  // remote_program.cpp
void fill_remote_handles(SkApi& api);  // remote_handles.cpp
void fill_remote_members(SkApi& api);  // remote_members.cpp
void fill_remote_threads(SkApi& api);  // remote_threads.cpp

// What has come over the control socket for a thread that waits for it.
void deliver(const isolate::Control& control, const int descriptors[2]);
// How many letters threads without a lane have sent.
std::uint32_t letters_sent();

}  // namespace skua::remote
