#include "caps/capabilities.h"

#include <algorithm>
#include <cctype>

#include "caps/path_scope.h"

namespace skua::vm {

namespace {

enum class Scope { None, Path, Host, Name };

struct Known {
    std::string_view name;
    Scope scope;
    bool by_default = false;
};

constexpr Known kKnown[] = {
    {"fs.read", Scope::Path},      {"fs.write", Scope::Path},     {"net", Scope::Host},
    {"env", Scope::Name},          {"process", Scope::Name},      {"plugin", Scope::Name},
    {"random", Scope::None},       {"clock", Scope::None, true},  {"stdin", Scope::None, true},
    {"stdout", Scope::None, true}, {"stderr", Scope::None, true}, {"args", Scope::None, true},
};

const Known* find(std::string_view name) {
    const auto it =
        std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& k) { return k.name == name; });
    return it == std::end(kKnown) ? nullptr : it;
}

Diagnostic bad_grant(std::string message, std::string hint) {
    Diagnostic d;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

// "host" grants every port of it, "host:port" one.
bool host_matches(std::string_view resource, std::string_view scope) {
    const std::string r = lower(resource), s = lower(scope);
    return r == s || (r.size() > s.size() && r.starts_with(s) && r[s.size()] == ':' &&
                      r.find(':', s.size() + 1) == std::string::npos);
}

// As a word of a shell command.
std::string quoted(std::string_view text) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               std::string_view("._-/:=@%+,").find(c) != std::string_view::npos;
    };
    if (std::all_of(text.begin(), text.end(), plain)) return std::string(text);
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace

std::string Capabilities::known() {
    std::string out;
    for (const Known& k : kKnown)
        if (!k.by_default) out += (out.empty() ? "" : ", ") + std::string(k.name);
    return out;
}

Result<void> Capabilities::allow(std::string_view grant) {
    const std::size_t colon = grant.find(':');
    const std::string_view name = grant.substr(0, colon);
    if (name == "fs") {
        const std::string rest(grant.substr(2));
        SKUA_TRY(allow("fs.read" + rest));
        return allow("fs.write" + rest);
    }
    const Known* known_one = find(name);
    if (known_one == nullptr)
        return bad_grant("there is no capability '" + std::string(name) + "' to allow",
                         "capabilities are " + known() + "; fs is both of fs.read and fs.write");
    std::string scope;
    if (colon != std::string_view::npos) {
        scope = grant.substr(colon + 1);
        if (known_one->scope == Scope::None)
            return bad_grant(
                "the capability '" + std::string(name) + "' has no scope, but '" + scope + "' is given",
                "write --allow=" + std::string(name));
        if (scope.empty())
            return bad_grant("the scope of '" + std::string(grant) + "' is empty",
                             "write --allow=" + std::string(name) + " to allow it for everything");
        if (known_one->scope == Scope::Path) {
            auto resolved = resolve_path(scope);
            if (!resolved)
                return bad_grant(
                    "the path '" + scope + "' of --allow=" + std::string(grant) + " cannot be resolved",
                    "check that its folders exist and can be entered");
            scope = *resolved;
        }
    }
    grants_.push_back({std::string(name), std::move(scope)});
    return {};
}

bool Capabilities::granted(std::string_view capability, std::string_view resource) const {
    const Known* known_one = find(capability);
    if (all_ || (known_one != nullptr && known_one->by_default)) return true;
    std::optional<std::string> path;
    for (const Grant& grant : grants_) {
        if (grant.capability != capability) continue;
        if (grant.scope.empty()) return true;
        if (resource.empty()) continue;
        switch (known_one->scope) {
            case Scope::Path:
                if (!path) path = resolve_path(resource).value_or("");
                if (!path->empty() && is_within(*path, grant.scope)) return true;
                break;
            case Scope::Host:
                if (host_matches(resource, grant.scope)) return true;
                break;
            default:
                if (resource == grant.scope) return true;
        }
    }
    return false;
}

bool Capabilities::any(std::string_view capability) const {
    return granted(capability, {}) || std::any_of(grants_.begin(), grants_.end(),
                                                  [&](const Grant& g) { return g.capability == capability; });
}

std::string Capabilities::check(std::string_view capability, std::string_view resource) const {
    if (granted(capability, resource)) return {};
    const std::string name(capability);
    if (resource.empty()) return name + " was not granted; run with --allow=" + name;
    return name + " of '" + std::string(resource) +
           "' was not granted; run with --allow=" + quoted(name + ":" + std::string(resource));
}

}  // namespace skua::vm
