// Guessing what was meant.
#include <algorithm>

#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

// Optimal string alignment distance (Damerau-Levenshtein without repeated edits), at most
// `limit` + 1. Changes of case alone count half: they are the likeliest slip.
unsigned distance(std::string_view a, std::string_view b, unsigned limit) {
    if (a.size() > 64 || b.size() > 64) return limit + 1;
    unsigned rows[3][65];
    unsigned *before = rows[0], *previous = rows[1], *current = rows[2];
    for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = static_cast<unsigned>(j) * 2;
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = static_cast<unsigned>(i) * 2;
        unsigned best = current[0];
        for (std::size_t j = 1; j <= b.size(); ++j) {
            unsigned change = a[i - 1] == b[j - 1] ? 0 : lower(a[i - 1]) == lower(b[j - 1]) ? 1 : 2;
            unsigned value = std::min({previous[j] + 2, current[j - 1] + 2, previous[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                value = std::min(value, before[j - 2] + 2);
            current[j] = value;
            best = std::min(best, value);
        }
        if (best > limit) return limit + 1;
        unsigned* spare = before;
        before = previous;
        previous = current;
        current = spare;
    }
    return previous[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates) {
    // One slip in names of up to five letters, two up to nine, three beyond; in half units.
    unsigned limit = name.size() <= 2 ? 1 : name.size() <= 5 ? 2 : name.size() <= 9 ? 4 : 6;
    std::string_view best;
    for (std::string_view candidate : candidates) {
        if (candidate.empty() || candidate == name) continue;
        unsigned d = distance(name, candidate, limit);
        if (d < limit || (d == limit && best.empty()) || (d == limit && candidate < best)) {
            if (d <= limit) {
                if (d < limit) limit = d;
                best = candidate;
            }
        }
    }
    return best;
}

std::string suggest_name(std::string_view name, std::span<const std::string_view> candidates) {
    if (const auto best = nearest(name, candidates); !best.empty())
        return "did you mean " + quote(best) + "?";
    const auto lower = [](std::string_view s) {
        std::string out(s);
        for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        return out;
    };
    constexpr std::size_t kShortest = 3, kMany = 4, kFew = 10;
    const std::string wanted = lower(name);
    std::vector<std::string> alike, all;
    for (std::string_view candidate : candidates) {
        const std::string other = lower(candidate);
        if (candidate.empty() || std::find(all.begin(), all.end(), candidate) != all.end()) continue;
        if (all.size() <= kFew) all.emplace_back(candidate);
        if (std::min(other.size(), wanted.size()) < kShortest || alike.size() > kMany) continue;
        if (std::find(alike.begin(), alike.end(), candidate) == alike.end() &&
            (other.find(wanted) != std::string::npos || wanted.find(other) != std::string::npos))
            alike.emplace_back(candidate);
    }
    std::sort(alike.begin(), alike.end());
    std::sort(all.begin(), all.end());
    if (alike.size() == 1) return "did you mean `" + alike[0] + "`?";
    if (!alike.empty() && alike.size() <= kMany) return "there is " + quoted_list(alike);
    if (!all.empty() && all.size() <= kFew) return "there is " + quoted_list(all);
    return {};
}

std::string quoted_list(std::span<const std::string> names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) out += i + 1 == names.size() ? " and " : ", ";
        out += "`" + names[i] + "`";
    }
    return out;
}

}  // namespace skua::compiler
