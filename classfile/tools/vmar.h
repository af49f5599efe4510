// The commands of vmar, and what they share. Not a library: these files make one program.
//
// A command returns Ok or throws nothing and returns a Failure, whose code is the exit code of
// docs/contracts.md; main() prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skua/classfile/archive.h"
#include "skua/classfile/result.h"
#include "skua/classfile/signature.h"

namespace skua::vmar {

enum ExitCode : int {
    kDone = 0,
    kBreaks = 1,  // vmar diff: old callers do not link
    kUsage = 64,
    kBadInput = 65,    // an input is not what it should be
    kNoInput = 66,     // an input is missing or cannot be read
    kNoMemory = 71,    // the system gives none
    kCantCreate = 73,  // an output cannot be written
    kCantPrint = 74,   // standard output is closed or full
};

struct Failure {
    int code = kBadInput;
    std::string message;  // "FILE: what is wrong; what to do"; empty: the code says all
};
using Outcome = std::optional<Failure>;  // nothing: done

Failure failure(int code, const Diagnostic& diagnostic);

// ---- files ---------------------------------------------------------------------------------

// The whole of a regular file.
Outcome read_file(const std::string& path, std::vector<std::uint8_t>& bytes);
// By way of skua/classfile/output_file.h.
Outcome write_file(const std::string& path, std::span<const std::uint8_t> bytes);
Outcome open_archive(const std::string& path, std::shared_ptr<classfile::Archive>& archive);

// ---- commands ------------------------------------------------------------------------------

struct CreateOptions {
    std::string archive;
    std::vector<std::string> inputs;  // folders and class files
    classfile::Manifest manifest;
    bool store = false;
};
Outcome create(const CreateOptions& options);

struct ListOptions {
    std::string archive;
    bool with_sizes = false;
    bool manifest = false;
};
Outcome list(const ListOptions& options, std::string& out);

struct ExtractOptions {
    std::string archive;
    std::string folder = ".";
    std::vector<std::string> entries;  // empty: all but META/
};
Outcome extract(const ExtractOptions& options);

struct VerifyOptions {
    std::vector<std::string> archives;
    std::vector<std::string> keys;  // one of which must have signed each
};
Outcome verify(const VerifyOptions& options, std::string& out);

// A secret key, and its public one in the file beside it whose name ends in .pub. Without a file of its
// passphrase, one is asked for on a terminal; without either, the key is not encrypted.
Outcome keygen(const std::string& path, const std::string& passphrase_file, std::string& out);

struct SignOptions {
    std::string archive;
    std::string key;              // file of a secret key
    std::string passphrase_file;  // of its passphrase; empty: it is asked for on a terminal
    std::string output;           // empty: the archive is replaced
};
Outcome sign(const SignOptions& options, std::string& out);
// Files of public keys, or their texts.
Outcome read_public_keys(const std::vector<std::string>& names, std::vector<classfile::PublicKey>& keys);

struct DepsOptions {
    std::string archive;
    std::string archive_path;             // folders, separated by ':'
    std::vector<std::string> class_path;  // archives
    bool lock = false;                    // write skua.lock
};
Outcome deps(const DepsOptions& options, std::string& out);
Outcome parse_dependencies(const std::vector<std::string>& texts, std::vector<classfile::Dependency>& out);

struct DiffOptions {
    std::string before, after;
    bool json = false;
};
Outcome diff(const DiffOptions& options, std::string& out);

}  // namespace skua::vmar
