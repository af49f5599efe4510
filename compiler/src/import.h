// The class path: where compiled modules without source are found.
//
// Entries are folders (class file of `a.b.C` at a/b/C.skc) and archives (.ska). Nothing is read
// before it is asked for; what was read is kept, so a ClassFile pointer stays valid as long as the
// ClassPath. Not thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "skua/classfile/class_file.h"
#include "skua/classfile/result.h"

namespace skua::compiler {

class ClassPath {
public:
    ClassPath();
    ~ClassPath();
    ClassPath(const ClassPath&) = delete;
    ClassPath& operator=(const ClassPath&) = delete;

    // A folder, or an archive (anything that is a file). The error names what is wrong with it.
    Result<> add(const std::filesystem::path& entry);
    // A class file given in memory (tests; modules compiled earlier in the same process).
    void add(classfile::ClassFile file);

    // Null if there is none of that name ("a.b.C", or a module's "a.b"); a file that is there but
    // broken is an error.
    Result<const classfile::ClassFile*> find(std::string_view name);
    // Whether `find` would find a file, without reading it.
    [[nodiscard]] bool contains(std::string_view name);
    // The names of all class files of the archives, for suggestions.
    [[nodiscard]] std::vector<std::string> names_in_archives();
    // Whether some type or module lies below this module name (for "no such module" messages).
    [[nodiscard]] bool contains_module(std::string_view module);

    // From now on lookups() remembers; costs a digest of each class file that is read.
    void record_lookups() { recording_ = true; }
    // Everything that was asked since record_lookups(), and the answers: `class:NAME` to the digest of the
    // file's bytes, or `-`; `name:NAME` and `module:NAME`, the questions of contains(), to `+` or `-`.
    // Another class path that gives the same answers is as good for whoever asked.
    [[nodiscard]] const std::map<std::string, std::string>& lookups() const { return lookups_; }
    [[nodiscard]] bool answers_as(const std::map<std::string, std::string>& lookups);

private:
    Result<const classfile::ClassFile*> look_up(std::string_view name, std::string& digest);
    [[nodiscard]] bool look_for(std::string_view name);
    [[nodiscard]] bool look_for_module(std::string_view module);
    struct Entry;
    std::vector<std::unique_ptr<Entry>> entries_;
    struct Known {
        std::unique_ptr<classfile::ClassFile> file;
        std::string digest;
    };
    const classfile::ClassFile* keep(std::string name, classfile::ClassFile file, std::string digest);
    std::unordered_map<std::string, Known> cache_;
    bool recording_ = false;
    std::map<std::string, std::string> lookups_;
};

}  // namespace skua::compiler
