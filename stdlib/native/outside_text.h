// Guest strings of bytes that came from outside and may be anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "native_support.h"

namespace skua::stdlib {

// A string of `bytes`, which `what` names. If they are not UTF-8, null and an IOError with their place in it,
// instead of string_new's ArgumentError.
SkString* outside_text(SkEnv* env, std::string_view bytes, const std::string& what);

// The same of lines, of which the first is line `first_line` of `source`: "line 2 of standard input is not
// UTF-8 text: byte 0xFF in column 1; ...".
SkString* outside_lines(SkEnv* env, std::string_view bytes, const std::string& source,
                        std::int64_t first_line);

}  // namespace skua::stdlib
