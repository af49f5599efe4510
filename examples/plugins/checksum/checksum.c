/* A plugin in plain C: CRC-32 (the one of zip, gzip and PNG) of bytes, files and streams.
 *
 * It includes skua/native.h and links nothing. Each idea of the native API appears once: reading an
 * array in place, asking for a capability, throwing, and a resource behind a handle.
 */
#define _POSIX_C_SOURCE 200809L /* fdopen, where the compiler is strict */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "skua/native.h"

static uint32_t table[256];

static void fill_table(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++) c = (c & 1) ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        table[i] = c;
    }
}

static uint32_t update(uint32_t crc, const uint8_t* bytes, size_t n) {
    for (size_t i = 0; i < n; i++) crc = table[(crc ^ bytes[i]) & 0xFF] ^ (crc >> 8);
    return crc;
}

/* fn crc32(data: [u8]): u32 */
static uint32_t crc32(SkEnv* env, SkArray* data) {
    return ~update(~0u, env->api->array_data(env, data), env->api->array_len(env, data));
}

/* fn fileCrc32(path: string): u32 */
static uint32_t file_crc32(SkEnv* env, SkString* path) {
    const char* name = env->api->string_cstr(env, path); /* throws if the text contains a NUL */
    if (name == NULL) return 0;
    /* Asks and opens in one step, so that nobody can put a link in between. */
    int fd = env->api->path_open(env, "fs.read", name, O_RDONLY, 0);
    if (fd < 0 && env->api->has_pending(env)) return 0; /* PermissionError is pending */
    FILE* file = fd < 0 ? NULL : fdopen(fd, "rb");
    if (file == NULL) {
        int error = errno;
        if (fd >= 0) close(fd);
        char what[300];
        snprintf(what, sizeof what, "cannot open '%.250s'", name);
        env->api->throw_errno(env, what, error);
        return 0;
    }
    uint8_t buffer[4096];
    uint32_t crc = ~0u;
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) crc = update(crc, buffer, n);
    fclose(file);
    return ~crc;
}

/* A running checksum. The guest holds an int; the memory is ours until the handle is closed. */
typedef struct Stream {
    uint32_t crc;
} Stream;

static void stream_close(void* pointer) {
    free(pointer);
}

static const SkHandleType stream_type = {"checksum stream", stream_close};

/* fn open(): int */
static int64_t stream_open(SkEnv* env) {
    Stream* stream = malloc(sizeof *stream);
    if (stream == NULL) {
        env->api->throw_error(env, "std.core.OutOfMemoryError", "no memory for a checksum stream");
        return 0;
    }
    stream->crc = ~0u;
    int64_t handle = env->api->handle_new(env, &stream_type, stream);
    if (handle == 0) free(stream);
    return handle;
}

/* fn feed(handle: int, data: [u8]) */
static void stream_feed(SkEnv* env, int64_t handle, SkArray* data) {
    Stream* stream = env->api->handle_acquire(env, &stream_type, handle); /* throws if closed */
    if (stream == NULL) return;
    stream->crc = update(stream->crc, env->api->array_data(env, data), env->api->array_len(env, data));
    env->api->handle_release(env, handle);
}

/* fn value(handle: int): u32 */
static uint32_t stream_value(SkEnv* env, int64_t handle) {
    Stream* stream = env->api->handle_acquire(env, &stream_type, handle);
    if (stream == NULL) return 0;
    uint32_t crc = ~stream->crc;
    env->api->handle_release(env, handle);
    return crc;
}

/* fn shut(handle: int) */
static void stream_shut(SkEnv* env, int64_t handle) {
    env->api->handle_close(env, &stream_type, handle);
}

static const SkNative natives[] = {
    {"checksum.crc32", "([u8])u32", (SkFunction)crc32, NULL},
    {"checksum.fileCrc32", "(string)u32", (SkFunction)file_crc32, NULL},
    {"checksum.open", "()i64", (SkFunction)stream_open, NULL},
    {"checksum.feed", "(i64,[u8])void", (SkFunction)stream_feed, NULL},
    {"checksum.value", "(i64)u32", (SkFunction)stream_value, NULL},
    {"checksum.shut", "(i64)void", (SkFunction)stream_shut, NULL},
};

static const SkPlugin plugin = {
    SK_ABI_VERSION, "checksum", "1.0", natives, sizeof natives / sizeof natives[0], NULL,
};

SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    (void)host;
    fill_table();
    return &plugin;
}
