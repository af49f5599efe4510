// Files of every released version stay readable, and today's tools go on making the newest ones.
//
// fixtures/vMAJOR.MINOR/ has a text, the class files that it gave when that version was current, and
// an archive of them. They never change. For a version that is still in work, SKUA_BLESS=1 writes them anew.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "skua/classfile/archive.h"
#include "skua/classfile/assembler.h"
#include "skua/classfile/disassembler.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/writer.h"

using namespace skua;
using namespace skua::classfile;
namespace fs = std::filesystem;

namespace {

using Bytes = std::vector<std::uint8_t>;

const fs::path kFixtures = fs::path(SKUA_SOURCE_DIR) / "tests/unit/classfile/fixtures";

Bytes contents(const fs::path& path) {
    INFO(path.string());
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void bless(const fs::path& path, const Bytes& bytes) {
    if (std::getenv("SKUA_BLESS") == nullptr) return;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::vector<AssembledType> assemble_fixture(const fs::path& folder) {
    const Bytes text = contents(folder / "sample.skasm");
    auto types = assemble({reinterpret_cast<const char*>(text.data()), text.size()}, "sample.skasm");
    if (!types) FAIL(types.error().to_string());
    return std::move(*types);
}

}  // namespace

TEST_CASE("the text of the current version gives the class files kept with it") {
    const fs::path folder = kFixtures / "v1.1";
    ArchiveWriter writer;
    writer.set_manifest({"fixture", "1.0", "fixture", {"fs.read:data"}, {}, {}, {}});
    for (const AssembledType& type : assemble_fixture(folder)) {
        auto sound = check_structure(type.file);
        if (!sound) FAIL(sound.error().to_string());
        const std::string name(type.file.str(type.file.name));
        const Bytes bytes = write(type.file);
        bless(folder / (name + ".skc"), bytes);
        CHECK(bytes == contents(folder / (name + ".skc")));
        REQUIRE(writer.add_class(bytes, name).ok());
    }
    const Bytes archive = *writer.finish(ArchiveWriter::Packing::Store);
    bless(folder / "fixture.ska", archive);
    CHECK(archive == contents(folder / "fixture.ska"));
}

TEST_CASE("class files and archives of every version are readable") {
    int read_files = 0;
    for (const auto& version : fs::directory_iterator(kFixtures)) {
        for (const auto& entry : fs::directory_iterator(version)) {
            INFO(entry.path().string());
            if (entry.path().extension() == ".ska") {
                auto archive = Archive::open(entry.path().string());
                REQUIRE(archive.ok());
                CHECK((*archive)->verify().ok());
                CHECK((*archive)->manifest()->main == "fixture");
            }
            if (entry.path().extension() != ".skc") continue;
            ++read_files;
            const Bytes bytes = contents(entry.path());
            auto file = read(bytes, entry.path().string());
            if (!file) FAIL(file.error().to_string());
            CHECK(write(*file) == bytes);
            auto text = disassemble(*file);
            if (!text) FAIL(text.error().to_string());
            auto again = assemble(*text, "again");
            if (!again) FAIL(again.error().to_string());
            CHECK(write(again->front().file) == bytes);
        }
    }
    CHECK(read_files >= 5);
}
