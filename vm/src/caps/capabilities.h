// What the guest may reach: the grants of one Vm, and the one function that checks them.
//
// Nothing but the standard streams, the arguments and the clock is granted by itself. Grants are
// made before guest code runs; checking takes no lock.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/result.h"

namespace skua::vm {

class Capabilities {
public:
    // "fs.read", "fs.read:DIR-OR-FILE", "net:host:port", "env:NAME", ...; "fs" is fs.read and fs.write.
    // The scope of fs is a path: it grants this file, or everything below this folder. Errors: an
    // unknown capability, a scope where there is none, a path that cannot be resolved.
    Result<void> allow(std::string_view grant);
    void allow_all() { all_ = true; }

    // Empty if granted, else one sentence: what was not granted and the option that would grant it.
    // `resource`: a path, "host:port", a name; empty for the capability without a scope.
    // Paths are resolved before they are compared: symbolic links, "." and "..".
    [[nodiscard]] std::string check(std::string_view capability, std::string_view resource) const;

    // Is there any grant of this capability, whatever its scope?
    [[nodiscard]] bool any(std::string_view capability) const;

    // For messages and --help: "fs.read, fs.write, ...".
    [[nodiscard]] static std::string known();

private:
    struct Grant {
        std::string capability;
        std::string scope;  // empty: everything; fs: resolved absolute path
    };
    [[nodiscard]] bool granted(std::string_view capability, std::string_view resource) const;

    bool all_ = false;
    std::vector<Grant> grants_;
};

}  // namespace skua::vm
