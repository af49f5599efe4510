// vmar diff: what a new version of an archive offers and asks for, and whether old callers still link.
#include <algorithm>
#include <filesystem>
#include <set>

#include "skua/classfile/version.h"
#include "vmar_api.h"

namespace skua::vmar {

namespace {

std::string json_text(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            (out += '\\') += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[c & 15];
        } else {
            out += c;
        }
    }
    return out + "\"";
}

const char* word(Effect effect) {
    switch (effect) {
        case Effect::Breaks:
            return "breaks";
        case Effect::Value:
            return "value";
        case Effect::Source:
            return "source";
        case Effect::None:
            return "none";
    }
    return "";
}

std::string title_of(const classfile::Manifest& manifest, const std::string& path) {
    if (manifest.name.empty()) return path;
    return manifest.version.empty() ? manifest.name : manifest.name + " " + manifest.version;
}

void compare_capabilities(const classfile::Manifest& was, const classfile::Manifest& is,
                          std::vector<ApiChange>& out) {
    const auto missing = [&](const auto& from, const auto& in, const char* kind, const char* what) {
        for (const std::string& capability : from)
            if (std::find(in.begin(), in.end(), capability) == in.end())
                out.push_back({kind, capability, what, Effect::None, {}, {}, {}});
    };
    missing(is.capabilities, was.capabilities, "capability", "added");
    missing(was.capabilities, is.capabilities, "capability", "removed");
    missing(is.passes, was.passes, "passed capability", "added");
    missing(was.passes, is.passes, "passed capability", "removed");
}

void compare_dependencies(const classfile::Manifest& was, const classfile::Manifest& is,
                          std::vector<ApiChange>& out) {
    const auto text = [](const classfile::Dependency& d) {
        return (d.versions.empty() ? "*" : d.versions) + (d.digest.empty() ? "" : " sha256:" + d.digest);
    };
    using List = std::vector<classfile::Dependency>;
    const auto find = [](const List& in, const std::string& name) -> const classfile::Dependency* {
        for (const classfile::Dependency& d : in)
            if (d.name == name) return &d;
        return nullptr;
    };
    const auto compare = [&](const char* kind, const List& before, const List& after) {
        for (const classfile::Dependency& d : after) {
            const classfile::Dependency* known = find(before, d.name);
            if (known == nullptr)
                out.push_back({kind, d.name, "added", Effect::None, {}, text(d), {}});
            else if (*known != d)
                out.push_back({kind, d.name, "range changed", Effect::None, text(*known), text(d), {}});
        }
        for (const classfile::Dependency& d : before)
            if (find(after, d.name) == nullptr)
                out.push_back({kind, d.name, "removed", Effect::None, text(d), {}, {}});
    };
    compare("dependency", was.dependencies, is.dependencies);
    compare("plugin", was.plugins, is.plugins);
}

// What semver.org asks for: a major number for what breaks, a minor one for what is new. Below 1.0.0 the
// minor number stands for the major one.
std::string advice(const classfile::Manifest& was, const classfile::Manifest& is, bool breaks, bool more) {
    const auto before = classfile::Version::parse(was.version);
    const auto after = classfile::Version::parse(is.version);
    if (!before || !after || !before->prerelease.empty()) return {};
    const auto& n = before->numbers;
    std::array<std::uint64_t, 3> least = n;
    if (breaks)
        least = n[0] == 0 ? std::array<std::uint64_t, 3>{0, n[1] + 1, 0}
                          : std::array<std::uint64_t, 3>{n[0] + 1, 0, 0};
    else if (more)
        least = n[0] == 0 ? std::array<std::uint64_t, 3>{0, n[1], n[2] + 1}
                          : std::array<std::uint64_t, 3>{n[0], n[1] + 1, 0};
    else
        return {};
    if (after->numbers >= least) return {};
    std::string text;
    for (const std::uint64_t number : least) text += (text.empty() ? "" : ".") + std::to_string(number);
    return text;
}

struct Report {
    std::string before, after;  // titles
    std::vector<ApiChange> changes;
    std::size_t breaking = 0;
    std::string at_least;  // the version that the changes ask for; empty if the new one's is enough
};

// What the archive asks for, as against what it offers.
bool is_need(const ApiChange& change) {
    return change.kind != "type" && change.kind != "function" && change.kind != "field" &&
           change.kind != "global";
}

