#include "caps/capabilities.h"

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "skua/vm/wording.h"

namespace skua::vm {

namespace {

using Verdict = Grants::Verdict;

constexpr std::string_view kEveryArchive = "*";

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

bool is_archive(const CodeSource& source) {
    return source.kind == CodeSource::Kind::Archive;
}

}  // namespace

// "fs.read of 'x', which archive 'json' asked for, was not granted to it; run with --allow=json/fs.read:x".
// `refused`: who lacks it, null for the program.
std::string Capabilities::refusal(std::string_view capability, std::string_view resource, Verdict verdict,
                                  const CodeSource* refused, Callers callers) const {
    std::string text(capability);
    if (!resource.empty()) text += " of '" + std::string(resource) + "'";
    const CodeSource* asked = callers.empty() || callers.front()->name.empty() ? nullptr : callers.front();
    if (asked != nullptr) text += ", which archive '" + asked->name + "' asked for,";
    text += verdict == Verdict::Denied ? " is denied" : " was not granted";
    if (refused != nullptr) {
        text += refused == asked ? std::string(" to it")
                                 : " to archive '" + refused->name + "', on whose behalf the call was made";
    }
    if (verdict == Verdict::Denied) return text + " by " + std::string(wording(embedded_).denied_by);
    std::string grant;
    if (refused != nullptr) grant = refused->name + "/";
    grant += capability;
    if (!resource.empty()) grant += ":" + std::string(resource);
    return text + "; " + grant_hint(embedded_, embedded_ ? grant : quoted(grant));
}

Result<Capabilities::Parsed> Capabilities::parse(std::string_view text, std::string_view option,
                                                 std::string_view verb) {
    Parsed parsed;
    const std::string_view all = text;
    if (const std::size_t slash = text.substr(0, text.find(':')).rfind('/');
        slash != std::string_view::npos) {
        parsed.archive = text.substr(0, slash);
        text.remove_prefix(slash + 1);
        if (parsed.archive.empty())
            return bad_grant("'" + std::string(all) + "' names no archive in front of its '/'",
                             "write " + std::string(option) + "ARCHIVE/" + std::string(text));
    }
    const std::size_t colon = text.find(':');
    const std::string name(text.substr(0, colon));
    std::string scope;
    if (colon != std::string_view::npos) {
        scope = text.substr(colon + 1);
        if (scope.empty())
            return bad_grant("the scope of '" + std::string(text) + "' is empty",
                             "write " + std::string(option) + name + " to mean everything");
    }
    if (name == "fs")
        parsed.grants = {{"fs.read", scope}, {"fs.write", scope}};
    else if (find_capability(name) != nullptr)
        parsed.grants = {{name, scope}};
    else
        return bad_grant(
            "there is no capability '" + name + "' to " + std::string(verb),
            "capabilities are " + capability_names(verb == "deny") + "; fs is both of fs.read and fs.write");
    return parsed;
}

Result<void> Capabilities::allow(std::string_view text) {
    const std::string_view option = wording(embedded_).allow;
    auto parsed = parse(text, option, "allow");
    if (!parsed) return std::move(parsed).error();
    Grants& to = parsed->archive.empty() ? program_ : archives_[parsed->archive];
    for (const Grant& grant : parsed->grants) SKUA_TRY(to.allow(grant, option));
    return {};
}

Result<void> Capabilities::deny(std::string_view text) {
    const std::string_view option = wording(embedded_).deny;
    auto parsed = parse(text, option, "deny");
    if (!parsed) return std::move(parsed).error();
    Grants& to = parsed->archive.empty() ? program_ : archives_[parsed->archive];
    for (const Grant& grant : parsed->grants) SKUA_TRY(to.deny(grant, option));
    return {};
}

Result<void> Capabilities::check_archives(std::span<const CodeSource* const> archives) const {
    for (const auto& [name, grants] : archives_) {
        if (name == kEveryArchive) continue;
        const auto count =
            std::count_if(archives.begin(), archives.end(),
                          [&name = name](const CodeSource* source) { return source->name == name; });
        if (count == 1) continue;
        std::string there;
        for (const CodeSource* source : archives) there += (there.empty() ? "" : ", ") + source->name;
        return bad_grant(
            count == 0 ? "there is no archive '" + name + "' on the class path"
                       : "there are " + std::to_string(count) + " archives '" + name + "' on the class path",
            there.empty() ? "no archive but the program is on it" : "those on it are " + there);
    }
    return {};
}

std::vector<const Grants*> Capabilities::grants_of(const CodeSource& source) const {
    std::vector<const Grants*> out;
    for (const std::string_view name : {std::string_view(source.name), kEveryArchive})
        if (const auto it = archives_.find(name); it != archives_.end()) out.push_back(&it->second);
    return out;
}

template <typename Ask>
std::string Capabilities::ask_all(std::string_view capability, std::string_view resource, Callers callers,
                                  Ask&& ask) const {
    // The program first: without it nobody has anything, and its option is the one to give first.
    if (const Verdict verdict = ask(program_); verdict != Verdict::Granted)
        return refusal(capability, resource, verdict, nullptr, callers);
    const KnownCapability* known = find_capability(capability);
    for (const CodeSource* source : callers) {
        if (!is_archive(*source)) continue;
        Verdict best =
            all_ || (known != nullptr && known->by_default) ? Verdict::Granted : Verdict::NotGranted;
        for (const Grants* grants : grants_of(*source)) {
            const Verdict verdict = ask(*grants);
            if (verdict == Verdict::Denied) best = verdict;
            if (verdict == Verdict::Granted && best == Verdict::NotGranted) best = verdict;
            if (best == Verdict::Denied) break;
        }
        if (best != Verdict::Granted) return refusal(capability, resource, best, source, callers);
    }
    return {};
}

std::string Capabilities::check_path(std::string_view capability, std::string_view text,
                                     const ResolvedPath* path, Callers callers) const {
    const std::string plain = plain_path(text);
    // What cannot be resolved lies nowhere: only a grant of everything has it.
    return ask_all(capability, text, callers, [&](const Grants& grants) {
        return path != nullptr ? grants.ask_path(capability, *path, plain) : grants.ask(capability, {});
    });
}

std::string Capabilities::check(std::string_view capability, std::string_view resource,
                                Callers callers) const {
    const KnownCapability* known = find_capability(capability);
    if (known != nullptr && known->scope == ScopeKind::Path && !resource.empty()) {
        const auto path = resolve_path(resource);
        return check_path(capability, resource, path ? &*path : nullptr, callers);
    }
    return ask_all(capability, resource, callers,
                   [&](const Grants& grants) { return grants.ask(capability, resource); });
}

std::string Capabilities::check_any(std::string_view capability, Callers callers) const {
    return ask_all(capability, {}, callers, [&](const Grants& grants) {
        return grants.any(capability)                          ? Verdict::Granted
               : grants.ask(capability, {}) == Verdict::Denied ? Verdict::Denied
                                                               : Verdict::NotGranted;
    });
}

// A folder that holds what is denied would take it along, to a name that is not denied.
std::string Capabilities::check_moving(std::string_view text, const ResolvedPath& path,
                                       Callers callers) const {
    return ask_all("fs.write", text, callers, [&](const Grants& grants) {
        return grants.holds_denied(path) ? Verdict::Denied : Verdict::Granted;
    });
}

bool Capabilities::always(std::string_view capability) const {
    // Whatever the program has without being given it, an archive has too.
    return program_.everything(capability) &&
           std::none_of(archives_.begin(), archives_.end(),
                        [&](const auto& archive) { return archive.second.denies(capability); });
}

}  // namespace skua::vm
