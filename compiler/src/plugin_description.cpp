#include "plugin_description.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sys/stat.h>

#include "build_state.h"
#include "skua/classfile/structure.h"
#include "skua/classfile/version.h"

namespace skua::compiler {
namespace {

constexpr std::string_view kKeywords[] = {
#define SKUA_TOKEN(name, text, flags) ((flags)&1) != 0 ? std::string_view(text) : std::string_view(),
#define kTokenKeyword 1
#define kTokenEnds 2
#include "token_kinds.def"
#undef kTokenKeyword
#undef kTokenEnds
};

Diagnostic no_description(const std::string& file, std::string_view what, std::string hint = {}) {
    Diagnostic d;
    d.message = fmt::format("{}: {}", file, what);
    d.hint = std::move(hint);
    return d;
}

bool unescape(std::string_view text, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        if (++i == text.size()) return false;
        const char c = text[i];
        if (c != '\\' && c != 't' && c != 'n' && c != 'r') return false;
        out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
    return true;
}

// The fields of a line behind its first word; false if there are not so many.
template <std::size_t N>
bool read_fields(std::string_view line, std::array<std::string, N>& out) {
    std::size_t at = line.find('\t');
    for (std::string& field : out) {
        if (at == std::string_view::npos) return false;
        const std::size_t next = line.find('\t', at + 1);
        if (!unescape(line.substr(at + 1, next == std::string_view::npos ? next : next - at - 1), field))
            return false;
        at = next;
    }
    return true;
}

std::string_view without_blanks(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::vector<std::string> split_names(std::string_view text) {
    std::vector<std::string> names;
    while (!without_blanks(text).empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        names.emplace_back(without_blanks(text.substr(0, comma)));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return names;
}

}  // namespace

bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_plain_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_name_byte) &&
           !(text[0] >= '0' && text[0] <= '9') && text.find('$') == std::string_view::npos &&
           std::find(std::begin(kKeywords), std::end(kKeywords), text) == std::end(kKeywords);
}

const NativeDescription* PluginDescription::find(std::string_view native) const {
    const auto it = std::find_if(natives.begin(), natives.end(),
                                 [&](const NativeDescription& n) { return n.name == native; });
    return it == natives.end() ? nullptr : &*it;
}

std::string PluginDescription::title() const {
    return fmt::format("the plugin `{}`{} ({})", name, version.empty() ? "" : " " + version, file);
}

Result<PluginDescription> parse_plugin_description(std::string_view text, const std::string& file) {
    const Diagnostic damaged = no_description(file, "the plugin's description cannot be read");
    if (!classfile::is_utf8(text))
        return no_description(file, "the plugin's description is not valid UTF-8",
                              "save its source as UTF-8");
    PluginDescription out;
    out.file = file;
    bool first = true, named = false;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return damaged;
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (first) {
            if (line != "skua-plugin 1") return damaged;
            first = false;
            continue;
        }
        if (line == "end") {
            if (named && text.empty()) return out;
            return damaged;
        }
        if (line.starts_with("error\t")) {
            std::array<std::string, 2> fields;
            if (!read_fields(line, fields)) return damaged;
            Diagnostic d;
            d.message = fields[0];
            d.hint = fields[1];
            return d;
        }
        if (line.starts_with("plugin\t")) {
            std::array<std::string, 3> f;
            if (!read_fields(line, f)) return damaged;
            out.name = f[0], out.version = f[1], out.doc = f[2];
            named = true;
        } else if (line.starts_with("native\t")) {
            std::array<std::string, 7> f;
            if (!read_fields(line, f)) return damaged;
            NativeDescription native{f[0], f[1], f[2], {}, f[4], f[5], f[6] == "1"};
            if (f[3] != "*") native.parameters = split_names(f[3]);
            out.natives.push_back(std::move(native));
        } else if (line.starts_with("type\t")) {
            std::array<std::string, 4> f;
            if (!read_fields(line, f)) return damaged;
            out.types.push_back({f[0], f[1], f[2], f[3]});
        }  // other lines belong to later versions
    }
    return damaged;
}

namespace {

// Is it of a version that the projects want?
Result<> check_version(const PluginDescription& plugin, std::span<const classfile::Dependency> needs) {
    for (const classfile::Dependency& need : needs) {
        if (need.name != plugin.name || need.versions.empty()) continue;
        const auto version = classfile::Version::parse(plugin.version);
        const auto range = classfile::VersionRange::parse(need.versions);
        if (version && range && range->contains(*version)) continue;
        Diagnostic d;
        d.message = fmt::format("the project wants the plugin `{}` in versions {}, but {} is of version {}",
                                need.name, need.versions, plugin.file,
                                plugin.version.empty() ? "unknown" : plugin.version);
        d.hint = "[plugins] of skua.toml says which versions";
        return d;
    }
    return {};
}

}  // namespace

