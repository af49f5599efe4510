// Guest strings of bytes that came from outside and may be anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "native_support.h"

namespace skua::stdlib {

// A string of `bytes`. If they are not UTF-8, null and an IOError in place of string_new's ArgumentError, as
// in "line 2 of standard input is not UTF-8 text: byte 0xFF in column 1". `what` names the bytes.
SkString* outside_text(SkEnv* env, std::string_view bytes, const std::string& what);

// The same of a text of several lines, of which the first is line `first_line` of `source`.
SkString* outside_lines(SkEnv* env, std::string_view bytes, const std::string& source,
                        std::int64_t first_line);

}  // namespace skua::stdlib
