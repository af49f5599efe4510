#include "skua/classfile/packages.h"

#include <algorithm>
#include <cstdlib>
#include <dirent.h>
#include <map>
#include <set>

#include "skua/classfile/version.h"

namespace skua::classfile {

namespace {

// Far more than programs have; what resolving costs is bounded by them, whatever manifests say.
constexpr std::size_t kMaxWants = 1000;
constexpr std::size_t kMaxSteps = 10'000;
constexpr std::size_t kMaxCandidates = 1000;  // of one name

Diagnostic refusal(std::string rule, std::string message, std::string hint = {}) {
    Diagnostic d;
    d.rule = std::move(rule);
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

struct Candidate {
    Package package;
    std::optional<Version> version;  // nothing if its manifest has none, or none that can be compared
    std::vector<std::pair<Dependency, VersionRange>> needs;
    std::string digest;  // empty: not computed yet, or no archive
    bool root = false;

    [[nodiscard]] std::string found() const { return package.title() + " (" + package.place + ")"; }
};

Result<Candidate> candidate_of(Package package) {
    Candidate c;
    if (auto version = Version::parse(package.manifest.version)) c.version = std::move(*version);
    for (const Dependency& need : package.manifest.dependencies) {
        auto range = VersionRange::parse(need.versions);
        if (!range)
            return refusal("D005",
                           package.title() + " wants " + need.name +
                               " in a range that cannot be read: " + range.error().message,
                           range.error().hint);
        c.needs.emplace_back(need, std::move(*range));
    }
    c.package = std::move(package);
    return c;
}

struct Want {
    const Candidate* who = nullptr;
    const Dependency* what = nullptr;
    const VersionRange* range = nullptr;

    [[nodiscard]] std::string text() const {
        std::string out = who->package.title() + " wants " + what->name;
        if (!what->versions.empty()) out += " " + what->versions;
        if (!what->digest.empty()) out += " sha256:" + what->digest;
        return out;
    }
};

class Resolver {
public:
    explicit Resolver(const ResolveRequest& request) : request_(request) {}

    Result<Resolution> run() {
        roots_.reserve(request_.roots.size());
        for (const Package& root : request_.roots) {
            auto candidate = candidate_of(root);
            if (!candidate) return std::move(candidate).error();
            candidate->root = true;
            roots_.push_back(std::move(*candidate));
        }
        for (Candidate& root : roots_)
            if (!root.package.manifest.name.empty()) chosen_.try_emplace(root.package.manifest.name, &root);
        for (const Candidate& root : roots_)
            if (!add_wants(root)) return too_many();
        if (!settle(0)) return std::move(*failure_);
        if (auto circle = find_circle()) return std::move(*circle);
        Resolution out;
        for (const auto& [name, candidate] : chosen_) {
            if (!candidate->root)
                out.found.push_back(candidate->package);
            else if (!is_wanted(name))
                continue;
            out.all.push_back(candidate->package);
        }
        return out;
    }

private:
    bool add_wants(const Candidate& who) {
        for (const auto& [what, range] : who.needs) wants_.push_back({&who, &what, &range});
        return wants_.size() <= kMaxWants;
    }

    bool is_wanted(std::string_view name) const {
        return std::any_of(wants_.begin(), wants_.end(),
                           [&](const Want& want) { return want.what->name == name; });
    }

    static Diagnostic too_many() {
        return refusal("D002",
                       "there are more than " + std::to_string(kMaxWants) +
                           " dependencies, or too many "
                           "ways to fulfil them",
                       "a lock file (vmar deps --lock) says which versions to take");
    }

    // Fulfils wants_ from number `next` on. False: failure_ says why, of the first way that was tried, which
    // had the newest version of everything.
    bool settle(std::size_t next) {
        if (next == wants_.size()) return true;
        if (++steps_ > kMaxSteps) return fail_for_good(too_many());
        const Want want = wants_[next];
        if (auto known = chosen_.find(want.what->name); known != chosen_.end()) {
            if (fits(*known->second, want)) return settle(next + 1);
            return fail(conflict(want.what->name));
        }
        auto& candidates = candidates_of(want.what->name);
        for (Candidate& candidate : candidates) {
            if (!fits_all(candidate)) continue;
            const std::size_t before = wants_.size();
            chosen_[want.what->name] = &candidate;
            if (!add_wants(candidate)) return fail_for_good(too_many());
            if (settle(next + 1)) return true;
            if (hopeless_) return false;
            wants_.resize(before);
            chosen_.erase(want.what->name);
        }
        return fail(conflict(want.what->name));
    }

    bool fail(Diagnostic d) {
        if (!failure_) failure_ = std::move(d);
        return false;
    }
    bool fail_for_good(Diagnostic d) {
        failure_ = std::move(d);
        hopeless_ = true;
        return false;
    }

    bool fits_all(Candidate& candidate) {
        return std::all_of(wants_.begin(), wants_.end(), [&](const Want& want) {
            return want.what->name != candidate.package.manifest.name || fits(candidate, want);
        });
    }

    bool fits(Candidate& candidate, const Want& want) {
        if (candidate.version ? !want.range->contains(*candidate.version)
                              : !want.what->versions.empty() && want.what->versions != "*")
            return false;
        if (!want.what->digest.empty() && digest_of(candidate) != want.what->digest) return false;
        return is_locked(candidate);
    }

    // Is it what the lock file says, if there is one?
    bool is_locked(Candidate& candidate) {
        if (request_.lock == nullptr) return true;
        const LockFile::Line* line = request_.lock->find(candidate.package.manifest.name);
        if (line == nullptr) return candidate.package.archive == nullptr;
        return candidate.package.manifest.version == line->version && digest_of(candidate) == line->digest;
    }

    const std::string& digest_of(Candidate& candidate) {
        if (candidate.digest.empty() && candidate.package.archive)
            if (auto digest = candidate.package.archive->digest()) candidate.digest = hex(*digest);
        return candidate.digest;
    }

    // The archives of a name, newest first.
    std::vector<Candidate>& candidates_of(const std::string& name) {
        auto [known, fresh] = candidates_.try_emplace(name);
        if (!fresh) return known->second;
        std::vector<Candidate>& out = known->second;
        for (const std::string& folder : request_.folders)
            for (const std::string& file : files_of(folder, name)) {
                std::string path = folder;
                (path += '/') += file;
                auto candidate = read_candidate(path);
                if (!candidate) {
                    unusable_[name].push_back(candidate.error().to_string());
                } else if (candidate->package.manifest.name == name && out.size() < kMaxCandidates) {
                    out.push_back(std::move(*candidate));
                }
            }
        std::stable_sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
            if (!a.version || !b.version) return a.version.has_value() && !b.version;
            return *a.version > *b.version;
        });
        return out;
    }

