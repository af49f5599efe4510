// Archives (.ska): a zip file in one strict, reproducible form. docs/classfile-format.md, "Archives".
//
//   auto archive = Archive::open("app.ska");            // microseconds: structure and index, no contents
//   auto bytes = (*archive)->find_class("demo.Main");   // digest checked here
//
// An Archive is immutable and may be read by any thread. It owns its bytes, or of a large file the descriptor
// and the index; EntryData may point into it, so the archive must outlive the data. Whoever changes the file
// meanwhile makes entries unreadable, whose digests then differ from the index. Archives are untrusted input:
// every function that looks at contents returns a Result.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/result.h"

namespace skua::classfile {

using Sha256 = std::array<std::uint8_t, 32>;
[[nodiscard]] Sha256 sha256(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string hex(const Sha256& digest);

inline constexpr std::string_view kIndexEntry = "META/index";
inline constexpr std::string_view kManifestEntry = "META/manifest";
inline constexpr std::string_view kSignatureEntry = "META/signature";  // signature.h

struct Dependency {
    std::string name;
    std::string versions;  // a range such as ">=1.2 <2"; empty: any
    std::string digest;    // SHA-256 of the archive in hex; empty: any

    // "NAME RANGE sha256:HEX", where range and digest may be missing.
    static Result<Dependency> parse(std::string_view text);
    friend bool operator==(const Dependency&, const Dependency&) = default;
};

// Letters, digits, '.', '_' and '-', the latter and '.' not in front: archives that others depend on,
// plugins.
[[nodiscard]] bool is_archive_name(std::string_view text);

// Null if `text` is a capability as manifests state it ("fs.read", "fs.read:data"), else what is wrong.
[[nodiscard]] const char* capability_problem(std::string_view text);

// What META/manifest says. Text, one "key: value" a line.
struct Manifest {
    std::string name;                       // empty if unknown
    std::string version;                    // likewise
    std::string main;                       // module whose main() is run; empty for a library
    std::vector<std::string> capabilities;  // "fs.read:data", as --allow takes them; sorted
    std::vector<std::string> passes;        // "json/fs.read:data": what dependencies may use of it; sorted
    std::vector<Dependency> dependencies;   // sorted by name
    std::vector<Dependency> plugins;        // native ones, likewise; digests are of NAME.so
    friend bool operator==(const Manifest&, const Manifest&) = default;

    [[nodiscard]] std::string to_text() const;
    static Result<Manifest> parse(std::string_view text);
};

struct EntryInfo {
    std::string_view name;     // "demo/Main.skc"
    std::uint64_t offset = 0;  // of the entry's local header
    std::uint32_t packed_size = 0, size = 0;
    bool deflated = false;
    Sha256 digest{};  // of the packed contents
};

// Contents of an entry: a view into the archive if stored, a buffer of its own if deflated.
class EntryData {
public:
    explicit EntryData(std::span<const std::uint8_t> view) : view_(view) {}
    explicit EntryData(std::vector<std::uint8_t> owned) : owned_(std::move(owned)), view_(owned_) {}
    EntryData(EntryData&& other) noexcept = default;  // a moved vector keeps its buffer
    EntryData& operator=(EntryData&& other) noexcept = default;
    EntryData(const EntryData&) = delete;
    EntryData& operator=(const EntryData&) = delete;

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return view_; }

private:
    std::vector<std::uint8_t> owned_;
    std::span<const std::uint8_t> view_;
};

class Archive {
public:
    ~Archive();
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    // Reads the file (of a large one the directory and the index; entries when they are asked for), and
    // checks everything but contents: the zip structure, names, sizes, and that the index agrees with the
    // directory.
    static Result<std::shared_ptr<Archive>> open(const std::string& path);
    // The same, but maps the file: for one that is replaced as a whole and never written
    // over, as the library of an installation (docs/decisions/008-library-mapped.md).
    static Result<std::shared_ptr<Archive>> map(const std::string& path);
    static Result<std::shared_ptr<Archive>> from_bytes(std::vector<std::uint8_t> bytes,
                                                       std::string display_name);
    // The caller keeps the bytes alive.
    static Result<std::shared_ptr<Archive>> from_span(std::span<const std::uint8_t> bytes,
                                                      std::string display_name);

