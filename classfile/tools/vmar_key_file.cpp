#include "vmar_key_file.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sodium/crypto_pwhash.h>
#include <sodium/crypto_secretbox.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <termios.h>
#include <unistd.h>
#include <vector>

namespace skua::vmar {

namespace {

constexpr std::string_view kHeader = "skua-encrypted-key 1\n";
constexpr std::string_view kMethod = "argon2id13 ";
constexpr std::size_t kMaxPassphrase = 1024;
// A key file may come from anywhere: what it asks for in time and memory is bounded.
constexpr unsigned long long kMaxPasses = 64;
constexpr std::size_t kMaxMemory = std::size_t{1} << 30;

using Bytes = std::vector<unsigned char>;

std::string to_hex(const Bytes& bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    ::sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

// Takes hexadecimal digits up to `end` off the text.
bool take_hex(std::string_view& text, char end, Bytes& bytes) {
    const std::string_view digits = text.substr(0, text.find(end));
    if (digits.size() == text.size()) return false;
    bytes.resize(digits.size() / 2);
    std::size_t size = 0;
    const char* stopped = nullptr;
    if (digits.size() % 2 != 0 || ::sodium_hex2bin(bytes.data(), bytes.size(), digits.data(), digits.size(),
                                                   nullptr, &size, &stopped) != 0)
        return false;
    text.remove_prefix(digits.size() + 1);
    return size == bytes.size() && stopped == digits.data() + digits.size();
}

template <typename Number>
bool take_number(std::string_view& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end == text.data() + text.size() || *end != ' ') return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return true;
}

// How a passphrase becomes the key of the box.
struct Derivation {
    unsigned long long passes = crypto_pwhash_OPSLIMIT_MODERATE;
    std::size_t memory = crypto_pwhash_MEMLIMIT_MODERATE;
    Bytes salt = Bytes(crypto_pwhash_SALTBYTES);

    [[nodiscard]] bool derive(std::string_view passphrase, Bytes& key) const {
        key.resize(crypto_secretbox_KEYBYTES);
        return crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), salt.data(),
                             passes, memory, crypto_pwhash_ALG_ARGON2ID13) == 0;
    }
};

Failure no_memory(const Derivation& how) {
    return {kNoMemory, "the system gives no " + std::to_string(how.memory >> 20) +
                           " MiB, which the passphrase of a key takes"};
}

// The terminal as it was, whatever ends the question.
volatile std::sig_atomic_t interrupted_by = 0;
void note_signal(int signal) {
    interrupted_by = signal;
}

class Unseen {
public:
    Unseen() {
        struct sigaction note {};
        note.sa_handler = note_signal;  // without SA_RESTART: the read ends
        for (std::size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &note, &actions_[i]);
        ::tcgetattr(STDIN_FILENO, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        silent.c_cc[VSUSP] = _POSIX_VDISABLE;  // nobody gets a terminal that shows nothing
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~Unseen() {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        for (std::size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &actions_[i], nullptr);
        if (interrupted_by != 0) ::raise(interrupted_by);
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

private:
    static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction actions_[std::size(kSignals)] = {};
    termios before_{};
};

// Up to the end of the line or of the file, into what `line` has room for.
Outcome read_line(int fd, const std::string& name, std::string& line) {
    line.assign(kMaxPassphrase + 1, '\0');
    std::size_t have = 0;
    while (have < line.size()) {
        const ssize_t n = ::read(fd, line.data() + have, 1);
        if (n < 0 && errno == EINTR && interrupted_by == 0) continue;
        if (n < 0) return Failure{kNoInput, name + ": cannot be read: " + std::strerror(errno)};
        if (n == 0 || line[have] == '\n') break;
        ++have;
    }
    if (have > kMaxPassphrase)
        return Failure{kBadInput,
                       name + ": a passphrase has at most " + std::to_string(kMaxPassphrase) + " bytes"};
    line.resize(have);
    return {};
}

}  // namespace

void wipe(std::string& text) {
    ::sodium_memzero(text.data(), text.size());
    text.clear();
}

bool is_encrypted(std::string_view file) {
    return file.starts_with(kHeader);
}

Outcome encrypt_key(std::string_view key, std::string_view passphrase, std::string& file) {
    Derivation how;
    ::randombytes_buf(how.salt.data(), how.salt.size());
    Bytes nonce(crypto_secretbox_NONCEBYTES), box(crypto_secretbox_MACBYTES + key.size()), secret;
    ::randombytes_buf(nonce.data(), nonce.size());
    if (!how.derive(passphrase, secret)) return no_memory(how);
    crypto_secretbox_easy(box.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                          nonce.data(), secret.data());
    ::sodium_memzero(secret.data(), secret.size());
    file = std::string(kHeader) + std::string(kMethod) + std::to_string(how.passes) + " " +
           std::to_string(how.memory) + " " + to_hex(how.salt) + "\nxsalsa20poly1305 " + to_hex(nonce) + " " +
           to_hex(box) + "\n";
    return {};
}

Outcome decrypt_key(const std::string& path, std::string_view file, std::string_view passphrase,
                    std::string& key) {
    const Failure bad{kBadInput, path + ": this is not a secret key; 'vmar keygen' makes one"};
    constexpr std::string_view kBox = "xsalsa20poly1305 ";
    Derivation how;
    Bytes nonce, box, secret;
    file.remove_prefix(kHeader.size());
    if (!file.starts_with(kMethod)) return bad;
    file.remove_prefix(kMethod.size());
    if (!take_number(file, how.passes) || !take_number(file, how.memory) || !take_hex(file, '\n', how.salt) ||
        how.salt.size() != crypto_pwhash_SALTBYTES || !file.starts_with(kBox))
        return bad;
    file.remove_prefix(kBox.size());
    if (!take_hex(file, ' ', nonce) || nonce.size() != crypto_secretbox_NONCEBYTES ||
        !take_hex(file, '\n', box) || box.size() < crypto_secretbox_MACBYTES || !file.empty())
        return bad;
    if (how.passes < crypto_pwhash_OPSLIMIT_MIN || how.passes > kMaxPasses ||
        how.memory < crypto_pwhash_MEMLIMIT_MIN || how.memory > kMaxMemory)
        return Failure{kBadInput,
                       path + ": wants more than " + std::to_string(kMaxPasses) + " passes or 1 GiB"};
    if (!how.derive(passphrase, secret)) return no_memory(how);
    key.assign(box.size() - crypto_secretbox_MACBYTES, '\0');
    const int wrong = crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(key.data()), box.data(),
                                                 box.size(), nonce.data(), secret.data());
    ::sodium_memzero(secret.data(), secret.size());
    if (wrong != 0) return Failure{kBadInput, path + ": the passphrase is wrong, or the file is damaged"};
    return {};
}

Outcome passphrase_of_file(const std::string& path, std::string& passphrase) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Failure{kNoInput, path + ": cannot be read: " + std::strerror(errno)};
    Outcome outcome = read_line(fd, path, passphrase);
    ::close(fd);
    if (!outcome && passphrase.empty())
        outcome = Failure{kBadInput, path + ": its first line, which is the passphrase, is empty"};
    return outcome;
}

Outcome ask_passphrase(const std::string& question, std::string& passphrase) {
    if (::isatty(STDIN_FILENO) != 1) return {};
    const Unseen unseen;
    std::fputs(question.c_str(), stderr);
    return read_line(STDIN_FILENO, "standard input", passphrase);
}

}  // namespace skua::vmar
