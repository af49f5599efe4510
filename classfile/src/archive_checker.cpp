#include "archive_checker.h"

#include <algorithm>
#include <zlib.h>

#include "archive_index.h"
#include "skua/classfile/limits.h"
#include "skua/classfile/text_form.h"

namespace skua::classfile {

using namespace zip;

Diagnostic archive_error(std::string_view archive, std::string_view entry, std::string_view rule,
                         std::string message) {
    Diagnostic d;
    d.file = archive;
    if (!entry.empty()) d.file += "!" + std::string(entry);
    d.rule = rule;
    d.message = std::move(message);
    return d;
}

Result<> ArchiveChecker::open() {
    SKUA_TRY(end_record());
    std::size_t place = directory_;
    std::uint64_t expected_offset = 0;
    std::uint64_t total = 0;
    std::string_view previous;
    std::size_t index_at = 0;
    for (std::uint32_t i = 0; i < count_; ++i) {
        Record r;
        SKUA_TRY(next_record(place, r));
        if (r.offset != expected_offset)
            return i == 0 ? fail("A003", "the archive has bytes in front of its first entry")
                          : fail("A012", "entries overlap, or bytes between them belong to none", r.name);
        expected_offset += kLocalSize + r.name.size() + r.common.packed_size;
        if (expected_offset > directory_)
            return fail("A014", "the entry is said to reach beyond the contents", r.name);
        total += r.common.size;
        if (total > kMaxTotalBytes) return fail("A015", "the entries together unpack to more than 4 GiB");
        SKUA_TRY(first_entries(r, i));
        if (i == 0) {
            index_at = archive_.index_header_;
        } else {
            if (i > 2 && previous >= r.name)
                return fail(
                    "A010",
                    previous == r.name ? "the name occurs twice" : "the entries are not sorted by name",
                    r.name);
            if (i > 1 && (r.name == kIndexEntry || r.name == kManifestEntry))
                return fail("A010", "the name occurs twice", r.name);
            previous = r.name;
            SKUA_TRY(index_line(index_at, r));
        }
    }
    if (place != directory_end_) return fail("A012", "the directory is longer than its entries");
    if (expected_offset != directory_)
        return fail("A012", "bytes between the entries and the directory belong to none");
    if (count_ < 2)
        return fail(count_ == 0 ? "A017" : "A019",
                    count_ == 0 ? "the archive has no META/index" : "the archive has no META/manifest");
    if (index_at != archive_.index_.size())
        return fail("A018", "the index names entries that the archive does not have", kIndexEntry);
    return {};
}

Result<> ArchiveChecker::have_end(std::uint64_t offset) {
    if (archive_.fd_ < 0 || (!archive_.bytes_.empty() && offset >= archive_.bytes_at_)) return {};
    std::vector<std::uint8_t> end;
    auto bytes = archive_.part(offset, static_cast<std::size_t>(archive_.size_ - offset), end);
    if (!bytes) return std::move(bytes).error();
    archive_.owned_ = std::move(end);
    archive_.bytes_ = archive_.owned_;
    archive_.bytes_at_ = offset;
    return {};
}

Result<std::uint32_t> ArchiveChecker::first_word() const {
    if (archive_.size_ < 4) return 0u;
    std::vector<std::uint8_t> buffer;
    auto bytes = archive_.part(0, 4, buffer);
    if (!bytes) return std::move(bytes).error();
    return u32(bytes->data());
}

constexpr std::size_t kMaxComment = 0xFFFF;

Result<> ArchiveChecker::no_end_record() const {
    const std::uint64_t size = archive_.size_;
    const auto reach = static_cast<std::size_t>(std::min<std::uint64_t>(size, kEndSize + kMaxComment));
    for (std::size_t back = kEndSize; back <= reach; ++back) {
        const std::uint8_t* p = at(size - back);
        if (u32(p) != kEndSignature) continue;
        if (u16(p + 20) == back - kEndSize) return fail("A013", "the archive has a comment");
        return fail("A002", "the archive is followed by " + std::to_string(back - kEndSize) +
                                " bytes that do not belong to it");
    }
    auto first = first_word();
    if (!first) return std::move(first).error();
    if (*first == kLocalSignature)
        return fail("A001", "the end of the archive is missing: the file is truncated");
    return fail("A001", size == 0 ? "the file is empty" : "this is not a Skua archive");
}

Result<> ArchiveChecker::end_record() {
    const std::uint64_t size = archive_.size_;
    if (size > 0xFFFFFFFFu) return fail("A004", "the archive is larger than 4 GiB");
    SKUA_TRY(have_end(size - std::min<std::uint64_t>(size, kEndSize + kMaxComment)));
    if (size < kEndSize || u32(at(size - kEndSize)) != kEndSignature || u16(at(size - 2)) != 0)
        return no_end_record();
    const std::uint8_t* p = at(size - kEndSize);
    const std::uint16_t here = u16(p + 8);
    count_ = u16(p + 10);
    const std::uint32_t directory_size = u32(p + 12);
    directory_ = u32(p + 16);
    if (count_ == 0xFFFF || directory_size == 0xFFFFFFFF || directory_ == 0xFFFFFFFF ||
        (size >= kEndSize + 20 && u32(p - 20) == kZip64LocatorSignature))
        return fail("A004", "the archive uses zip64");
    if (u16(p + 4) != 0 || u16(p + 6) != 0 || here != count_)
        return fail("A005", "the archive is one of several parts");
    const std::uint64_t end = std::uint64_t{directory_} + directory_size;
    if (end > size - kEndSize) return fail("A014", "the directory is said to lie beyond the end");
    if (end < size - kEndSize) {
        auto first = first_word();
        if (!first) return std::move(first).error();
        return fail("A003", *first != kLocalSignature
                                ? "the archive has bytes in front of its first entry"
                                : "bytes between the directory and its end record belong to nothing");
    }
    directory_end_ = static_cast<std::uint32_t>(end);
    // Before a large file's directory is read: no record is longer.
    if (directory_size > std::uint64_t{count_} * (kCentralSize + kMaxNameBytes))
        return fail("A012", "the directory is longer than its entries");
    return have_end(directory_);
}

Result<> ArchiveChecker::next_record(std::size_t& place, Record& record) const {
    const std::uint8_t* p = at(place);
    if (directory_end_ - place < kCentralSize || u32(p) != kCentralSignature)
        return fail("A014", "the directory has fewer entries than it says");
    record.common = common(p + 8);
    record.offset = u32(p + 42);
    if (record.common.name_size > directory_end_ - place - kCentralSize)
        return fail("A014", "the directory ends inside a name");
    record.name = {reinterpret_cast<const char*>(p) + kCentralSize, record.common.name_size};
    if (const char* problem = entry_name_problem(record.name))
        return fail("A009", "the name " + quoted(record.name.substr(0, 100)) +
                                " of an entry is not allowed: " + problem);
    SKUA_TRY(check_record(p, record));
    place += kCentralSize + record.name.size();
    return {};
}

Result<> ArchiveChecker::check_record(const std::uint8_t* p, const Record& r) const {
    const Common& c = r.common;
    // What does not fit these fields stands in an extra field of zip64's.
    if (c.packed_size == kZip64Field || c.size == kZip64Field || r.offset == kZip64Field)
        return fail("A004", "the entry uses zip64", r.name);
    if ((c.flags & kEncrypted) != 0) return fail("A006", "the entry is encrypted", r.name);
    if ((c.flags & kDataDescriptor) != 0)
        return fail("A007", "the sizes of the entry stand behind it, in a data descriptor", r.name);
    if (c.flags != kUtf8Names)
        return fail("A007", "the entry uses features of zip that archives do not have", r.name);
    if (c.method != kStored && c.method != kDeflated)
        return fail(
            "A008",
            "the entry is packed by method " + std::to_string(c.method) + ", neither stored nor deflated",
            r.name);
    if (c.extra_size != 0 || u16(p + 32) != 0)
        return fail("A013", "the entry has extra fields or a comment", r.name);
    if (u16(p + 34) != 0) return fail("A005", "the entry is on another part", r.name);
    const std::uint32_t attributes = u32(p + 38);
    if (attributes != kFileMode)
        return fail("A011",
                    (attributes >> 16 & 0170000) == 0120000 ? "the entry is a symbolic link"
                                                            : "the entry is not an ordinary file",
                    r.name);
    if (u16(p + 4) != kVersionMadeBy || u16(p + 6) != kVersionNeeded || c.time != kDosTime ||
        c.date != kDosDate || u16(p + 36) != 0)
        return fail("A016", "the entry has a time stamp or version that archives do not have: pack with vmar",
                    r.name);
    if (c.size > kMaxEntryBytes) return fail("A015", "the entry unpacks to more than 1 GiB", r.name);
    if (c.method == kStored && c.packed_size != c.size)
        return fail("A014", "a stored entry has two different sizes", r.name);
    if (c.method == kDeflated && c.size > kBombSize && c.size / kBombRatio > c.packed_size)
        return fail("A015",
                    "the entry unpacks to more than " + std::to_string(kBombRatio) + " times its size",
                    r.name);
    return {};
}

// META/index is the first entry and stored, META/manifest the second.
Result<> ArchiveChecker::first_entries(const Record& r, std::uint32_t i) {
    if (i == 1 && r.name != kManifestEntry)
        return fail("A019", "the second entry is not META/manifest", r.name);
    if (i != 0) return {};
    if (r.name != kIndexEntry || r.common.method != kStored)
        return fail("A017", "the first entry is not a stored META/index", r.name);
    return read_index(r);
}

Result<> ArchiveChecker::read_index(const Record& r) {
    // Before a large file's index is read: a line is a name and columns, and so is a record.
    const std::uint64_t lines = std::uint64_t{directory_end_} - directory_ + count_ * (kIndexTail + 1);
    if (r.common.size > kIndexHeader.size() + lines)
        return fail("A018", "the index is longer than the directory's entries need", r.name);
    auto text = archive_.part(kLocalSize + r.name.size(), r.common.size, archive_.index_bytes_);
    if (!text) return std::move(text).error();
    archive_.index_ = {reinterpret_cast<const char*>(text->data()), text->size()};
    if (!archive_.index_.starts_with(kIndexHeader))
        return fail("A017", "the index has an unknown form", r.name);
    archive_.index_header_ = kIndexHeader.size();
    if (::crc32(0, text->data(), r.common.size) != r.common.crc)
        return fail("A021", "the checksum is wrong: the archive is damaged", r.name);
    return {};
}

Result<> ArchiveChecker::index_line(std::size_t& place, const Record& r) const {
    const std::string_view index = archive_.index_;
    const std::size_t end = place + r.name.size() + kIndexTail;
    EntryInfo entry;
    if (end >= index.size() || index[end] != '\n' ||
        !parse_index_line(index.substr(place, end - place), entry) || entry.name != r.name ||
        entry.offset != r.offset || entry.packed_size != r.common.packed_size ||
        entry.size != r.common.size || entry.deflated != (r.common.method == kDeflated))
        return fail("A018", "the index does not agree with the directory", r.name);
    place = end + 1;
    return {};
}

Result<> ArchiveChecker::local_headers() {
    SKUA_TRY(end_record());
    std::size_t place = directory_;
    std::vector<std::uint8_t> buffer;
    for (std::uint32_t i = 0; i < count_; ++i) {
        Record r;
        SKUA_TRY(next_record(place, r));
        auto header = archive_.part(r.offset, kLocalSize + r.name.size(), buffer);
        if (!header) return std::move(header).error();
        const std::uint8_t* p = header->data();
        const Common local = common(p + 6);
        const Common& c = r.common;
        const bool same =
            u32(p) == kLocalSignature && u16(p + 4) == kVersionNeeded && local.flags == c.flags &&
            local.method == c.method && local.time == c.time && local.date == c.date && local.crc == c.crc &&
            local.packed_size == c.packed_size && local.size == c.size && local.name_size == c.name_size &&
            local.extra_size == 0 &&
            std::equal(r.name.begin(), r.name.end(), reinterpret_cast<const char*>(p) + kLocalSize);
        if (!same) return fail("A020", "the header of the entry does not agree with the directory", r.name);
    }
    return {};
}

}  // namespace skua::classfile
