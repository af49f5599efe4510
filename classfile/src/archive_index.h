// Lines of META/index: sorted by name, and of one fixed length behind it, so that a name is found
// by bisection of the text. Private to classfile.
//
//   skua-index 1
//   demo/Main.skc<TAB>0000012c<TAB>000001f4<TAB>00000320<TAB>d<TAB><sha-256 in hex>
//
// that is: name, offset of the local header, packed and unpacked size in hex, s(tored) or
// d(eflated), digest of the packed contents.
#pragma once

#include <string>
#include <string_view>

#include "skua/classfile/archive.h"

namespace skua::classfile {

inline constexpr std::string_view kIndexHeader = "skua-index 1\n";
inline constexpr std::size_t kIndexTail = 1 + 8 + 1 + 8 + 1 + 8 + 1 + 1 + 1 + 64;  // without the newline

void append_index_line(std::string& out, const EntryInfo& entry);

// `line` without its newline. False if it is not a line of an index.
bool parse_index_line(std::string_view line, EntryInfo& entry);

// The line (without its newline) whose name is `name` in index lines sorted by name; empty if none.
std::string_view find_index_line(std::string_view lines, std::string_view name);

}  // namespace skua::classfile