std::string as_text(const Report& report) {
    std::string out = report.before + " -> " + report.after + "\n";
    struct Part {
        Effect effect;
        bool needs;
        const char* heading;
    };
    static constexpr Part parts[] = {
        {Effect::Breaks, false, "Old callers do not link:"},
        {Effect::Value, false, "Old callers link, and get something else:"},
        {Effect::Source, false, "Old callers link, but sources may have to change:"},
        {Effect::None, false, "Old callers do not notice:"},
        {Effect::None, true, "It asks for other things:"}};
    for (const Part& part : parts) {
        bool first = true;
        for (const ApiChange& change : report.changes) {
            if (change.effect != part.effect || is_need(change) != part.needs) continue;
            if (std::exchange(first, false)) out += std::string(part.heading) + "\n";
            out += "  " + change.kind + " " + change.name + ": " + change.change;
            if (!change.who.empty()) out += " (for " + change.who + ")";
            out += "\n";
            if (!change.before.empty()) out += "    - " + change.before + "\n";
            if (!change.after.empty()) out += "    + " + change.after + "\n";
        }
    }
    if (report.changes.empty()) out += "No difference in API, capabilities or dependencies.\n";
    out += report.breaking == 0
               ? "Old callers still link."
               : "Old callers that use what is named above do not link: " + std::to_string(report.breaking) +
                     (report.breaking == 1 ? " change." : " changes.");
    out += "\n";
    if (!report.at_least.empty()) out += "The version should be " + report.at_least + " or higher.\n";
    return out;
}

std::string as_json(const Report& report) {
    std::string out;
    for (const ApiChange& change : report.changes) {
        out += "{\"event\":\"change\",\"kind\":" + json_text(change.kind) +
               ",\"name\":" + json_text(change.name) + ",\"change\":" + json_text(change.change) +
               ",\"effect\":\"" + word(change.effect) + "\"";
        if (!change.who.empty()) out += ",\"for\":" + json_text(change.who);
        if (!change.before.empty()) out += ",\"before\":" + json_text(change.before);
        if (!change.after.empty()) out += ",\"after\":" + json_text(change.after);
        out += "}\n";
    }
    out += "{\"event\":\"summary\",\"before\":" + json_text(report.before) +
           ",\"after\":" + json_text(report.after) + ",\"changes\":" + std::to_string(report.changes.size()) +
           ",\"breaking\":" + std::to_string(report.breaking) +
           ",\"links\":" + (report.breaking == 0 ? "true" : "false");
    if (!report.at_least.empty()) out += ",\"versionAtLeast\":" + json_text(report.at_least);
    return out + "}\n";
}

// The installation's standard library. Without it more supertypes are unknown, and `compare` is more careful.
Api read_library() {
    Api api;
    std::error_code ignored;
    const auto own = std::filesystem::read_symlink("/proc/self/exe", ignored);
    auto archive = classfile::Archive::open((own.parent_path() / "../lib/skua/std.ska").string());
    if (archive && read_api(**archive, api)) api.clear();
    return api;
}

}  // namespace

Outcome diff(const DiffOptions& options, std::string& out) {
    std::shared_ptr<classfile::Archive> archives[2];
    classfile::Manifest manifests[2];
    Api apis[2];
    const std::string* paths[2] = {&options.before, &options.after};
    for (int i = 0; i < 2; ++i) {
        if (Outcome bad = open_archive(*paths[i], archives[i])) return bad;
        auto manifest = archives[i]->manifest();
        if (!manifest) return failure(kBadInput, manifest.error());
        manifests[i] = std::move(*manifest);
        if (Outcome bad = read_api(*archives[i], apis[i])) return bad;
    }
    Report report;
    report.before = title_of(manifests[0], options.before);
    report.after = title_of(manifests[1], options.after);
    const Api library = has_supertypes_elsewhere(apis[0], apis[1]) ? read_library() : Api();
    report.changes = compare(apis[0], apis[1], library);
    compare_capabilities(manifests[0], manifests[1], report.changes);
    compare_dependencies(manifests[0], manifests[1], report.changes);
    report.breaking = static_cast<std::size_t>(
        std::count_if(report.changes.begin(), report.changes.end(),
                      [](const ApiChange& change) { return change.effect == Effect::Breaks; }));
    report.at_least = advice(manifests[0], manifests[1], report.breaking != 0, !report.changes.empty());
    out += options.json ? as_json(report) : as_text(report);
    if (report.breaking != 0) return Failure{kBreaks, {}};
    return {};
}

}  // namespace skua::vmar
