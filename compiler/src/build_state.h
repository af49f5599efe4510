// What `vmc -o DIR` remembers in DIR/.skua-build from one time to the next: of each module that compiled
// without warnings, what it was made of and what was made of it. A file that is damaged, or another
// compiler's, counts as none.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace skua::compiler {

struct BuiltFile {
    std::string path;    // below the output folder
    std::string digest;  // hexadecimal, as all digests here
};

struct BuiltModule {
    std::string source;     // digest of its file's name and text
    std::string interface;  // interface_hash.h
    // Digest of the names and interfaces of all modules in source form that it may look at, through others
    // too.
    std::string reaches;
    std::vector<BuiltFile> outputs;
};

struct BuildState {
    std::string compiler;  // identity of the program
    std::string warnings;  // which were wanted
    std::string plugins;   // digest of what native declarations were compared with; empty: of nothing
    // What was asked of the class path, and what it answered (ClassPath::lookups).
    std::map<std::string, std::string> lookups;
    std::map<std::string, BuiltModule> modules;

    [[nodiscard]] std::string to_text() const;
    static BuildState parse(std::string_view text);
};

std::string hex_digest(std::string_view bytes);

// Differs for each build of the compiler.
std::string compiler_identity();

}  // namespace skua::compiler