    [[nodiscard]] const std::string& display_name() const { return display_name_; }

    // By fully qualified type or module name ("demo.Main") or by entry name ("demo/Main.skc").
    [[nodiscard]] bool has_class(std::string_view class_name) const;
    [[nodiscard]] bool has_entry(std::string_view entry_name) const;
    // Checks the digest and unpacks. An entry that does not exist is an error too.
    Result<EntryData> find_class(std::string_view class_name) const;
    Result<EntryData> read_entry(std::string_view entry_name) const;

    // All entries but META/index, in order.
    [[nodiscard]] std::vector<EntryInfo> entries() const;
    // Reads and parses META/manifest.
    Result<Manifest> manifest() const;
    // Reads everything; checks every header, digest and checksum, so that no bit can have changed.
    Result<> verify() const;
    // SHA-256 of the whole file, as `sha256sum` prints it; it stands for the index that this archive has
    // read.
    Result<Sha256> digest() const;
    // The text of META/index.
    [[nodiscard]] std::string_view index() const { return index_; }
    // The same archive with `text` as its META/signature, in place of any that it has; all other entries stay
    // as they are packed.
    Result<std::vector<std::uint8_t>> with_signature(std::string_view text) const;

private:
    Archive() = default;
    int load(int& fd, bool map);
    // A part of the file: a view of it, or what was read into `buffer`.
    Result<std::span<const std::uint8_t>> part(std::uint64_t offset, std::size_t size,
                                               std::vector<std::uint8_t>& buffer) const;
    // The packed bytes of an entry, behind its header, which is checked.
    Result<std::span<const std::uint8_t>> packed_bytes(const EntryInfo& entry, std::uint32_t& crc,
                                                       std::vector<std::uint8_t>& buffer) const;
    static Result<std::shared_ptr<Archive>> check(std::shared_ptr<Archive> archive);
    static Result<std::shared_ptr<Archive>> open(const std::string& path, bool map);
    [[nodiscard]] std::string_view index_line(std::string_view entry_name) const;
    friend class ArchiveChecker;

    std::string display_name_;
    std::vector<std::uint8_t> owned_;
    std::span<const std::uint8_t> mapped_;   // of a file: its contents, or the file itself
    int fd_ = -1;                            // of a large file, from which entries are read
    std::uint64_t size_ = 0;                 // of the file
    std::span<const std::uint8_t> bytes_;    // the whole file; of a large one, its end
    std::uint64_t bytes_at_ = 0;             // where in the file that begins
    std::vector<std::uint8_t> index_bytes_;  // of a large file: what index_ refers to
    std::string_view index_;                 // the text of META/index
    std::size_t index_header_ = 0;           // length of the index's first line
};

// "demo.Main" -> "demo/Main.skc"
[[nodiscard]] std::string class_entry_name(std::string_view class_name);

// A relative path of non-empty parts that are not "." or "..", separated by "/"; strict UTF-8, at
// most 1024 bytes, no control characters, "\" or ":".
[[nodiscard]] bool is_entry_name(std::string_view name);
// Null for such a name, else what is wrong with it: "it is absolute".
[[nodiscard]] const char* entry_name_problem(std::string_view name);

// Collects entries in memory; the order of calls does not show in the result.
class ArchiveWriter {
public:
    enum class Packing : std::uint8_t {
        Deflate,  // where it makes an entry smaller
        Store,    // never: loads fastest, and is independent of the version of zlib
    };

    // Fails for a name that is not valid, already there, or below META/.
    Result<> add(std::string entry_name, std::vector<std::uint8_t> bytes);
    // Reads the class file for its name; its bytes become the entry of that class.
    Result<> add_class(std::vector<std::uint8_t> bytes, std::string_view file_name);
    void set_manifest(Manifest manifest) { manifest_ = std::move(manifest); }

    Result<std::vector<std::uint8_t>> finish(Packing packing = Packing::Deflate) const;

private:
    std::map<std::string, std::vector<std::uint8_t>, std::less<>> entries_;
    Manifest manifest_;
};

}  // namespace skua::classfile
