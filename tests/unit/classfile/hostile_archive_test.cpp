// Archives made to harm. Each is a good archive with one thing wrong, and has its own error.
#include <algorithm>
#include <random>
#include <zlib.h>

#include "sample_file.h"
#include "skua/classfile/archive.h"
#include "zip_format.h"

using namespace skua;
using namespace skua::classfile;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes good_archive(bool deflate = true) {
    ArchiveWriter w;
    for (const char* name : {"aa.txt", "bb.txt", "cc.txt"})
        REQUIRE(w.add(name, Bytes(400, static_cast<std::uint8_t>(name[0]))).ok());
    auto out = w.finish(deflate ? ArchiveWriter::Packing::Deflate : ArchiveWriter::Packing::Store);
    REQUIRE(out.ok());
    return std::move(*out);
}

void put16(Bytes& b, std::size_t at, std::uint32_t v) {
    b[at] = static_cast<std::uint8_t>(v);
    b[at + 1] = static_cast<std::uint8_t>(v >> 8);
}
void put32(Bytes& b, std::size_t at, std::uint32_t v) {
    put16(b, at, v);
    put16(b, at + 2, v >> 16);
}

// Where the directory record of an entry, or its local header, starts.
std::size_t find_header(const Bytes& b, std::uint32_t signature, std::size_t name_at, std::string_view name) {
    for (std::size_t i = 0; i + name_at + name.size() <= b.size(); ++i)
        if (zip::u32(b.data() + i) == signature &&
            std::equal(name.begin(), name.end(), b.begin() + static_cast<std::ptrdiff_t>(i + name_at)))
            return i;
    FAIL("no header of " << name);
    return 0;
}
std::size_t record(const Bytes& b, std::string_view name) {
    return find_header(b, zip::kCentralSignature, 46, name);
}
std::size_t local(const Bytes& b, std::string_view name) {
    return find_header(b, zip::kLocalSignature, 30, name);
}

std::string open_error(const Bytes& b) {
    auto a = Archive::from_bytes(b, "h.ska");
    return a ? "none" : a.error().rule;
}

std::string verify_error(const Bytes& b) {
    auto a = Archive::from_bytes(b, "h.ska");
    if (!a) return "refused when opened: " + a.error().to_string();
    auto v = (*a)->verify();
    return v ? "none" : v.error().rule;
}

// Mends the checksum of the index.
Bytes with_index_checksum(Bytes b, std::string_view name = kIndexEntry) {
    const std::size_t r = record(b, name);
    const auto crc = ::crc32(0, b.data() + 30 + name.size(), zip::u32(b.data() + r + 24));
    put32(b, r + 16, static_cast<std::uint32_t>(crc));
    put32(b, 14, static_cast<std::uint32_t>(crc));
    return b;
}

// Where an entry's line in the index has its columns.
std::size_t index_columns(const Bytes& b, std::string_view name) {
    const std::string mark = std::string(name) + "\t";
    return static_cast<std::size_t>(std::search(b.begin(), b.end(), mark.begin(), mark.end()) - b.begin()) +
           mark.size();
}

void set_index_digits(Bytes& b, std::string_view name, std::size_t column, std::uint32_t value) {
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", value);
    std::copy(digits, digits + 8,
              b.begin() + static_cast<std::ptrdiff_t>(index_columns(b, name) + 9 * column));
}

// Mends the digest of an entry, and the index's checksum.
Bytes with_digest(Bytes b, std::string_view name) {
    const std::size_t start = local(b, name) + 30 + name.size();
    const std::string digest =
        hex(sha256(std::span(b).subspan(start, zip::u32(b.data() + local(b, name) + 18))));
    std::copy(digest.begin(), digest.end(),
              b.begin() + static_cast<std::ptrdiff_t>(index_columns(b, name) + 3 * 9 + 2));
    return with_index_checksum(std::move(b));
}

