// Natives of std.fs: whole files, folders and open files.
//
// The door opens: every path goes through path_open or path_parent, which ask for `fs.read` or `fs.write` and
// walk from the granted folder down, so that no link leads out of it. Open files are handles, and need no
// grant any more; each has its own lock, so threads may share one.
#include <climits>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <sys/random.h>
#include <sys/stat.h>
#include <vector>

#include "native_support.h"
#include "open_file.h"
#include "outside_text.h"

namespace skua::stdlib {

// Also for files that the program never closed: their last bytes are written, errors are not told.
const SkHandleType kOpenFile = {"file", [](void* pointer) {
                                    const std::unique_ptr<OpenFile> file(static_cast<OpenFile*>(pointer));
                                    file->close(nullptr);
                                }};

std::int64_t file_handle(SkEnv* env, Descriptor fd, bool writing, const std::string& name) {
    auto file = std::make_unique<OpenFile>(std::move(fd), writing, name);
    const std::int64_t handle = env->api->handle_new_sized(env, &kOpenFile, file.get(), OpenFile::kMemory);
    if (handle != 0) (void)file.release();
    return handle;
}

namespace {

constexpr const char* kRead = "fs.read";
constexpr const char* kWrite = "fs.write";

void fail(SkEnv* env, const char* doing, const char* path, int error) {
    if (error == EFBIG && std::string_view(doing) == "read") return throw_too_large(env, path);
    env->api->throw_errno(env, (std::string("cannot ") + doing + " '" + path + "'").c_str(), error);
}

// Below 0: an error is pending, or, if `doing` is null and it is not the grant that lacks, errno tells.
int open_path(SkEnv* env, const char* capability, const char* path, int flags, const char* doing,
              unsigned mode = 0666) {
    const int fd = env->api->path_open(env, capability, path, flags, mode);
    if (fd < 0 && doing != nullptr && !env->api->has_pending(env)) fail(env, doing, path, errno);
    return fd;
}

// The folder of a name that is to be changed or, by `kRead`, looked at itself.
struct Parent {
    Parent(SkEnv* env, const char* path, const char* capability = kWrite)
        : folder(env->api->path_parent(env, capability, path, name)) {}
    char name[SK_NAME_BYTES];
    const Descriptor folder;
};

// ---- whole files ---------------------------------------------------------------------------------

// False with an error pending. Reads to the end even if the size is not known (devices, pipes).
bool read_everything(SkEnv* env, const char* path, std::string& out) {
    const Descriptor file(open_path(env, kRead, path, O_RDONLY, "open"));
    struct stat info {};
    if (file.get() < 0) return false;
    if (::fstat(file.get(), &info) != 0) return fail(env, "open", path, errno), false;
    if (S_ISDIR(info.st_mode)) return fail(env, "read", path, EISDIR), false;
    std::size_t used = 0;
    const std::size_t most = max_text(env);
    if (S_ISREG(info.st_mode) && static_cast<std::uint64_t>(info.st_size) > most)
        return fail(env, "read", path, EFBIG), false;
    out.resize(S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) + 1 : 65536);
    while (true) {
        const ssize_t n =
            uninterrupted(env, [&] { return ::read(file.get(), out.data() + used, out.size() - used); });
        if (n < 0) return fail(env, "read", path, errno), false;
        if (n == 0) break;
        used += static_cast<std::size_t>(n);
        if (used > most) return fail(env, "read", path, EFBIG), false;
        if (used == out.size()) out.resize(2 * out.size());
    }
    out.resize(used);
    return true;
}

SkString* file_text(SkEnv* env, SkString* path) {
    return guarded(env, [&]() -> SkString* {
        const char* name = env->api->string_cstr(env, path);
        std::string all;
        if (name == nullptr || !read_everything(env, name, all)) return nullptr;
        return outside_lines(env, all, std::string("'") + name + "'", 1);
    });
}

SkArray* file_bytes(SkEnv* env, SkString* path) {
    return guarded(env, [&]() -> SkArray* {
        const char* name = env->api->string_cstr(env, path);
        std::string all;
        if (name == nullptr || !read_everything(env, name, all)) return nullptr;
        SkArray* bytes = env->api->array_new(env, SK_U8, all.size());
        if (bytes != nullptr) std::memcpy(elements<char>(env, bytes), all.data(), all.size());
        return bytes;
    });
}

void store(SkEnv* env, SkString* path, std::string_view data, bool append) {
    guarded(env, [&] {
        const char* name = env->api->string_cstr(env, path);
        if (name == nullptr) return;
        Descriptor file(
            open_path(env, kWrite, name, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), "open"));
        if (file.get() < 0) return;
        env->api->trace_output(env, data.data(), data.size());
        int error = write_fully(env, file.get(), data.data(), data.size());
        if (::close(file.release()) != 0 && error == 0) error = errno;
        if (error != 0) fail(env, "write", name, error);
    });
}

