// Grants and their scopes; paths that try to leave their folder.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <unistd.h>

#include "caps/capabilities.h"
#include "caps/path_scope.h"

namespace fs = std::filesystem;

namespace skua::vm::test {
namespace {

// A folder of its own, the current folder during the test.
struct Scratch {
    Scratch() : before(fs::current_path()) {
        char name[] = "/tmp/skua-caps-XXXXXX";
        root = fs::canonical(mkdtemp(name));
        fs::current_path(root);
    }
    ~Scratch() {
        fs::current_path(before);
        fs::remove_all(root);
    }
    void file(const fs::path& p) {
        fs::create_directories(root / p.parent_path());
        std::ofstream(root / p) << "x";
    }
    fs::path before, root;
};

bool granted(const Capabilities& c, std::string_view name, std::string_view resource) {
    return c.check(name, resource).empty();
}

}  // namespace

TEST_CASE("nothing is granted by itself but the streams, the arguments and the clock") {
    Capabilities c;
    for (const char* name : {"stdin", "stdout", "stderr", "args", "clock"}) CHECK(granted(c, name, ""));
    for (const char* name : {"fs.read", "fs.write", "net", "env", "process", "plugin", "random", "unknown"}) {
        CHECK_FALSE(granted(c, name, ""));
        CHECK_FALSE(granted(c, name, "x"));
        CHECK_FALSE(c.any(name));
    }
    CHECK(c.check("fs.read", "x.txt") ==
          "fs.read of 'x.txt' was not granted; run with --allow=fs.read:x.txt");
    CHECK(c.check("fs.read", "my file") ==
          "fs.read of 'my file' was not granted; run with --allow='fs.read:my file'");
    CHECK(c.check("env", "a'b") == "env of 'a'b' was not granted; run with --allow='env:a'\\''b'");
    CHECK(c.check("random", "") == "random was not granted; run with --allow=random");
    c.allow_all();
    CHECK(granted(c, "fs.write", "/etc/passwd"));
}

TEST_CASE("grants are checked when they are given") {
    Capabilities c;
    for (const char* bad :
         {"", "everything", "fs.read:", "fs.reads", "random:x", "clock:x", ":x", "fs.execute"}) {
        INFO(bad);
        CHECK_FALSE(c.allow(bad).ok());
    }
    for (const char* good : {"fs.read", "fs.write:.", "net:example.org:443", "env:HOME", "process:git",
                             "plugin:zip", "random", "clock"}) {
        INFO(good);
        CHECK(c.allow(good).ok());
    }
    CHECK(granted(c, "fs.read", "/anything/at/all"));
    CHECK(granted(c, "env", "HOME"));
    CHECK_FALSE(granted(c, "env", "HOMER"));
    CHECK_FALSE(granted(c, "env", ""));
    CHECK(c.any("env"));
    CHECK(granted(c, "plugin", "zip"));
    CHECK_FALSE(granted(c, "plugin", "zap"));
}

TEST_CASE("hosts with and without port") {
    Capabilities c;
    REQUIRE(c.allow("net:example.org").ok());
    REQUIRE(c.allow("net:localhost:8080").ok());
    CHECK(granted(c, "net", "example.org:443"));
    CHECK(granted(c, "net", "Example.ORG"));
    CHECK_FALSE(granted(c, "net", "example.org.evil.net:443"));
    CHECK_FALSE(granted(c, "net", "notexample.org:443"));
    CHECK(granted(c, "net", "localhost:8080"));
    CHECK_FALSE(granted(c, "net", "localhost:80"));
    CHECK_FALSE(granted(c, "net", "localhost"));
}

TEST_CASE("a folder's grant ends at the folder") {
    Scratch s;
    s.file("data/a.txt");
    s.file("data/sub/b.txt");
    s.file("database/c.txt");
    s.file("secret.txt");
    Capabilities c;
    REQUIRE(c.allow("fs.read:data").ok());
    for (const char* inside :
         {"data", "data/", "data/a.txt", "./data/sub/b.txt", "data/sub/../a.txt", "data/new.txt",
          "data/new/deep.txt", "database/../data/a.txt", "data//a.txt", "data/./a.txt"}) {
        INFO(inside);
        CHECK(granted(c, "fs.read", inside));
        CHECK(granted(c, "fs.read", (s.root / inside).string()));
    }
    for (const char* outside :
         {"secret.txt", "data/../secret.txt", "database/c.txt", "data/sub/../../secret.txt", ".", "", "/",
          "/etc/passwd", "data/new/../../secret.txt", "datax", "data/nowhere/../a.txt"}) {
        INFO(outside);
        CHECK_FALSE(granted(c, "fs.read", outside));
    }
    CHECK_FALSE(granted(c, "fs.write", "data/a.txt"));
    CHECK_FALSE(granted(c, "fs.read", std::string_view("data/a.txt\0/../../secret.txt", 27)));
}

TEST_CASE("symbolic links lead where they lead") {
    Scratch s;
    s.file("data/a.txt");
    s.file("other/b.txt");
    fs::create_symlink("../other/b.txt", "data/out.txt");
    fs::create_symlink("../other", "data/away");
    fs::create_symlink("../other/new.txt", "data/dangling.txt");  // creating it would create outside
    fs::create_symlink("sub/deeper/new.txt", "data/dangling_in.txt");
    fs::create_symlink("a.txt", "data/in.txt");
    fs::create_symlink((s.root / "data").string(), "shortcut");
    fs::create_symlink("loop2", "data/loop1");
    fs::create_symlink("loop1", "data/loop2");
    Capabilities c;
    REQUIRE(c.allow("fs:data").ok());
    for (const char* inside : {"data/in.txt", "shortcut/a.txt", "shortcut/new.txt", "data/dangling_in.txt",
                               "data/away/../data/a.txt"}) {
        INFO(inside);
        CHECK(granted(c, "fs.read", inside));
        CHECK(granted(c, "fs.write", inside));
    }
    for (const char* outside : {"data/out.txt", "data/away", "data/away/b.txt", "data/away/new.txt",
                                "data/dangling.txt", "data/loop1", "data/loop1/x"}) {
        INFO(outside);
        CHECK_FALSE(granted(c, "fs.read", outside));
        CHECK_FALSE(granted(c, "fs.write", outside));
    }
    // A scope that is itself a link means what it points to.
    Capabilities via;
    REQUIRE(via.allow("fs.read:shortcut").ok());
    CHECK(granted(via, "fs.read", "data/a.txt"));
    CHECK_FALSE(via.allow("fs.read:data/loop1").ok());
}

TEST_CASE("a single file can be granted, even before it exists") {
    Scratch s;
    s.file("a.txt");
    Capabilities c;
    REQUIRE(c.allow("fs.write:out.txt").ok());
    CHECK(granted(c, "fs.write", "out.txt"));
    CHECK_FALSE(granted(c, "fs.write", "a.txt"));
    CHECK_FALSE(granted(c, "fs.write", "out.txt.bak"));
    REQUIRE(c.allow("fs.read:/").ok());
    CHECK(granted(c, "fs.read", "a.txt"));
    CHECK(granted(c, "fs.read", "/etc/passwd"));
}

TEST_CASE("resolved paths") {
    Scratch s;
    s.file("d/f");
    const std::string root = s.root.string();
    CHECK(resolve_path("d/f")->path == root + "/d/f");
    CHECK(resolve_path("/")->path == "/");
    CHECK(resolve_path("/../..")->path == "/");
    CHECK(resolve_path("d/../d//f/.")->path == root + "/d/f");
    CHECK_FALSE(resolve_path("").has_value());
    CHECK_FALSE(resolve_path("none/../d").has_value());
    CHECK_FALSE(resolve_path("d/f/g/h").has_value());  // a file is no folder
    CHECK(is_within("/a/b", "/a"));
    CHECK(is_within("/a", "/a"));
    CHECK_FALSE(is_within("/ab", "/a"));
    CHECK(is_within("/ab", "/"));
}

}  // namespace skua::vm::test
