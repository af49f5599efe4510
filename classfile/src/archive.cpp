#include "skua/classfile/archive.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sodium/crypto_hash_sha256.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <zlib.h>

#include "archive_checker.h"
#include "archive_index.h"
#include "skua/classfile/input_file.h"
#include "skua/classfile/limits.h"
#include "skua/classfile/structure.h"
#include "zip_format.h"

namespace skua::classfile {

std::string class_entry_name(std::string_view class_name) {
    std::string path(class_name);
    std::replace(path.begin(), path.end(), '.', '/');
    return path + ".skc";
}

const char* entry_name_problem(std::string_view name) {
    if (name.empty()) return "it is empty";
    if (name.size() > kMaxNameBytes) return "it is longer than 1024 bytes";
    if (!is_utf8(name)) return "it is not valid UTF-8";
    for (char c : name) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "it has a control character";
        if (c == '\\' || c == ':') return "it has '\\' or ':', which some systems take for a path's own";
    }
    if (name.front() == '/') return "it is absolute";
    while (true) {
        const std::size_t slash = name.find('/');
        const std::string_view part = name.substr(0, slash);
        if (part == "..") return "'..' in it leads out of the archive's folder";
        if (part.empty() || part == ".") return "a part of it is empty or '.'";
        if (slash == std::string_view::npos) return nullptr;
        name.remove_prefix(slash + 1);
    }
}

bool is_entry_name(std::string_view name) {
    return entry_name_problem(name) == nullptr;
}

Archive::~Archive() {
    if (fd_ >= 0) ::close(fd_);
    if (!mapped_.empty()) ::munmap(const_cast<std::uint8_t*>(mapped_.data()), mapped_.size());
}

Result<std::shared_ptr<Archive>> Archive::check(std::shared_ptr<Archive> archive) {
    if (auto opened = ArchiveChecker(*archive).open(); !opened) {
        Diagnostic d = std::move(opened).error();
        if (d.hint.empty()) d.hint = "archives are made by 'vmar create'";
        return d;
    }
    return archive;
}

namespace {

// Up to this size a file is read, into pages that the system provides all at once. Measured with std.ska (130
// KB, in the page cache): read() into fresh memory 810 us, most of it one page fault per page inside of the
// kernel; populated first, 290 us. A mapping of the file takes 150 us, but what it shows changes with the
// file: whoever writes over an archive in place would pull checked bytes from under a running program, and
// whoever shortens it end the program by a signal. (vmrun maps the library of its own installation all the
// same: decision 008.) Of a larger file entries are read when they are asked for.
constexpr std::size_t kReadWhole = 4u << 20;

// For what is no file at all: load() has no other use of this number.
constexpr int kNotRegular = EINVAL;

Diagnostic io_error(const std::string& path, int error) {
    Diagnostic d;
    d.file = path;
    d.message = error == kNotRegular ? "is not a regular file"
                                     : std::string("cannot be read: ") + std::strerror(error);
    return d;
}

// 0, or what went wrong.
int read_exactly(int fd, std::uint64_t offset, std::uint8_t* to, std::size_t size) {
    while (size > 0) {
        const ssize_t n = ::pread(fd, to, size, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        if (n == 0) return EIO;  // it has become shorter
        to += n;
        offset += static_cast<std::uint64_t>(n);
        size -= static_cast<std::size_t>(n);
    }
    return 0;
}

}  // namespace

// 0, or what went wrong. Keeps the descriptor, and sets it to -1, if the archive needs it.
int Archive::load(int& fd, bool map) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return errno;
    if (!S_ISREG(info.st_mode)) return S_ISDIR(info.st_mode) ? EISDIR : kNotRegular;
    size_ = static_cast<std::uint64_t>(info.st_size);
    const auto size = static_cast<std::size_t>(size_);
    if (size == 0) return 0;
    if (map) {
        void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (mapping == MAP_FAILED) return errno;
        bytes_ = mapped_ = {static_cast<const std::uint8_t*>(mapping), size};
        return 0;
    }
    if (size <= kReadWhole) {
        void* memory =
            ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (memory == MAP_FAILED) return errno;
        auto* file = static_cast<std::uint8_t*>(memory);
        bytes_ = mapped_ = {file, size};
        return read_exactly(fd, 0, file, size);
    }
    fd_ = std::exchange(fd, -1);
    return 0;
}

