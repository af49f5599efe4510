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

}  // namespace

std::optional<std::string> resolve_path(std::string_view path) {
    if (path.empty() || path.find('\0') != std::string_view::npos) return std::nullopt;
    std::vector<std::string> todo;
    push_components(todo, path);
    std::string done;  // absolute, no trailing slash; "" is the root
    if (path.front() != '/') {
        char cwd[PATH_MAX];
        if (getcwd(cwd, sizeof cwd) == nullptr || cwd[0] != '/') return std::nullopt;
        done = cwd;
        if (done == "/") done.clear();
    }
    int links = 0;
    bool missing = false;  // `done` does not exist: from here on only names are appended
    while (!todo.empty()) {
        const std::string part = std::move(todo.back());
        todo.pop_back();
        if (part == "..") {
            if (missing) return std::nullopt;
            done.erase(done.empty() ? 0 : done.rfind('/'));
            continue;
        }
        std::string next = done;
        next += '/';
        next += part;
        if (next.size() >= PATH_MAX) return std::nullopt;
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
        if (++links > kMaxLinks) return std::nullopt;
        char target[PATH_MAX];
        const ssize_t n = readlink(next.c_str(), target, sizeof target);
        if (n <= 0 || n == static_cast<ssize_t>(sizeof target)) return std::nullopt;
        if (target[0] == '/') done.clear();
        push_components(todo, {target, static_cast<std::size_t>(n)});
    }
    return done.empty() ? "/" : done;
}

bool is_within(std::string_view path, std::string_view scope) {
    if (scope == "/") return true;
    return path.starts_with(scope) && (path.size() == scope.size() || path[scope.size()] == '/');
}

}  // namespace skua::vm