void store_text(SkEnv* env, SkString* path, SkString* text, bool append) {
    store(env, path, view(env, text), append);
}

void store_bytes(SkEnv* env, SkString* path, SkArray* data, bool append) {
    store(env, path, {elements<char>(env, data), env->api->array_len(env, data)}, append);
}

// Copies between descriptors; 0 or an errno.
int copy_bytes(SkEnv* env, int from, int to) {
    char buffer[65536];
    while (true) {
        const ssize_t n = uninterrupted(env, [&] { return ::read(from, buffer, sizeof buffer); });
        if (n <= 0) return n < 0 ? errno : 0;
        if (const int error = write_fully(env, to, buffer, static_cast<std::size_t>(n))) return error;
    }
}

void copy_file(SkEnv* env, SkString* source, SkString* target) {
    guarded(env, [&] {
        const char* from = env->api->string_cstr(env, source);
        const char* to = from == nullptr ? nullptr : env->api->string_cstr(env, target);
        if (to == nullptr) return;
        const Descriptor input(open_path(env, kRead, from, O_RDONLY, "open"));
        struct stat info {
        }, other{};
        if (input.get() < 0) return;
        if (::fstat(input.get(), &info) != 0) return fail(env, "open", from, errno);
        if (S_ISDIR(info.st_mode)) return fail(env, "read", from, EISDIR);
        Descriptor output(open_path(env, kWrite, to, O_WRONLY | O_CREAT, "open", info.st_mode & 0777));
        if (output.get() < 0) return;
        if (::fstat(output.get(), &other) != 0) return fail(env, "open", to, errno);
        // Only now: emptying a file before it is read would lose it.
        if (info.st_dev == other.st_dev && info.st_ino == other.st_ino)
            return env->api->throw_format(env, kArgumentError, "'%s' and '%s' are one file", from, to);
        if (S_ISREG(other.st_mode) && ::ftruncate(output.get(), 0) != 0) return fail(env, "write", to, errno);
        int error = copy_bytes(env, input.get(), output.get());
        if (::close(output.release()) != 0 && error == 0) error = errno;
        if (error != 0) fail(env, "write", to, error);
    });
}

// ---- names ------------------------------------------------------------------------------------------

// 0 nothing, 1 a file, 2 a folder, 3 anything else; `follow`: of what a symbolic link leads to, otherwise 4.
std::int64_t kind_of(SkEnv* env, SkString* path, bool follow) {
    return guarded(env, [&]() -> std::int64_t {
        const char* name = env->api->string_cstr(env, path);
        if (name == nullptr) return 0;
        struct stat info {};
        bool found = false, through = follow;
        if (!follow) {
            const Parent parent(env, name, kRead);
            const int error = errno;
            if (env->api->has_pending(env)) return 0;
            found = parent.folder.get() >= 0 &&
                    ::fstatat(parent.folder.get(), parent.name, &info, AT_SYMLINK_NOFOLLOW) == 0;
            through = parent.folder.get() < 0 && error == EINVAL;  // "." and ".." are no links
        }
        if (through) {
            const Descriptor opened(open_path(env, kRead, name, O_PATH, nullptr));
            found = opened.get() >= 0 && ::fstat(opened.get(), &info) == 0;
        }
        if (!found) return 0;
        return S_ISREG(info.st_mode) ? 1 : S_ISDIR(info.st_mode) ? 2 : S_ISLNK(info.st_mode) ? 4 : 3;
    });
}

// False with an error pending.
bool look_at(SkEnv* env, SkString* path, const char* doing, struct stat& info) {
    const char* name = env->api->string_cstr(env, path);
    if (name == nullptr) return false;
    const Descriptor found(open_path(env, kRead, name, O_PATH, doing));
    if (found.get() < 0) return false;
    if (::fstat(found.get(), &info) == 0) return true;
    fail(env, doing, name, errno);
    return false;
}

// In nanoseconds since 1970.
std::int64_t modified_at(SkEnv* env, SkString* path) {
    return guarded(env, [&]() -> std::int64_t {
        struct stat info {};
        if (!look_at(env, path, "tell when something changed", info)) return 0;
        return info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
    });
}

