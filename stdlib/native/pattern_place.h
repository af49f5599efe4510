// Where a regular expression is wrong, and why: RE2 names the piece that it stumbled over, but not its place.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <re2/re2.h>
#include <string>
#include <string_view>

namespace skua::stdlib {

struct PatternFault {
    std::size_t at;  // byte of the pattern
    std::string reason;
};

// `wrong` has failed to compile as `pattern`; `compile` compiles other patterns with the same flags.
PatternFault find_fault(const RE2& wrong, std::string_view pattern,
                        const std::function<std::unique_ptr<RE2>(std::string_view)>& compile);

// What RE2 allows, but std.regex does not: \C, a single byte, which may be a part of a character, and several
// groups of one name.
std::optional<PatternFault> find_refused(const RE2& regex, std::string_view pattern);

}  // namespace skua::stdlib
