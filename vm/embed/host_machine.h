// SkuaVm: a machine and what its host has said of it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "packages/class_path_archives.h"
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

    // What is loaded; functions_lock.
    std::unique_ptr<skua::vm::ClassPathArchives> archives;
    std::vector<std::string> archive_folders;  // where what they depend on is looked for
    std::optional<skua::classfile::LockFile> lock_file;
    bool has_code = false;

    // Calls from outside that are running now, and what they have in common.
    std::mutex calls_lock;
    std::size_t calls = 0;
    std::uint64_t instructions_before = 0;  // of calls that have ended

    std::mutex functions_lock;  // also of what is loaded
    bool has_program = false;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<SkuaFunction>> functions;

    std::mutex runs_lock;
    std::set<SkuaRun*> runs;
};

namespace skua::embed {

// Takes the streams over for the machine; before it is made.
void set_streams(SkuaVm& vm);

}  // namespace skua::embed
