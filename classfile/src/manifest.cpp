#include <algorithm>

#include "skua/classfile/archive.h"
#include "skua/classfile/structure.h"

namespace skua::classfile {

namespace {

constexpr std::string_view kFirstLine = "skua-manifest: 1";
constexpr std::size_t kMaxManifest = 1u << 20;

Diagnostic bad(std::string message) {
    Diagnostic d;
    d.rule = "A019";
    d.message = std::move(message);
    return d;
}

bool is_digest(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<> set_once(std::string& field, std::string_view key, std::string_view value) {
    if (!field.empty()) return bad("the manifest has '" + std::string(key) + "' twice");
    field = value;
    return {};
}

}  // namespace

bool is_archive_name(std::string_view text) {
    return !text.empty() && text.front() != '-' && text.front() != '.' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '_' || c == '-';
           });
}

const char* capability_problem(std::string_view text) {
    static constexpr std::string_view names[] = {"fs",      "fs.read", "fs.write", "net",   "env",
                                                 "process", "plugin",  "clock",    "random"};
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20) return "it contains a control character";
    const std::size_t colon = text.find(':');
    if (std::find(std::begin(names), std::end(names), text.substr(0, colon)) == std::end(names))
        return "the capabilities are fs.read, fs.write, fs for both, net, env, process, plugin, clock and "
               "random; a scope follows after `:`";
    return colon != std::string_view::npos && colon + 1 == text.size() ? "nothing follows the `:`" : nullptr;
}

Result<Dependency> Dependency::parse(std::string_view value) {
    Dependency d;
    const std::size_t space = value.find(' ');
    d.name = value.substr(0, space);
    if (!is_archive_name(d.name))
        return bad(
            "'" + d.name.substr(0, 200) +
            "' cannot be the name of an archive that others depend on, or of a plugin, which has letters, "
            "digits, '.', '_' and '-'");
    std::string_view rest = space == std::string_view::npos ? std::string_view() : value.substr(space + 1);
    constexpr std::string_view mark = "sha256:";
    if (const std::size_t at = rest.rfind(mark);
        at != std::string_view::npos && (at == 0 || rest[at - 1] == ' ')) {
        d.digest = rest.substr(at + mark.size());
        if (!is_digest(d.digest))
            return bad("the digest of dependency '" + d.name +
                       "' is not 'sha256:' and 64 hexadecimal digits");
        rest = rest.substr(0, at == 0 ? 0 : at - 1);
    }
    d.versions = rest;
    return d;
}

std::string Manifest::to_text() const {
    std::string out(kFirstLine);
    out += '\n';
    const auto line = [&](std::string_view key, const std::string& value) {
        if (!value.empty()) out += std::string(key) + ": " + value + "\n";
    };
    line("name", name);
    line("version", version);
    line("main", main);
    const auto lines = [&](std::string_view key, std::vector<std::string> values) {
        std::sort(values.begin(), values.end());
        values.erase(std::unique(values.begin(), values.end()), values.end());
        for (const std::string& value : values) line(key, value);
    };
    lines("requires", capabilities);
    lines("passes", passes);
    const auto needed = [&](std::string_view key, std::vector<Dependency> needs) {
        std::sort(needs.begin(), needs.end(),
                  [](const Dependency& a, const Dependency& b) { return a.name < b.name; });
        for (const Dependency& d : needs) {
            std::string value = d.name;
            if (!d.versions.empty()) value += " " + d.versions;
            if (!d.digest.empty()) value += " sha256:" + d.digest;
            line(key, value);
        }
    };
    needed("dependency", dependencies);
    needed("plugin", plugins);
    return out;
}

Result<Manifest> Manifest::parse(std::string_view text) {
    if (text.size() > kMaxManifest) return bad("the manifest is larger than 1 MiB");
    if (!is_utf8(text)) return bad("the manifest is not valid UTF-8");
    Manifest m;
    bool first = true;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return bad("the last line of the manifest does not end");
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        for (char c : line)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                return bad("the manifest contains a control character");
        if (first) {
            if (line != kFirstLine)
                return bad("the manifest does not begin with '" + std::string(kFirstLine) + "'");
            first = false;
            continue;
        }
        const std::size_t colon = line.find(": ");
        if (colon == std::string_view::npos || colon == 0 || colon + 2 == line.size())
            return bad("a line of the manifest is not 'key: value'");
        const std::string_view key = line.substr(0, colon);
        const std::string_view value = line.substr(colon + 2);
        if (value.front() == ' ' || value.back() == ' ')
            return bad("a value of the manifest begins or ends with a space");
        if (key == "name") {
            SKUA_TRY(set_once(m.name, key, value));
        } else if (key == "version") {
            SKUA_TRY(set_once(m.version, key, value));
        } else if (key == "main") {
            SKUA_TRY(set_once(m.main, key, value));
            if (!is_type_name(m.main)) return bad("the main module of the manifest is not a valid name");
        } else if (key == "requires") {
            if (!m.capabilities.empty() && m.capabilities.back() >= value)
                return bad("the 'requires' lines of the manifest are repeated or out of order");
            m.capabilities.emplace_back(value);
        } else if (key == "passes") {
            if (!m.passes.empty() && m.passes.back() >= value)
                return bad("the 'passes' lines of the manifest are repeated or out of order");
            if (value.substr(0, value.find(':')).find('/') == std::string_view::npos)
                return bad("the manifest passes '" + std::string(value) +
                           "' on, but does not say to whom: ARCHIVE/CAP");
            m.passes.emplace_back(value);
        } else if (key == "dependency" || key == "plugin") {
            auto d = Dependency::parse(value);
            if (!d) return d.error();
            std::vector<Dependency>& all = key == "plugin" ? m.plugins : m.dependencies;
            if (!all.empty() && all.back().name >= d->name)
                return bad("the " + std::string(key == "plugin" ? "plugins" : "dependencies") +
                           " of the manifest are repeated or out of order");
            all.push_back(std::move(*d));
        }  // other keys belong to later versions
    }
    if (first) return bad("the manifest is empty");
    return m;
}

}  // namespace skua::classfile