Result<std::span<const std::uint8_t>> Archive::part(std::uint64_t offset, std::size_t size,
                                                    std::vector<std::uint8_t>& buffer) const {
    if (fd_ < 0) return bytes_.subspan(static_cast<std::size_t>(offset), size);
    buffer.resize(size);
    if (const int error = read_exactly(fd_, offset, buffer.data(), size); error != 0)
        return io_error(display_name_, error);
    return std::span<const std::uint8_t>(buffer);
}

Result<std::shared_ptr<Archive>> Archive::open(const std::string& path) {
    return open(path, false);
}

Result<std::shared_ptr<Archive>> Archive::map(const std::string& path) {
    return open(path, true);
}

Result<std::shared_ptr<Archive>> Archive::open(const std::string& path, bool map) {
    // Not blocking, since a pipe of this name would never answer; fstat tells.
    int fd = open_for_reading(path);
    if (fd < 0) return io_error(path, errno);
    std::shared_ptr<Archive> archive(new Archive);
    archive->display_name_ = path;
    const int error = archive->load(fd, map);
    if (fd >= 0) ::close(fd);
    if (error != 0) return io_error(path, error);
    return check(std::move(archive));
}

Result<std::shared_ptr<Archive>> Archive::from_bytes(std::vector<std::uint8_t> bytes,
                                                     std::string display_name) {
    std::shared_ptr<Archive> archive(new Archive);
    archive->owned_ = std::move(bytes);
    archive->bytes_ = archive->owned_;
    archive->size_ = archive->bytes_.size();
    archive->display_name_ = std::move(display_name);
    return check(std::move(archive));
}

Result<std::shared_ptr<Archive>> Archive::from_span(std::span<const std::uint8_t> bytes,
                                                    std::string display_name) {
    std::shared_ptr<Archive> archive(new Archive);
    archive->bytes_ = bytes;
    archive->size_ = bytes.size();
    archive->display_name_ = std::move(display_name);
    return check(std::move(archive));
}

// The manifest's line is the first, and the only one that the order of names does not place.
std::string_view Archive::index_line(std::string_view entry_name) const {
    const std::string_view lines = index_.substr(index_header_);
    const std::string_view first = lines.substr(0, lines.find('\n'));
    if (entry_name == kManifestEntry) return first;
    return find_index_line(lines.substr(first.size() + 1), entry_name);
}

bool Archive::has_entry(std::string_view entry_name) const {
    return !index_line(entry_name).empty();
}

bool Archive::has_class(std::string_view class_name) const {
    return has_entry(class_entry_name(class_name));
}

Result<EntryData> Archive::find_class(std::string_view class_name) const {
    return read_entry(class_entry_name(class_name));
}

namespace {

// Unpacks a raw deflate stream that must give exactly `size` bytes and end with its input.
bool inflate_exactly(std::span<const std::uint8_t> packed, std::vector<std::uint8_t>& out) {
    z_stream stream{};
    if (::inflateInit2(&stream, -15) != Z_OK) throw std::bad_alloc();
    std::uint8_t nothing = 0;
    stream.next_in = const_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = out.empty() ? &nothing : out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = ::inflate(&stream, Z_FINISH);
    const bool exact = result == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
    ::inflateEnd(&stream);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    return exact;
}

}  // namespace

Result<std::span<const std::uint8_t>> Archive::packed_bytes(const EntryInfo& entry, std::uint32_t& crc,
                                                            std::vector<std::uint8_t>& buffer) const {
    // Offset and sizes were found to lie inside the contents when the archive was opened.
    const std::size_t header_size = zip::kLocalSize + entry.name.size();
    auto whole = part(entry.offset, header_size + entry.packed_size, buffer);
    if (!whole) return whole;
    const zip::Common local = zip::common(whole->data() + 6);
    if (zip::u32(whole->data()) != zip::kLocalSignature || local.name_size != entry.name.size() ||
        local.extra_size != 0 || local.packed_size != entry.packed_size || local.size != entry.size ||
        local.method != (entry.deflated ? zip::kDeflated : zip::kStored))
        return archive_error(display_name_, entry.name, "A020",
                             "the header of the entry does not agree with the index");
    crc = local.crc;
    return whole->subspan(header_size);
}

