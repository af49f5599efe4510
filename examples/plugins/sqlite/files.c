/* SQLite's system calls that take a path, each asking the machine first.
 *
 * SQLite's unix VFS lets its calls be replaced. Asking at that place, and not for the database's name once,
 * covers journals, write-ahead logs, attached databases and whatever SQL makes SQLite open; path_open asks
 * and opens in one step, from the granted folder down, so that no link leads out of it. */
#define _GNU_SOURCE /* O_PATH */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sqlite_plugin.h"

static _Thread_local Visit now;

Visit begin_visit(SkEnv* env) {
    Visit before = now;
    now.env = env;
    now.inside = true;
    return before;
}

void end_visit(Visit before) {
    now = before;
}

SkEnv* visitor(void) {
    return now.env;
}

/* The calls that were there before. */
static int (*system_open)(const char*, int, int);
static int (*system_stat)(const char*, struct stat*);
static int (*system_lstat)(const char*, struct stat*);
static int (*system_access)(const char*, int);
static int (*system_unlink)(const char*);
static int (*system_mkdir)(const char*, mode_t);
static int (*system_rmdir)(const char*);
static ssize_t (*system_readlink)(const char*, char*, size_t);
static int (*system_open_directory)(const char*, int*);

static int refuse(void) {
    errno = EACCES;
    return -1;
}

/* May the machine be asked? Not without a native, nor once it has refused: that error is to be seen, whatever
 * SQLite tries next. */
static bool can_ask(void) {
    return now.env != NULL && !now.env->api->has_pending(now.env);
}

/* -1 with errno, and perhaps an error pending. */
static int ask(const char* capability, const char* path, int flags, unsigned mode) {
    if (!can_ask()) return refuse();
    int fd = now.env->api->path_open(now.env, capability, path, flags, mode);
    if (fd < 0 && now.env->api->has_pending(now.env)) errno = EACCES;
    return fd;
}

static int ask_parent(const char* capability, const char* path, char name[SK_NAME_BYTES]) {
    if (!can_ask()) return refuse();
    int fd = now.env->api->path_parent(now.env, capability, path, name);
    if (fd < 0 && now.env->api->has_pending(now.env)) errno = EACCES;
    return fd;
}

static int asked_open(const char* path, int flags, int mode) {
    if (!now.inside) return system_open(path, flags, mode);
    bool writing = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0;
    int fd = ask(writing ? "fs.write" : "fs.read", path, flags, (unsigned)mode);
    if (fd >= 0 && (flags & O_ACCMODE) == O_RDWR) {
        /* Reading, too, then. With O_PATH: closing a descriptor of the file itself would drop SQLite's locks.
         */
        int looked = ask("fs.read", path, O_PATH | O_CLOEXEC, 0);
        int error = errno;
        if (looked >= 0) {
            close(looked);
        } else {
            close(fd);
            errno = error;
            fd = -1;
        }
    }
    return fd;
}

static int asked_stat(const char* path, struct stat* info) {
    if (!now.inside) return system_stat(path, info);
    int fd = ask("fs.read", path, O_PATH | O_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result = fstat(fd, info), error = errno;
    close(fd);
    errno = error;
    return result;
}

/* SQLite looks for links at every step of a path, far above what is granted. There, it sees none; opening the
 * path will follow them, and ask where they have led. */
static int unseen(void) {
    now.env->api->take_pending(now.env);
    errno = ENOENT;
    return -1;
}

static int asked_lstat(const char* path, struct stat* info) {
    char name[SK_NAME_BYTES];
    if (!now.inside) return system_lstat(path, info);
    int folder = ask_parent("fs.read", path, name);
    if (folder < 0) return can_ask() || now.env == NULL ? -1 : unseen();
    int result = fstatat(folder, name, info, AT_SYMLINK_NOFOLLOW), error = errno;
    close(folder);
    errno = error;
    return result;
}

static ssize_t asked_readlink(const char* path, char* target, size_t size) {
    char name[SK_NAME_BYTES];
    if (!now.inside) return system_readlink(path, target, size);
    int folder = ask_parent("fs.read", path, name);
    if (folder < 0) return -1;
    ssize_t result = readlinkat(folder, name, target, size);
    int error = errno;
    close(folder);
    errno = error;
    return result;
}

static int asked_access(const char* path, int how) {
    struct stat info;
    (void)how;
    if (!now.inside) return system_access(path, how);
    return asked_stat(path, &info);
}

static int asked_unlink(const char* path) {
    char name[SK_NAME_BYTES];
    if (!now.inside) return system_unlink(path);
    int folder = ask_parent("fs.write", path, name);
    if (folder < 0) return -1;
    int result = unlinkat(folder, name, 0), error = errno;
    close(folder);
    errno = error;
    return result;
}

/* Only for locking by folders, which nobody has asked for. */
static int asked_mkdir(const char* path, mode_t mode) {
    return now.inside ? refuse() : system_mkdir(path, mode);
}

static int asked_rmdir(const char* path) {
    return now.inside ? refuse() : system_rmdir(path);
}

/* The folder of a file, to be synchronised after the file was made or removed. */
static int asked_open_directory(const char* path, int* result) {
    char name[SK_NAME_BYTES];
    if (!now.inside) return system_open_directory(path, result);
    int folder = ask_parent("fs.write", path, name);
    *result = folder < 0 ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) close(folder);
    return *result >= 0 ? SQLITE_OK : SQLITE_CANTOPEN;
}

