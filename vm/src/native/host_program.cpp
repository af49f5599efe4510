// The program's arguments and end, and the table of all of it.
#include <cstdio>
#include <cstdlib>

#include "native/host_support.h"

namespace skua::vm {

namespace {

std::size_t arg_count(SkEnv* env) {
    return thread_of(env).vm->options().args.size();
}
const char* arg(SkEnv* env, std::size_t index) {
    const auto& args = thread_of(env).vm->options().args;
    return index < args.size() ? args[index].c_str() : nullptr;
}

void at_exit(SkEnv* env, SkHook hook, void* data) {
    registry_of(env).at_exit(hook, data);
}

void exit_program(SkEnv* env, int code) {
    Thread& thread = thread_of(env);
    if (thread.vm->options().embedded) {
        thread.vm->limits().end_program(Limit::Exit, static_cast<std::uint64_t>(code & 0xFF));
        return throw_error(thread, "std.core.LimitError", {});
    }
    (void)thread_of(env).vm->close(std::chrono::milliseconds(0));
    registry_of(env).run_exit_hooks();
    std::fflush(nullptr);
    // Other guest threads may be running: no destructors under their feet.
    std::_Exit(code & 0xFF);
}

const char* type_name(SkEnv* env, SkObject* object) {
    return registry_of(env).text_of(*unwrap(object)->cls->type);
}

void* plugin_state(SkEnv* env, const void* key, void* (*make)(SkEnv*), void (*destroy)(void*)) {
    return registry_of(env).states().of(env, key, make, destroy);
}

const SkStreams* streams(SkEnv* env) {
    return thread_of(env).vm->options().streams;
}

}  // namespace

void fill_program(SkApi& api) {
    api.arg_count = arg_count;
    api.arg = arg;
    api.at_exit = contained<at_exit>;
    api.exit_program = contained<exit_program>;
    api.type_name = contained<type_name>;
    api.plugin_state = contained<plugin_state>;
    api.streams = streams;
}

const SkApi& host_api() {
    static const SkApi table = [] {
        SkApi api{};
        api.abi_version = SK_ABI_VERSION;
        api.size = sizeof(SkApi);
        fill_strings_and_arrays(api);
        fill_errors(api);
        fill_program(api);
        fill_system(api);
        fill_members(api);
        fill_threads(api);
        fill_completions(api);
        return api;
    }();
    return table;
}

}  // namespace skua::vm