    static Result<Candidate> read_candidate(const std::string& path) {
        auto archive = Archive::open(path);
        if (!archive) return std::move(archive).error();
        auto package = Package::of(std::move(*archive));
        if (!package) return std::move(package).error();
        return candidate_of(std::move(*package));
    }

    // NAME.ska and NAME-*.ska, in the order of their names.
    static std::vector<std::string> files_of(const std::string& folder, const std::string& name) {
        std::vector<std::string> out;
        DIR* dir = ::opendir(folder.c_str());
        if (dir == nullptr) return out;
        while (const dirent* entry = ::readdir(dir)) {
            const std::string_view file = entry->d_name;
            if (!file.ends_with(".ska") || !file.starts_with(name)) continue;
            if (file.size() == name.size() + 4 || file[name.size()] == '-') out.emplace_back(file);
        }
        ::closedir(dir);
        std::sort(out.begin(), out.end());
        return out;
    }

    // Why there is no archive of this name to take: who wants what, and what was found.
    Diagnostic conflict(const std::string& name) {
        std::string wants;
        for (const Want& want : wants_)
            if (want.what->name == name) wants += (wants.empty() ? "" : ", ") + want.text();
        const LockFile::Line* line = request_.lock == nullptr ? nullptr : request_.lock->find(name);
        const auto chosen = chosen_.find(name);
        const bool pinned = chosen != chosen_.end() && chosen->second->root;
        if (request_.lock != nullptr && line == nullptr)
            return refusal("D004", request_.lock->place + " does not have " + name + ": " + wants,
                           "'vmc pack --update' or 'vmar deps --lock' writes it anew");
        std::string found;
        const auto add = [&](const std::string& what) { found += (found.empty() ? "" : ", ") + what; };
        const auto describe = [&](Candidate& c) {
            bool digest = std::any_of(wants_.begin(), wants_.end(), [&](const Want& want) {
                return want.what->name == name && !want.what->digest.empty();
            });
            digest = digest || (line != nullptr && c.package.manifest.version == line->version);
            add(c.found() + (digest ? " sha256:" + digest_of(c) : ""));
        };
        if (pinned)
            describe(*chosen->second);
        else
            for (Candidate& candidate : candidates_of(name)) describe(candidate);
        for (const std::string& why : unusable_[name]) add(why);
        const std::string locked = line == nullptr ? ""
                                                   : request_.lock->place + " says " + name + " " +
                                                         line->version + " sha256:" + line->digest;
        if (found.empty()) {
            std::string folders;
            for (const std::string& folder : request_.folders)
                folders += (folders.empty() ? "" : ", ") + folder;
            return refusal("D001",
                           wants + (locked.empty() ? "" : "; " + locked) +
                               ", and no archive of that name is on the class path" +
                               (folders.empty() ? "" : " or in " + folders),
                           "put " + name + "-VERSION.ska there, or name its folder by --archive-path");
        }
        if (!locked.empty())
            return refusal("D004", wants + "; " + locked + "; found: " + found,
                           "if the other version is meant, 'vmc pack --update' or 'vmar deps --lock' writes "
                           "the lock file anew");
        return refusal("D002", "no " + name + " is what is wanted: " + wants + "; found: " + found);
    }

