#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skua/classfile/packages.h"
#include "skua/classfile/structure.h"

namespace skua::classfile {

namespace {

constexpr std::string_view kLockHeader = "skua-lock 1\n";
constexpr std::size_t kMaxLockFile = 1u << 20;

Diagnostic bad_lock(const std::string& place, std::string message) {
    Diagnostic d;
    d.file = place;
    d.rule = "D005";
    d.message = std::move(message);
    d.hint = "'vmc pack --update' or 'vmar deps --lock' writes it anew";
    return d;
}

bool is_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
    });
}

// "NAME VERSION sha256:HEX"; the version is '-' if there is none.
bool parse_line(std::string_view text, LockFile::Line& line) {
    const std::size_t first = text.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : text.find(' ', first + 1);
    constexpr std::string_view mark = "sha256:";
    if (second == std::string_view::npos || !text.substr(second + 1).starts_with(mark)) return false;
    line.name = text.substr(0, first);
    line.version = text.substr(first + 1, second - first - 1);
    line.digest = text.substr(second + 1 + mark.size());
    if (line.version == "-") line.version.clear();
    return is_word(line.name) && (line.version.empty() || is_word(line.version)) &&
           line.digest.size() == 64 && line.digest.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

const LockFile::Line* LockFile::find(std::string_view name) const {
    const auto it =
        std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.name == name; });
    return it == lines.end() ? nullptr : &*it;
}

std::string LockFile::to_text() const {
    std::string out(kLockHeader);
    if (!program.empty()) out += "program " + program + "\n";
    for (const Line& line : lines)
        out +=
            line.name + " " + (line.version.empty() ? "-" : line.version) + " sha256:" + line.digest + "\n";
    return out;
}

Result<LockFile> LockFile::parse(std::string_view text, std::string place) {
    LockFile lock;
    lock.place = std::move(place);
    if (!is_utf8(text) || !text.starts_with(kLockHeader))
        return bad_lock(lock.place, "does not begin with 'skua-lock 1'");
    std::size_t number = 1;
    for (text.remove_prefix(kLockHeader.size()); !text.empty();) {
        ++number;
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        constexpr std::string_view program = "program ";
        if (number == 2 && line.starts_with(program) && is_word(line.substr(program.size()))) {
            lock.program = line.substr(program.size());
            continue;
        }
        Line parsed;
        if (!parse_line(line, parsed))
            return bad_lock(lock.place + ":" + std::to_string(number), "is not 'NAME VERSION sha256:DIGEST'");
        if (!lock.lines.empty() && lock.lines.back().name >= parsed.name)
            return bad_lock(lock.place + ":" + std::to_string(number), "is repeated or out of order");
        lock.lines.push_back(std::move(parsed));
    }
    return lock;
}

Result<std::optional<LockFile>> LockFile::read(const std::string& path) {
    const auto unreadable = [&](const char* why) {
        Diagnostic d;
        d.file = path;
        d.message = std::string("cannot be read: ") + why;
        return d;
    };
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<LockFile>();
        return unreadable(std::strerror(errno));
    }
    struct stat info {};
    const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    std::string text(kMaxLockFile + 1, '\0');
    std::size_t have = 0;
    while (regular && have < text.size()) {
        const ssize_t n = ::read(fd, text.data() + have, text.size() - have);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        have += static_cast<std::size_t>(n);
    }
    ::close(fd);
    if (!regular) return unreadable("it is not a regular file");
    if (have > kMaxLockFile) return bad_lock(path, "is larger than 1 MiB");
    text.resize(have);
    auto lock = parse(text, path);
    if (!lock) return std::move(lock).error();
    return std::optional(std::move(*lock));
}

Result<std::optional<LockFile>> LockFile::of_folder(const std::string& folder, std::string_view program) {
    auto lock = read(folder == "." ? "skua.lock" : folder + "/skua.lock");
    if (lock && *lock && (*lock)->program != program) lock->reset();
    return lock;
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<LockFile> lock_of(std::string_view program, std::span<const Package> packages) {
    LockFile lock;
    if (is_word(program)) lock.program = program;
    for (const Package& package : packages) {
        if (!package.archive) continue;  // a project, which is no file that could be locked
        if (!package.manifest.version.empty() && !is_word(package.manifest.version))
            return bad_lock(package.place, "has a version with spaces, which a lock file cannot name");
        auto digest = package.archive->digest();
        if (!digest) return std::move(digest).error();
        lock.lines.push_back({package.manifest.name, package.manifest.version, hex(*digest)});
    }
    return lock;
}

}  // namespace skua::classfile
