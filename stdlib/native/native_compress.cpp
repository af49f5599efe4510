// Natives of std.compress: one step of zlib's deflate or inflate, from the guest's memory into the guest's
// memory.
//
// A stream is a handle that its Skua object owns; it has a lock of its own, so threads may share it.
#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <zlib.h>

#include "native_support.h"

namespace skua::stdlib {
namespace {

constexpr const char* kFormatError = "std.core.FormatError";

// As std.compress numbers them.
enum Format : std::int64_t { kGzip = 0, kZlib = 1, kDeflate = 2 };

const char* name_of(Format format) {
    return format == kGzip ? "gzip" : format == kZlib ? "zlib" : "deflate";
}

// zlib's way to say which wrapping is wanted, with the largest window.
int window_bits(Format format) {
    return format == kGzip ? 15 + 16 : format == kZlib ? 15 : -15;
}

// What zlib takes with the largest window: (1 << 17) + (1 << 17) bytes and some; 32 KiB and some.
constexpr std::size_t kPackingBytes = 300 << 10, kExpandingBytes = 48 << 10;

class ZlibStream {
public:
    ZlibStream(Format format, bool packing) : format(format), packing(packing) {}
    ~ZlibStream() {
        if (packing) {
            ::deflateEnd(&z);
        } else {
            ::inflateEnd(&z);
        }
    }
    ZlibStream(const ZlibStream&) = delete;
    ZlibStream& operator=(const ZlibStream&) = delete;

    std::mutex mutex;
    z_stream z{};
    std::uint64_t taken = 0;  // bytes of input, for messages; z.total_in begins anew with each gzip member
    const Format format;
    const bool packing;
};

const SkHandleType kStream = {"stream", [](void* p) { delete static_cast<ZlibStream*>(p); }};

std::int64_t begin_stream(SkEnv* env, SkObject* owner, std::int64_t format, std::int64_t level) {
    return guarded(env, [&]() -> std::int64_t {
        if (format < kGzip || format > kDeflate || level < -1 || level > 9) {
            env->api->throw_error(env, kArgumentError, "no such format or level");
            return 0;
        }
        const bool packing = level >= 0;
        auto stream = std::make_unique<ZlibStream>(static_cast<Format>(format), packing);
        const int bits = window_bits(stream->format);
        constexpr int kMemory = 8;  // zlib's default
        const int error = packing ? ::deflateInit2(&stream->z, static_cast<int>(level), Z_DEFLATED, bits,
                                                   kMemory, Z_DEFAULT_STRATEGY)
                                  : ::inflateInit2(&stream->z, bits);
        if (error != Z_OK) throw std::bad_alloc();
        return owned_handle(env, owner, &kStream, std::move(stream),
                            packing ? kPackingBytes : kExpandingBytes);
    });
}

void throw_unreadable(SkEnv* env, const ZlibStream& stream, int result) {
    const char* name = name_of(stream.format);
    const std::string_view why = result == Z_NEED_DICT     ? "they need a dictionary, which is not supported"
                                 : stream.z.msg == nullptr ? "no reason is known"
                                                           : stream.z.msg;
    if (why == "incorrect header check" || why == "unknown compression method") {
        env->api->throw_format(env, kFormatError, "byte %llu: no %s data begin here",
                               static_cast<unsigned long long>(stream.taken - stream.z.total_in), name);
        return;
    }
    env->api->throw_format(env, kFormatError, "byte %llu: the %s data cannot be expanded: %.*s",
                           static_cast<unsigned long long>(stream.taken), name, static_cast<int>(why.size()),
                           why.data());
}

// Works on input[start..end] and output[at..] as far as both suffice. True when the stream has come to its
// end. `counts` gets how many bytes were read and written.
bool step(SkEnv* env, SkObject* owner, std::int64_t handle, SkArray* input, std::int64_t start,
          std::int64_t end, bool finish, SkArray* output, std::int64_t at, SkArray* counts) {
    if (!check_slice(env, start, end, env->api->array_len(env, input)) ||
        !check_slice(env, at, at, env->api->array_len(env, output)) ||
        !check_slice(env, 0, 2, env->api->array_len(env, counts)))
        return false;
    const OwnedHandle<ZlibStream> stream(env, &kStream, owner, handle);
    if (!stream) return false;
    const std::lock_guard lock(stream->mutex);
    constexpr std::size_t kMost = std::size_t{1} << 30;  // zlib counts in 32 bits
    const std::size_t in = std::min(kMost, static_cast<std::size_t>(end - start));
    const std::size_t out = std::min(kMost, env->api->array_len(env, output) - static_cast<std::size_t>(at));
    z_stream& z = stream->z;
    z.next_in = elements<Bytef>(env, input) + start;
    z.avail_in = static_cast<uInt>(in);
    z.next_out = elements<Bytef>(env, output) + at;
    z.avail_out = static_cast<uInt>(out);
    const bool last = finish && in == static_cast<std::size_t>(end - start);
    const int result =
        stream->packing ? ::deflate(&z, last ? Z_FINISH : Z_NO_FLUSH) : ::inflate(&z, Z_NO_FLUSH);
    const std::size_t read = in - z.avail_in;
    stream->taken += read;
    auto* const numbers = elements<std::int64_t>(env, counts);
    numbers[0] = static_cast<std::int64_t>(read);
    numbers[1] = static_cast<std::int64_t>(out - z.avail_out);
    z.next_in = nullptr;  // the guest's memory is its own again
    z.next_out = nullptr;
    if (result == Z_STREAM_END) return true;
    if (result == Z_MEM_ERROR) {
        env->api->throw_error(env, kOutOfMemoryError, "not enough memory outside of the heap");
    } else if (result == Z_DATA_ERROR || result == Z_NEED_DICT) {
        throw_unreadable(env, *stream.get(), result);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {  // Z_BUF_ERROR: nothing could be done this time
        env->api->throw_format(env, "std.core.StateError", "zlib gave up (%d)", result);
    }
    return false;
}

// Of gzip data: another member follows.
void restart(SkEnv* env, SkObject* owner, std::int64_t handle) {
    const OwnedHandle<ZlibStream> stream(env, &kStream, owner, handle);
    if (!stream) return;
    const std::lock_guard lock(stream->mutex);
    if (!stream->packing) ::inflateReset(&stream->z);
}

void close(SkEnv* env, std::int64_t handle) {
    env->api->handle_close(env, &kStream, handle);
}

const SkNative kCompressNatives[] = {
    native<begin_stream>("std.compress.beginStream", "(std.core.Closeable,i64,i64)i64"),
    native<step>("std.compress.stepStream", "(std.core.Closeable,i64,[u8],i64,i64,bool,[u8],i64,[i64])bool"),
    native<restart>("std.compress.restartStream", "(std.core.Closeable,i64)void"),
    native<close>("std.compress.closeStream", "(i64)void"),
};

}  // namespace

SKUA_PLUGIN(std_compress, "std.compress", "0.1.0", kCompressNatives)

}  // namespace skua::stdlib
