// Opening what guest code names.
//
// A path is resolved by its names, compared with the grants, and what came out, which has no links in it, is
// opened from the granted folder down without following any. So if something is exchanged in between, opening
// fails instead of leading elsewhere, and everything is done again.
#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "caps/capabilities.h"
#include "skua/vm/wording.h"

namespace skua::vm {

namespace {

constexpr int kAttempts = 64;  // while somebody exchanges links for folders

int root_folder() {
    static const OpenFd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return root.get();
}

int open_plainly(const char* path, int flags, mode_t mode) {
    return ::open(path, flags | O_CLOEXEC, mode);
}

// What is left of `path` below `folder`, which is above it or the same.
std::string below(const std::string& path, std::string_view folder) {
    if (path.size() <= folder.size()) return {};
    return path.substr(folder == "/" ? 1 : folder.size() + 1);
}

// Opens a resolved path from the anchor down; from the root if it is not below it.
int open_resolved(const Anchor* anchor, const std::string& path, std::string_view tail, int flags,
                  mode_t mode) {
    const bool anchored = anchor != nullptr && is_within(path, anchor->path);
    std::string rest = below(path, anchored ? std::string_view(anchor->path) : std::string_view("/"));
    if (!rest.empty()) rest += tail;
    return open_beneath(anchored ? anchor->folder.get() : root_folder(), rest, flags, mode);
}

// Is it part of the kernel's own file systems, or a device, wherever it lies?
bool is_special_file(int fd) {
    struct stat info {};
    struct statfs system {};
    if (::fstat(fd, &info) != 0) return true;
    if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) return true;
    return ::fstatfs(fd, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

bool something_was_exchanged() {
    return errno == ELOOP || errno == EAGAIN || errno == EXDEV;
}

}  // namespace

const Anchor* Capabilities::anchor(std::string_view capability, const ResolvedPath& path,
                                   Callers callers) const {
    for (const CodeSource* source : callers) {
        if (source->kind != CodeSource::Kind::Archive) continue;
        for (const Grants* grants : grants_of(*source))
            if (const Anchor* found = grants->anchor(capability, path)) return found;
    }
    return program_.anchor(capability, path);
}

int Capabilities::open_path(std::string_view capability, const char* path, int flags, mode_t mode,
                            Callers callers, std::string& denied) const {
    if (always(capability)) return open_plainly(path, flags, mode);
    const std::string_view text(path);
    if (const OpenFd* held = program_.held(capability, plain_path(text))) {
        const auto resolved = resolve_path(text);
        denied = check_path(capability, text, resolved ? &*resolved : nullptr, callers);
        if (!denied.empty()) return -1;
        return open_plainly(("/proc/self/fd/" + std::to_string(held->get())).c_str(), flags, mode);
    }
    for (int attempt = 0; attempt < kAttempts; attempt++) {
        const auto resolved = resolve_path(text);
        const int error = errno;
        denied = check_path(capability, text, resolved ? &*resolved : nullptr, callers);
        if (!denied.empty()) return -1;
        if (!resolved) return errno = error, -1;
        const int fd = open_resolved(anchor(capability, *resolved, callers), resolved->path,
                                     text.ends_with('/') ? "/" : "", flags, mode);
        if (fd < 0) {
            if (something_was_exchanged()) continue;
            return -1;
        }
        OpenFd opened(fd);
        if (!resolved->special && is_special_file(fd) && !program_.names_device(capability, *resolved)) {
            denied = std::string(capability) + " of '" + path +
                     "', a device or a file of the system's own, was not granted; " +
                     grant_hint(embedded_, std::string(capability) + ":" + path);
            return -1;
        }
        return opened.release();
    }
    return -1;
}

int Capabilities::open_parent(std::string_view capability, const char* path, std::string& name,
                              Callers callers, std::string& denied) const {
    for (int attempt = 0; attempt < kAttempts; attempt++) {
        const auto entry = resolve_entry(path);
        const int error = errno;
        if (!entry && error == EINVAL) return -1;  // what is no name is none whoever asks
        denied = check_path(capability, path, entry ? &*entry : nullptr, callers);
        if (!denied.empty()) return -1;
        if (!entry) return errno = error, -1;
        if (capability == "fs.write") denied = check_moving(path, *entry, callers);
        if (!denied.empty()) return -1;
        const std::size_t slash = entry->path.rfind('/');
        name = entry->path.substr(slash + 1);
        const std::string folder = slash == 0 ? "/" : entry->path.substr(0, slash);
        const int fd =
            open_resolved(anchor(capability, *entry, callers), folder, "", O_PATH | O_DIRECTORY, 0);
        if (fd >= 0 || !something_was_exchanged()) return fd;
    }
    return -1;
}

}  // namespace skua::vm
