#include "skua/classfile/archive.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sodium/crypto_hash_sha256.h>

#include "sample_file.h"
#include "skua/classfile/writer.h"

using namespace skua;
using namespace skua::classfile;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(std::string_view s) {
    return {s.begin(), s.end()};
}

Manifest sample_manifest() {
    return {"demo",
            "1.2.0",
            "demo.Main",
            {"net:example.org:80", "fs.read:data"},
            {"util/net"},
            {{"util", ">=1.0 <2", std::string(64, 'a')}, {"base", "", ""}},
            {}};
}

Bytes sample_archive(ArchiveWriter::Packing packing = ArchiveWriter::Packing::Deflate) {
    ArchiveWriter w;
    w.set_manifest(sample_manifest());
    REQUIRE(w.add("zz/readme.txt", bytes_of("hello hello hello hello hello")).ok());
    REQUIRE(w.add_class(write(testing::sample_file()), "sample").ok());
    REQUIRE(w.add("A.txt", {}).ok());
    REQUIRE(w.add("demo/data.bin", Bytes(5000, 7)).ok());
    auto out = w.finish(packing);
    REQUIRE(out.ok());
    return std::move(*out);
}

std::shared_ptr<Archive> opened(Bytes bytes) {
    auto a = Archive::from_bytes(std::move(bytes), "t.ska");
    if (!a) FAIL(a.error().to_string());
    return *a;
}

}  // namespace

TEST_CASE("what goes into an archive comes out") {
    for (auto packing : {ArchiveWriter::Packing::Deflate, ArchiveWriter::Packing::Store}) {
        const auto archive = opened(sample_archive(packing));
        CHECK(archive->has_class("demo.Main"));
        CHECK_FALSE(archive->has_class("demo.Mai"));
        CHECK_FALSE(archive->has_class(""));
        auto data = archive->find_class("demo.Main");
        REQUIRE(data.ok());
        const Bytes expected = write(testing::sample_file());
        CHECK(Bytes(data->bytes().begin(), data->bytes().end()) == expected);
        std::vector<std::string> names;
        for (const EntryInfo& e : archive->entries()) {
            names.emplace_back(e.name);
            CHECK(archive->has_entry(e.name));
            auto contents = archive->read_entry(e.name);
            REQUIRE(contents.ok());
            CHECK(contents->bytes().size() == e.size);
            CHECK((sha256(contents->bytes()) == e.digest) == !e.deflated);
        }
        CHECK(names == std::vector<std::string>{"META/manifest", "A.txt", "demo/Main.skc", "demo/data.bin",
                                                "zz/readme.txt"});
        CHECK(archive->verify().ok());
        auto missing = archive->find_class("demo.Nothing");
        REQUIRE_FALSE(missing.ok());
        CHECK(missing.error().rule == "A024");
    }
}

TEST_CASE("an archive with nothing in it is one") {
    auto out = ArchiveWriter().finish();
    REQUIRE(out.ok());
    const auto archive = opened(*out);
    CHECK(archive->verify().ok());
    CHECK(archive->entries().size() == 1);
    CHECK(*archive->manifest() == Manifest{});
}

TEST_CASE("every entry of a large archive is found") {
    ArchiveWriter w;
    for (int i = 0; i < 1000; ++i)
        REQUIRE(w.add("m" + std::to_string(i * 7919 % 1000) + "/C.skc", {1, 2}).ok());
    const auto archive = opened(*w.finish());
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(archive->has_class("m" + std::to_string(i) + ".C"));
        REQUIRE_FALSE(archive->has_class("m" + std::to_string(i) + ".D"));
    }
}

TEST_CASE("the same input gives the same archive") {
    const Bytes one = sample_archive();
    ArchiveWriter w;
    REQUIRE(w.add("demo/data.bin", Bytes(5000, 7)).ok());
    REQUIRE(w.add("A.txt", {}).ok());
    REQUIRE(w.add_class(write(testing::sample_file()), "elsewhere").ok());
    REQUIRE(w.add("zz/readme.txt", bytes_of("hello hello hello hello hello")).ok());
    Manifest m = sample_manifest();
    std::swap(m.capabilities[0], m.capabilities[1]);
    std::swap(m.dependencies[0], m.dependencies[1]);
    w.set_manifest(m);
    CHECK(*w.finish() == one);
}

