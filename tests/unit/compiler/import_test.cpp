// The class path: folders, archives, and what is wrong with them.
#include "import.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "lower/lower.h"
#include "sema_harness.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/writer.h"

namespace fs = std::filesystem;
using namespace skua::compiler;
namespace cf = skua::classfile;

namespace {

struct TempFolder {
    fs::path path;
    TempFolder() {
        path = fs::temp_directory_path() / ("skua-import-" + std::to_string(::getpid()));
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~TempFolder() { fs::remove_all(path); }
};

std::vector<cf::ClassFile> compile_library() {
    auto c = test::check(
        {{"lib.shop",
          "pub open class Item(let name: string, let price: int = 5) { open fn label(): string = name }\n"
          "pub struct Pair<A, B>(first: A, second: B) { fn swap(): Pair<B, A> = Pair<B, A>(second, first) }\n"
          "pub fn largest<T: Comparable<T>>(xs: [T]): T? = null\npub let rate = 1.5\nfn hidden() { }\n"
          "extend string { pub fn shout(): string = this }\npub fn count(items: string...): int = "
          "items.len\n"}});
    REQUIRE(c->errors() == "");
    auto files = lower(c->program);
    REQUIRE(files.ok());
    return std::move(*files);
}

std::string check_against(ClassPath& path, const std::string& text) {
    SourceFile file(0, "t.skua", "t", text);
    Arena arena;
    DiagnosticSink sink;
    WarningOptions no_warnings;
    REQUIRE(no_warnings.set("no-all").empty());
    sink.set_warnings(no_warnings);
    ast::Module* module = parse_module(file, arena, sink);
    ast::Module* modules[] = {module};
    analyze(modules, path, arena, sink);
    std::string out;
    for (const SourceDiagnostic& d : sink.all()) out += d.message + "\n";
    return out;
}

constexpr const char* kUser =
    "import lib.shop\nimport lib.shop.{Item, Pair}\nclass Book(name: string) : Item(name) { override fn "
    "label(): string = super.label() }\n"
    "fn f(): int {\n    let p = Pair(1, \"x\").swap()\n    let s: string = p.first\n    let n: int = "
    "shop.largest([1, 2]) ?? 0\n"
    "    let r: float = shop.rate\n    let i = Item(\"a\", price: 3)\n    return n + i.price + "
    "Book(\"b\").price + shop.count(\"a\", s.shout())\n}\n";

}  // namespace

TEST_CASE("a program is checked against class files without their source") {
    ClassPath path;
    for (cf::ClassFile& f : compile_library()) path.add(std::move(f));
    CHECK(check_against(path, kUser) == "");
    CHECK(check_against(path, "import lib.shop\nfn f() { shop.hidden() }\n") ==
          "`hidden` is private to module `lib.shop`\n");
    CHECK(check_against(path, "import lib.shop\nfn f(): string = shop.Item(\"a\").price\n") ==
          "result: expected `string`, found `int`\n");
    CHECK(check_against(path, "import lib.shop\nfn f() { shop.largest([shop.Item(\"x\")]) }\n")
              .find("does not implement `Comparable<Item>`") != std::string::npos);
}

TEST_CASE("folders and archives are read alike") {
    TempFolder temp;
    cf::ArchiveWriter writer;
    for (const cf::ClassFile& f : compile_library()) {
        std::string name(f.str(f.name));
        std::replace(name.begin(), name.end(), '.', '/');
        fs::path target = temp.path / (name + ".skc");
        fs::create_directories(target.parent_path());
        auto bytes = cf::write(f);
        std::ofstream(target, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        REQUIRE(writer.add_class(bytes, name).ok());
    }
    auto packed = writer.finish();
    REQUIRE(packed.ok());
    fs::path archive = temp.path / "lib.ska";
    std::ofstream(archive, std::ios::binary)
        .write(reinterpret_cast<const char*>(packed->data()), static_cast<std::streamsize>(packed->size()));
    for (const fs::path& entry : {temp.path, archive}) {
        ClassPath path;
        REQUIRE(path.add(entry).ok());
        CHECK(path.contains("lib.shop"));
        CHECK(path.contains("lib.shop.Item"));
        CHECK(path.contains_module("lib"));
        CHECK_FALSE(path.contains("lib.shop.Missing"));
        CHECK_FALSE(path.contains_module("other"));
        CHECK(check_against(path, kUser) == "");
        // Once read, the same object.
        CHECK(*path.find("lib.shop.Item") == *path.find("lib.shop.Item"));
    }
}

TEST_CASE("names cannot leave the class path") {
    TempFolder temp;
    std::ofstream(temp.path / "secret.skc") << "x";
    fs::create_directories(temp.path / "in");
    ClassPath path;
    REQUIRE(path.add(temp.path / "in").ok());
    for (const char* name : {"../secret", "..secret", "/etc/passwd", "", ".", "a..b"}) {
        CHECK_FALSE(path.contains(name));
        auto found = path.find(name);
        CHECK((found.ok() && *found == nullptr));
    }
}

TEST_CASE("broken class files are one clear error") {
    TempFolder temp;
    fs::create_directories(temp.path / "lib");
    std::ofstream(temp.path / "lib/shop.skc") << "this is no class file";
    ClassPath path;
    REQUIRE(path.add(temp.path).ok());
    std::string errors = check_against(path, "import lib.shop\nfn f() { shop.g() }\n");
    CHECK(errors.find("cannot use the class file of `lib.shop`") != std::string::npos);
    ClassPath missing;
    CHECK_FALSE(missing.add(temp.path / "nowhere").ok());
    std::ofstream(temp.path / "bad.ska") << "no zip";
    CHECK_FALSE(missing.add(temp.path / "bad.ska").ok());
}

TEST_CASE("mutilated class files never crash the import") {
    auto files = compile_library();
    std::vector<std::pair<std::string, std::vector<std::uint8_t>>> images;
    for (const cf::ClassFile& f : files) images.emplace_back(std::string(f.str(f.name)), cf::write(f));
    std::uint32_t state = 12345;
    auto next = [&] { return state = state * 1664525u + 1013904223u; };
    TempFolder temp;
    fs::create_directories(temp.path / "lib/shop");
    for (int round = 0; round < 200; ++round) {
        for (auto& [name, bytes] : images) {
            auto changed = bytes;
            for (int i = 0; i < 3; ++i)
                changed[8 + next() % (changed.size() - 8)] = static_cast<std::uint8_t>(next() >> 24);
            std::string file = name;
            std::replace(file.begin(), file.end(), '.', '/');
            std::ofstream(temp.path / (file + ".skc"), std::ios::binary)
                .write(reinterpret_cast<const char*>(changed.data()),
                       static_cast<std::streamsize>(changed.size()));
        }
        ClassPath path;
        REQUIRE(path.add(temp.path).ok());
        check_against(path, kUser);
    }
    SUCCEED();
}