// A name in both headers and in the index, with the index's checksum mended.
Bytes renamed(Bytes b, std::string_view from, std::string_view to) {
    REQUIRE(from.size() == to.size());
    const auto replace = [&](std::size_t at) {
        std::copy(to.begin(), to.end(), b.begin() + static_cast<std::ptrdiff_t>(at));
    };
    replace(record(b, from) + 46);
    replace(local(b, from) + 30);
    const auto index = std::search(b.begin(), b.end(), from.begin(), from.end());
    replace(static_cast<std::size_t>(index - b.begin()));
    return with_index_checksum(std::move(b), from == kIndexEntry ? to : kIndexEntry);
}

}  // namespace

TEST_CASE("the archive that the others are made from is good") {
    CHECK(open_error(good_archive()) == "none");
    CHECK(verify_error(good_archive()) == "none");
}

TEST_CASE("A001: no archive at all, or a truncated one") {
    CHECK(open_error({}) == "A001");
    CHECK(open_error(Bytes(1000, 'x')) == "A001");
    const Bytes b = good_archive();
    for (std::size_t n = 0; n < b.size(); ++n)
        REQUIRE(open_error(Bytes(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(n))) != "none");
    CHECK(open_error(Bytes(b.begin(), b.end() - 30)) == "A001");
}

TEST_CASE("A002: trailing bytes") {
    Bytes b = good_archive();
    b.push_back('x');
    CHECK(open_error(b) == "A002");
}

TEST_CASE("A003: prefixed bytes, with and without mended offsets") {
    Bytes b = good_archive();
    b.insert(b.begin(), 10, 'x');
    CHECK(open_error(b) == "A003");
    const std::size_t end = b.size() - 22;
    put32(b, end + 16, zip::u32(b.data() + end + 16) + 10);
    for (const char* name : {"META/index", "META/manifest", "aa.txt", "bb.txt", "cc.txt"}) {
        const std::size_t r = record(b, name);
        put32(b, r + 42, zip::u32(b.data() + r + 42) + 10);
    }
    CHECK(open_error(b) == "A003");
}

TEST_CASE("A004: zip64; A005: split archives") {
    Bytes b = good_archive();
    Bytes zip64 = b;
    put16(zip64, b.size() - 22 + 8, 0xFFFF);
    put16(zip64, b.size() - 22 + 10, 0xFFFF);
    CHECK(open_error(zip64) == "A004");
    for (const std::size_t field : {20, 24, 42}) {
        zip64 = b;
        put32(zip64, record(b, "cc.txt") + field, 0xFFFFFFFF);
        put16(zip64, record(b, "cc.txt") + 30, 12);
        CHECK(open_error(zip64) == "A004");
    }
    Bytes split = b;
    put16(split, b.size() - 22 + 4, 1);
    CHECK(open_error(split) == "A005");
    put16(b, record(b, "aa.txt") + 34, 1);
    CHECK(open_error(b) == "A005");
}

TEST_CASE("A006..A008: encryption, data descriptors, other methods") {
    const Bytes b = good_archive();
    const std::size_t r = record(b, "bb.txt");
    Bytes bad = b;
    put16(bad, r + 8, zip::kUtf8Names | zip::kEncrypted);
    CHECK(open_error(bad) == "A006");
    put16(bad, r + 8, zip::kUtf8Names | zip::kDataDescriptor);
    CHECK(open_error(bad) == "A007");
    bad = b;
    put16(bad, r + 10, 12);
    CHECK(open_error(bad) == "A008");
}

TEST_CASE("A009: names that lead out of the archive") {
    const std::pair<const char*, const char*> names[] = {
        {"../b.x", R"("../b.x" of an entry is not allowed: '..' in it leads out of the archive's folder)"},
        {"b/../x", R"("b/../x" of an entry is not allowed: '..' in it leads)"},
        {"/bb.tx", R"("/bb.tx" of an entry is not allowed: it is absolute)"},
        {"//b.tx", "it is absolute"},
        {"b//txt", "a part of it is empty or '.'"},
        {"./b.tx", "a part of it is empty or '.'"},
        {"bb.tx/", "a part of it is empty or '.'"},
        {"b\\.txt", "it has '\\' or ':'"},
        {"c:btxt", "it has '\\' or ':'"},
        {"bb\ntxt", R"("bb\ntxt" of an entry is not allowed: it has a control character)"},
        {"bb\xFFtxt", "it is not valid UTF-8"}};
    for (const auto& [name, words] : names) {
        auto a = Archive::from_bytes(renamed(good_archive(), "bb.txt", name), "h.ska");
        REQUIRE_FALSE(a.ok());
        CHECK(a.error().rule == "A009");
        CHECK_THAT(a.error().message, Catch::Contains(words));
    }
}

