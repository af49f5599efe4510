// Archives of more than 4 MiB, of which entries are read from the file when they are asked for: the same
// answers as for one in memory, and no harm when the file changes meanwhile.
#include <cstdio>
#include <fstream>
#include <functional>
#include <random>
#include <unistd.h>

#include "skua/classfile/archive.h"
#include "zip_format.h"

using namespace skua;
using namespace skua::classfile;

namespace {

using Bytes = std::vector<std::uint8_t>;

class LargeFile {
public:
    explicit LargeFile(const Bytes& bytes) {
        const int fd = ::mkstemp(path_);
        REQUIRE(fd >= 0);
        ::close(fd);
        write(bytes);
    }
    ~LargeFile() { std::remove(path_); }
    void write(const Bytes& bytes) const {
        std::ofstream(path_, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    void cut(off_t size) const { REQUIRE(::truncate(path_, size) == 0); }
    [[nodiscard]] std::string path() const { return path_; }

private:
    char path_[40] = "/tmp/skua_large_archive_XXXXXX";
};

const Bytes& large_archive() {
    static const Bytes bytes = [] {
        std::mt19937 random(7);
        Bytes noise(5u << 20);
        for (std::uint8_t& b : noise) b = static_cast<std::uint8_t>(random());
        ArchiveWriter w;
        REQUIRE(w.add("noise", noise).ok());
        REQUIRE(w.add("a.txt", Bytes(1000, 'a')).ok());
        REQUIRE(w.add("z.txt", Bytes(1000, 'z')).ok());
        auto out = w.finish();
        REQUIRE(out.ok());
        return std::move(*out);
    }();
    return bytes;
}

}  // namespace

TEST_CASE("a large archive is read by parts, and is the same") {
    const LargeFile file(large_archive());
    auto a = Archive::open(file.path());
    REQUIRE(a.ok());
    auto b = Archive::from_bytes(large_archive(), "memory");
    REQUIRE(b.ok());
    CHECK((*a)->verify().ok());
    CHECK((*a)->entries().size() == (*b)->entries().size());
    for (const EntryInfo& entry : (*b)->entries()) {
        auto x = (*a)->read_entry(entry.name);
        auto y = (*b)->read_entry(entry.name);
        REQUIRE(x.ok());
        REQUIRE(y.ok());
        CHECK(std::equal(x->bytes().begin(), x->bytes().end(), y->bytes().begin(), y->bytes().end()));
    }
    CHECK(*(*a)->digest() == sha256(large_archive()));
    CHECK(*(*b)->digest() == sha256(large_archive()));
    CHECK(*(*a)->with_signature("x") == *(*b)->with_signature("x"));
}

TEST_CASE("a large archive that is wrong is refused as a small one is") {
    const auto put16 = [](Bytes& b, std::size_t at, std::uint32_t v) {
        b[at] = static_cast<std::uint8_t>(v);
        b[at + 1] = static_cast<std::uint8_t>(v >> 8);
    };
    const std::pair<const char*, std::function<void(Bytes&)>> changes[] = {
        {"A001", [](Bytes& b) { b.resize(b.size() - 30); }},
        {"A001", [](Bytes& b) { std::fill(b.begin(), b.end(), std::uint8_t{'x'}); }},
        {"A002", [](Bytes& b) { b.insert(b.end(), 10, 0); }},
        {"A003", [](Bytes& b) { b.insert(b.begin(), 10, 0); }},
        {"A004", [&](Bytes& b) { put16(b, b.size() - 12, 0xFFFF); }},
        {"A005", [&](Bytes& b) { put16(b, b.size() - 18, 1); }},
        {"A012",
         [&](Bytes& b) {  // a directory that begins in front, with more bytes than its entries can have
             const std::uint32_t at = zip::u32(b.data() + b.size() - 6) - 0x10000;
             const std::uint32_t size = zip::u32(b.data() + b.size() - 10) + 0x10000;
             put16(b, b.size() - 4, at >> 16);
             put16(b, b.size() - 8, size >> 16);
         }},
        {"A013",
         [&](Bytes& b) {
             put16(b, b.size() - 2, 1);
             b.push_back('!');
         }},
        {"A014", [&](Bytes& b) { put16(b, b.size() - 8, 0x7000); }},
    };
    for (const auto& [rule, change] : changes) {
        Bytes bad = large_archive();
        change(bad);
        auto in_memory = Archive::from_bytes(bad, "memory");
        REQUIRE_FALSE(in_memory.ok());
        CHECK(in_memory.error().rule == rule);
        const LargeFile file(bad);
        auto from_file = Archive::open(file.path());
        REQUIRE_FALSE(from_file.ok());
        CHECK(from_file.error().rule == rule);
    }
}

TEST_CASE("a large archive that is cut off or written over while it is open") {
    const LargeFile file(large_archive());
    auto a = Archive::open(file.path());
    REQUIRE(a.ok());
    Bytes other = large_archive();
    for (std::size_t i = 0; i < other.size(); i += 100) other[i] ^= 1;
    file.write(other);
    CHECK_FALSE((*a)->read_entry("noise").ok());
    CHECK_FALSE((*a)->verify().ok());
    file.write(large_archive());
    CHECK((*a)->read_entry("noise").ok());
    file.cut(1000);
    CHECK_FALSE((*a)->read_entry("noise").ok());
    CHECK_FALSE((*a)->digest().ok());
    CHECK_FALSE((*a)->with_signature("x").ok());
}

TEST_CASE("a file that says to be a large archive costs no more memory than there is of it") {
    // A directory and an index that are said to fill 3 GiB of holes.
    Bytes end = {'P', 'K', 5, 6, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0};
    const LargeFile file(Bytes{});
    const int size = 22;
    std::FILE* out = std::fopen(file.path().c_str(), "r+b");
    REQUIRE(out != nullptr);
    REQUIRE(::fseeko(out, off_t{3} << 30, SEEK_SET) == 0);
    CHECK(std::fwrite(end.data(), 1, size, out) == size);
    std::fclose(out);
    auto a = Archive::open(file.path());
    REQUIRE_FALSE(a.ok());
    CHECK(a.error().rule == "A012");
}
