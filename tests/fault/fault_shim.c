/* Makes system and library calls of a program fail: a library for LD_PRELOAD.
 *
 * FAULT_CALL   which calls count: malloc, mmap, open, read, write, close, rename, mkostemp, pthread_create
 * FAULT_AT     the number of the call that fails, from 1; 0: none, they are only counted
 * FAULT_MODE   fail (the default): that call fails with FAULT_ERRNO (default: ENOMEM; EIO of files)
 *              on: that call and all after it fail
 *              short: each read and write does a third of what is asked for, at least a byte
 *              eintr: each second read, write and open is interrupted
 * FAULT_COUNT  a file of 8 bytes that is told how many calls there were
 *
 * A program that knows of it can say the same to fault_arm and ask fault_calls, as often as it likes.
 *
 * Only what goes through the dynamic linker is seen: not what the C library does inside itself.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);

enum Call { NONE, MALLOC, MMAP, OPEN, READ, WRITE, CLOSE, RENAME, MKOSTEMP, THREAD };
enum Mode { FAIL, ON, SHORT, EINTR_MODE };
static const char* const kNames[] = {"",      "malloc", "mmap",   "open",     "read",
                                     "write", "close",  "rename", "mkostemp", "pthread_create"};

static enum Call wanted = NONE;
static enum Mode mode = FAIL;
static uint64_t fail_at = 0;
static int fail_errno = 0;
static _Atomic uint64_t own_count = 0;
static _Atomic uint64_t* count = &own_count;
static _Atomic uint64_t turn = 0;

__attribute__((constructor)) static void prepare(void) {
    const char* text = getenv("FAULT_COUNT");
    if (text != NULL) {
        const int fd = (int)syscall(SYS_openat, AT_FDCWD, text, O_RDWR);
        void* shared = (void*)syscall(SYS_mmap, NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (shared != MAP_FAILED) count = shared;
        syscall(SYS_close, fd);
    }
    text = getenv("FAULT_MODE");
    if (text != NULL)
        mode = strcmp(text, "on") == 0      ? ON
               : strcmp(text, "short") == 0 ? SHORT
               : strcmp(text, "eintr") == 0 ? EINTR_MODE
                                            : FAIL;
    text = getenv("FAULT_AT");
    if (text != NULL) fail_at = strtoull(text, NULL, 10);
    text = getenv("FAULT_ERRNO");
    if (text != NULL) fail_errno = atoi(text);
    text = getenv("FAULT_CALL");
    for (int i = 1; text != NULL && i <= THREAD; i++)
        if (strcmp(text, kNames[i]) == 0) wanted = (enum Call)i;
    /* What a program starts of others is not under test. */
    unsetenv("LD_PRELOAD");
}

/* From now on call `at` of those that FAULT_CALL names fails, and with `on` all after it; 0: none. */
void fault_arm(uint64_t at, bool on) {
    fail_at = 0;
    atomic_store(count, 0);
    mode = on ? ON : FAIL;
    fail_at = at;
}
uint64_t fault_calls(void) {
    return atomic_load(count);
}

static bool fails(enum Call call) {
    if (call != wanted || mode > ON) return false;
    const uint64_t number = atomic_fetch_add(count, 1) + 1;
    if (fail_at == 0 || number < fail_at || (mode == FAIL && number != fail_at)) return false;
    errno = fail_errno != 0 ? fail_errno : call <= MMAP ? ENOMEM : call == THREAD ? EAGAIN : EIO;
    return true;
}

static bool interrupted(void) {
    if (mode != EINTR_MODE || atomic_fetch_add(&turn, 1) % 2 != 0) return false;
    errno = EINTR;
    return true;
}

static size_t share(size_t n) {
    return mode == SHORT && n > 1 ? (n + 2) / 3 : n;
}

void* malloc(size_t n) {
    return fails(MALLOC) ? NULL : __libc_malloc(n);
}
void* calloc(size_t n, size_t size) {
    return fails(MALLOC) ? NULL : __libc_calloc(n, size);
}
void* realloc(void* p, size_t n) {
    return fails(MALLOC) ? NULL : __libc_realloc(p, n);
}
void* memalign(size_t align, size_t n) {
    return fails(MALLOC) ? NULL : __libc_memalign(align, n);
}
void* aligned_alloc(size_t align, size_t n) {
    return fails(MALLOC) ? NULL : __libc_memalign(align, n);
}
int posix_memalign(void** out, size_t align, size_t n) {
    if (fails(MALLOC)) return ENOMEM;
    *out = __libc_memalign(align, n);
    return *out == NULL ? ENOMEM : 0;
}

void* mmap(void* at, size_t n, int prot, int flags, int fd, off_t offset) {
    if (fails(MMAP)) return MAP_FAILED;
    return (void*)syscall(SYS_mmap, at, n, prot, flags, fd, offset);
}
void* mmap64(void* at, size_t n, int prot, int flags, int fd, off_t offset) {
    return mmap(at, n, prot, flags, fd, offset);
}

static int open_at(int folder, const char* path, int flags, mode_t bits) {
    if (fails(OPEN) || ((flags & O_DIRECTORY) == 0 && interrupted())) return -1;
    return (int)syscall(SYS_openat, folder, path, flags, bits);
}
static mode_t bits_of(int flags, va_list args) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
}
int open(const char* path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t bits = bits_of(flags, args);
    va_end(args);
    return open_at(AT_FDCWD, path, flags, bits);
}
int open64(const char* path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t bits = bits_of(flags, args);
    va_end(args);
    return open_at(AT_FDCWD, path, flags, bits);
}
int openat(int folder, const char* path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t bits = bits_of(flags, args);
    va_end(args);
    return open_at(folder, path, flags, bits);
}

ssize_t read(int fd, void* out, size_t n) {
    if (fails(READ) || interrupted()) return -1;
    return syscall(SYS_read, fd, out, share(n));
}
ssize_t write(int fd, const void* data, size_t n) {
    /* Where it says what went wrong is not what is under test. */
    if (fd != STDERR_FILENO && (fails(WRITE) || interrupted())) return -1;
    return syscall(SYS_write, fd, data, fd != STDERR_FILENO ? share(n) : n);
}
int close(int fd) {
    const int result = (int)syscall(SYS_close, fd); /* closed in any case, as Linux does it */
    return fails(CLOSE) ? -1 : result;
}
int rename(const char* from, const char* to) {
    if (fails(RENAME)) return -1;
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int mkostemp(char* name, int flags) {
    if (fails(MKOSTEMP)) return -1;
    int (*next)(char*, int) = (int (*)(char*, int))dlsym(RTLD_NEXT, "mkostemp");
    return next(name, flags);
}
int mkostemp64(char* name, int flags) {
    return mkostemp(name, flags);
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attr, void* (*body)(void*), void* data) {
    if (fails(THREAD)) return EAGAIN;
    int (*next)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) = (int (*)(
        pthread_t*, const pthread_attr_t*, void* (*)(void*), void*))dlsym(RTLD_NEXT, "pthread_create");
    return next(thread, attr, body, data);
}