TEST_CASE("A010: repeated names and wrong order") {
    CHECK(open_error(renamed(good_archive(), "bb.txt", "aa.txt")) == "A010");
    CHECK(open_error(renamed(good_archive(), "bb.txt", "zz.txt")) == "A010");
}

TEST_CASE("A010: a second index or manifest among the others") {
    for (const std::string_view name : {kIndexEntry, kManifestEntry}) {
        const std::string other = "N" + std::string(name.substr(1));
        ArchiveWriter w;
        REQUIRE(w.add(other, Bytes(10, 'x')).ok());
        Bytes b = w.finish().value();
        b = renamed(std::move(b), other, name);
        auto a = Archive::from_bytes(b, "h.ska");
        REQUIRE_FALSE(a.ok());
        CHECK(a.error().rule == "A010");
        CHECK(a.error().message == "the name occurs twice");
    }
}

TEST_CASE("A018: an index with lines of entries that are not there") {
    // Without the entries from one on and their records; the index, which has their lines, stays as it is.
    struct Case {
        const char* from;
        std::uint32_t left;
        const char* words;
    };
    for (const Case& c : {Case{"cc.txt", 4, "the index names entries that the archive does not have"},
                          Case{"aa.txt", 2, "the index is longer than the directory's entries need"}}) {
        Bytes b = good_archive();
        const std::size_t entry = local(b, c.from), first = record(b, "META/index"), last = record(b, c.from);
        const std::size_t end = b.size() - 22;
        put16(b, end + 8, c.left);
        put16(b, end + 10, c.left);
        put32(b, end + 12, static_cast<std::uint32_t>(last - first));
        put32(b, end + 16, static_cast<std::uint32_t>(entry));
        b.erase(b.begin() + static_cast<std::ptrdiff_t>(last), b.begin() + static_cast<std::ptrdiff_t>(end));
        b.erase(b.begin() + static_cast<std::ptrdiff_t>(entry),
                b.begin() + static_cast<std::ptrdiff_t>(first));
        auto a = Archive::from_bytes(b, "h.ska");
        REQUIRE_FALSE(a.ok());
        CHECK(a.error().rule == "A018");
        CHECK(a.error().message == c.words);
    }
}

TEST_CASE("A011: symbolic links and devices") {
    Bytes b = good_archive();
    const std::size_t r = record(b, "bb.txt");
    put32(b, r + 38, 0120777u << 16);
    auto a = Archive::from_bytes(b, "h.ska");
    REQUIRE_FALSE(a.ok());
    CHECK(a.error().rule == "A011");
    CHECK(a.error().message == "the entry is a symbolic link");
    put32(b, r + 38, 0040755u << 16);
    CHECK(open_error(b) == "A011");
}

TEST_CASE("A012: overlapping entries and bytes that belong to none") {
    Bytes b = good_archive();
    put32(b, record(b, "cc.txt") + 42, static_cast<std::uint32_t>(local(b, "bb.txt")));
    CHECK(open_error(b) == "A012");
    b = good_archive();
    const std::size_t hole = record(b, "META/index");
    b.insert(b.begin() + static_cast<std::ptrdiff_t>(hole), 5, 'x');
    put32(b, b.size() - 22 + 16, static_cast<std::uint32_t>(hole + 5));
    CHECK(open_error(b) == "A012");
}

TEST_CASE("A013: comments and extra fields") {
    Bytes b = good_archive();
    b.push_back('!');
    put16(b, b.size() - 3, 1);
    CHECK(open_error(b) == "A013");
    b = good_archive();
    put16(b, record(b, "aa.txt") + 30, 4);
    CHECK(open_error(b) == "A013");
}