std::int64_t size_of(SkEnv* env, SkString* path) {
    return guarded(env, [&]() -> std::int64_t {
        struct stat info {};
        if (!look_at(env, path, "measure", info)) return 0;
        return info.st_size;
    });
}

// `mark`: the names of folders, not of links to them, end in a slash.
SkArray* folder_names(SkEnv* env, SkString* path, bool mark) {
    return guarded(env, [&]() -> SkArray* {
        const char* name = env->api->string_cstr(env, path);
        if (name == nullptr) return nullptr;
        Descriptor opened(open_path(env, kRead, name, O_RDONLY | O_DIRECTORY, "list"));
        if (opened.get() < 0) return nullptr;
        const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(opened.get()), ::closedir);
        if (!folder) return fail(env, "list", name, errno), nullptr;
        opened.release();
        std::vector<std::string> names;
        std::size_t bytes = 0;
        while (const dirent* entry = ::readdir(folder.get())) {
            const std::string_view n = entry->d_name;
            if (n == "." || n == "..") continue;
            bytes += sizeof(std::string) + n.size() + 1;
            if (!fits_text(env, bytes)) return nullptr;
            struct stat info {};
            const bool is_folder = entry->d_type == DT_DIR || (mark && entry->d_type == DT_UNKNOWN &&
                                                               ::fstatat(::dirfd(folder.get()), entry->d_name,
                                                                         &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                                                               S_ISDIR(info.st_mode));
            names.emplace_back(n).append(mark && is_folder ? "/" : "");
        }
        std::sort(names.begin(), names.end());  // the system's order changes from day to day
        SkArray* result = env->api->array_new(env, SK_STRING, names.size());
        for (std::size_t i = 0; result != nullptr && i < names.size(); i++) {
            SkString* text = outside_text(env, names[i], std::string("a name in '") + name + "'");
            if (text == nullptr) return nullptr;
            env->api->array_set(env, result, i, text);
        }
        return result;
    });
}

// 0 if the path leads to a folder, else `error`; -1 with an error pending.
int existing_folder(SkEnv* env, const std::string& path, int error) {
    const Descriptor there(open_path(env, kWrite, path.c_str(), O_PATH | O_DIRECTORY, nullptr));
    return there.get() >= 0 ? 0 : env->api->has_pending(env) ? -1 : error;
}

// 0, an errno, or -1 with an error pending.
int make_folder(SkEnv* env, const std::string& path) {
    const Parent parent(env, path.c_str());
    if (env->api->has_pending(env)) return -1;
    // "x/." is no name to create: it is there when x is.
    if (parent.folder.get() < 0) return errno == EINVAL ? existing_folder(env, path, ENOENT) : errno;
    if (::mkdirat(parent.folder.get(), parent.name, 0777) == 0) return 0;
    return errno == EEXIST ? existing_folder(env, path, EEXIST) : errno;
}

// Those above that are missing first; what is above the granted folder is not asked for unless it is missing.
void create_folder(SkEnv* env, SkString* path) {
    guarded(env, [&] {
        const char* name = env->api->string_cstr(env, path);
        if (name == nullptr) return;
        const std::string whole = name;
        std::vector<std::size_t> missing{whole.size()};  // ends of the names to create, the topmost last
        // More than any path has names: somebody removes them as fast as they are made.
        for (int left = 2 * PATH_MAX; !missing.empty(); left--) {
            const std::string part = whole.substr(0, missing.back());
            const int error = make_folder(env, part);
            if (error < 0) return;
            const std::size_t last = part.find_last_not_of('/');
            const std::size_t above = last == std::string::npos ? last : part.rfind('/', last);
            if (error == 0)
                missing.pop_back();
            else if (error == ENOENT && above != std::string::npos && above > 0 && left > 0)
                missing.push_back(above);
            else
                return fail(env, "create folder", part.c_str(), error);
        }
    });
}