/* ---- the VFS
 * ----------------------------------------------------------------------------------------------------- */

static sqlite3_vfs* unix_vfs;
static sqlite3_vfs machine_vfs; /* the unix VFS with another clock */

static int time_of_day(sqlite3_vfs* vfs, sqlite3_int64* milliseconds) {
    (void)vfs;
    if (now.env == NULL) return unix_vfs->xCurrentTimeInt64(unix_vfs, milliseconds);
    /* Julian days begin at noon, 2440587.5 of them before 1970. */
    *milliseconds = 210866760000000 + now.env->api->clock_nanos(now.env, true) / 1000000;
    return SQLITE_OK;
}

const char* skua_vfs(void) {
    return machine_vfs.zName;
}

static bool replaced;

static void replace_all(void) {
    const struct {
        const char* name;
        sqlite3_syscall_ptr ours;
        sqlite3_syscall_ptr* theirs;
    } calls[] = {
        {"open", (sqlite3_syscall_ptr)asked_open, (sqlite3_syscall_ptr*)&system_open},
        {"stat", (sqlite3_syscall_ptr)asked_stat, (sqlite3_syscall_ptr*)&system_stat},
        {"lstat", (sqlite3_syscall_ptr)asked_lstat, (sqlite3_syscall_ptr*)&system_lstat},
        {"access", (sqlite3_syscall_ptr)asked_access, (sqlite3_syscall_ptr*)&system_access},
        {"unlink", (sqlite3_syscall_ptr)asked_unlink, (sqlite3_syscall_ptr*)&system_unlink},
        {"mkdir", (sqlite3_syscall_ptr)asked_mkdir, (sqlite3_syscall_ptr*)&system_mkdir},
        {"rmdir", (sqlite3_syscall_ptr)asked_rmdir, (sqlite3_syscall_ptr*)&system_rmdir},
        {"readlink", (sqlite3_syscall_ptr)asked_readlink, (sqlite3_syscall_ptr*)&system_readlink},
        {"openDirectory", (sqlite3_syscall_ptr)asked_open_directory,
         (sqlite3_syscall_ptr*)&system_open_directory},
    };
    unsigned char seed;
    if (sqlite3_initialize() != SQLITE_OK) return;
    sqlite3_randomness(1, &seed); /* now, since /dev/urandom cannot be opened in a visit */
    unix_vfs = sqlite3_vfs_find("unix");
    if (unix_vfs == NULL || unix_vfs->iVersion < 3) return;
    /* All of them first: half of a replacement would be none. */
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        *calls[i].theirs = unix_vfs->xGetSystemCall(unix_vfs, calls[i].name);
        if (*calls[i].theirs == NULL) return;
    }
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (unix_vfs->xSetSystemCall(unix_vfs, calls[i].name, calls[i].ours) != SQLITE_OK) return;
    }
    machine_vfs = *unix_vfs;
    machine_vfs.pNext = NULL;
    machine_vfs.zName = "skua";
    machine_vfs.xCurrentTimeInt64 = time_of_day;
    replaced = sqlite3_vfs_register(&machine_vfs, 0) == SQLITE_OK;
}

/* Once in a process, however many machines load the plugin: the second time, our own would be taken for
 * SQLite's. */
bool replace_system_calls(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, replace_all);
    return replaced;
}

bool may_open(SkEnv* env, const char* path, bool writing) {
    const char* capabilities[] = {"fs.read", "fs.write"};
    for (int i = 0; i <= (writing ? 1 : 0); i++) {
        int fd = env->api->path_open(env, capabilities[i], path, O_PATH | O_CLOEXEC, 0);
        if (fd >= 0) close(fd);
        if (env->api->has_pending(env)) return false;
    }
    return true;
}
