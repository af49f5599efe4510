// Reading and writing files for the programs of this folder, and their exit codes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "skua/classfile/result.h"

namespace skua::tools {

// docs/contracts.md, "Exit codes and messages".
enum ExitCode : int {
    kDone = 0,
    kUsage = 64,
    kBadInput = 65,
    kNoInput = 66,
    kUncaught = 70,
    kNoMemory = 71,  // the system gives none
    kCannotCreate = 73,
    kNotDelivered = 74,
};

struct Failure {
    int code = kBadInput;
    std::string message;
};

// The whole of a regular file, at most `limit` bytes. Failures name the path.
std::optional<Failure> read_file(const std::string& path, std::uint64_t limit,
                                 std::vector<std::uint8_t>& bytes);

// By way of skua/classfile/output_file.h; makes missing folders if asked.
std::optional<Failure> write_file(const std::string& path, std::span<const std::uint8_t> bytes,
                                  bool make_folders);

// "FILE: what is wrong; what to do"
std::string one_line(const Diagnostic& diagnostic);

// Can the file be opened for reading? For telling 66 from 65.
bool is_readable(const std::string& path);

}  // namespace skua::tools
