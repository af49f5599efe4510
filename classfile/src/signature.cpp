#include "skua/classfile/signature.h"

#include <algorithm>
#include <map>
#include <sodium/crypto_sign_ed25519.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

#include "archive_checker.h"
#include "archive_index.h"

namespace skua::classfile {

namespace {

constexpr std::string_view kAlgorithm = "ed25519:";
constexpr std::string_view kSignatureHeader = "skua-signature 1\n";
constexpr std::string_view kSignedHeader = "skua-signed 1\n";
constexpr std::string_view kPublicHeader = "skua-public-key 1\n";
constexpr std::string_view kSecretHeader = "skua-secret-key 1\n";
constexpr std::size_t kMaxSignatures = 64;

using SignatureBytes = std::array<std::uint8_t, crypto_sign_ed25519_BYTES>;

std::string hex_digits(std::span<const std::uint8_t> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t b : bytes) {
        out += digits[b >> 4];
        out += digits[b & 15];
    }
    return out;
}

// Lower-case digits, exactly as many as the bytes need.
bool from_hex(std::string_view text, std::span<std::uint8_t> out) {
    if (text.size() != out.size() * 2) return false;
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = digit(text[2 * i]);
        const int low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

Diagnostic bad_key(std::string message, std::string hint) {
    Diagnostic d;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

// What is signed: the index without its column of offsets, which follow from the sizes, and without the
// signatures themselves.
std::string signed_text(const Archive& archive) {
    std::string text(kSignedHeader);
    std::string_view lines = archive.index().substr(kIndexHeader.size());
    constexpr std::size_t kOffset = 1 + 8;  // a tab and digits
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n') + 1;
        const std::size_t name = end - 1 - kIndexTail;
        if (lines.substr(0, name) != kSignatureEntry) {
            text += lines.substr(0, name);
            text += lines.substr(name + kOffset, end - name - kOffset);
        }
        lines.remove_prefix(end);
    }
    return text;
}

Result<std::map<PublicKey, SignatureBytes>> read_signatures(const Archive& archive) {
    std::map<PublicKey, SignatureBytes> all;
    if (!archive.has_entry(kSignatureEntry)) return all;
    auto data = archive.read_entry(kSignatureEntry);
    if (!data) return std::move(data).error();
    std::string_view text(reinterpret_cast<const char*>(data->bytes().data()), data->bytes().size());
    const auto malformed = [&](std::string message) {
        return archive_error(archive.display_name(), kSignatureEntry, "A025", std::move(message));
    };
    if (!take(text, kSignatureHeader)) return malformed("the signatures have an unknown form");
    while (!text.empty()) {
        PublicKey key;
        SignatureBytes signature{};
        const std::string_view line = text.substr(0, text.find('\n'));
        const std::size_t key_end = kAlgorithm.size() + 2 * key.bytes.size();
        if (line.size() == text.size() || !line.starts_with(kAlgorithm) || line.size() <= key_end ||
            line[key_end] != ' ' ||
            !from_hex(line.substr(kAlgorithm.size(), 2 * key.bytes.size()), key.bytes) ||
            !from_hex(line.substr(key_end + 1), signature))
            return malformed("a line is not 'ed25519:KEY SIGNATURE' in hexadecimal digits");
        if (!all.empty() && !(all.rbegin()->first < key))
            return malformed("the signatures are repeated or out of order");
        if (all.size() == kMaxSignatures)
            return malformed("there are more than " + std::to_string(kMaxSignatures) + " signatures");
        all.emplace(key, signature);
        text.remove_prefix(line.size() + 1);
    }
    if (all.empty()) return malformed("there is no signature");
    return all;
}

}  // namespace

std::string PublicKey::to_text() const {
    return std::string(kAlgorithm) + hex_digits(bytes);
}

std::string PublicKey::to_file() const {
    return std::string(kPublicHeader) + to_text() + "\n";
}

Result<PublicKey> PublicKey::parse(std::string_view text) {
    if (text.starts_with(kSecretHeader) || text.starts_with("skua-encrypted-key "))
        return bad_key("this is a secret key, where a public one is wanted",
                       "name the file that ends in .pub");
    const bool file = take(text, kPublicHeader);
    if (file && text.ends_with('\n')) text.remove_suffix(1);
    PublicKey key;
    if (!take(text, kAlgorithm) || !from_hex(text, key.bytes))
        return bad_key("this is not a public key",
                       "a key is 'ed25519:' and 64 hexadecimal digits, or a file made by 'vmar keygen'");
    return key;
}

SecretKey SecretKey::generate() {
    std::uint8_t seed[crypto_sign_ed25519_SEEDBYTES];
    ::randombytes_buf(seed, sizeof seed);
    SecretKey key;
    key.derive(seed);
    ::sodium_memzero(seed, sizeof seed);
    return key;
}

Result<SecretKey> SecretKey::parse(std::string_view text) {
    if (text.starts_with(kPublicHeader))
        return bad_key("this is a public key, where a secret one is wanted",
                       "name the file without .pub that 'vmar keygen' made");
    std::uint8_t seed[crypto_sign_ed25519_SEEDBYTES];
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (!take(text, kSecretHeader) || !take(text, kAlgorithm) || !from_hex(text, seed))
        return bad_key("this is not a secret key", "'vmar keygen' makes one");
    SecretKey key;
    key.derive(seed);
    ::sodium_memzero(seed, sizeof seed);
    return key;
}

void SecretKey::derive(const std::uint8_t* seed) {
    PublicKey ignored;
    crypto_sign_ed25519_seed_keypair(ignored.bytes.data(), bytes_.data(), seed);
}

SecretKey::~SecretKey() {
    ::sodium_memzero(bytes_.data(), bytes_.size());
}

std::string SecretKey::to_file() const {
    return std::string(kSecretHeader) + std::string(kAlgorithm) +
           hex_digits(std::span(bytes_).first<crypto_sign_ed25519_SEEDBYTES>()) + "\n";
}

PublicKey SecretKey::public_key() const {
    PublicKey key;
    std::copy_n(bytes_.begin() + crypto_sign_ed25519_SEEDBYTES, key.bytes.size(), key.bytes.begin());
    return key;
}

Result<std::vector<std::uint8_t>> sign(const Archive& archive, const SecretKey& key) {
    auto all = read_signatures(archive);
    if (!all) return std::move(all).error();
    const std::string text = signed_text(archive);
    SignatureBytes& signature = (*all)[key.public_key()];
    crypto_sign_ed25519_detached(signature.data(), nullptr,
                                 reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                 key.bytes_.data());
    if (all->size() > kMaxSignatures)
        return archive_error(archive.display_name(), kSignatureEntry, "A025",
                             "there are " + std::to_string(kMaxSignatures) + " signatures already");
    std::string entry(kSignatureHeader);
    for (const auto& [signer, bytes] : *all) entry += signer.to_text() + " " + hex_digits(bytes) + "\n";
    return archive.with_signature(entry);
}

Result<std::vector<PublicKey>> signers(const Archive& archive) {
    auto all = read_signatures(archive);
    if (!all) return std::move(all).error();
    std::vector<PublicKey> keys;
    if (all->empty()) return keys;
    const std::string text = signed_text(archive);
    for (const auto& [key, signature] : *all) {
        if (crypto_sign_ed25519_verify_detached(signature.data(),
                                                reinterpret_cast<const std::uint8_t*>(text.data()),
                                                text.size(), key.bytes.data()) != 0)
            return archive_error(archive.display_name(), kSignatureEntry, "A026",
                                 "the signature of " + key.to_text() +
                                     " is wrong: the archive was changed after it was signed");
        keys.push_back(key);
    }
    return keys;
}

Result<> require_signature(const Archive& archive, std::span<const PublicKey> keys) {
    auto signed_by = signers(archive);
    if (!signed_by) return std::move(signed_by).error();
    const bool wanted = std::any_of(signed_by->begin(), signed_by->end(), [&](const PublicKey& key) {
        return std::find(keys.begin(), keys.end(), key) != keys.end();
    });
    if (!wanted) {
        std::string by;
        for (const PublicKey& key : *signed_by) by += (by.empty() ? "" : ", ") + key.to_text();
        Diagnostic d =
            archive_error(archive.display_name(), {}, "A027",
                          by.empty() ? "the archive is not signed, and a signature is required"
                                     : "the archive is not signed by a key that is required, but by " + by);
        if (by.empty()) d.hint = "'vmar sign' signs an archive";
        return d;
    }
    return archive.verify();
}

}  // namespace skua::classfile
