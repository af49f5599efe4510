// What the guest may reach: the grants of one Vm, and the functions that check them.
//
// The program has what the user granted; an archive of the class path has what was passed on to it, by the
// user or by the program's manifest, and never more than the program. Code asks with the rights of all
// archives that have a call on its stack (docs/decisions/009-rights-of-archives.md).
//
// Nothing but the standard streams, the arguments and the clock is granted by itself. Grants are made before
// guest code runs; checking takes no lock of its own.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caps/grants.h"
#include "skua/classfile/result.h"
#include "skua/vm/code_source.h"

namespace skua::vm {

class Capabilities {
public:
    using Callers = std::span<const CodeSource* const>;

    // `embedded`: what messages name is a host's (wording.h).
    explicit Capabilities(bool embedded = false) : embedded_(embedded) {}

    // "fs.read", "fs.read:DIR-OR-FILE", "net:host:port", "env:NAME", ...; "fs" is fs.read and fs.write. The
    // scope of fs is a path: this file, or everything below this folder. Before it ARCHIVE/ for what is
    // passed on to the archive of this name, */ for all archives. Errors: an unknown capability, a scope
    // where there is none, a path that cannot be resolved.
    Result<void> allow(std::string_view grant);
    // The same, taken away; wins over what is allowed.
    Result<void> deny(std::string_view grant);
    // Everything, to the program and to all archives.
    void allow_all() { all_ = true, program_.allow_all(); }

    // Empty if granted, else one sentence: what was not granted, to which archive if it is not the program,
    // and what would grant it. `resource`: a path, "host:port", a name; empty for the capability
    // without a scope. Paths are resolved before they are compared: symbolic links, "." and "..". `callers`:
    // where the code on the stack comes from, innermost first, each once.
    [[nodiscard]] std::string check(std::string_view capability, std::string_view resource,
                                    Callers callers = {}) const;
    // The same for some resource, whichever.
    [[nodiscard]] std::string check_any(std::string_view capability, Callers callers = {}) const;
    [[nodiscard]] bool any(std::string_view capability) const { return program_.any(capability); }
    // Has everybody got it, whoever calls?
    [[nodiscard]] bool always(std::string_view capability) const;

    // Opens a path as open() does, if the capability is granted for it, from the granted folder down without
    // following links. -1 with `denied`, or with errno.
    int open_path(std::string_view capability, const char* path, int flags, mode_t mode, Callers callers,
                  std::string& denied) const;
    // The folder in which the path's last name is, for calls such as unlinkat; the name itself is not
    // followed.
    int open_parent(std::string_view capability, const char* path, std::string& name, Callers callers,
                    std::string& denied) const;

    // Every archive that grants name must be there, and be one.
    Result<void> check_archives(std::span<const CodeSource* const> archives) const;

private:
    // A grant's text, taken apart.
    struct Parsed {
        std::string archive;  // empty: the program
        std::vector<Grant> grants;
    };
    static Result<Parsed> parse(std::string_view text, std::string_view option, std::string_view verb);
    // Those of the program, whose verdict on an archive's calls counts as well, or of an archive: up to two.
    [[nodiscard]] std::vector<const Grants*> grants_of(const CodeSource& source) const;
    // Asks everyone who counts; the first refusal.
    template <typename Ask>
    [[nodiscard]] std::string ask_all(std::string_view capability, std::string_view resource, Callers callers,
                                      Ask&& ask) const;
    [[nodiscard]] std::string check_path(std::string_view capability, std::string_view text,
                                         const ResolvedPath* path, Callers callers) const;
    [[nodiscard]] std::string check_moving(std::string_view text, const ResolvedPath& path,
                                           Callers callers) const;
    [[nodiscard]] const Anchor* anchor(std::string_view capability, const ResolvedPath& path,
                                       Callers callers) const;
    [[nodiscard]] std::string refusal(std::string_view capability, std::string_view resource,
                                      Grants::Verdict verdict, const CodeSource* refused,
                                      Callers callers) const;

    const bool embedded_;
    bool all_ = false;
    Grants program_;
    std::map<std::string, Grants, std::less<>> archives_;  // "*": of each of them
};

}  // namespace skua::vm
