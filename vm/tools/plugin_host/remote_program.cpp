// Arguments and end of the program, capabilities, files and the system, as a plugin in a process of its own
// sees them.
#include <cerrno>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>
#include <sys/random.h>
#include <unordered_map>

#include "remote_lane.h"
#include "remote_plugin.h"

namespace skua::remote {

namespace {

using isolate::Message;
using isolate::Op;

std::size_t arg_count(SkEnv*) {
    return machine_facts().arguments;
}
const char* arg(SkEnv* env, std::size_t index) {
    if (index >= machine_facts().arguments) return nullptr;
    RemoteLane& lane = RemoteLane::of(env);
    return kept_text(lane, lane.request(Op::Argument, {index}));
}

void at_exit(SkEnv* env, SkHook hook, void* data) {
    RemoteLane::of(env).request(
        Op::AtExit, {reinterpret_cast<std::uint64_t>(hook), reinterpret_cast<std::uint64_t>(data)});
}
void exit_program(SkEnv* env, int code) {
    // Comes back in a machine that a host has made.
    RemoteLane::of(env).request(Op::ExitProgram, {static_cast<std::uint64_t>(code)});
}

// There is one machine in this process, so that its states may be static.
struct State {
    void* pointer = nullptr;
    void (*destroy)(void*) = nullptr;
};
std::recursive_mutex states_lock;  // making one may ask for another
std::unordered_map<const void*, State>& states() {
    static auto& all = *new std::unordered_map<const void*, State>;
    return all;
}

void* plugin_state(SkEnv* env, const void* key, void* (*make)(SkEnv*), void (*destroy)(void*)) {
    const std::lock_guard guard(states_lock);
    if (const auto it = states().find(key); it != states().end()) return it->second.pointer;
    void* pointer = make(env);
    if (pointer != nullptr) states()[key] = {pointer, destroy};
    return pointer;
}

// A host's streams are in its process: here they are this one's.
const SkStreams* streams(SkEnv*) {
    return nullptr;
}

const char* type_name(SkEnv* env, SkObject* object) {
    RemoteLane& lane = RemoteLane::of(env);
    const Message reply = lane.request(Op::TypeName, {number_of(object)});
    return reply.words[0] != 0 ? kept_text(lane, reply) : "?";
}

// ---- rights and files
// ------------------------------------------------------------------------------------------

bool require(SkEnv* env, const char* capability, const char* resource) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view cap = capability, what = resource != nullptr ? resource : "";
    const std::uint64_t cap_text = lane.say(cap), text = lane.say(what);
    return lane.request(Op::Require, {cap_text, cap.size(), resource != nullptr ? text : 0, what.size()})
               .words[0] != 0;
}

int opened(RemoteLane& lane, const Message& reply) {
    if (reply.words[0] != 0) return lane.receive_descriptor();
    errno = static_cast<int>(reply.words[4]);
    return -1;
}

int path_open(SkEnv* env, const char* capability, const char* path, int flags, unsigned mode) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view cap = capability, name = path;
    const std::uint64_t cap_text = lane.say(cap), text = lane.say(name);
    return opened(lane, lane.request(Op::PathOpen, {cap_text, cap.size(), text, name.size(),
                                                    static_cast<std::uint64_t>(flags), mode}));
}

int path_parent(SkEnv* env, const char* capability, const char* path, char last[SK_NAME_BYTES]) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view cap = capability, name = path;
    const std::uint64_t cap_text = lane.say(cap), text = lane.say(name);
    const Message reply = lane.request(Op::PathParent, {cap_text, cap.size(), text, name.size()});
    if (reply.words[0] != 0) std::memcpy(last, lane.at(reply.words[2]), reply.words[3] + 1);
    return opened(lane, reply);
}

// ---- the system
// -----------------------------------------------------------------------------------------------

bool interrupted(SkEnv* env) {
    return RemoteLane::of(env).interrupted();
}
bool deterministic(SkEnv*) {
    return machine_facts().deterministic;
}
std::size_t memory_limit(SkEnv*) {
    return machine_facts().memory_limit;
}

std::int64_t clock_nanos(SkEnv* env, bool wall) {
    if (machine_facts().deterministic)
        return static_cast<std::int64_t>(RemoteLane::of(env).request(Op::ClockNanos, {wall}).words[0]);
    timespec now{};
    clock_gettime(wall ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

void sleep_nanos(SkEnv* env, std::int64_t nanos) {
    RemoteLane::of(env).request(Op::SleepNanos, {static_cast<std::uint64_t>(nanos)});
}

bool random_bytes(SkEnv* env, void* out, std::size_t len) {
    constexpr std::size_t kAtOnce = 64 << 10;
    RemoteLane& lane = RemoteLane::of(env);
    for (auto* to = static_cast<char*>(out); len > 0;) {
        const std::size_t part = std::min(len, kAtOnce);
        const Message reply = lane.request(Op::RandomBytes, {part});
        if (reply.words[0] == 0) return false;
        std::memcpy(to, lane.at(reply.words[2]), part);
        to += part;
        len -= part;
    }
    return true;
}

void trace_output(SkEnv* env, const void* bytes, std::size_t len) {
    if (!machine_facts().traced) return;
    RemoteLane& lane = RemoteLane::of(env);
    const std::uint64_t text = lane.say({static_cast<const char*>(bytes), len});
    lane.request(Op::TraceOutput, {text, len});
}

}  // namespace

void destroy_states() {
    const std::lock_guard guard(states_lock);
    for (const auto& [key, state] : states())
        if (state.destroy != nullptr) state.destroy(state.pointer);
    states().clear();
}

void fill_remote_program(SkApi& api) {
    api.arg_count = arg_count;
    api.arg = arg;
    api.at_exit = at_exit;
    api.exit_program = exit_program;
    api.plugin_state = plugin_state;
    api.streams = streams;
    api.type_name = type_name;
    api.require = require;
    api.path_open = path_open;
    api.path_parent = path_parent;
    api.interrupted = interrupted;
    api.deterministic = deterministic;
    api.memory_limit = memory_limit;
    api.clock_nanos = clock_nanos;
    api.sleep_nanos = sleep_nanos;
    api.random_bytes = random_bytes;
    api.trace_output = trace_output;
}

}  // namespace skua::remote