TEST_CASE("the manifest survives") {
    const auto archive = opened(sample_archive());
    auto m = archive->manifest();
    REQUIRE(m.ok());
    CHECK(m->to_text() ==
          "skua-manifest: 1\nname: demo\nversion: 1.2.0\nmain: demo.Main\nrequires: fs.read:data\n"
          "requires: net:example.org:80\npasses: util/net\ndependency: base\n"
          "dependency: util >=1.0 <2 sha256:" +
              std::string(64, 'a') + "\n");
    CHECK(Manifest::parse(m->to_text()).value() == *m);
}

TEST_CASE("malformed manifests are refused") {
    const std::string first = "skua-manifest: 1\n";
    CHECK(Manifest::parse(first).ok());
    CHECK(Manifest::parse(first + "later-key: x\n").ok());
    for (const char* bad : {"", "name: x\n", "skua-manifest: 2\n"})
        CHECK(Manifest::parse(bad).error().rule == "A019");
    for (const char* bad :
         {"name: x", "name x\n", ": x\n", "name: \n", "name: x\nname: y\n", "main: a/b\n", "name:  x\n",
          "name: x\r\n", "requires: b\nrequires: a\n", "requires: a\nrequires: a\n",
          "dependency: a sha256:12\n", "dependency: a/b ^1\n", "passes: fs.read\n",
          "passes: a/b\npasses: a/b\n", "dependency: b\ndependency: a\n", "name: \xFF\n"}) {
        INFO(bad);
        auto m = Manifest::parse(first + bad);
        REQUIRE_FALSE(m.ok());
        CHECK(m.error().rule == "A019");
    }
}

TEST_CASE("the writer refuses names that are not portable, and repeated ones") {
    ArchiveWriter w;
    for (const char* bad :
         {"", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", ".", "a\\b", "c:a", "a\nb", "META/x", "\xFF"})
        CHECK_FALSE(w.add(bad, {}).ok());
    CHECK_FALSE(w.add(std::string(1025, 'a'), {}).ok());
    CHECK(w.add("a", {}).ok());
    CHECK_FALSE(w.add("a", {}).ok());
    CHECK_FALSE(w.add_class({1, 2, 3}, "junk").ok());
    Manifest m;
    m.name = "name\nmain: smuggled";
    w.set_manifest(m);
    CHECK_FALSE(w.finish().ok());
    m.name = "";
    m.capabilities = {"env\nrequires: net"};
    w.set_manifest(m);
    CHECK_FALSE(w.finish().ok());
}

TEST_CASE("what would look like a bomb is stored") {
    ArchiveWriter w;
    REQUIRE(w.add("zeros", Bytes(3u << 20, 0)).ok());
    const auto archive = opened(*w.finish());
    CHECK_FALSE(archive->entries().back().deflated);
    CHECK(archive->verify().ok());
}

TEST_CASE("a file is opened by mapping it; what is no file is refused") {
    char path[] = "/tmp/skua_archive_test_XXXXXX";
    const int fd = ::mkstemp(path);
    REQUIRE(fd >= 0);
    const Bytes bytes = sample_archive();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    auto archive = Archive::open(path);
    REQUIRE(archive.ok());
    CHECK((*archive)->verify().ok());
    std::ofstream(std::string(path), std::ios::binary | std::ios::trunc);
    auto empty = Archive::open(path);
    REQUIRE_FALSE(empty.ok());
    CHECK(empty.error().rule == "A001");
    std::remove(path);
    CHECK_FALSE(Archive::open(path).ok());
    CHECK_FALSE(Archive::open("/tmp").ok());
    CHECK_FALSE(Archive::open("/dev/null").ok());
}

TEST_CASE("digests are SHA-256") {
    CHECK(hex(sha256(bytes_of("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("SHA-256 by the CPU's instructions is that of libsodium, for every length of a tail") {
    std::mt19937 random(3);
    Bytes bytes;
    for (int n = 0; n < 300; ++n) {
        Sha256 expected{};
        crypto_hash_sha256(expected.data(), bytes.data(), bytes.size());
        REQUIRE(sha256(bytes) == expected);
        bytes.push_back(static_cast<std::uint8_t>(random()));
    }
    CHECK(hex(sha256(Bytes(1000000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("capabilities") {
    for (const char* good : {"fs", "fs:data", "fs.read", "fs.write", "net", "env", "process", "plugin",
                             "clock", "random", "fs.read:data", "net:localhost:80"})
        CHECK(capability_problem(good) == nullptr);
    for (const char* bad :
         {"", "fsx", "fs:", "fs.reads", "FS.READ", "fs.read:", "net\n", ":x", "fs.read:\x01"})
        CHECK(capability_problem(bad) != nullptr);
}