    std::optional<Diagnostic> find_circle() {
        std::set<const Candidate*> done;
        std::vector<const Candidate*> way;
        const auto visit = [&](const auto& self, const Candidate* at) -> std::optional<Diagnostic> {
            if (done.contains(at)) return std::nullopt;
            std::string circle;
            for (auto it = std::find(way.begin(), way.end(), at); it != way.end(); ++it)
                circle += (*it)->package.title() + " -> ";
            if (!circle.empty())
                return refusal("D003", "dependencies go in a circle: " + circle + at->package.title());
            way.push_back(at);
            for (const auto& [what, range] : at->needs)
                if (auto bad = self(self, chosen_.at(what.name))) return bad;
            way.pop_back();
            done.insert(at);
            return std::nullopt;
        };
        for (const Candidate& root : roots_)
            if (auto bad = visit(visit, &root)) return bad;
        return std::nullopt;
    }

    const ResolveRequest& request_;
    std::vector<Candidate> roots_;
    std::vector<Want> wants_;
    std::map<std::string, Candidate*> chosen_;
    std::map<std::string, std::vector<Candidate>> candidates_;
    std::map<std::string, std::vector<std::string>> unusable_;
    std::optional<Diagnostic> failure_;
    bool hopeless_ = false;
    std::size_t steps_ = 0;
};

}  // namespace

std::string Package::title() const {
    if (manifest.name.empty()) return place;
    return manifest.version.empty() ? manifest.name : manifest.name + " " + manifest.version;
}

Result<Package> Package::of(std::shared_ptr<Archive> archive) {
    auto manifest = archive->manifest();
    if (!manifest) return std::move(manifest).error();
    Package package{std::move(*manifest), archive->display_name(), nullptr};
    package.archive = std::move(archive);
    return package;
}

std::vector<std::string> archive_folders(std::string_view named, const std::string& home) {
    std::vector<std::string> out;
    const char* variable = std::getenv("SKUA_ARCHIVES");
    if (named.empty() && variable != nullptr) named = variable;
    while (!named.empty()) {
        const std::string_view part = named.substr(0, named.find(':'));
        if (!part.empty()) out.emplace_back(part);
        named.remove_prefix(std::min(named.size(), part.size() + 1));
    }
    if (!out.empty() || home.empty()) return out;
    return {home, home == "." ? "archives" : home + "/archives"};
}

Result<Resolution> resolve(const ResolveRequest& request) {
    return Resolver(request).run();
}

}  // namespace skua::classfile
