// What messages call the things that a user can set: vmrun's options, or in a machine that a host has made
// (VmOptions::embedded) the names of skua/embed.h.
#pragma once

#include <string>
#include <string_view>

namespace skua::vm {

struct Wording {
    std::string_view max_instructions, timeout, max_handles, max_threads, max_metadata, max_stack, max_heap;
    std::string_view allow, deny;  // in front of a grant
    std::string_view denied_by;    // what has taken a right away
    std::string_view plugin_path;  // how a folder is given in which plugins are looked for
};

const Wording& wording(bool embedded);

// "run with --allow=fs.read:x": how what was not granted can be. `grant` for a shell is quoted already.
std::string grant_hint(bool embedded, std::string_view grant);

}  // namespace skua::vm
