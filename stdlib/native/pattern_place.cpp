#include "pattern_place.h"

#include <set>
#include <vector>

namespace skua::stdlib {
namespace {

// Calls visit(c, at) for every character of a pattern that is not escaped, quoted or in a class, and
// visit('\\', at) for every escape outside of quotes.
template <typename Visit>
void walk(std::string_view pattern, Visit&& visit) {
    std::size_t i = 0;
    while (i < pattern.size()) {
        const char c = pattern[i];
        if (c == '\\') {
            visit(c, i);
            if (pattern.substr(i).starts_with("\\Q")) {
                const std::size_t end = pattern.find("\\E", i);
                i = end == std::string_view::npos ? pattern.size() : end;
            }
            i += 2;
            continue;
        }
        if (c != '[') {
            visit(c, i++);
            continue;
        }
        // A class: ] stands for itself where it comes first.
        i++;
        if (i < pattern.size() && pattern[i] == '^') i++;
        bool first = true;
        for (; i < pattern.size() && (pattern[i] != ']' || first); first = false) {
            if (pattern[i] == '\\') {
                visit('\\', i);
                i += 2;
            } else if (pattern.substr(i).starts_with("[:")) {
                const std::size_t end = pattern.find(":]", i + 2);
                i = end == std::string_view::npos ? i + 1 : end + 2;
            } else {
                i++;
            }
        }
        i++;
    }
}

// The first ) that closes nothing, or the innermost ( that nothing closes; npos if all is in pairs.
std::size_t find_single_paren(std::string_view pattern) {
    std::vector<std::size_t> open;
    std::size_t wrong = std::string_view::npos;
    walk(pattern, [&](char c, std::size_t at) {
        if (c == '(') open.push_back(at);
        if (c != ')' || wrong != std::string_view::npos) return;
        if (open.empty()) {
            wrong = at;
        } else {
            open.pop_back();
        }
    });
    return wrong != std::string_view::npos || open.empty() ? wrong : open.back();
}

// The piece may occur where it is right, too. What is in front of the wrong one is right, so the first
// place counts up to which the pattern is wrong for the same reason.
std::size_t find_piece(const RE2& wrong, std::string_view pattern, std::string_view piece,
                       const std::function<std::unique_ptr<RE2>(std::string_view)>& compile) {
    constexpr int kTries = 100;
    const std::size_t first = pattern.find(piece);
    std::size_t at = first;
    for (int i = 0; at != std::string_view::npos && i < kTries; i++) {
        // The name of a group is known to be one only where it ends.
        for (const std::size_t behind : {0, 1}) {
            const auto part = compile(pattern.substr(0, at + piece.size() + behind));
            if (part->error_code() == wrong.error_code() && part->error_arg() == wrong.error_arg()) return at;
        }
        at = pattern.find(piece, at + 1);
    }
    return first == std::string_view::npos ? 0 : first;
}

std::string reason_of(const RE2& wrong, std::string_view piece) {
    constexpr std::size_t kLongest = 40;
    std::string shown(piece.substr(0, kLongest));
    if (piece.size() > kLongest) {
        // Not in the middle of a character.
        while (!shown.empty() && (static_cast<unsigned char>(piece[shown.size()]) & 0xC0) == 0x80)
            shown.pop_back();
        shown += "...";
    }
    shown = "'" + shown + "'";
    switch (wrong.error_code()) {
        case RE2::ErrorBadEscape:
            return shown + " is no escape sequence";
        case RE2::ErrorBadCharClass:
            return shown + " is no class of characters";
        case RE2::ErrorBadCharRange:
            return shown + " is no range or class of characters";
        case RE2::ErrorMissingBracket:
            return "no ] closes this class of characters";
        case RE2::ErrorMissingParen:
            return "no ) closes this group";
        case RE2::ErrorUnexpectedParen:
            return "this ) closes no group";
        case RE2::ErrorTrailingBackslash:
            return "nothing follows the last backslash";
        case RE2::ErrorRepeatArgument:
            return "there is nothing that " + shown + " could repeat";
        case RE2::ErrorRepeatSize:
            return shown + " is no number of repetitions; 1000 are the most, also of nested ones together";
        case RE2::ErrorRepeatOp:
            return shown + " repeats a repetition; put the first one into (?:...)";
        case RE2::ErrorBadPerlOp:
            if (piece.starts_with("(?<") && !piece.starts_with("(?<=") && !piece.starts_with("(?<!"))
                return "a group with a name is written (?P<name>...)";
            return shown + " is no kind of group; there is no looking ahead or behind";
        case RE2::ErrorBadNamedCapture:
            return shown + " does not begin a group: its name must consist of letters, digits and _";
        case RE2::ErrorPatternTooLarge:
            return "the pattern is too large";
        default:
            return "the pattern cannot be used: " + wrong.error();
    }
}

}  // namespace

PatternFault find_fault(const RE2& wrong, std::string_view pattern,
                        const std::function<std::unique_ptr<RE2>(std::string_view)>& compile) {
    const RE2::ErrorCode code = wrong.error_code();
    const std::string_view piece = wrong.error_arg();
    std::size_t at = 0;
    if (code == RE2::ErrorMissingParen || code == RE2::ErrorUnexpectedParen) {
        at = find_single_paren(pattern);
        if (at == std::string_view::npos) at = 0;
    } else if (code == RE2::ErrorTrailingBackslash) {
        at = pattern.size() - 1;
    } else if (code != RE2::ErrorPatternTooLarge && code != RE2::ErrorInternal) {
        at = find_piece(wrong, pattern, piece, compile);
    }
    return {at, reason_of(wrong, piece)};
}

std::optional<PatternFault> find_refused(const RE2& regex, std::string_view pattern) {
    std::optional<PatternFault> fault;
    walk(pattern, [&](char c, std::size_t at) {
        if (c == '\\' && !fault && at + 1 < pattern.size() && pattern[at + 1] == 'C')
            fault = {at, "\\C could match a part of a character"};
    });
    if (fault || regex.CapturingGroupNames().size() == regex.NamedCapturingGroups().size()) return fault;
    std::set<std::string_view> names;
    for (const auto& [number, name] : regex.CapturingGroupNames()) {
        if (names.insert(name).second) continue;
        const std::string group = "(?P<" + name + ">";
        return PatternFault{pattern.find(group, pattern.find(group) + 1),
                            "another group has the name '" + name + "' already"};
    }
    return fault;
}

}  // namespace skua::stdlib
