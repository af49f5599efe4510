// What is checked when an archive is opened: the whole zip structure and the index, no contents.
// Rules A001..A020 of docs/classfile-format.md. Private to classfile.
#pragma once

#include <string_view>

#include "skua/classfile/archive.h"
#include "zip_format.h"

namespace skua::classfile {

Diagnostic archive_error(std::string_view archive, std::string_view entry, std::string_view rule,
                         std::string message);

class ArchiveChecker {
public:
    explicit ArchiveChecker(Archive& archive) : archive_(archive) {}

    // Sets the archive's index.
    Result<> open();
    // The local header of every entry repeats the central directory.
    Result<> local_headers();

private:
    struct Record {  // of the central directory
        zip::Common common;
        std::string_view name;
        std::uint32_t offset = 0;
    };

    [[nodiscard]] Diagnostic fail(std::string_view rule, std::string message,
                                  std::string_view entry = {}) const {
        return archive_error(archive_.display_name_, entry, rule, std::move(message));
    }
    // From here on the end of a large file is in memory.
    Result<> have_end(std::uint64_t offset);
    [[nodiscard]] const std::uint8_t* at(std::uint64_t offset) const {
        return archive_.bytes_.data() + (offset - archive_.bytes_at_);
    }
    // The first four bytes; 0 if there are not so many.
    Result<std::uint32_t> first_word() const;
    Result<> end_record();
    [[nodiscard]] Result<> no_end_record() const;
    Result<> next_record(std::size_t& place, Record& record) const;
    [[nodiscard]] Result<> check_record(const std::uint8_t* p, const Record& r) const;
    Result<> first_entries(const Record& r, std::uint32_t i);
    Result<> read_index(const Record& r);
    Result<> index_line(std::size_t& place, const Record& r) const;

    Archive& archive_;
    std::uint32_t count_ = 0;
    std::uint32_t directory_ = 0, directory_end_ = 0;
};

}  // namespace skua::classfile
