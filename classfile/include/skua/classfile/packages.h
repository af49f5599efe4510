// From dependencies by name and range to archives: which ones a program runs with. docs/packages.md.
//
// There is one version of a name at a time, since classes have one name space. The newest versions that
// fulfil every range are taken; what is on the class path is not chosen but there.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/archive.h"
#include "skua/classfile/result.h"

namespace skua::classfile {

// Something that wants archives: a program's archive, a library's, or a project that has none yet.
struct Package {
    Manifest manifest;
    std::string place;                 // path of its archive or project file: for messages
    std::shared_ptr<Archive> archive;  // null: a project

    // "json 1.4.0", or the place of what has no name.
    [[nodiscard]] std::string title() const;
    static Result<Package> of(std::shared_ptr<Archive> archive);
};

// The versions and digests that were chosen once: skua.lock.
struct LockFile {
    struct Line {
        std::string name, version, digest;  // SHA-256 in hexadecimal
        friend bool operator==(const Line&, const Line&) = default;
    };
    std::string program;  // for which they were chosen; empty: its archive or project has no name
    std::vector<Line> lines;
    std::string place;  // its path, for messages

    [[nodiscard]] const Line* find(std::string_view name) const;
    [[nodiscard]] std::string to_text() const;
    static Result<LockFile> parse(std::string_view text, std::string place);
    // Nothing if there is no such file.
    static Result<std::optional<LockFile>> read(const std::string& path);
    // The lock file of a folder, if it is this program's; several programs may lie in one folder.
    static Result<std::optional<LockFile>> of_folder(const std::string& folder, std::string_view program);
};

struct ResolveRequest {
    std::vector<Package> roots;        // whose dependencies are wanted: programs, archives of the class path
    std::vector<std::string> folders;  // where NAME.ska and NAME-*.ska are looked for
    const LockFile* lock = nullptr;
};

// Where to look: the folders that are `named`, separated by ':'; without any, those of $SKUA_ARCHIVES;
// without any, the folder of the program or project and archives/ in it.
[[nodiscard]] std::vector<std::string> archive_folders(std::string_view named, const std::string& home);

// The archives that fulfil the roots' dependencies and each other's, every one once, in the order of their
// names.
struct Resolution {
    std::vector<Package> all;
    std::vector<Package> found;  // of these, what is no root
};

// Errors name who wants what and what was found.
Result<Resolution> resolve(const ResolveRequest& request);

// The folder that a file lies in, "." if its path names none.
[[nodiscard]] std::string folder_of(const std::string& path);

// What a lock file for these packages says.
Result<LockFile> lock_of(std::string_view program, std::span<const Package> packages);

}  // namespace skua::classfile
