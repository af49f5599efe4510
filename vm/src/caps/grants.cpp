#include "caps/grants.h"

#include <algorithm>
#include <cctype>
#include <fcntl.h>
#include <sys/stat.h>

namespace skua::vm {

namespace {

constexpr KnownCapability kKnown[] = {
    {"fs.read", ScopeKind::Path, false}, {"fs.write", ScopeKind::Path, false},
    {"net", ScopeKind::Host, false},     {"env", ScopeKind::Name, false},
    {"process", ScopeKind::Name, false}, {"plugin", ScopeKind::Name, false},
    {"random", ScopeKind::None, false},  {"clock", ScopeKind::None, true},
    {"stdin", ScopeKind::None, true},    {"stdout", ScopeKind::None, true},
    {"stderr", ScopeKind::None, true},   {"args", ScopeKind::None, true},
};

std::string lower_case(std::string_view s) {
    std::string out(s);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

// "host" grants every port of it, "host:port" one.
bool host_matches(std::string_view resource, std::string_view scope) {
    const std::string r = lower_case(resource), s = lower_case(scope);
    return r == s || (r.size() > s.size() && r.starts_with(s) && r[s.size()] == ':' &&
                      r.find(':', s.size() + 1) == std::string::npos);
}

bool resource_matches(ScopeKind kind, std::string_view resource, std::string_view scope) {
    return kind == ScopeKind::Host ? host_matches(resource, scope) : resource == scope;
}

// The folder that `path` is, or the nearest above it that exists.
std::shared_ptr<Anchor> open_anchor(std::string path) {
    while (true) {
        OpenFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (folder) return std::make_shared<Anchor>(Anchor{std::move(folder), std::move(path)});
        if (path == "/") return nullptr;
        path.resize(std::max<std::size_t>(path.rfind('/'), 1));
    }
}

}  // namespace

Diagnostic bad_grant(std::string message, std::string hint) {
    Diagnostic d;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

const KnownCapability* find_capability(std::string_view name) {
    const auto it = std::find_if(std::begin(kKnown), std::end(kKnown),
                                 [&](const KnownCapability& k) { return k.name == name; });
    return it == std::end(kKnown) ? nullptr : it;
}

std::size_t capability_count() {
    return std::size(kKnown);
}

std::string capability_names(bool with_defaults) {
    std::string out;
    for (const KnownCapability& k : kKnown)
        if (with_defaults || !k.by_default) out += (out.empty() ? "" : ", ") + std::string(k.name);
    return out;
}

Result<void> Grants::add(std::vector<Row>& rows, const Grant& grant, std::string_view option) {
    const KnownCapability& known = *find_capability(grant.capability);
    Row row;
    row.grant = grant;
    if (!grant.scope.empty() && known.scope == ScopeKind::None)
        return bad_grant(
            "the capability '" + grant.capability + "' has no scope, but '" + grant.scope + "' is given",
            "write " + std::string(option) + grant.capability);
    if (!grant.scope.empty() && known.scope == ScopeKind::Path) {
        auto path = resolve_path(grant.scope);
        if (!path)
            return bad_grant("the path '" + grant.scope + "' of " + std::string(option) + grant.capability +
                                 ":" + grant.scope + " cannot be resolved",
                             "check that its folders exist and can be entered");
        row.path = *std::move(path);
        row.plain = plain_path(grant.scope);
        row.anchor = open_anchor(row.path.path);
        // A name in /proc that leads to what a process has open: its text may name nothing ("pipe:[123]").
        struct stat info {};
        OpenFd named(::open(grant.scope.c_str(), O_PATH | O_CLOEXEC));
        if (row.path.special && named && ::fstat(named.get(), &info) == 0 && !S_ISDIR(info.st_mode))
            row.held = std::make_shared<OpenFd>(std::move(named));
    }
    rows.push_back(std::move(row));
    return {};
}

bool Grants::by_default(std::string_view capability) const {
    const KnownCapability* known = find_capability(capability);
    return all_ || (known != nullptr && known->by_default);
}

bool Grants::covers(const Row& row, std::string_view capability, const ResolvedPath& path) {
    if (row.grant.capability != capability) return false;
    return row.grant.scope.empty() || is_within(path.path, row.path.path);
}

Grants::Verdict Grants::ask(std::string_view capability, std::string_view resource) const {
    const KnownCapability* known = find_capability(capability);
    const ScopeKind kind = known == nullptr ? ScopeKind::Name : known->scope;
    // All there are: none of them may be denied, and no grant of some is enough.
    for (const Row& row : denied_)
        if (row.grant.capability == capability && (row.grant.scope.empty() || resource.empty() ||
                                                   resource_matches(kind, resource, row.grant.scope)))
            return Verdict::Denied;
    if (by_default(capability)) return Verdict::Granted;
    for (const Row& row : allowed_)
        if (row.grant.capability == capability &&
            (row.grant.scope.empty() ||
             (!resource.empty() && resource_matches(kind, resource, row.grant.scope))))
            return Verdict::Granted;
    return Verdict::NotGranted;
}

Grants::Verdict Grants::ask_path(std::string_view capability, const ResolvedPath& path,
                                 std::string_view plain) const {
    for (const Row& row : denied_)
        if (covers(row, capability, path) ||
            (row.grant.capability == capability && !plain.empty() && row.plain == plain))
            return Verdict::Denied;
    if (all_ || held(capability, plain) != nullptr) return Verdict::Granted;
    for (const Row& row : allowed_)
        if (covers(row, capability, path) && (!path.special || row.path.special)) return Verdict::Granted;
    return Verdict::NotGranted;
}

bool Grants::any(std::string_view capability) const {
    const auto is_all = [&](const Row& r) {
        return r.grant.capability == capability && r.grant.scope.empty();
    };
    if (std::any_of(denied_.begin(), denied_.end(), is_all)) return false;
    return by_default(capability) || std::any_of(allowed_.begin(), allowed_.end(), [&](const Row& r) {
               return r.grant.capability == capability;
           });
}

bool Grants::denies(std::string_view capability) const {
    return std::any_of(denied_.begin(), denied_.end(),
                       [&](const Row& r) { return r.grant.capability == capability; });
}

bool Grants::everything(std::string_view capability) const {
    return by_default(capability) && !denies(capability);
}

bool Grants::holds_denied(const ResolvedPath& path) const {
    return std::any_of(denied_.begin(), denied_.end(), [&](const Row& r) {
        return !r.path.path.empty() &&
               (is_within(r.path.path, path.path) || is_within(path.path, r.path.path));
    });
}

const Anchor* Grants::anchor(std::string_view capability, const ResolvedPath& path) const {
    const Anchor* best = nullptr;
    for (const Row& row : allowed_) {
        if (!row.anchor || !covers(row, capability, path) || (path.special && !row.path.special)) continue;
        if (best == nullptr || row.anchor->path.size() > best->path.size()) best = row.anchor.get();
    }
    return best;
}

const OpenFd* Grants::held(std::string_view capability, std::string_view plain) const {
    if (plain.empty()) return nullptr;
    for (const Row& row : allowed_)
        if (row.held && row.grant.capability == capability && row.plain == plain) return row.held.get();
    return nullptr;
}

bool Grants::names_device(std::string_view capability, const ResolvedPath& path) const {
    return all_ || std::any_of(allowed_.begin(), allowed_.end(), [&](const Row& r) {
               return covers(r, capability, path) && (r.path.special || r.path.path == path.path);
           });
}

}  // namespace skua::vm