// The name of a new folder, which begins with `start`.
SkString* create_temporary(SkEnv* env, SkString* folder, SkString* start) {
    return guarded(env, [&]() -> SkString* {
        const char* name = env->api->string_cstr(env, folder);
        const char* prefix = name == nullptr ? nullptr : env->api->string_cstr(env, start);
        if (prefix == nullptr) return nullptr;
        // Asked for by its own name first: a refusal names the folder, not what would have been made in it.
        const Descriptor there(open_path(env, kWrite, name, O_PATH | O_DIRECTORY, "create a folder in"));
        if (there.get() < 0) return nullptr;
        constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        for (int attempt = 0; attempt < 100; attempt++) {
            unsigned char drawn[8];
            if (!env->api->random_bytes(env, drawn, sizeof drawn)) return nullptr;
            std::string path = std::string(name) + "/" + prefix;
            for (const unsigned char c : drawn) path += letters[c % letters.size()];
            const Parent parent(env, path.c_str());
            if (env->api->has_pending(env)) return nullptr;
            if (parent.folder.get() >= 0 && ::mkdirat(parent.folder.get(), parent.name, 0700) == 0)
                return new_string(env, path);
            if (errno != EEXIST) break;
        }
        return fail(env, "create a folder in", name, errno), nullptr;
    });
}

void remove_path(SkEnv* env, SkString* path) {
    guarded(env, [&] {
        const char* name = env->api->string_cstr(env, path);
        if (name == nullptr) return;
        const Parent parent(env, name);
        if (env->api->has_pending(env)) return;
        // As remove() does; unlink tells a folder by either of the two.
        if (parent.folder.get() >= 0 && (::unlinkat(parent.folder.get(), parent.name, 0) == 0 ||
                                         ((errno == EISDIR || errno == EPERM) &&
                                          ::unlinkat(parent.folder.get(), parent.name, AT_REMOVEDIR) == 0)))
            return;
        fail(env, "remove", name, errno);
    });
}

void rename_path(SkEnv* env, SkString* old, SkString* target) {
    guarded(env, [&] {
        const char* from = env->api->string_cstr(env, old);
        const char* to = from == nullptr ? nullptr : env->api->string_cstr(env, target);
        if (to == nullptr) return;
        const Parent parent(env, from);
        if (env->api->has_pending(env)) return;
        if (parent.folder.get() < 0) return fail(env, "rename", from, errno);
        const Parent goal(env, to);
        if (env->api->has_pending(env)) return;
        if (goal.folder.get() < 0 ||
            ::renameat(parent.folder.get(), parent.name, goal.folder.get(), goal.name) != 0)
            fail(env, "rename", from, errno);
    });
}

// ---- open files -----------------------------------------------------------------------------------------

// `mode`: 0 read, 1 create, 2 append.
std::int64_t open_file(SkEnv* env, SkString* path, std::int64_t mode) {
    return guarded(env, [&]() -> std::int64_t {
        const char* name = env->api->string_cstr(env, path);
        if (name == nullptr) return 0;
        Descriptor fd(open_path(env, mode == 0 ? kRead : kWrite, name,
                                mode == 0 ? O_RDONLY : O_WRONLY | O_CREAT | (mode == 1 ? O_TRUNC : O_APPEND),
                                "open"));
        struct stat info {};
        if (fd.get() < 0) return 0;
        if (::fstat(fd.get(), &info) != 0) return fail(env, "open", name, errno), 0;
        if (S_ISDIR(info.st_mode)) return fail(env, "open", name, EISDIR), 0;
        return file_handle(env, std::move(fd), mode != 0, name);
    });
}

// Runs `work(file, error)` on an open file under its lock; an error it sets is thrown.
template <typename Work>
auto with_file(SkEnv* env, std::int64_t handle, const char* doing, Work&& work) {
    using R = decltype(work(std::declval<OpenFile&>(), std::declval<int&>()));
    return guarded(env, [&]() -> R {
        const Handle<OpenFile> file(env, &kOpenFile, handle);
        if (!file) return R();
        const std::lock_guard lock(file->mutex);
        int error = 0;
        if constexpr (std::is_void_v<R>) {
            work(*file.get(), error);
            if (error != 0) fail(env, doing, file->path.c_str(), error);
        } else {
            R result = work(*file.get(), error);
            if (error == 0) return result;
            fail(env, doing, file->path.c_str(), error);
            return R();
        }
    });
}

void close_file(SkEnv* env, std::int64_t handle) {
    if (handle == 0) return;
    // A file that was closed before is none any more: closing it again is allowed.
    OpenFile* file = static_cast<OpenFile*>(env->api->handle_acquire(env, &kOpenFile, handle));
    if (file == nullptr) {
        env->api->take_pending(env);
        return;
    }
    guarded(env, [&] {
        const std::lock_guard lock(file->mutex);
        if (const int error = file->close(env)) fail(env, "write", file->path.c_str(), error);
    });
    env->api->handle_release(env, handle);
    env->api->handle_close(env, &kOpenFile, handle);
}

