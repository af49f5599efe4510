// Where a path really leads: for comparing a file that guest code names with a granted folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skua::vm {

// The absolute path without symbolic links, "." and "..". The path's end need not exist: what does
// not exist is appended as it is, after following links that dangle (a program that creates the
// file would create it there). Nothing if it cannot be told: too many links, a component that may
// not be searched, ".." behind something that does not exist.
std::optional<std::string> resolve_path(std::string_view path);

// Is `path` the scope itself or below it? Both resolved.
bool is_within(std::string_view path, std::string_view scope);

}  // namespace skua::vm
