// The standard library's class files, std.ska, which lie within libskua.
#pragma once

#include <cstdint>
#include <span>

namespace skua::embed {

[[nodiscard]] std::span<const std::uint8_t> std_archive();

}  // namespace skua::embed
