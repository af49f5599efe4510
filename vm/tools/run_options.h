// The command line of vmrun.
//
// Parsed by hand: a start-up of a few milliseconds has no time for a general parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tier_options.h"

namespace skua::vmrun {

struct RunOptions {
    std::vector<std::string> class_path;
    std::string archive_path;                // folders of archives that others depend on, between colons
    std::string lock_file;                   // empty: skua.lock beside the archive
    std::vector<std::string> required_keys;  // files or texts of public keys
    std::string target;                      // module or archive
    bool target_is_archive = false;
    std::string entry = "main";      // the function that runs
    int outcome_to = -1;             // file descriptor that is told how it ended
    std::vector<std::string> args;   // the program's
    std::vector<std::string> allow;  // grants, as --allow takes them
    bool allow_all = false;
    std::vector<std::string> deny;
    bool show_capabilities = false, as_json = false;
    std::vector<std::string> plugin_path;
    std::vector<std::string> isolated_plugins;  // "*": all
    std::size_t max_heap = 0;                   // 0: the heap's default
    std::size_t max_stack = 0;                  // 0: the machine's default
    std::uint64_t max_instructions = 0;         // 0: no limit
    std::uint64_t timeout = 0;                  // nanoseconds; 0: no limit
    std::uint64_t max_handles = 0;              // 0: no limit
    std::uint64_t max_threads = 0;              // 0: no limit
    std::size_t max_metadata = 0;               // 0: the machine's default
    bool deterministic = false;
    std::uint64_t seed = 0;
    bool trace_hash = false;
    std::uint64_t gc_stress = 0;
    std::uint64_t fail_allocation = 0;  // 0: none fails
    bool gc_log = false;
    bool print_linked = false;
    TierOptions tier;
    std::string std_archive;       // empty: beside the program
    std::string described_plugin;  // a plugin's file, to be described in place of running anything
    bool help = false, version = false;
};

// Empty, or what is wrong with the command line.
std::string parse_options(int argc, const char* const* argv, RunOptions& options);

std::string help_text();

// "64M": bytes, or with K, M or G. 0 if it is not a size.
std::uint64_t parse_size(std::string_view text);

// "1.5s": nanoseconds of a number of ms, s, m or h, seconds without a unit. 0 if it is no such time.
std::uint64_t parse_duration(std::string_view text);

}  // namespace skua::vmrun
