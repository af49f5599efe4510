// The words of the text form for declaration kinds and flags. Private to classfile.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "skua/classfile/class_file.h"

namespace skua::classfile {

inline constexpr std::pair<std::string_view, DeclKind> kKindNames[] = {
    {".module", DeclKind::Module}, {".class", DeclKind::Class}, {".interface", DeclKind::Interface},
    {".struct", DeclKind::Struct}, {".enum", DeclKind::Enum},   {".extension", DeclKind::Extension},
};

// kNative is not here: its word is followed by the library's name.
inline constexpr std::pair<std::string_view, std::uint32_t> kFlagNames[] = {
    {"public", kPublic},     {"private", kPrivate},       {"open", kOpen},
    {"abstract", kAbstract}, {"override", kOverride},     {"static", kStatic},
    {"mutable", kMutable},   {"property", kProperty},     {"synthetic", kSynthetic},
    {"variadic", kVariadic}, {"deprecated", kDeprecated}, {"constructor", kConstructor},
    {"operator", kOperator},
};

}  // namespace skua::classfile
