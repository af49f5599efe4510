#include "skua/classfile/version.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace skua::classfile {

namespace {

Diagnostic bad_version(std::string_view text, std::string_view what, std::string hint) {
    Diagnostic d;
    d.message = "'" + std::string(text.substr(0, 200)) + "' is not " + std::string(what);
    d.hint = std::move(hint);
    return d;
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// No sign, no leading zero, and few enough digits that adding one cannot overflow.
bool parse_number(std::string_view text, std::uint64_t& out) {
    if (!is_digits(text) || text.size() > 18 || (text.size() > 1 && text[0] == '0')) return false;
    return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
}

// "a.b-c": words of letters, digits and hyphens. Numbers have no leading zeros where they are compared.
bool are_identifiers(std::string_view text, bool compared, std::vector<std::string>* out) {
    while (true) {
        const std::size_t dot = text.find('.');
        const std::string_view word = text.substr(0, dot);
        const bool good = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
        });
        if (!good || (compared && is_digits(word) && word.size() > 1 && word[0] == '0')) return false;
        if (out) out->emplace_back(word);
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

// How many numbers were written, 1 to 3; nothing if it is no version.
std::optional<int> read_version(std::string_view text, Version& out) {
    out = {};
    out.text = text;
    if (text.size() > 200) return std::nullopt;
    if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
        if (!are_identifiers(text.substr(plus + 1), false, nullptr)) return std::nullopt;
        text = text.substr(0, plus);
    }
    if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
        if (!are_identifiers(text.substr(dash + 1), true, &out.prerelease)) return std::nullopt;
        text = text.substr(0, dash);
    }
    int count = 0;
    while (count < 3) {
        const std::size_t dot = text.find('.');
        if (!parse_number(text.substr(0, dot), out.numbers[static_cast<std::size_t>(count)]))
            return std::nullopt;
        ++count;
        if (dot == std::string_view::npos) break;
        if (count == 3) return std::nullopt;
        text.remove_prefix(dot + 1);
    }
    if (count < 3 && out.text.find_first_of("-+") != std::string::npos) return std::nullopt;
    return count;
}

// The first version behind all those that begin with the first `count` numbers.
Version behind(const Version& version, int count) {
    Version next;
    for (int i = 0; i < count; ++i)
        next.numbers[static_cast<std::size_t>(i)] = version.numbers[static_cast<std::size_t>(i)];
    ++next.numbers[static_cast<std::size_t>(count - 1)];
    return next;
}

}  // namespace

Result<Version> Version::parse(std::string_view text) {
    Version out;
    if (!read_version(text, out))
        return bad_version(text, "a version", "write MAJOR.MINOR.PATCH, for example 1.2.0 or 2.0.0-rc.1");
    return out;
}

std::strong_ordering operator<=>(const Version& a, const Version& b) {
    if (const auto order = a.numbers <=> b.numbers; std::is_neq(order)) return order;
    if (a.prerelease.empty() || b.prerelease.empty()) return a.prerelease.empty() <=> b.prerelease.empty();
    const auto compare = [](const std::string& x, const std::string& y) -> std::strong_ordering {
        const bool x_number = is_digits(x);
        const bool y_number = is_digits(y);
        if (x_number != y_number) return y_number <=> x_number;  // numbers come first
        if (x_number && x.size() != y.size()) return x.size() <=> y.size();
        return x.compare(y) <=> 0;
    };
    return std::lexicographical_compare_three_way(a.prerelease.begin(), a.prerelease.end(),
                                                  b.prerelease.begin(), b.prerelease.end(), compare);
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
    VersionRange range;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        const std::string_view word = text.substr(0, space);
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
        if (word.empty()) continue;
        SKUA_TRY(range.add(word));
    }
    return range;
}

Result<> VersionRange::add(std::string_view comparator) {
    if (comparator == "*") return {};
    std::string_view text = comparator;
    std::string_view sign = text.substr(0, std::min(text.find_first_of("0123456789"), text.size()));
    text.remove_prefix(sign.size());
    Version version;
    const auto count = read_version(text, version);
    using Kind = Bound::Kind;
    const auto low = [&](Kind kind, const Version& v) { bounds_.push_back({kind, v}); };
    const auto below = [&](const Version& v) { bounds_.push_back({Kind::Less, v, false}); };
    const auto refuse = [&]() {
        return bad_version(comparator, "a range of versions",
                           "write for example '^1.2', '~1.2.3', '>=1.2 <3', '=1.2.3' or '*'");
    };
    if (!count) return refuse();
    if (sign == ">=") {
        low(Kind::GreaterEqual, version);
    } else if (sign == ">") {
        if (*count == 3)
            low(Kind::Greater, version);
        else
            low(Kind::GreaterEqual, behind(version, *count));
    } else if (sign == "<") {
        low(Kind::Less, version);
    } else if (sign == "<=") {
        if (*count == 3)
            low(Kind::LessEqual, version);
        else
            below(behind(version, *count));
    } else if (sign == "=") {
        if (*count == 3) {
            low(Kind::Equal, version);
        } else {
            low(Kind::GreaterEqual, version);
            below(behind(version, *count));
        }
    } else if (sign == "~") {
        low(Kind::GreaterEqual, version);
        below(behind(version, std::min(*count, 2)));
    } else if (sign == "^" || sign.empty()) {
        // Up to the next change of the first number that is not 0.
        int kept = 1;
        while (kept < *count && version.numbers[static_cast<std::size_t>(kept - 1)] == 0) ++kept;
        low(Kind::GreaterEqual, version);
        below(behind(version, kept));
    } else {
        return refuse();
    }
    return {};
}

bool VersionRange::contains(const Version& version) const {
    for (const Bound& bound : bounds_) {
        const auto order = version <=> bound.version;
        bool good = false;
        switch (bound.kind) {
            case Bound::Kind::Less:
                good = std::is_lt(order);
                break;
            case Bound::Kind::LessEqual:
                good = std::is_lteq(order);
                break;
            case Bound::Kind::Equal:
                good = std::is_eq(order);
                break;
            case Bound::Kind::GreaterEqual:
                good = std::is_gteq(order);
                break;
            case Bound::Kind::Greater:
                good = std::is_gt(order);
                break;
        }
        if (!good) return false;
    }
    if (version.prerelease.empty()) return true;
    return std::any_of(bounds_.begin(), bounds_.end(), [&](const Bound& bound) {
        return bound.named && !bound.version.prerelease.empty() && bound.version.numbers == version.numbers;
    });
}

}  // namespace skua::classfile