KnownPlugins find_plugins(const std::set<std::string>& libraries, std::span<const std::string> folders,
                          std::span<const classfile::Dependency> needs, const DescribePlugin& describe) {
    KnownPlugins known;
    std::string all;
    for (const std::string& library : libraries) {
        if (library.empty() || library.find('/') != std::string::npos ||
            library.find('\0') != std::string::npos)
            continue;
        for (const std::string& folder : folders) {
            const std::string file = fmt::format("{}/{}.so", folder, library);
            struct stat info {};
            if (::stat(file.c_str(), &info) != 0) continue;
            auto text = describe(file);
            all += fmt::format("{}\n{}\n", library, text ? *text : text.error().message);
            auto plugin =
                text ? parse_plugin_description(*text, file) : Result<PluginDescription>(text.error());
            if (plugin)
                if (auto fits = check_version(*plugin, needs); !fits) plugin = fits.error();
            known.by_library.emplace(library, std::move(plugin));
            break;
        }
    }
    if (!all.empty()) known.digest = hex_digest(all);
    return known;
}

std::optional<SignatureParts> split_signature(std::string_view text) {
    SignatureParts parts;
    if (!text.starts_with('(')) return std::nullopt;
    std::size_t depth = 0, start = 1;
    for (std::size_t i = 1; i < text.size(); ++i) {
        const char c = text[i];
        if (depth == 0 && (c == ',' || c == ')')) {
            const std::string_view param = text.substr(start, i - start);
            if (!param.empty()) parts.params.push_back(param);
            if (param.empty() && (c == ',' || !parts.params.empty())) return std::nullopt;
            start = i + 1;
            if (c == ',') continue;
            parts.result = text.substr(start);
            if (parts.result.empty() || parts.params.size() > 12) return std::nullopt;
            return parts;
        }
        if (c == '(' || c == '[' || c == '<') ++depth;
        // The '>' of a function type's arrow closes nothing.
        if (c == ')' || c == ']' || (c == '>' && text[i - 1] != '-')) {
            if (depth == 0) return std::nullopt;
            --depth;
        }
    }
    return std::nullopt;
}

std::string source_type(std::string_view text, std::string_view module, std::set<std::string>* used) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (is_name_byte(text[i])) {
            std::size_t end = i;
            while (end < text.size() && (is_name_byte(text[end]) || text[end] == '.')) ++end;
            const std::string_view name = text.substr(i, end - i);
            i = end;
            const std::size_t dot = name.rfind('.');
            if (name == "i64") {
                out += "int";
            } else if (name == "f64") {
                out += "float";
            } else if (dot == std::string_view::npos) {
                out += name;
            } else {
                if (used != nullptr && name.substr(0, dot) != module) used->emplace(name);
                out += name.substr(dot + 1);
            }
        } else if (text.substr(i).starts_with("->")) {
            out += " -> ";
            i += 2;
        } else {
            out += text[i];
            if (text[i] == ',') out += ' ';
            ++i;
        }
    }
    return out;
}

std::string source_parameters(std::span<const std::string_view> types, std::span<const std::string> names,
                              std::string_view module, std::set<std::string> taken,
                              std::set<std::string>* used, std::vector<std::string>* used_names) {
    std::string out;
    for (std::size_t i = 0; i < types.size(); ++i) {
        std::string name = i < names.size() && is_plain_name(names[i])
                               ? names[i]
                               : std::string(1, static_cast<char>('a' + std::min<std::size_t>(i, 25)));
        while (!taken.insert(name).second) name += '_';
        out += fmt::format("{}{}: {}", i == 0 ? "" : ", ", name, source_type(types[i], module, used));
        if (used_names != nullptr) used_names->push_back(std::move(name));
    }
    return out;
}

std::string source_header(std::string_view native, const SignatureParts& parts,
                          std::span<const std::string> names, std::string_view module, bool receiver,
                          std::set<std::string>* used) {
    const auto types = std::span(parts.params).subspan(receiver ? 1 : 0);
    std::string out = fmt::format("fn {}({})", native.substr(native.rfind('.') + 1),
                                  source_parameters(types, names, module, {}, used));
    if (parts.result != "void") out += ": " + source_type(parts.result, module, used);
    return out;
}

}  // namespace skua::compiler
