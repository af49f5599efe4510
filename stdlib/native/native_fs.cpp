// Natives of std.fs: whole files, folders and open files.
//
// Every function asks the door for `fs.read` or `fs.write` with exactly the path that it then
// uses. Open files are handles; each has its own lock, so threads may share one.
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <sys/stat.h>
#include <vector>

#include "native_support.h"
#include "open_file.h"
#include "outside_text.h"

namespace skua::stdlib {

// Also for files that the program never closed: their last bytes are written, errors are not told.
const SkHandleType kOpenFile = {"file", [](void* pointer) {
                                    const std::unique_ptr<OpenFile> file(static_cast<OpenFile*>(pointer));
                                    file->close();
                                }};

std::int64_t file_handle(SkEnv* env, Descriptor fd, bool writing, const std::string& name) {
    auto file = std::make_unique<OpenFile>(std::move(fd), writing, name);
    const std::int64_t handle = env->api->handle_new(env, &kOpenFile, file.get());
    if (handle != 0) (void)file.release();
    return handle;
}

namespace {

constexpr const char* kRead = "fs.read";
constexpr const char* kWrite = "fs.write";

// The path as a C string if the capability is granted for it, else null with an error pending.
const char* permitted(SkEnv* env, SkString* path, const char* capability) {
    const char* name = env->api->string_cstr(env, path);
    if (name == nullptr || !env->api->require(env, capability, name)) return nullptr;
    return name;
}

void fail(SkEnv* env, const char* doing, const char* path, int error) {
    env->api->throw_errno(env, (std::string("cannot ") + doing + " '" + path + "'").c_str(), error);
}

int open_path(const char* path, int flags) {
    return uninterrupted([&] { return ::open(path, flags | O_CLOEXEC, 0666); });
}

// ---- whole files ---------------------------------------------------------------------------------

// False with an error pending. Reads to the end even if the size is not known (devices, pipes).
bool read_everything(SkEnv* env, const char* path, std::string& out) {
    const Descriptor file(open_path(path, O_RDONLY));
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return fail(env, "open", path, errno), false;
    if (S_ISDIR(info.st_mode)) return fail(env, "read", path, EISDIR), false;
    std::size_t used = 0;
    out.resize(S_ISREG(info.st_mode) ? std::min(static_cast<std::size_t>(info.st_size), kMaxText) + 1
                                     : 65536);
    while (true) {
        const ssize_t n =
            uninterrupted([&] { return ::read(file.get(), out.data() + used, out.size() - used); });
        if (n < 0) return fail(env, "read", path, errno), false;
        if (n == 0) break;
        used += static_cast<std::size_t>(n);
        if (used > kMaxText) return fail(env, "read", path, EFBIG), false;
        if (used == out.size()) out.resize(2 * out.size());
    }
    out.resize(used);
    return true;
}

SkString* file_text(SkEnv* env, SkString* path) {
    return guarded(env, [&]() -> SkString* {
        const char* name = permitted(env, path, kRead);
        std::string all;
        if (name == nullptr || !read_everything(env, name, all)) return nullptr;
        return outside_lines(env, all, std::string("'") + name + "'", 1);
    });
}

SkArray* file_bytes(SkEnv* env, SkString* path) {
    return guarded(env, [&]() -> SkArray* {
        const char* name = permitted(env, path, kRead);
        std::string all;
        if (name == nullptr || !read_everything(env, name, all)) return nullptr;
        SkArray* bytes = env->api->array_new(env, SK_U8, all.size());
        if (bytes != nullptr) std::memcpy(elements<char>(env, bytes), all.data(), all.size());
        return bytes;
    });
}

void store(SkEnv* env, SkString* path, std::string_view data, bool append) {
    guarded(env, [&] {
        const char* name = permitted(env, path, kWrite);
        if (name == nullptr) return;
        Descriptor file(open_path(name, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC)));
        if (file.get() < 0) return fail(env, "open", name, errno);
        int error = write_fully(file.get(), data.data(), data.size());
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
int copy_bytes(int from, int to) {
    char buffer[65536];
    while (true) {
        const ssize_t n = uninterrupted([&] { return ::read(from, buffer, sizeof buffer); });
        if (n <= 0) return n < 0 ? errno : 0;
        if (const int error = write_fully(to, buffer, static_cast<std::size_t>(n))) return error;
    }
}

void copy_file(SkEnv* env, SkString* source, SkString* target) {
    guarded(env, [&] {
        const char* from = permitted(env, source, kRead);
        const char* to = from == nullptr ? nullptr : permitted(env, target, kWrite);
        if (to == nullptr) return;
        const Descriptor input(open_path(from, O_RDONLY));
        struct stat info {
        }, other{};
        if (input.get() < 0 || ::fstat(input.get(), &info) != 0) return fail(env, "open", from, errno);
        if (S_ISDIR(info.st_mode)) return fail(env, "read", from, EISDIR);
        Descriptor output(
            uninterrupted([&] { return ::open(to, O_WRONLY | O_CREAT | O_CLOEXEC, info.st_mode & 0777); }));
        if (output.get() < 0 || ::fstat(output.get(), &other) != 0) return fail(env, "open", to, errno);
        // Only now: emptying a file before it is read would lose it.
        if (info.st_dev == other.st_dev && info.st_ino == other.st_ino)
            return env->api->throw_format(env, kArgumentError, "'%s' and '%s' are one file", from, to);
        if (S_ISREG(other.st_mode) && ::ftruncate(output.get(), 0) != 0) return fail(env, "write", to, errno);
        int error = copy_bytes(input.get(), output.get());
        if (::close(output.release()) != 0 && error == 0) error = errno;
        if (error != 0) fail(env, "write", to, error);
    });
}

// ---- names ------------------------------------------------------------------------------------------

// 0 nothing, 1 a file, 2 a folder, 3 anything else; `follow`: of what a symbolic link leads to, otherwise 4.
std::int64_t kind_of(SkEnv* env, SkString* path, bool follow) {
    const char* name = permitted(env, path, kRead);
    struct stat info {};
    if (name == nullptr || (follow ? ::stat(name, &info) : ::lstat(name, &info)) != 0) return 0;
    return S_ISREG(info.st_mode) ? 1 : S_ISDIR(info.st_mode) ? 2 : S_ISLNK(info.st_mode) ? 4 : 3;
}

// In nanoseconds since 1970.
std::int64_t modified_at(SkEnv* env, SkString* path) {
    return guarded(env, [&]() -> std::int64_t {
        const char* name = permitted(env, path, kRead);
        struct stat info {};
        if (name == nullptr) return 0;
        if (::stat(name, &info) != 0) return fail(env, "tell when something changed", name, errno), 0;
        return info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
    });
}

std::int64_t size_of(SkEnv* env, SkString* path) {
    return guarded(env, [&]() -> std::int64_t {
        const char* name = permitted(env, path, kRead);
        struct stat info {};
        if (name == nullptr) return 0;
        if (::stat(name, &info) != 0) return fail(env, "measure", name, errno), 0;
        return info.st_size;
    });
}

// `mark`: the names of folders, not of links to them, end in a slash.
SkArray* folder_names(SkEnv* env, SkString* path, bool mark) {
    return guarded(env, [&]() -> SkArray* {
        const char* name = permitted(env, path, kRead);
        if (name == nullptr) return nullptr;
        const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(name), ::closedir);
        if (!folder) return fail(env, "list", name, errno), nullptr;
        std::vector<std::string> names;
        while (const dirent* entry = ::readdir(folder.get())) {
            const std::string_view n = entry->d_name;
            if (n == "." || n == "..") continue;
            struct stat info {};
            const bool is_folder = entry->d_type == DT_DIR || (mark && entry->d_type == DT_UNKNOWN &&
                                                               ::fstatat(::dirfd(folder.get()), entry->d_name,
                                                                         &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                                                               S_ISDIR(info.st_mode));
            names.emplace_back(n).append(mark && is_folder ? "/" : "");
        }
        SkArray* result = env->api->array_new(env, SK_STRING, names.size());
        for (std::size_t i = 0; result != nullptr && i < names.size(); i++) {
            SkString* text = outside_text(env, names[i], std::string("a name in '") + name + "'");
            if (text == nullptr) return nullptr;
            env->api->array_set(env, result, i, text);
        }
        return result;
    });
}

void create_folder(SkEnv* env, SkString* path) {
    guarded(env, [&] {
        const char* name = permitted(env, path, kWrite);
        if (name == nullptr) return;
        const std::string whole = name;
        for (std::size_t end = 1; end <= whole.size(); end++) {
            if (end < whole.size() && whole[end] != '/') continue;
            const std::string part = whole.substr(0, end);
            struct stat info {};
            if (::mkdir(part.c_str(), 0777) == 0) continue;
            const int error = errno;
            if (error == EEXIST && ::stat(part.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue;
            return fail(env, "create folder", part.c_str(), error);
        }
    });
}

// The name of a new folder, which begins with `start`.
SkString* create_temporary(SkEnv* env, SkString* folder, SkString* start) {
    return guarded(env, [&]() -> SkString* {
        const char* name = permitted(env, folder, kWrite);
        const char* prefix = name == nullptr ? nullptr : env->api->string_cstr(env, start);
        if (prefix == nullptr) return nullptr;
        std::string path = std::string(name) + "/" + prefix + "XXXXXX";
        if (::mkdtemp(path.data()) == nullptr) return fail(env, "create a folder in", name, errno), nullptr;
        return new_string(env, path);
    });
}

void remove_path(SkEnv* env, SkString* path) {
    guarded(env, [&] {
        const char* name = permitted(env, path, kWrite);
        if (name != nullptr && ::remove(name) != 0) fail(env, "remove", name, errno);
    });
}

void rename_path(SkEnv* env, SkString* old, SkString* target) {
    guarded(env, [&] {
        const char* from = permitted(env, old, kWrite);
        const char* to = from == nullptr ? nullptr : permitted(env, target, kWrite);
        if (to != nullptr && ::rename(from, to) != 0) fail(env, "rename", from, errno);
    });
}

// ---- open files -----------------------------------------------------------------------------------------

// `mode`: 0 read, 1 create, 2 append.
std::int64_t open_file(SkEnv* env, SkString* path, std::int64_t mode) {
    return guarded(env, [&]() -> std::int64_t {
        const char* name = permitted(env, path, mode == 0 ? kRead : kWrite);
        if (name == nullptr) return 0;
        Descriptor fd(
            open_path(name, mode == 0 ? O_RDONLY : O_WRONLY | O_CREAT | (mode == 1 ? O_TRUNC : O_APPEND)));
        struct stat info {};
        if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0) return fail(env, "open", name, errno), 0;
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
        if (const int error = file->close()) fail(env, "write", file->path.c_str(), error);
    });
    env->api->handle_release(env, handle);
    env->api->handle_close(env, &kOpenFile, handle);
}

SkString* file_line(SkEnv* env, std::int64_t handle) {
    return with_file(env, handle, "read", [&](OpenFile& file, int& error) -> SkString* {
        std::string line;
        BufferedInput* input = file.input(error);
        if (input == nullptr || !input->line(line, error)) return nullptr;
        return outside_lines(env, line, "'" + file.path + "'", input->lines());
    });
}

SkString* file_rest(SkEnv* env, std::int64_t handle) {
    return with_file(env, handle, "read", [&](OpenFile& file, int& error) -> SkString* {
        BufferedInput* input = file.input(error);
        if (input == nullptr) return nullptr;
        const std::int64_t first_line = input->lines() + 1;
        std::string all;
        input->rest(all, error);
        return error != 0 ? nullptr : outside_lines(env, all, "'" + file.path + "'", first_line);
    });
}

std::int64_t file_read(SkEnv* env, std::int64_t handle, SkArray* target, std::int64_t start,
                       std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, target))) return 0;
    return with_file(env, handle, "read", [&](OpenFile& file, int& error) {
        BufferedInput* input = file.input(error);
        if (input == nullptr) return std::int64_t{0};
        return static_cast<std::int64_t>(
            input->read(elements<char>(env, target) + start, static_cast<std::size_t>(end - start), error));
    });
}

void file_write_text(SkEnv* env, std::int64_t handle, SkString* text) {
    with_file(env, handle, "write", [&](OpenFile& file, int& error) { error = file.write(view(env, text)); });
}

void file_write_bytes(SkEnv* env, std::int64_t handle, SkArray* data, std::int64_t start, std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, data))) return;
    with_file(env, handle, "write", [&](OpenFile& file, int& error) {
        error = file.write({elements<char>(env, data) + start, static_cast<std::size_t>(end - start)});
    });
}

void flush_file(SkEnv* env, std::int64_t handle) {
    with_file(env, handle, "write", [](OpenFile& file, int& error) { error = file.flush(); });
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
    native<flush_file>("std.fs.flushFile", "(i64)void"),
};

}  // namespace

SKUA_PLUGIN(std_fs, "std.fs", "0.1.0", kFsNatives)

}  // namespace skua::stdlib
