// vmar keygen and sign, and keys on the command line.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "vmar.h"
#include "vmar_key_file.h"

namespace skua::vmar {

namespace {

constexpr std::size_t kMaxKeyFile = 4096;

Outcome read_key_file(const std::string& path, std::string& text) {
    std::vector<std::uint8_t> bytes;
    if (Outcome bad = read_file(path, bytes)) return bad;
    if (bytes.size() > kMaxKeyFile) return Failure{kBadInput, path + ": is too large for a key"};
    text.assign(bytes.begin(), bytes.end());
    return {};
}

Failure bad_key(const std::string& path, Diagnostic d) {
    d.file = path;
    return failure(kBadInput, d);
}

// A new file, which nobody else may read if it is `secret`. One that is there stays as it is.
Outcome write_new_file(const std::string& path, std::string_view text, bool secret) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, secret ? 0600 : 0666);
    if (fd < 0)
        return Failure{kCantCreate,
                       path + ": cannot be created: " + std::strerror(errno) +
                           (errno == EEXIST ? "; name another file, a key is not replaced" : "")};
    int error = 0;
    while (error == 0 && !text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n > 0)
            text.remove_prefix(static_cast<std::size_t>(n));
        else if (n == 0 || errno != EINTR)
            error = n == 0 ? ENOSPC : errno;
    }
    if (::close(fd) != 0 && error == 0) error = errno;
    if (error == 0) return {};
    ::unlink(path.c_str());
    return Failure{kCantCreate, path + ": cannot be written: " + std::strerror(error)};
}

// Twice, since nobody sees what was typed.
Outcome new_passphrase(const std::string& file, std::string& passphrase) {
    if (!file.empty()) return passphrase_of_file(file, passphrase);
    std::string again;
    if (Outcome bad = ask_passphrase("Passphrase (nothing: the key is not encrypted): ", passphrase))
        return bad;
    if (passphrase.empty()) return {};
    if (Outcome bad = ask_passphrase("The same again: ", again)) return bad;
    const bool same = again == passphrase;
    wipe(again);
    if (!same) return Failure{kUsage, "the two passphrases differ; nothing was made"};
    return {};
}

// The text of a key as it is without encryption.
Outcome open_key(const SignOptions& options, std::string& text) {
    if (Outcome bad = read_key_file(options.key, text)) return bad;
    if (!is_encrypted(text)) return {};
    std::string passphrase;
    if (Outcome bad = options.passphrase_file.empty()
                          ? ask_passphrase("Passphrase of " + options.key + ": ", passphrase)
                          : passphrase_of_file(options.passphrase_file, passphrase))
        return bad;
    if (passphrase.empty())
        return Failure{kBadInput, options.key +
                                      ": is encrypted; name the file that holds its passphrase, "
                                      "for example --passphrase-file pass.txt"};
    const std::string encrypted = text;
    const Outcome outcome = decrypt_key(options.key, encrypted, passphrase, text);
    wipe(passphrase);
    return outcome;
}

}  // namespace

Outcome keygen(const std::string& path, const std::string& passphrase_file, std::string& out) {
    const auto key = classfile::SecretKey::generate();
    std::string passphrase, text = key.to_file();
    if (Outcome bad = new_passphrase(passphrase_file, passphrase)) return bad;
    if (!passphrase.empty()) {
        std::string encrypted;
        const Outcome bad = encrypt_key(text, passphrase, encrypted);
        wipe(passphrase);
        wipe(text);
        if (bad) return bad;
        text = std::move(encrypted);
    }
    const Outcome unwritten = write_new_file(path, text, true);
    wipe(text);
    if (unwritten) return unwritten;
    if (Outcome bad = write_new_file(path + ".pub", key.public_key().to_file(), false)) {
        ::unlink(path.c_str());
        return bad;
    }
    out += key.public_key().to_text() + "\n";
    return {};
}

Outcome sign(const SignOptions& options, std::string& out) {
    std::string text;
    if (Outcome bad = open_key(options, text)) return bad;
    auto key = classfile::SecretKey::parse(text);
    wipe(text);
    if (!key) return bad_key(options.key, std::move(key).error());
    std::shared_ptr<classfile::Archive> archive;
    if (Outcome bad = open_archive(options.archive, archive)) return bad;
    // Nobody should sign what is damaged, or what others have signed differently.
    if (auto good = archive->verify(); !good) return failure(kBadInput, good.error());
    if (auto others = classfile::signers(*archive); !others) return failure(kBadInput, others.error());
    auto bytes = classfile::sign(*archive, *key);
    if (!bytes) return failure(kBadInput, bytes.error());
    const std::string& path = options.output.empty() ? options.archive : options.output;
    if (Outcome bad = write_file(path, *bytes)) return bad;
    out += path + ": signed by " + key->public_key().to_text() + "\n";
    return {};
}

Outcome read_public_keys(const std::vector<std::string>& names, std::vector<classfile::PublicKey>& keys) {
    for (const std::string& name : names) {
        std::string text = name;
        if (!name.starts_with("ed25519:"))
            if (Outcome bad = read_key_file(name, text)) return bad;
        auto key = classfile::PublicKey::parse(text);
        if (!key) return bad_key(name, std::move(key).error());
        keys.push_back(*key);
    }
    return {};
}

}  // namespace skua::vmar
