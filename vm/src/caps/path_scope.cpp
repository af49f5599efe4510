#include "caps/path_scope.h"

#include <cerrno>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace skua::vm {

namespace {

constexpr int kMaxLinks = 40;  // as the kernel's limit

// Pushes the components of `path` so that the first comes off first.
void push_components(std::vector<std::string>& todo, std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (!part.empty() && part != ".") parts.emplace_back(part);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    todo.insert(todo.end(), parts.rbegin(), parts.rend());
}

bool is_special(std::string_view path) {
    return is_within(path, "/proc") || is_within(path, "/dev");
}

std::nullopt_t because(int error) {
    errno = error;
    return std::nullopt;
}

// False, with errno, if the current folder cannot be told. "" is the root.
bool current_folder_path(std::string& out) {
    char cwd[PATH_MAX];
    if (getcwd(cwd, sizeof cwd) == nullptr) return false;
    if (cwd[0] != '/') return errno = ENOENT, false;
    out = cwd;
    if (out == "/") out.clear();
    return true;
}

}  // namespace

std::optional<ResolvedPath> resolve_path(std::string_view path) {
    if (path.empty()) return because(ENOENT);
    if (path.find('\0') != std::string_view::npos) return because(EINVAL);
    std::vector<std::string> todo;
    push_components(todo, path);
    ResolvedPath resolved;
    std::string& done = resolved.path;  // no trailing slash; "" is the root
    if (path.front() != '/' && !current_folder_path(done)) return std::nullopt;
    int links = 0;
    bool missing = false;  // `done` does not exist: from here on only names are appended
    while (!todo.empty()) {
        const std::string part = std::move(todo.back());
        todo.pop_back();
        if (part == "..") {
            if (missing) return because(ENOENT);
            done.erase(done.empty() ? 0 : done.rfind('/'));
            continue;
        }
        std::string next = done;
        next += '/';
        next += part;
        if (next.size() >= PATH_MAX) return because(ENAMETOOLONG);
        struct stat info {};
        if (missing || lstat(next.c_str(), &info) != 0) {
            if (!missing && errno != ENOENT) return std::nullopt;
            missing = true;
            done = next;
            continue;
        }
        if (!S_ISLNK(info.st_mode)) {
            done = next;
            continue;
        }
        if (++links > kMaxLinks) return because(ELOOP);
        char target[PATH_MAX];
        const ssize_t n = readlink(next.c_str(), target, sizeof target);
        if (n < 0) return std::nullopt;
        if (n == 0 || n == static_cast<ssize_t>(sizeof target)) return because(ENAMETOOLONG);
        resolved.special = resolved.special || is_special(next);
        if (target[0] == '/') done.clear();
        push_components(todo, {target, static_cast<std::size_t>(n)});
    }
    if (done.empty()) done = "/";
    resolved.special = resolved.special || is_special(done);
    return resolved;
}

std::optional<ResolvedPath> resolve_entry(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) return because(ENOENT);
    const std::size_t slash = path.rfind('/');
    const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string_view::npos)
        return because(EINVAL);
    if (name.size() > NAME_MAX) return because(ENAMETOOLONG);
    auto folder = resolve_path(slash == std::string_view::npos ? std::string_view(".")
                               : slash == 0                    ? std::string_view("/")
                                                               : path.substr(0, slash));
    if (!folder) return folder;
    if (folder->path != "/") folder->path += '/';
    folder->path += name;
    folder->special = folder->special || is_special(folder->path);
    return folder;
}

std::string plain_path(std::string_view path) {
    std::string out;
    if (path.empty() || (path.front() != '/' && !current_folder_path(out))) return {};
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (part == "..") return {};
        if (!part.empty() && part != ".") (out += '/') += part;
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    return out.empty() ? "/" : out;
}

bool is_within(std::string_view path, std::string_view scope) {
    if (scope == "/") return true;
    return path.starts_with(scope) && (path.size() == scope.size() || path[scope.size()] == '/');
}

}  // namespace skua::vm
