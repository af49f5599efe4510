// Ed25519 signatures of archives. docs/classfile-format.md, "Signatures".
//
// META/signature holds one signature a line, each over the text of the index without offsets and without that
// entry itself: names, sizes and digests of everything else, the manifest included. So several people can
// sign one archive, and a signature never changes what another one covers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/archive.h"
#include "skua/classfile/result.h"

namespace skua::classfile {

struct PublicKey {
    std::array<std::uint8_t, 32> bytes{};
    friend bool operator==(const PublicKey&, const PublicKey&) = default;
    friend bool operator<(const PublicKey& a, const PublicKey& b) { return a.bytes < b.bytes; }

    [[nodiscard]] std::string to_text() const;  // "ed25519:" and 64 hexadecimal digits
    // That text, alone or as a public key file has it.
    static Result<PublicKey> parse(std::string_view text);
    [[nodiscard]] std::string to_file() const;
};

// Wiped when it is destroyed.
class SecretKey {
public:
    static SecretKey generate();
    static Result<SecretKey> parse(std::string_view text);  // of a secret key file
    ~SecretKey();
    SecretKey(SecretKey&& other) noexcept = default;
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;

    [[nodiscard]] std::string to_file() const;
    [[nodiscard]] PublicKey public_key() const;

private:
    SecretKey() = default;
    void derive(const std::uint8_t* seed);
    friend Result<std::vector<std::uint8_t>> sign(const Archive& archive, const SecretKey& key);

    std::array<std::uint8_t, 64> bytes_{};  // the seed, then the public key: libsodium's form
};

// The archive with a further signature, or a new one of this key. The archive should have been verified.
Result<std::vector<std::uint8_t>> sign(const Archive& archive, const SecretKey& key);

// The keys whose signatures the archive has, each of which has been checked. Empty: it is not signed. A
// signature that is wrong is an error, whoever's it is. Says nothing of contents whose digests are not
// compared, which Archive::verify() and reading an entry do.
Result<std::vector<PublicKey>> signers(const Archive& archive);

// Every byte is checked, and one of the keys has signed it.
Result<> require_signature(const Archive& archive, std::span<const PublicKey> keys);

}  // namespace skua::classfile
