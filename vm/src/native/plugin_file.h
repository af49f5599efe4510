// Opening a plugin's file, so that whatever is wrong with it is told in words: a folder, a text, a library of
// another machine, a file that was copied in part. The system's loader says of some of these little, and ends
// the process at others.
//
// Any thread may call. The code of what is loaded runs in this process, with all its rights: whoever calls
// has asked for the grant.
#pragma once

#include <string>
#include <string_view>

#include "skua/classfile/result.h"
#include "skua/native.h"

namespace skua::vm {

// A loaded plugin's file. It stays loaded.
struct PluginFile {
    void* library = nullptr;  // for dlsym
    SkPluginEntry entry = nullptr;
};

// `path` contains a slash: others would be searched for by the system.
Result<PluginFile> open_plugin_file(const std::string& path);

// A library's name becomes a file name: letters, digits, '_', '-' and single dots inside.
[[nodiscard]] bool is_library_name(std::string_view name);

}  // namespace skua::vm