Result<EntryData> Archive::read_entry(std::string_view entry_name) const {
    const auto fail = [&](std::string_view rule, std::string message) {
        return archive_error(display_name_, entry_name, rule, std::move(message));
    };
    const std::string_view line = index_line(entry_name);
    EntryInfo entry;
    if (line.empty() || !parse_index_line(line, entry)) return fail("A024", "the archive has no such entry");
    std::vector<std::uint8_t> buffer;
    std::uint32_t crc = 0;
    auto found = packed_bytes(entry, crc, buffer);
    if (!found) return std::move(found).error();
    const std::span<const std::uint8_t> packed = *found;
    // The digest is over the packed bytes: zlib sees nothing that was tampered with.
    const bool authentic = sha256(packed) == entry.digest;
    if (authentic && !entry.deflated)
        return buffer.empty() ? EntryData(packed)
                              : EntryData(std::vector<std::uint8_t>(packed.begin(), packed.end()));
    std::vector<std::uint8_t> unpacked(entry.deflated ? entry.size : 0);
    const bool whole = !entry.deflated || inflate_exactly(packed, unpacked);
    const std::span<const std::uint8_t> contents =
        entry.deflated ? std::span<const std::uint8_t>(unpacked) : packed;
    if (!authentic) {
        const bool damaged = !whole || ::crc32(0, contents.data(), entry.size) != crc;
        return fail(damaged ? "A021" : "A022",
                    damaged ? "the checksum is wrong: the archive is damaged"
                            : "the contents do not have the digest that the index records");
    }
    if (!whole) return fail("A023", "the entry does not unpack to the size that it is said to have");
    return EntryData(std::move(unpacked));
}

std::vector<EntryInfo> Archive::entries() const {
    std::vector<EntryInfo> all;
    std::string_view lines = index_.substr(index_header_);
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        EntryInfo entry;
        if (parse_index_line(lines.substr(0, end), entry)) all.push_back(entry);
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return all;
}

Result<Manifest> Archive::manifest() const {
    auto data = read_entry(kManifestEntry);
    if (!data) return std::move(data).error();
    auto parsed =
        Manifest::parse({reinterpret_cast<const char*>(data->bytes().data()), data->bytes().size()});
    if (!parsed) parsed.error().file = display_name_ + "!" + std::string(kManifestEntry);
    return parsed;
}

Result<> Archive::verify() const {
    // The checker writes the archive's index only when it opens one.
    SKUA_TRY(ArchiveChecker(const_cast<Archive&>(*this)).local_headers());
    for (const EntryInfo& entry : entries()) {
        auto data = read_entry(entry.name);
        if (!data) return std::move(data).error();
        std::vector<std::uint8_t> buffer;
        auto header = part(entry.offset, zip::kLocalSize, buffer);
        if (!header) return std::move(header).error();
        if (::crc32(0, data->bytes().data(), entry.size) != zip::common(header->data() + 6).crc)
            return archive_error(display_name_, entry.name, "A021",
                                 "the checksum is wrong: the archive is damaged");
    }
    if (auto parsed = manifest(); !parsed) return std::move(parsed).error();
    return {};
}

Result<Sha256> Archive::digest() const {
    if (fd_ < 0) return sha256(bytes_);
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    // The index as it was read: a digest that is the one wanted then vouches for it, whatever the file says
    // now.
    const std::uint64_t index_at = zip::kLocalSize + kIndexEntry.size();
    const std::uint64_t index_end = index_at + index_.size();
    constexpr std::size_t kChunk = 1u << 20;
    std::vector<std::uint8_t> buffer;
    for (std::uint64_t at = 0; at < size_;) {
        if (at == index_at) {
            crypto_hash_sha256_update(&state, reinterpret_cast<const std::uint8_t*>(index_.data()),
                                      index_.size());
            at = index_end;
            continue;
        }
        const std::uint64_t end = at < index_at ? index_at : std::min(size_, at + kChunk);
        auto bytes = part(at, static_cast<std::size_t>(end - at), buffer);
        if (!bytes) return std::move(bytes).error();
        crypto_hash_sha256_update(&state, bytes->data(), bytes->size());
        at = end;
    }
    Sha256 out{};
    crypto_hash_sha256_final(&state, out.data());
    return out;
}

}  // namespace skua::classfile
