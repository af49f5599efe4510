// Source files, module names and capability names.
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include "driver.h"
#include "skua/classfile/input_file.h"

namespace skua::compiler {
namespace {

std::string reason(int error) {
    return std::strerror(error);
}  // one thread compiles

// Length of the valid UTF-8 sequence at p (strict: shortest form, no surrogates), 0 if there is none.
std::size_t sequence_length(const unsigned char* p, std::size_t left) {
    const unsigned char c = p[0];
    const auto follows = [&](std::size_t i, unsigned char low = 0x80, unsigned char high = 0xBF) {
        return i < left && p[i] >= low && p[i] <= high;
    };
    if (c < 0x80) return 1;
    if (c < 0xC2) return 0;
    if (c < 0xE0) return follows(1) ? 2 : 0;
    if (c < 0xF0) return follows(1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
    if (c < 0xF5)
        return follows(1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4
                                                                                                        : 0;
    return 0;
}

// Finds the first bytes that are not UTF-8 and replaces all such bytes by `?`.
void check_utf8(LoadedText& loaded) {
    std::string& text = loaded.text;
    std::size_t i = 0;
    while (i < text.size()) {
        std::uint64_t word;
        if (i + 8 <= text.size() &&
            (std::memcpy(&word, text.data() + i, 8), (word & 0x8080808080808080u) == 0)) {
            i += 8;
            continue;
        }
        const std::size_t n =
            sequence_length(reinterpret_cast<const unsigned char*>(text.data()) + i, text.size() - i);
        if (n == 0) {
            if (loaded.bad == std::string::npos) {
                loaded.bad = i;
                loaded.bad_byte = static_cast<std::uint8_t>(text[i]);
            }
            text[i] = '?';
            ++i;
            continue;
        }
        i += n;
    }
}

bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c < 0;
}

// Path without "./", "//" and trailing slashes; ".." and symbolic links are left as they are.
std::string tidy(std::string_view path) {
    std::string out = path.starts_with('/') ? "/" : "";
    std::size_t i = 0;
    while (i < path.size()) {
        const std::size_t slash = std::min(path.find('/', i), path.size());
        const std::string_view part = path.substr(i, slash - i);
        i = slash + 1;
        if (part.empty() || part == ".") continue;
        if (!out.empty() && out != "/") out += '/';
        out += part;
    }
    return out;
}

// The part of a tidy path below a tidy folder, if its text says that it is there; else empty.
std::string_view below(std::string_view path, std::string_view folder) {
    if (folder.empty()) {
        if (path.starts_with('/')) return {};
    } else {
        if (!path.starts_with(folder)) return {};
        path.remove_prefix(folder.size());
        if (folder != "/") {
            if (!path.starts_with('/')) return {};
            path.remove_prefix(1);
        }
    }
    const bool climbs = path.starts_with("../") || path.find("/../") != std::string_view::npos;
    return climbs ? std::string_view() : path;
}

}  // namespace

std::string real_place(const std::string& path) {
    const std::string plain = tidy(path);
    const std::size_t slash = plain.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : plain.substr(0, slash + 1);
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(folder.c_str(), nullptr), std::free);
    if (!real) return plain;
    std::string out = real.get();
    if (!out.ends_with('/')) out += '/';
    return out + plain.substr(slash == std::string::npos ? 0 : slash + 1);
}

bool is_below(const std::string& path, const std::string& root) {
    return !below(tidy(path), tidy(root)).empty();
}

bool load_source(const std::string& path, LoadedText& out, Failure& failure) {
    const auto fail = [&](std::string why, int code = kExitNoInput) {
        failure = {code, fmt::format("{}: {}", path, why)};
        return false;
    };
    struct stat st {};
    // A pipe or device is not even opened: that could wait for ever.
    if (::stat(path.c_str(), &st) != 0)
        return fail(errno == ENOENT ? "there is no such file" : "cannot be read: " + reason(errno));
    if (S_ISDIR(st.st_mode)) return fail("is a folder; name the source files in it");
    if (!S_ISREG(st.st_mode)) return fail("is not a regular file");
    if (!path.ends_with(".skua")) return fail("a source file's name ends in .skua", kExitUsage);
    if (static_cast<std::uint64_t>(st.st_size) > kMaxSourceSize)
        return fail(fmt::format("has {:.1f} MiB; a source file has at most {} MiB",
                                static_cast<double>(st.st_size) / (1 << 20), kMaxSourceSize >> 20),
                    kExitBadInput);
    const int fd = classfile::open_for_reading(path);
    if (fd < 0) return fail("cannot be read: " + reason(errno));
    out.text.resize(static_cast<std::size_t>(st.st_size));
    std::size_t done = 0;
    while (done < out.text.size()) {
        const ssize_t n = ::read(fd, out.text.data() + done, out.text.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const int error = errno;
            ::close(fd);
            return fail("cannot be read: " + reason(error));
        }
        if (n == 0) break;  // it became shorter
        done += static_cast<std::size_t>(n);
    }
    ::close(fd);
    out.text.resize(done);
    check_utf8(out);
    return true;
}

std::string common_folder(const std::vector<std::string>& files) {
    std::string common;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string path = tidy(files[i]);
        const std::size_t slash = path.rfind('/');
        const std::string folder = slash == std::string::npos ? "" : slash == 0 ? "/" : path.substr(0, slash);
        if (i == 0) {
            common = folder;
            continue;
        }
        while (!common.empty() && folder != common &&
               !folder.starts_with(common == "/" ? common : common + "/")) {
            const std::size_t cut = common.rfind('/');
            common = cut == std::string::npos ? "" : cut == 0 && common != "/" ? "/" : common.substr(0, cut);
        }
    }
    return common;
}

bool module_name_of(const std::string& path, const std::string& root, std::string& name, Failure& failure) {
    std::string relative(below(tidy(path), tidy(root)));
    if (relative.empty()) {
        failure = {kExitUsage, fmt::format("{}: is not below the source root {}", path, root)};
        return false;
    }
    if (relative.ends_with(".skua")) relative.resize(relative.size() - 5);
    name.clear();
    for (std::size_t i = 0; i <= relative.size();) {
        const std::size_t slash = std::min(relative.find('/', i), relative.size());
        const std::string_view part = std::string_view(relative).substr(i, slash - i);
        i = slash + 1;
        bool good = !part.empty() && is_name_start(part[0]);
        for (const char c : part) good = good && (is_name_start(c) || (c >= '0' && c <= '9'));
        if (!good) {
            failure = {
                kExitBadInput,
                fmt::format("{}: `{}` cannot be part of a module's name, which has letters, digits and `_`; "
                            "rename it, or choose another --source-root",
                            path, part)};
            return false;
        }
        if (!name.empty()) name += '.';
        name += part;
    }
    return true;
}

}  // namespace skua::compiler