TEST_CASE("A014: sizes and counts that lie") {
    Bytes b = good_archive();
    put32(b, record(b, "cc.txt") + 20, 0x00FFFFFF);
    CHECK(open_error(b) == "A014");
    b = good_archive();
    put16(b, b.size() - 22 + 8, 9);
    put16(b, b.size() - 22 + 10, 9);
    CHECK(open_error(b) == "A014");
    b = good_archive();
    put32(b, b.size() - 22 + 12, 0x00FFFFFF);
    CHECK(open_error(b) == "A014");
    b = good_archive(false);
    put32(b, record(b, "aa.txt") + 24, 399);
    CHECK(open_error(b) == "A014");
}

TEST_CASE("A015: bombs") {
    Bytes b = good_archive();
    put32(b, record(b, "aa.txt") + 24, 0x7FFFFFFF);
    CHECK(open_error(b) == "A015");
    put32(b, record(b, "aa.txt") + 24, 2u << 20);
    CHECK(open_error(b) == "A015");
}

TEST_CASE("A015: a bomb of many entries, each within its limits") {
    constexpr std::uint32_t kOne = 1u << 30;
    ArchiveWriter w;
    for (const char* name : {"a1", "a2", "a3", "a4", "a5"})
        REQUIRE(w.add(name, Bytes(kOne / zip::kBombRatio + 1, 0)).ok());
    auto out = w.finish(ArchiveWriter::Packing::Store);
    REQUIRE(out.ok());
    Bytes b = std::move(*out);
    // Record by record, since the contents are large.
    std::size_t at = zip::u32(b.data() + b.size() - 6);
    const std::size_t index_record = at;
    for (; zip::u32(b.data() + at) == zip::kCentralSignature; at += 46 + zip::u32(b.data() + at + 28)) {
        const std::string name(b.begin() + static_cast<std::ptrdiff_t>(at) + 46,
                               b.begin() + static_cast<std::ptrdiff_t>(at) + 48);
        if (name[0] != 'a') continue;
        put16(b, at + 10, zip::kDeflated);
        put32(b, at + 24, kOne);
        set_index_digits(b, name, 2, kOne);
        b[index_columns(b, name) + 27] = 'd';
    }
    const auto crc = ::crc32(0, b.data() + 30 + kIndexEntry.size(), zip::u32(b.data() + index_record + 24));
    put32(b, index_record + 16, static_cast<std::uint32_t>(crc));
    auto a = Archive::from_bytes(b, "h.ska");
    REQUIRE_FALSE(a.ok());
    CHECK(a.error().rule == "A015");
    CHECK(a.error().message == "the entries together unpack to more than 4 GiB");
}

TEST_CASE("A016: time stamps") {
    Bytes b = good_archive();
    put16(b, record(b, "aa.txt") + 14, 0x5000);
    CHECK(open_error(b) == "A016");
}

