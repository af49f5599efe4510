// What one party, the program or an archive, was granted and denied.
//
// Grants are made before guest code runs and never change then: asking takes no lock.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caps/beneath.h"
#include "caps/path_scope.h"
#include "skua/classfile/result.h"

namespace skua::vm {

// A capability and what it is for: "fs.read:data" is {"fs.read", "data"}. An empty scope is everything.
struct Grant {
    std::string capability;
    std::string scope;
};

enum class ScopeKind : std::uint8_t { None, Path, Host, Name };

struct KnownCapability {
    std::string_view name;
    ScopeKind scope;
    bool by_default;  // granted unless denied
};

// What is wrong with a grant as it was written, and what to write.
Diagnostic bad_grant(std::string message, std::string hint);

// Null if there is no such capability.
const KnownCapability* find_capability(std::string_view name);
std::size_t capability_count();
// For messages: "fs.read, fs.write, ...", with those that are granted by default or without.
std::string capability_names(bool with_defaults);

// A folder that is held open since it was granted, and where it was found.
struct Anchor {
    OpenFd folder;
    std::string path;
};

class Grants {
public:
    // The capability is known; `option` is what stands before a grant in messages. Errors: a scope where
    // there is none, a path that cannot be resolved.
    Result<void> allow(const Grant& grant, std::string_view option) { return add(allowed_, grant, option); }
    Result<void> deny(const Grant& grant, std::string_view option) { return add(denied_, grant, option); }
    void allow_all() { all_ = true; }

    enum class Verdict : std::uint8_t { Granted, NotGranted, Denied };

    // `resource`: "host:port" or a name; empty for all there are.
    [[nodiscard]] Verdict ask(std::string_view capability, std::string_view resource) const;
    // Of a path. `plain` is how it was written (plain_path), for files that were granted by a name that leads
    // to what a process has open.
    [[nodiscard]] Verdict ask_path(std::string_view capability, const ResolvedPath& path,
                                   std::string_view plain) const;
    // May anything be done with it, whatever its scope?
    [[nodiscard]] bool any(std::string_view capability) const;
    [[nodiscard]] bool denies(std::string_view capability) const;
    // Everything, with nothing denied of this capability?
    [[nodiscard]] bool everything(std::string_view capability) const;

    // Would removing or renaming the path take along what is denied? Then names would no longer tell.
    [[nodiscard]] bool holds_denied(const ResolvedPath& path) const;
    // The open folder of the narrowest grant of a path, null if the grant names no folder.
    [[nodiscard]] const Anchor* anchor(std::string_view capability, const ResolvedPath& path) const;
    // The open file that was granted by the name of what a process has open ("/dev/stdin"); null if none was.
    [[nodiscard]] const OpenFd* held(std::string_view capability, std::string_view plain) const;
    // Was a place in /proc or /dev, or this very file, granted? Devices are opened only then.
    [[nodiscard]] bool names_device(std::string_view capability, const ResolvedPath& path) const;

private:
    struct Row {
        Grant grant;  // as it was given
        ResolvedPath path;
        std::string plain;
        std::shared_ptr<Anchor> anchor;
        std::shared_ptr<OpenFd> held;
    };
    static Result<void> add(std::vector<Row>& rows, const Grant& grant, std::string_view option);
    static bool covers(const Row& row, std::string_view capability, const ResolvedPath& path);
    [[nodiscard]] bool by_default(std::string_view capability) const;

    bool all_ = false;
    std::vector<Row> allowed_, denied_;
};

}  // namespace skua::vm
