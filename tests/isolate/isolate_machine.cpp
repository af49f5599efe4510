// Machines as an embedding program has them, with isolated plugins: many guest threads, and a hostile process
// in place of the plugin's. isolate_machine STD CLASSES HOST PLUGINS threads|hostile COUNT
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "caps/capabilities.h"
#include "native/native_registry.h"
#include "skua/gc/heap.h"
#include "skua/native.h"
#include "skua/vm/vm.h"

namespace {

using namespace skua;

struct Places {
    std::string library, classes, host, plugins;
};

bool set_up(vm::Vm& machine, const Places& places) {
    std::size_t count = 0;
    const SkPluginEntry* entries = skua_stdlib_plugins(&count);
    for (std::size_t i = 0; i < count; i++)
        if (!machine.natives().add_plugin(entries[i], "built in")) return false;
    machine.natives().add_plugin_path(places.plugins);
    return machine.capabilities().allow("plugin") && machine.boot_loader().add_path(places.library) &&
           machine.app_loader().add_path(places.classes);
}

vm::VmOptions options_of(const Places& places) {
    vm::VmOptions options;
    options.isolated_plugins = {"*"};
    options.plugin_host = places.host;
    return options;
}

// Runs a function of a module on a thread of its own. Empty, or what was thrown.
std::string run(vm::Vm& machine, const char* module, const char* function) {
    auto thread = machine.attach_thread();
    if (!thread) return "no thread";
    std::string uncaught;
    const auto code = machine.run_main(*thread, module, function, &uncaught);
    return code ? uncaught : code.error().message;
}

int run_threads(const Places& places, int count) {
    vm::Vm machine(options_of(places));
    if (!set_up(machine, places)) return 1;
    auto first = machine.attach_thread();
    int failures = 0;
    for (const char* function : {"calm", "wild", "calm"}) {
        std::vector<std::string> outcomes(static_cast<std::size_t>(count));
        std::vector<std::thread> threads;
        for (std::string& outcome : outcomes)
            threads.emplace_back([&] { outcome = run(machine, "threads", function); });
        for (std::thread& thread : threads) thread.join();
        for (const std::string& outcome : outcomes) {
            if (outcome.empty()) continue;
            std::printf("%s: %s\n", function, outcome.c_str());
            failures++;
        }
    }
    return failures == 0 ? 0 : 1;
}

int run_hostile(const Places& places, int count) {
    for (int seed = 1; seed <= count; seed++) {
        setenv("HOSTILE_SEED", std::to_string(seed).c_str(), 1);
        vm::Vm machine(options_of(places));
        if (!set_up(machine, places)) return 1;
        const std::string outcome = run(machine, "hostile", "main");
        if (outcome.empty()) continue;
        std::printf("seed %d: %s\n", seed, outcome.c_str());
        return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 7) return 64;
    const Places places{argv[1], argv[2], argv[3], argv[4]};
    gc::Options heap;
    heap.max_heap = 256u << 20;
    heap.stress_every_n = std::strcmp(argv[5], "hostile") == 0 ? 200 : 0;
    if (!gc::initialize(heap)) return 1;
    gc::ThreadHeap* own = gc::attach_thread();
    gc::prepare_threads();
    const int count = std::atoi(argv[6]);
    const int code =
        std::strcmp(argv[5], "threads") == 0 ? run_threads(places, count) : run_hostile(places, count);
    gc::detach_thread(own);
    return code;
}
