// Opening beneath a folder, by openat2 and by components: both must do the same.
#include "caps/beneath.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace fs = std::filesystem;

namespace skua::vm::test {
namespace {

using Opener = int (*)(int, const std::string&, int, mode_t);
constexpr Opener kOpeners[] = {open_beneath, open_by_components};

struct Beneath {
    Beneath() {
        char name[] = "/tmp/skua-beneath-XXXXXX";
        root = fs::canonical(mkdtemp(name));
        fs::create_directories(root / "in/sub/deep");
        fs::create_directories(root / "out");
        std::ofstream(root / "in/file") << "file";
        std::ofstream(root / "in/sub/deep/file") << "deep";
        std::ofstream(root / "out/secret") << "secret";
        fs::create_symlink("../out", root / "in/away");
        fs::create_symlink("../out/secret", root / "in/link");
        fs::create_symlink("sub", root / "in/within");
        fs::create_symlink((root / "in/file").string(), root / "in/absolute");
        fs::create_symlink("../out/new", root / "in/dangling");
        folder = OpenFd(::open((root / "in").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        REQUIRE(folder);
    }
    ~Beneath() { fs::remove_all(root); }

    std::string read(Opener open, const std::string& path, int flags = O_RDONLY) {
        const OpenFd fd(open(folder.get(), path, flags, 0666));
        if (!fd) return "errno " + std::to_string(errno);
        CHECK((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
        char text[16];
        const ssize_t n = ::read(fd.get(), text, sizeof text);
        return n < 0 ? "opened" : std::string(text, static_cast<std::size_t>(n));
    }

    fs::path root;
    OpenFd folder;
};

std::string failed(int error) {
    return "errno " + std::to_string(error);
}

}  // namespace

TEST_CASE("no component may be a link or lead up") {
    Beneath b;
    for (const Opener open : kOpeners) {
        INFO((open == open_beneath ? "openat2" : "by components"));
        CHECK(b.read(open, "file") == "file");
        CHECK(b.read(open, "sub/deep/file") == "deep");
        CHECK(b.read(open, "", O_RDONLY | O_DIRECTORY) == "opened");
        CHECK(b.read(open, "sub/", O_PATH) == "opened");
        CHECK(b.read(open, "none") == failed(ENOENT));
        CHECK(b.read(open, "none/file") == failed(ENOENT));
        CHECK(b.read(open, "file/x") == failed(ENOTDIR));
        CHECK(b.read(open, "file/") == failed(ENOTDIR));
        for (const char* link :
             {"link", "away", "away/secret", "away/", "within", "within/deep/file", "absolute", "dangling"})
            for (const int flags : {O_RDONLY, O_WRONLY, O_PATH, O_WRONLY | O_CREAT}) {
                INFO(link << ", flags " << flags);
                const std::string outcome = b.read(open, link, flags);
                // Creating "x/" is refused before anybody looks whether it is a link.
                const bool folder = (flags & O_CREAT) != 0 && std::string(link).back() == '/';
                CHECK((outcome == failed(ELOOP) || (folder && outcome.starts_with("errno "))));
            }
        for (const char* up : {"../out/secret", "sub/../file", "sub/../../out/secret", ".."}) {
            INFO(up);
            const std::string outcome = b.read(open, up);
            // Within the folder ".." leads nowhere else; nobody asks for it, since paths are resolved before.
            CHECK((outcome == failed(EXDEV) || (open == open_beneath && std::string(up) == "sub/../file")));
        }
    }
    CHECK_FALSE(fs::exists(b.root / "out/new"));
}

TEST_CASE("files are created where they are named") {
    Beneath b;
    int made = 0;
    for (const Opener open : kOpeners) {
        const std::string name = "sub/new" + std::to_string(made++);
        const OpenFd fd(open(b.folder.get(), name, O_WRONLY | O_CREAT | O_EXCL, 0600));
        REQUIRE(fd);
        struct stat info {};
        REQUIRE(::stat((b.root / "in" / name).c_str(), &info) == 0);
        CHECK((info.st_mode & 0777) == 0600);
    }
}

TEST_CASE("nothing that is exchanged meanwhile leads out") {
    Beneath b;
    fs::create_directories(b.root / "in/place");
    std::ofstream(b.root / "in/place/secret") << "within";
    const std::string one = b.root / "in/place", other = b.root / "in/away";
    if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0) return;
    std::atomic<bool> stop{false};
    std::thread swapper([&] {
        while (!stop.load(std::memory_order_relaxed))
            ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
    });
    for (const Opener open : kOpeners) {
        int within = 0, refused = 0;
        for (int i = 0; i < 400000 && (within < 2000 || refused < 2000); i++) {
            const std::string text = b.read(open, "place/secret");
            if (text == "within") within++;
            if (text.starts_with("errno ")) refused++;
            if (text == "secret") FAIL("led out");
        }
        CHECK(within > 0);
        CHECK(refused > 0);
    }
    stop.store(true);
    swapper.join();
}

}  // namespace skua::vm::test
