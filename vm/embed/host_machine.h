// SkuaVm: a machine and what its host has said of it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "skua/embed.h"
#include "skua/vm/vm.h"

struct SkuaVm {
    std::uint64_t number = 0;  // no other machine of the process has it, ever
    void* user_data = nullptr;
    std::uint64_t max_instructions = 0;  // of a call; 0: no limit
    std::uint64_t max_nanoseconds = 0;   // likewise

    // Standard streams: the host's functions, or the process's own files.
    SkuaWrite write = nullptr;
    SkuaRead read = nullptr;
    void* stream_data = nullptr;
    SkStreams streams{};
    std::mutex write_lock;

    std::unique_ptr<skua::vm::Vm> machine;

    // Calls from outside that are running now, and what they have in common.
    std::mutex calls_lock;
    std::size_t calls = 0;
    std::uint64_t instructions_before = 0;  // of calls that have ended

    std::mutex functions_lock;
    bool has_program = false;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<SkuaFunction>> functions;

    std::mutex runs_lock;
    std::set<SkuaRun*> runs;
};

namespace skua::embed {

// Takes the streams over for the machine; before it is made.
void set_streams(SkuaVm& vm);

}  // namespace skua::embed
