// What a plugin says of itself (skua/describe.h), as another process has told it: vmc loads no machine code.
// Everything in it is untrusted.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/archive.h"
#include "skua/classfile/result.h"

namespace skua::compiler {

struct NativeDescription {
    std::string name;                     // "checksum.crc32"
    std::string signature;                // "([u8])u32"
    std::string capability;               // asked for before each call; empty: none
    std::vector<std::string> parameters;  // names, without the receiver; perhaps fewer than there are
    std::string doc;
    std::string method;  // "get Stream.sum": what it is to a class around a handle; empty: nothing
    bool hidden = false;
};

struct TypeDescription {
    std::string name, declaration, doc, members;
};

struct PluginDescription {
    std::string file;  // path, for messages
    std::string name, version, doc;
    std::vector<NativeDescription> natives;
    std::vector<TypeDescription> types;

    [[nodiscard]] const NativeDescription* find(std::string_view native) const;
    // "the plugin `checksum` 1.0 (plugins/checksum.so)"
    [[nodiscard]] std::string title() const;
};

// Reads the text of `vmrun --describe-plugin`. The error is the plugin's own, or that the text is none.
Result<PluginDescription> parse_plugin_description(std::string_view text, const std::string& file);

// The text of the plugin of a file; the error says why there is none.
using DescribePlugin = std::function<Result<std::string>(const std::string& file)>;

// The plugins that modules name, as far as they are found.
struct KnownPlugins {
    std::map<std::string, Result<PluginDescription>, std::less<>> by_library;
    std::string digest;  // of all texts; empty if none is known
};

// Looks for LIBRARY.so in the folders, the first one counts. `needs`: which versions are wanted.
KnownPlugins find_plugins(const std::set<std::string>& libraries, std::span<const std::string> folders,
                          std::span<const classfile::Dependency> needs, const DescribePlugin& describe);

// "(string,[u8])u32" in its parts; nothing if it is no signature.
struct SignatureParts {
    std::vector<std::string_view> params;
    std::string_view result;
};
std::optional<SignatureParts> split_signature(std::string_view text);

// A type of a signature as it is written in the source of a module: `[int]` of "[i64]", `Point` of
// "geometry.Point". Full names of types of other modules are added to `used`, if given.
std::string source_type(std::string_view text, std::string_view module,
                        std::set<std::string>* used = nullptr);

// "data: [u8], n: int" of parameters; `names` may be too few, and none of those in `taken` is used. The names
// that were used are added to `used_names`, if given.
std::string source_parameters(std::span<const std::string_view> types, std::span<const std::string> names,
                              std::string_view module, std::set<std::string> taken,
                              std::set<std::string>* used, std::vector<std::string>* used_names = nullptr);

// "fn crc32(data: [u8]): u32" of the last name of `native`. `names` of parameters may be too few. `receiver`:
// the signature begins with the type whose method it is.
std::string source_header(std::string_view native, const SignatureParts& parts,
                          std::span<const std::string> names, std::string_view module, bool receiver,
                          std::set<std::string>* used = nullptr);

[[nodiscard]] bool is_name_byte(char c);
// A name that is no keyword.
[[nodiscard]] bool is_plain_name(std::string_view text);

}  // namespace skua::compiler
