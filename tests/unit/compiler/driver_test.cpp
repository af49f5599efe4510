// Parts of the driver: reading sources, naming modules, capabilities, writing.
#include "driver.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace skua::compiler;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "skua-driver-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~Folder() { fs::remove_all(path); }
    std::string file(const std::string& name, const std::string& content) const {
        const fs::path p = path / name;
        fs::create_directories(p.parent_path());
        std::ofstream(p, std::ios::binary) << content;
        return p.string();
    }
    std::string read(const std::string& name) const {
        std::ifstream in(path / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::vector<std::string> files() const {
        std::vector<std::string> out;
        for (const auto& e : fs::recursive_directory_iterator(path))
            if (e.is_regular_file()) out.push_back(fs::relative(e.path(), path).string());
        std::sort(out.begin(), out.end());
        return out;
    }
    fs::path path;
};

std::string module_name(const std::string& path, const std::string& root) {
    std::string name;
    Failure failure;
    return module_name_of(path, root, name, failure) ? name : "error: " + failure.message;
}

OutputFile output(std::string path, const std::string& content) {
    return {std::move(path), {content.begin(), content.end()}, "m"};
}

}  // namespace

TEST_CASE("sources are read and checked") {
    Folder folder;
    LoadedText text;
    Failure failure;
    CHECK(load_source(folder.file("a.skua", "let x = \"é\"\n"), text, failure));
    CHECK(text.text == "let x = \"é\"\n");
    CHECK(text.bad == std::string::npos);

    const std::pair<const char*, std::size_t> bad[] = {
        {"12345678\xFF", 8},      {"ab\xC3", 2}, {"\xC0\xAF", 0}, {"\xED\xA0\x80", 0},
        {"a\xF4\x90\x80\x80", 1}, {"é\x80", 2},  {"\xE2\x82", 0}};
    for (const auto& [content, at] : bad) {
        LoadedText t;
        REQUIRE(load_source(folder.file("b.skua", content), t, failure));
        CHECK(t.bad == at);
        CHECK(t.text.find_first_of("\xFF\xC0\xED\xF4\x80\xE2") == std::string::npos);
    }
    for (const char* good : {"", "\xEF\xBB\xBF", "\xF0\x9F\x90\xA6", "\xEF\xBF\xBF", "\xED\x9F\xBF"}) {
        LoadedText t;
        REQUIRE(load_source(folder.file("c.skua", good), t, failure));
        CHECK(t.bad == std::string::npos);
    }

    CHECK(!load_source((folder.path / "missing.skua").string(), text, failure));
    CHECK(failure.exit_code == kExitNoInput);
    fs::create_directory(folder.path / "folder.skua");
    CHECK(!load_source((folder.path / "folder.skua").string(), text, failure));
    CHECK(failure.message.find("is a folder") != std::string::npos);
    REQUIRE(::mkfifo((folder.path / "pipe.skua").c_str(), 0600) == 0);
    CHECK(!load_source((folder.path / "pipe.skua").string(), text, failure));
    CHECK(failure.exit_code == kExitNoInput);
    CHECK(!load_source(folder.file("a.txt", ""), text, failure));
    CHECK(failure.exit_code == kExitUsage);
    const std::string big = folder.file("big.skua", "");
    REQUIRE(::truncate(big.c_str(), 100 << 20) == 0);
    CHECK(!load_source(big, text, failure));
    CHECK(failure.exit_code == kExitBadInput);
    CHECK(failure.message.find("at most 16 MiB") != std::string::npos);
}

TEST_CASE("modules are named by their place below the source root") {
    CHECK(module_name("hello.skua", "") == "hello");
    CHECK(module_name("src/a/b.skua", "src") == "a.b");
    CHECK(module_name("./src//a/./b.skua", "src/") == "a.b");
    CHECK(module_name("/x/y.skua", "/") == "x.y");
    CHECK(module_name("a/größe.skua", "") == "a.größe");
    CHECK(module_name("my-app.skua", "").starts_with("error: my-app.skua: `my-app` cannot be part"));
    CHECK(module_name("1a.skua", "").starts_with("error"));
    CHECK(module_name("../a.skua", "").starts_with("error"));
    CHECK(module_name("other/a.skua", "src").find("not below the source root") != std::string::npos);
    CHECK(module_name("srcs/a.skua", "src").find("not below the source root") != std::string::npos);

    CHECK(common_folder({"a.skua"}) == "");
    CHECK(common_folder({"x/y/a.skua"}) == "x/y");
    CHECK(common_folder({"x/y/a.skua", "x/z/b.skua"}) == "x");
    CHECK(common_folder({"x/y/a.skua", "x/y/z/b.skua"}) == "x/y");
    CHECK(common_folder({"xy/a.skua", "x/b.skua"}) == "");
    CHECK(common_folder({"/x/a.skua", "/y/b.skua"}) == "/");
    CHECK(common_folder({"./x/a.skua", "x/b.skua"}) == "x");
}

TEST_CASE("outputs are written whole or not at all") {
    Folder folder;
    const std::string out = (folder.path / "out").string();
    Compilation c(20);
    c.outputs.push_back(output("a.skc", "one"));
    c.outputs.push_back(output("a/b/C.skc", "two"));
    REQUIRE(write_outputs(out, c));
    CHECK(folder.files() == std::vector<std::string>{"out/a.skc", "out/a/b/C.skc"});
    CHECK(folder.read("out/a/b/C.skc") == "two");

    // Written again, what is the same is left in place, only newer; what differs is replaced.
    const fs::path same = folder.path / "out/a.skc";
    const auto identity = [](const fs::path& p) {
        struct stat st {};
        ::stat(p.c_str(), &st);
        return st.st_ino;
    };
    const auto before = identity(same);
    fs::last_write_time(same, fs::file_time_type::clock::now() - std::chrono::hours(1));
    c.outputs[1] = output("a/b/C.skc", "owt");
    REQUIRE(write_outputs(out, c));
    CHECK(identity(same) == before);
    CHECK(fs::file_time_type::clock::now() - fs::last_write_time(same) < std::chrono::minutes(1));
    CHECK(folder.read("out/a/b/C.skc") == "owt");

    // The second file cannot be written: the first keeps its old contents.
    Compilation d(20);
    d.outputs.push_back(output("a.skc", "new"));
    d.outputs.push_back(output("a.skc/B.skc", "below a file"));
    CHECK(!write_outputs(out + "/", d));
    CHECK(d.exit_code() == kExitNoOutput);
    CHECK(d.failures.size() == 1);
    CHECK(folder.read("out/a.skc") == "one");
    CHECK(folder.files() == std::vector<std::string>{"out/a.skc", "out/a/b/C.skc"});

    // A folder stands where the class file should be.
    fs::create_directories(folder.path / "out/d.skc");
    Compilation e(20);
    e.outputs.push_back(output("new/x.skc", "x"));
    e.outputs.push_back(output("d.skc", "x"));
    CHECK(!write_outputs(out, e));
    CHECK(!fs::exists(folder.path / "out/new"));
    CHECK(folder.files() == std::vector<std::string>{"out/a.skc", "out/a/b/C.skc"});
}