SkString* file_line(SkEnv* env, std::int64_t handle) {
    return with_file(env, handle, "read", [&](OpenFile& file, int& error) -> SkString* {
        std::string line;
        BufferedInput* input = file.input(error);
        if (input == nullptr || !input->line(env, line, error)) return nullptr;
        return outside_lines(env, line, "'" + file.path + "'", input->lines());
    });
}

SkString* file_rest(SkEnv* env, std::int64_t handle) {
    return with_file(env, handle, "read", [&](OpenFile& file, int& error) -> SkString* {
        BufferedInput* input = file.input(error);
        if (input == nullptr) return nullptr;
        const std::int64_t first_line = input->lines() + 1;
        std::string all;
        input->rest(env, all, error);
        return error != 0 ? nullptr : outside_lines(env, all, "'" + file.path + "'", first_line);
    });
}

std::int64_t file_read(SkEnv* env, std::int64_t handle, SkArray* target, std::int64_t start,
                       std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, target))) return 0;
    return with_file(env, handle, "read", [&](OpenFile& file, int& error) {
        BufferedInput* input = file.input(error);
        if (input == nullptr) return std::int64_t{0};
        return static_cast<std::int64_t>(input->read(env, elements<char>(env, target) + start,
                                                     static_cast<std::size_t>(end - start), error));
    });
}

void file_write_text(SkEnv* env, std::int64_t handle, SkString* text) {
    with_file(env, handle, "write",
              [&](OpenFile& file, int& error) { error = file.write(env, view(env, text)); });
}

void file_write_bytes(SkEnv* env, std::int64_t handle, SkArray* data, std::int64_t start, std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, data))) return;
    with_file(env, handle, "write", [&](OpenFile& file, int& error) {
        error = file.write(env, {elements<char>(env, data) + start, static_cast<std::size_t>(end - start)});
    });
}

void seek_file(SkEnv* env, std::int64_t handle, std::int64_t place) {
    with_file(env, handle, "move in", [&](OpenFile& file, int& error) { file.seek(env, place, error); });
}

std::int64_t file_position(SkEnv* env, std::int64_t handle) {
    return with_file(env, handle, "tell the place in",
                     [](OpenFile& file, int& error) { return file.position(error); });
}

void flush_file(SkEnv* env, std::int64_t handle) {
    with_file(env, handle, "write", [&](OpenFile& file, int& error) { error = file.flush(env); });
}

// No capability is named here: each function asks for its path, so that a refusal can name it.
const SkNative kFsNatives[] = {
    native<file_text>("std.fs.fileText", "(string)string"),
    native<file_bytes>("std.fs.fileBytes", "(string)[u8]"),
    native<store_text>("std.fs.storeText", "(string,string,bool)void"),
    native<store_bytes>("std.fs.storeBytes", "(string,[u8],bool)void"),
    native<kind_of>("std.fs.kindOf", "(string,bool)i64"),
    native<modified_at>("std.fs.modifiedAt", "(string)i64"),
    native<create_temporary>("std.fs.createTemporary", "(string,string)string"),
    native<size_of>("std.fs.sizeOf", "(string)i64"),
    native<folder_names>("std.fs.folderNames", "(string,bool)[string]"),
    native<create_folder>("std.fs.createFolder", "(string)void"),
    native<copy_file>("std.fs.copyFile", "(string,string)void"),
    native<remove_path>("std.fs.removePath", "(string)void"),
    native<rename_path>("std.fs.renamePath", "(string,string)void"),
    native<open_file>("std.fs.openFile", "(string,i64)i64"),
    native<close_file>("std.fs.closeFile", "(i64)void"),
    native<file_line>("std.fs.fileLine", "(i64)string?"),
    native<file_rest>("std.fs.fileRest", "(i64)string"),
    native<file_read>("std.fs.fileRead", "(i64,[u8],i64,i64)i64"),
    native<file_write_text>("std.fs.fileWriteText", "(i64,string)void"),
    native<file_write_bytes>("std.fs.fileWriteBytes", "(i64,[u8],i64,i64)void"),
    native<seek_file>("std.fs.seekFile", "(i64,i64)void"),
    native<file_position>("std.fs.filePosition", "(i64)i64"),
    native<flush_file>("std.fs.flushFile", "(i64)void"),
};

}  // namespace

SKUA_PLUGIN(std_fs, "std.fs", "0.1.0", kFsNatives)

}  // namespace skua::stdlib
