#include <algorithm>
#include <new>
#include <utility>
#include <zlib.h>

#include "archive_index.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/reader.h"
#include "zip_format.h"

namespace skua::classfile {

namespace {

using Bytes = std::vector<std::uint8_t>;

Diagnostic failure(std::string message, std::string_view file = {}) {
    Diagnostic d;
    d.message = std::move(message);
    d.file = file;
    return d;
}

struct PackedEntry {
    std::string name;
    std::span<const std::uint8_t> packed;
    Bytes owned;  // what `packed` refers to, unless that belongs to somebody else
    bool deflated = false;
    std::uint32_t size = 0, crc = 0, offset = 0;
    Sha256 digest{};

    [[nodiscard]] std::uint32_t packed_size() const { return static_cast<std::uint32_t>(packed.size()); }
};

// The deflated form if it is smaller and does not look like a bomb.
Bytes deflate_bytes(std::span<const std::uint8_t> in) {
    z_stream stream{};
    if (in.empty()) return {};
    // Stored instead, the archive would have other bytes than usual.
    if (::deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
    Bytes out(in.size());
    stream.next_in = const_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size() - 1);  // no room: stored is as small
    const int result = ::deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    if (result != Z_STREAM_END) return {};
    if (in.size() > zip::kBombSize && in.size() / zip::kBombRatio > out.size()) return {};
    return out;
}

PackedEntry pack(std::string_view name, std::span<const std::uint8_t> contents, bool deflate) {
    PackedEntry e;
    e.name = name;
    e.size = static_cast<std::uint32_t>(contents.size());
    e.packed = contents;
    if (deflate) e.owned = deflate_bytes(contents);
    e.deflated = !e.owned.empty();
    if (e.deflated) e.packed = e.owned;
    e.crc = static_cast<std::uint32_t>(::crc32(0, contents.data(), static_cast<uInt>(contents.size())));
    e.digest = sha256(e.packed);
    return e;
}

class ZipWriter {
public:
    explicit ZipWriter(std::uint64_t size) { out_.reserve(size); }

    void local(const PackedEntry& e) {
        u32(zip::kLocalSignature);
        u16(zip::kVersionNeeded);
        common(e);
        text(e.name);
        out_.insert(out_.end(), e.packed.begin(), e.packed.end());
    }

    void central(const PackedEntry& e) {
        u32(zip::kCentralSignature);
        u16(zip::kVersionMadeBy);
        u16(zip::kVersionNeeded);
        common(e);
        u16(0);  // comment
        u16(0);  // disk
        u16(0);  // internal attributes
        u32(zip::kFileMode);
        u32(e.offset);
        text(e.name);
    }

    void end(std::size_t count, std::size_t directory) {
        const std::size_t directory_end = out_.size();
        u32(zip::kEndSignature);
        u16(0);
        u16(0);
        u16(static_cast<std::uint32_t>(count));
        u16(static_cast<std::uint32_t>(count));
        u32(static_cast<std::uint32_t>(directory_end - directory));
        u32(static_cast<std::uint32_t>(directory));
        u16(0);
    }

    [[nodiscard]] std::size_t position() const { return out_.size(); }
    Bytes take() { return std::move(out_); }

private:
    void common(const PackedEntry& e) {
        u16(zip::kUtf8Names);
        u16(e.deflated ? zip::kDeflated : zip::kStored);
        u16(zip::kDosTime);
        u16(zip::kDosDate);
        u32(e.crc);
        u32(e.packed_size());
        u32(e.size);
        u16(static_cast<std::uint32_t>(e.name.size()));
        u16(0);  // extra fields
    }
    void u16(std::uint32_t v) {
        out_.push_back(static_cast<std::uint8_t>(v));
        out_.push_back(static_cast<std::uint8_t>(v >> 8));
    }
    void u32(std::uint32_t v) {
        u16(v);
        u16(v >> 16);
    }
    void text(std::string_view s) { out_.insert(out_.end(), s.begin(), s.end()); }

