// Natives of std.hash: digests by libsodium, CRC-32 by zlib.
//
// A digest in progress is a handle that the Skua object owns; it has a lock of its own, so threads may share
// it.
#include <cstring>
#include <memory>
#include <mutex>
#include <sodium.h>
#include <zlib.h>

#include "native_support.h"

namespace skua::stdlib {
namespace {

// As std.hash numbers them.
enum Algorithm : std::int64_t { kSha256 = 0, kSha512 = 1, kBlake2b = 2, kHmacSha256 = 3 };

class Digest {
public:
    Digest(Algorithm algorithm, std::string_view key, std::size_t size) : algorithm_(algorithm), size_(size) {
        const auto* k = reinterpret_cast<const unsigned char*>(key.data());
        switch (algorithm) {
            case kSha256:
                crypto_hash_sha256_init(&state_.sha256);
                break;
            case kSha512:
                crypto_hash_sha512_init(&state_.sha512);
                break;
            case kBlake2b:
                crypto_generichash_blake2b_init(&state_.blake2b, k, key.size(), size);
                break;
            case kHmacSha256:
                crypto_auth_hmacsha256_init(&state_.hmac, k, key.size());
                break;
        }
    }
    // May have held a key.
    ~Digest() { sodium_memzero(&state_, sizeof state_); }
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;

    void update(std::string_view data) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
        const std::lock_guard lock(mutex_);
        switch (algorithm_) {
            case kSha256:
                crypto_hash_sha256_update(&state_.sha256, bytes, data.size());
                break;
            case kSha512:
                crypto_hash_sha512_update(&state_.sha512, bytes, data.size());
                break;
            case kBlake2b:
                crypto_generichash_blake2b_update(&state_.blake2b, bytes, data.size());
                break;
            case kHmacSha256:
                crypto_auth_hmacsha256_update(&state_.hmac, bytes, data.size());
                break;
        }
    }

    // Works on a copy, so that more may follow. `out` has room for size().
    void finish(unsigned char* out) {
        State copy;
        {
            const std::lock_guard lock(mutex_);
            copy = state_;
        }
        switch (algorithm_) {
            case kSha256:
                crypto_hash_sha256_final(&copy.sha256, out);
                break;
            case kSha512:
                crypto_hash_sha512_final(&copy.sha512, out);
                break;
            case kBlake2b:
                crypto_generichash_blake2b_final(&copy.blake2b, out, size_);
                break;
            case kHmacSha256:
                crypto_auth_hmacsha256_final(&copy.hmac, out);
                break;
        }
        sodium_memzero(&copy, sizeof copy);
    }

    [[nodiscard]] std::size_t size() const { return size_; }

private:
    union State {
        crypto_hash_sha256_state sha256;
        crypto_hash_sha512_state sha512;
        crypto_generichash_blake2b_state blake2b;
        crypto_auth_hmacsha256_state hmac;
    };
    State state_;
    std::mutex mutex_;
    const Algorithm algorithm_;
    const std::size_t size_;
};

const SkHandleType kDigest = {"digest", [](void* p) { delete static_cast<Digest*>(p); }};

std::string_view bytes(SkEnv* env, SkArray* data) {
    return {elements<char>(env, data), env->api->array_len(env, data)};
}

// False after an ArgumentError. std.hash has checked already what a user can get wrong.
bool known(SkEnv* env, std::int64_t algorithm, std::size_t key, std::int64_t size) {
    const bool fits = algorithm == kSha256   ? size == crypto_hash_sha256_BYTES
                      : algorithm == kSha512 ? size == crypto_hash_sha512_BYTES
                      : algorithm == kHmacSha256
                          ? size == crypto_auth_hmacsha256_BYTES
                          : algorithm == kBlake2b && size >= 1 && size <= 64 && key <= 64;
    if (!fits) env->api->throw_error(env, kArgumentError, "no such digest");
    return fits;
}

SkArray* result_of(SkEnv* env, Digest& digest) {
    SkArray* out = env->api->array_new(env, SK_U8, digest.size());
    if (out != nullptr) digest.finish(elements<unsigned char>(env, out));
    return out;
}

SkArray* whole(SkEnv* env, std::int64_t algorithm, SkArray* key, std::int64_t size, SkArray* data) {
    if (!known(env, algorithm, env->api->array_len(env, key), size)) return nullptr;
    Digest digest(static_cast<Algorithm>(algorithm), bytes(env, key), static_cast<std::size_t>(size));
    digest.update(bytes(env, data));
    return result_of(env, digest);
}

std::int64_t begin_digest(SkEnv* env, SkObject* owner, std::int64_t algorithm, SkArray* key,
                          std::int64_t size) {
    return guarded(env, [&]() -> std::int64_t {
        if (!known(env, algorithm, env->api->array_len(env, key), size)) return 0;
        return owned_handle(env, owner, &kDigest,
                            std::make_unique<Digest>(static_cast<Algorithm>(algorithm), bytes(env, key),
                                                     static_cast<std::size_t>(size)),
                            sizeof(Digest));
    });
}

void update(SkEnv* env, SkObject* owner, std::int64_t handle, SkArray* data, std::int64_t start,
            std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, data))) return;
    const OwnedHandle<Digest> digest(env, &kDigest, owner, handle);
    if (digest) digest->update({elements<char>(env, data) + start, static_cast<std::size_t>(end - start)});
}

SkArray* finish(SkEnv* env, SkObject* owner, std::int64_t handle) {
    const OwnedHandle<Digest> digest(env, &kDigest, owner, handle);
    return digest ? result_of(env, *digest.get()) : nullptr;
}

// Goes on from the CRC of what came before; 0 at the beginning.
std::uint32_t crc32_of(SkEnv* env, std::uint32_t before, SkArray* data, std::int64_t start,
                       std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, data))) return 0;
    return static_cast<std::uint32_t>(
        ::crc32_z(before, elements<unsigned char>(env, data) + start, static_cast<std::size_t>(end - start)));
}

const SkNative kHashNatives[] = {
    native<whole>("std.hash.digestOf", "(i64,[u8],i64,[u8])[u8]"),
    native<begin_digest>("std.hash.beginDigest", "(std.hash.Digest,i64,[u8],i64)i64"),
    native<update>("std.hash.updateDigest", "(std.hash.Digest,i64,[u8],i64,i64)void"),
    native<finish>("std.hash.finishDigest", "(std.hash.Digest,i64)[u8]"),
    native<crc32_of>("std.hash.crc32Of", "(u32,[u8],i64,i64)u32"),
};

}  // namespace

SKUA_PLUGIN(std_hash, "std.hash", "0.1.0", kHashNatives)

}  // namespace skua::stdlib
