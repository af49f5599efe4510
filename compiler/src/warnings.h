// Kinds of warnings: each has a name, by which `-Wno-NAME` turns it off.
//
// A warning is given for what is most likely a mistake and easily put right; a program without mistakes of
// this kind gets none. Names that begin with `_` are never called unused.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace skua::compiler {

enum class WarningKind : std::uint8_t {
    Unreachable,
    UnusedValue,
    UnusedVariable,
    UnusedParameter,
    UnusedImport,
    UnusedPrivate,
    Shadowing,
    Deprecated,
    Needless,
    MissingInterface,
    OpaqueText,
};
inline constexpr std::size_t kWarningKinds = 11;

struct WarningInfo {
    std::string_view name;     // "unused-import"
    std::string_view meaning;  // for --help
};
// By WarningKind.
std::span<const WarningInfo, kWarningKinds> warning_infos();
inline std::string_view warning_name(WarningKind kind) {
    return warning_infos()[static_cast<std::size_t>(kind)].name;
}

struct WarningOptions {
    std::bitset<kWarningKinds> enabled = std::bitset<kWarningKinds>().set();
    bool are_errors = false;

    [[nodiscard]] bool has(WarningKind kind) const { return enabled[static_cast<std::size_t>(kind)]; }
    // Takes what follows -W: "NAME", "no-NAME", "all", "no-all", "error", "no-error". Empty, or what is
    // wrong.
    std::string set(std::string_view flag);
};

}  // namespace skua::compiler