    Bytes out_;
};

// A line feed in a value would start a line of its own.
bool one_line(std::string_view value) {
    return std::none_of(value.begin(), value.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool one_line_each(const Manifest& m) {
    const auto dependency = [](const Dependency& d) {
        return one_line(d.name) && one_line(d.versions) && one_line(d.digest);
    };
    return one_line(m.name) && one_line(m.version) && one_line(m.main) &&
           std::all_of(m.capabilities.begin(), m.capabilities.end(), one_line) &&
           std::all_of(m.passes.begin(), m.passes.end(), one_line) &&
           std::all_of(m.dependencies.begin(), m.dependencies.end(), dependency) &&
           std::all_of(m.plugins.begin(), m.plugins.end(), dependency);
}

std::span<const std::uint8_t> bytes_of(std::string_view s) {
    return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}

// All entries but the index, in order.
Result<Bytes> write_entries(std::vector<PackedEntry> entries) {
    if (entries.size() + 1 > zip::kMaxEntries)
        return failure("an archive cannot have more than 65534 entries");
    // The length of the index depends on names alone, so offsets are known before its text is.
    std::size_t index_size = kIndexHeader.size();
    for (const PackedEntry& e : entries) index_size += e.name.size() + kIndexTail + 1;
    std::uint64_t offset = zip::kLocalSize + kIndexEntry.size() + index_size;
    std::uint64_t unpacked = index_size;
    std::string index(kIndexHeader);
    for (PackedEntry& e : entries) {
        e.offset = static_cast<std::uint32_t>(offset);
        append_index_line(index, {e.name, offset, e.packed_size(), e.size, e.deflated, e.digest});
        offset += zip::kLocalSize + e.name.size() + e.packed_size();
        unpacked += e.size;
    }
    if (offset > 0xF0000000u || unpacked > zip::kMaxTotalBytes)
        return failure("the archive would exceed 4 GiB");
    const PackedEntry first = pack(kIndexEntry, bytes_of(index), false);

    ZipWriter out(offset + (entries.size() + 1) * 100);
    out.local(first);
    for (const PackedEntry& e : entries) out.local(e);
    const std::size_t directory = out.position();
    out.central(first);
    for (const PackedEntry& e : entries) out.central(e);
    out.end(entries.size() + 1, directory);
    return out.take();
}

}  // namespace

Result<> ArchiveWriter::add(std::string entry_name, std::vector<std::uint8_t> bytes) {
    if (const char* problem = entry_name_problem(entry_name))
        return failure("'" + entry_name + "' cannot be the name of an entry of an archive: " + problem);
    if (entry_name.starts_with("META/"))
        return failure("names below META/ belong to the archive itself", entry_name);
    if (bytes.size() > zip::kMaxEntryBytes)
        return failure("an entry of an archive cannot exceed 1 GiB", entry_name);
    if (entries_.contains(entry_name))
        return failure("the archive already has an entry of this name", entry_name);
    entries_[std::move(entry_name)] = std::move(bytes);
    return {};
}

Result<> ArchiveWriter::add_class(std::vector<std::uint8_t> bytes, std::string_view file_name) {
    auto file = read(bytes, file_name);
    if (!file) return std::move(file).error();
    return add(class_entry_name(file->str(file->name)), std::move(bytes));
}

Result<std::vector<std::uint8_t>> ArchiveWriter::finish(Packing packing) const {
    if (!one_line_each(manifest_)) return failure("a value of the manifest contains a control character");
    const std::string manifest = manifest_.to_text();
    auto parsed = Manifest::parse(manifest);
    if (!parsed) return std::move(parsed).error();

    std::vector<PackedEntry> packed;
    packed.reserve(entries_.size() + 1);
    const bool deflate = packing == Packing::Deflate;
    packed.push_back(pack(kManifestEntry, bytes_of(manifest), deflate));
    for (const auto& [name, contents] : entries_) packed.push_back(pack(name, contents, deflate));
    return write_entries(std::move(packed));
}

Result<std::vector<std::uint8_t>> Archive::with_signature(std::string_view text) const {
    std::vector<PackedEntry> all;
    PackedEntry signature = pack(kSignatureEntry, bytes_of(text), false);
    for (const EntryInfo& entry : entries()) {
        if (entry.name == kSignatureEntry) continue;
        if (!signature.name.empty() && entry.name != kManifestEntry && entry.name > kSignatureEntry)
            all.push_back(std::exchange(signature, {}));
        PackedEntry e;
        auto bytes = packed_bytes(entry, e.crc, e.owned);
        if (!bytes) return std::move(bytes).error();
        e.packed = *bytes;
        if (sha256(e.packed) != entry.digest)
            return failure("the contents do not have the digest that the index records",
                           display_name_ + "!" + std::string(entry.name));
        e.name = entry.name;
        e.deflated = entry.deflated;
        e.size = entry.size;
        e.digest = entry.digest;
        all.push_back(std::move(e));
    }
    if (!signature.name.empty()) all.push_back(std::move(signature));
    return write_entries(std::move(all));
}

}  // namespace skua::classfile