TEST_CASE("A017..A019: index and manifest") {
    CHECK(open_error(renamed(good_archive(), "META/index", "META/IndeX")) == "A017");
    CHECK(open_error(renamed(good_archive(), "META/manifest", "META/manifesu")) == "A019");
    Bytes b = good_archive();
    put32(b, record(b, "aa.txt") + 24, 399);
    CHECK(open_error(b) == "A018");
    const Bytes none{'P', 'K', 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    CHECK(open_error(none) == "A017");
}

TEST_CASE("A020: a local header that tells another story") {
    Bytes b = good_archive();
    put32(b, local(b, "bb.txt") + 22, 399);
    CHECK(open_error(b) == "none");
    auto a = Archive::from_bytes(b, "h.ska");
    CHECK((*a)->read_entry("bb.txt").error().rule == "A020");
    CHECK(verify_error(b) == "A020");
    b = good_archive();
    b[local(b, "bb.txt") + 30] = 'x';
    CHECK(verify_error(b) == "A020");
}

TEST_CASE("A021..A023: damaged contents") {
    Bytes b = good_archive(false);
    b[local(b, "bb.txt") + 40] ^= 1;
    CHECK(verify_error(b) == "A021");
    auto read = Archive::from_bytes(b, "h.ska").value()->read_entry("bb.txt");
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().to_string() == "h.ska!bb.txt: [A021] the checksum is wrong: the archive is damaged");
    b = good_archive();
    const std::size_t packed = local(b, "bb.txt") + 36;
    const std::size_t size = zip::u32(b.data() + local(b, "bb.txt") + 18);
    for (std::size_t bit = 0; bit < 8 * size; ++bit) {
        Bytes flipped = b;
        flipped[packed + bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        const std::string rule = verify_error(flipped);
        CHECK((rule == "A021" || rule == "A022"));  // A022: the bit means nothing to zlib
    }
    // Garbage whose digest is right, as only the archive's maker can have it.
    for (const int reserved_block : {0xFF, 0x06}) {
        Bytes bad = b;
        bad[packed] = static_cast<std::uint8_t>(reserved_block);
        CHECK(verify_error(with_digest(bad, "bb.txt")) == "A023");
    }
    // A size that is not that of the contents.
    for (const std::uint32_t wrong : {399u, 401u}) {
        Bytes bad = b;
        put32(bad, local(bad, "bb.txt") + 22, wrong);
        put32(bad, record(bad, "bb.txt") + 24, wrong);
        set_index_digits(bad, "bb.txt", 2, wrong);
        CHECK(verify_error(with_index_checksum(bad)) == "A023");
    }
}

TEST_CASE("A021: a checksum that is wrong wherever it stands, beside a digest that is right") {
    Bytes b = good_archive();
    for (const std::size_t at : {record(b, "bb.txt") + 16, local(b, "bb.txt") + 14}) put32(b, at, 0x12345678);
    CHECK(open_error(b) == "none");
    CHECK(verify_error(b) == "A021");
}

TEST_CASE("A021, A022: an index that was changed") {
    Bytes b = good_archive(false);
    const std::string name = "bb.txt\t";
    const auto line = std::search(b.begin(), b.end(), name.begin(), name.end());
    auto digit = line + static_cast<std::ptrdiff_t>(name.size()) + 8 * 3 + 2 + 3;
    *digit = *digit == '0' ? '1' : '0';
    CHECK(open_error(b) == "A021");  // the index has a checksum itself
}

TEST_CASE("a digest that does not fit is noticed although every checksum does") {
    // Two archives whose entry differs; the contents of one with the index of the other.
    ArchiveWriter one, two;
    REQUIRE(one.add("x", Bytes(100, 1)).ok());
    REQUIRE(two.add("x", Bytes(100, 2)).ok());
    Bytes a = one.finish(ArchiveWriter::Packing::Store).value();
    const Bytes b = two.finish(ArchiveWriter::Packing::Store).value();
    REQUIRE(a.size() == b.size());
    const std::size_t start = local(b, "x");
    const std::size_t directory = record(b, "META/index");
    std::copy(b.begin() + static_cast<std::ptrdiff_t>(start),
              b.begin() + static_cast<std::ptrdiff_t>(directory),
              a.begin() + static_cast<std::ptrdiff_t>(start));
    put32(a, record(a, "x") + 16, zip::u32(b.data() + record(b, "x") + 16));
    CHECK(verify_error(a) == "A022");
}

TEST_CASE("no change of a bit goes unnoticed") {
    const Bytes b = good_archive();
    for (std::size_t bit = 0; bit < 8 * b.size(); ++bit) {
        Bytes bad = b;
        bad[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        INFO("byte " << bit / 8);
        REQUIRE(verify_error(bad) != "none");
    }
}

TEST_CASE("random damage neither crashes nor goes unnoticed") {
    const Bytes b = good_archive();
    std::mt19937 random(11);
    for (int round = 0; round < 20000; ++round) {
        Bytes bad = b;
        for (int edits = 1 + static_cast<int>(random() % 4); edits > 0; --edits)
            bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
        if (bad != b) REQUIRE(verify_error(bad) != "none");
    }
}
