#include <sodium/crypto_hash_sha256.h>

#include "skua/classfile/archive.h"

namespace skua::classfile {

Sha256 sha256(std::span<const std::uint8_t> bytes) {
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
