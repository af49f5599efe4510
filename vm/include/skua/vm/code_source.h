// Where code comes from, as far as its rights go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace skua::vm {

// The library; the program; or one archive of the class path, which has what its program passes on to it.
// Made by the loader that reads the code; lives as long as that.
struct CodeSource {
    enum class Kind : std::uint8_t {
        System,   // std: asks for whoever called it, and so never counts itself
        Program,  // the archive that is run, and all folders of the class path
        Archive,
    };
    Kind kind = Kind::System;
    std::string name;  // of an archive: as its manifest says, or its file's
    std::string file;  // for messages
    // Of an archive's manifest.
    std::vector<std::string> needs;   // "fs.read:data"
    std::vector<std::string> passes;  // "json/fs.read:data"
};

}  // namespace skua::vm
