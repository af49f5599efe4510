// Files of secret keys that are encrypted with a passphrase. docs/packages.md, "Signatures".
#pragma once

#include <string>
#include <string_view>

#include "vmar.h"

namespace skua::vmar {

// Whether the text of a key file is of this kind.
[[nodiscard]] bool is_encrypted(std::string_view file);

// `key` is the text of the secret key's file as it is without encryption. Takes a second and 256 MiB, which
// are what makes guessing passphrases dear.
Outcome encrypt_key(std::string_view key, std::string_view passphrase, std::string& file);
Outcome decrypt_key(const std::string& path, std::string_view file, std::string_view passphrase,
                    std::string& key);

// The first line of a file, which may be a pipe.
Outcome passphrase_of_file(const std::string& path, std::string& passphrase);

// Asks on the terminal, without showing what is typed. Nothing if standard input is none.
Outcome ask_passphrase(const std::string& question, std::string& passphrase);

// Texts that should not stay in memory.
void wipe(std::string& text);

}  // namespace skua::vmar
