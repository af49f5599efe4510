// A program as one input of a fuzzer: class files one behind the other, each with its length in four bytes
// (little-endian) in front. Text in the assembler's form is an input, too, so that tests/verifier has seeds
// as they stand: the types of prelude.skasm are then defined in front of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace skua::fuzz {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::size_t kMostFiles = 64;

// Empty if the input is neither.
std::vector<Bytes> unpack_program(std::span<const std::uint8_t> input, const std::string& prelude);
Bytes pack_program(const std::vector<Bytes>& files);

std::string read_file(const std::string& path);  // empty if it cannot be read

}  // namespace skua::fuzz
