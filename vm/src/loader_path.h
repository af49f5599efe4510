// One element of a loader's class path: where class files are found by name.
//
// Immutable after construction; all members may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/archive.h"
#include "skua/classfile/result.h"

namespace skua::vm {

class ClassPathEntry {
public:
    virtual ~ClassPathEntry() = default;

    // `file` is the path of a class file relative to the root, such as "bank/Account.skc".
    [[nodiscard]] virtual bool contains(const std::string& file) const = 0;
    // The bytes, valid as long as this entry; nullopt if there is no such file. Errors: there is
    // one that cannot be read.
    virtual Result<std::optional<classfile::EntryData>> read(const std::string& file) const = 0;
    // Names of class files in a folder ("" is the root), without ".skc": for suggestions only, so
    // at most `limit` of them, in no order.
    virtual void list(const std::string& folder, std::size_t limit, std::vector<std::string>& out) const = 0;
    // For messages: the folder or archive as the user named it, and a file in it.
    [[nodiscard]] virtual const std::string& display_name() const = 0;
    [[nodiscard]] virtual const classfile::Archive* archive() const { return nullptr; }  // null: a folder
    [[nodiscard]] virtual std::string display_file(const std::string& file) const = 0;
};

// A folder or an .ska archive of the file system.
Result<std::unique_ptr<ClassPathEntry>> open_class_path_entry(const std::string& path);
std::unique_ptr<ClassPathEntry> archive_entry(std::shared_ptr<classfile::Archive> archive,
                                              std::string display_name);

// "bank.Account" to "bank/Account.skc"; nullopt if the name is none that could have a file.
[[nodiscard]] std::optional<std::string> class_file_path(std::string_view name);

}  // namespace skua::vm
