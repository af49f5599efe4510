// Where a path really leads: for comparing a file that guest code names with a granted folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skua::vm {

struct ResolvedPath {
    std::string path;  // absolute, without symbolic links, "." and ".."
    // In /proc or /dev, or reached through a link there: what a process holds open, memory, devices. No grant
    // of a folder above them means these.
    bool special = false;
};

// The path's end need not exist: what does not exist is appended as it is, after following links that dangle
// (a program that creates the file would create it there). Nothing if it cannot be told, and then errno says
// why: too many links, a component that may not be searched, ".." behind something that does not exist.
std::optional<ResolvedPath> resolve_path(std::string_view path);

// The same without following the last component, if that is a name: what is removed or renamed is a link
// itself. Nothing, with EINVAL, if the path ends with "." or "..", or is "/".
std::optional<ResolvedPath> resolve_entry(std::string_view path);

// The path as it is written, absolute, without "." and empty components; empty if it contains "..".
std::string plain_path(std::string_view path);

// Is `path` the scope itself or below it? Both resolved.
bool is_within(std::string_view path, std::string_view scope);

}  // namespace skua::vm
