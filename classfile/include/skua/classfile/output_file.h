// How a program writes a file: under a temporary name beside it, renamed when complete, so that nobody
// ever sees half of it. Shared by all programs that write class files and archives.
//
// Only regular files are replaced. A device, a pipe or a socket of that name is refused: writing into it is
// not what was asked for, and renaming over it would remove it. Of a symbolic link, the file that it
// leads to is replaced.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "skua/classfile/result.h"

namespace skua::classfile {

// For the start of a program: a closed pipe, and a file that grows beyond its limit (`ulimit -f`), become
// errors of the call that writes, as a full disk is, instead of signals that end the process.
void make_signals_write_errors();

// A file that is complete under its temporary name. Unless it is committed, it is removed again.
class OutputFile {
public:
    // Errors name `path`, with what was wrong and no rule: they are all exit code 73.
    static Result<OutputFile> stage(const std::string& path, std::span<const std::uint8_t> bytes);
    Result<> commit();

    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();

private:
    explicit OutputFile(std::string path) : path_(std::move(path)) {}

    std::string path_;       // as the user named it
    std::string target_;     // what is replaced
    std::string temporary_;  // empty: committed, or never made
};

// Both steps.
Result<> write_output_file(const std::string& path, std::span<const std::uint8_t> bytes);

}  // namespace skua::classfile
