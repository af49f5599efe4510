// What of an archive others can use, and how two versions differ in it, by the rules of
// docs/classfile-format.md, "Binary compatibility". Not a library: part of vmar.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "skua/classfile/archive.h"
#include "skua/classfile/class_file.h"
#include "vmar.h"

namespace skua::vmar {

enum class Effect : std::uint8_t {
    Breaks,  // old callers that use it do not link, or are rejected by the verifier
    Value,   // old callers link and get something else
    Source,  // old callers link; sources that use it may have to change, or mean something else
    None,
};

struct ApiChange {
    std::string kind;    // "type", "function", "field", "global", "capability", "dependency", "plugin"
    std::string name;    // "json.Value.get"
    std::string change;  // "removed", "result changed", ...
    Effect effect = Effect::None;
    std::string before, after;  // declarations; empty if there is none
    std::string who;            // Breaks: whom, if not everybody who uses it
};

// The types and modules of an archive, by name.
using Api = std::map<std::string, classfile::ClassFile, std::less<>>;
Outcome read_api(const classfile::Archive& archive, Api& api);

// `library`: the standard library, as far as types of the archives are below its own.
std::vector<ApiChange> compare(const Api& before, const Api& after, const Api& library);

// Whether a type of either has a supertype that is in neither, so that `compare` wants to know the library.
bool has_supertypes_elsewhere(const Api& before, const Api& after);

}  // namespace skua::vmar
