// SHA-256. Entries are hashed whenever a class is loaded, so start-up pays for it: where the CPU has
// the SHA instructions they are used (about five times as fast), else libsodium.
#include <cstring>
#include <sodium/crypto_hash_sha256.h>

#include "skua/classfile/archive.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace skua::classfile {

#if defined(__x86_64__)
namespace {

// Round constants of FIPS 180-4, 4.2.2.
alignas(16) constexpr std::uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

bool cpu_has_sha() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

// The instructions keep the state as (A,B,E,F) and (C,D,G,H), high lane first, and do two rounds
// at a time; sha256msg1 and sha256msg2 compute four words of the message schedule.
__attribute__((target("sha,sse4.1,ssse3"))) void hash_blocks(__m128i& abef, __m128i& cdgh,
                                                             const std::uint8_t* data, std::size_t blocks) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (; blocks > 0; --blocks, data += 64) {
        const __m128i abef_before = abef;
        const __m128i cdgh_before = cdgh;
        __m128i w[4];
        for (int i = 0; i < 4; ++i)
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data + 16 * i)),
                                    big_endian);
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) {  // rounds 4i to 4i + 3, with words 4i to 4i + 3 in w[i % 4]
            __m128i& now = w[i & 3];
            if (i >= 4) {
                const __m128i& next = w[(i + 1) & 3];  // words of 16 rounds ago, shifted by four
                const __m128i& late = w[(i + 3) & 3];  // the last four
                const __m128i middle = _mm_alignr_epi8(late, w[(i + 2) & 3], 4);  // words t - 7
                now = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(now, next), middle), late);
            }
            __m128i wk = _mm_add_epi32(now, _mm_load_si128(reinterpret_cast<const __m128i*>(kRound + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk);
            wk = _mm_shuffle_epi32(wk, 0x0E);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, wk);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
}

__attribute__((target("sha,sse4.1,ssse3"))) Sha256 sha256_by_cpu(std::span<const std::uint8_t> bytes) {
    // Initial hash value, FIPS 180-4, 5.3.3.
    __m128i abef =
        _mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c));
    __m128i cdgh = _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19);
    const std::size_t whole = bytes.size() / 64;
    hash_blocks(abef, cdgh, bytes.data(), whole);
    std::uint8_t tail[128] = {};
    const std::size_t rest = bytes.size() - 64 * whole;
    if (rest > 0) std::memcpy(tail, bytes.data() + 64 * whole, rest);
    tail[rest] = 0x80;
    const std::size_t blocks = rest < 56 ? 1 : 2;
    const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    for (std::size_t i = 0; i < 8; ++i)
        tail[64 * blocks - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
    hash_blocks(abef, cdgh, tail, blocks);
    alignas(16) std::uint32_t state[8];  // F E B A, H G D C
    _mm_store_si128(reinterpret_cast<__m128i*>(state), abef);
    _mm_store_si128(reinterpret_cast<__m128i*>(state + 4), cdgh);
    static constexpr int order[8] = {3, 2, 7, 6, 1, 0, 5, 4};
    Sha256 digest{};
    for (std::size_t i = 0; i < 32; ++i)
        digest[i] = static_cast<std::uint8_t>(state[order[i / 4]] >> (24 - 8 * (i % 4)));
    return digest;
}

}  // namespace
#endif

Sha256 sha256(std::span<const std::uint8_t> bytes) {
#if defined(__x86_64__)
    static const bool by_cpu = cpu_has_sha();
    if (by_cpu) return sha256_by_cpu(bytes);
#endif
    Sha256 digest{};
    crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
    return digest;
}

std::string hex(const Sha256& digest) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(64);
    for (std::uint8_t b : digest) {
        out += digits[b >> 4];
        out += digits[b & 15];
    }
    return out;
}

}  // namespace skua::classfile
