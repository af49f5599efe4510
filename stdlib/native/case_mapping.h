// Full case mapping and folding of Unicode: ß becomes SS, a sigma at the end of a word ς.
//
// Simple mappings come from utf8proc, the others from a table. Independent of any language.
#pragma once

#include <string>
#include <string_view>

namespace skua::stdlib {

// All take valid UTF-8 and work in time linear in it.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
// The first letter of each word is a capital one, the others are small.
std::string to_title(std::string_view text);
// For comparing texts without regard to case.
std::string fold_case(std::string_view text);

}  // namespace skua::stdlib
