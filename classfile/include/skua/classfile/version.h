// Versions of archives, ordered as semver.org 2.0.0 says, and ranges of them. docs/packages.md has the
// grammar.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/result.h"

namespace skua::classfile {

struct Version {
    std::array<std::uint64_t, 3> numbers{};  // major, minor, patch
    std::vector<std::string> prerelease;     // "rc", "1"; empty: a release
    std::string text;                        // as it was written

    // "1.2.3-rc.1+build"; "1" and "1.2" are "1.0.0" and "1.2.0".
    static Result<Version> parse(std::string_view text);
    // Precedence; what follows '+' does not count.
    friend std::strong_ordering operator<=>(const Version& a, const Version& b);
    friend bool operator==(const Version& a, const Version& b) { return std::is_eq(a <=> b); }
};

// "^1.2", ">=1.2 <3", "*": what a version must fulfil, all of it.
class VersionRange {
public:
    // Empty text is any version.
    static Result<VersionRange> parse(std::string_view text);
    // A pre-release is contained only if the range names a pre-release of the same three numbers.
    [[nodiscard]] bool contains(const Version& version) const;

private:
    struct Bound {
        enum class Kind : std::uint8_t { Less, LessEqual, Equal, GreaterEqual, Greater } kind;
        Version version;
        bool named = true;  // written, not derived
    };
    Result<> add(std::string_view comparator);
    std::vector<Bound> bounds_;
};

}  // namespace skua::classfile
