// A program that is compared: class files that are ready to be loaded, and the module whose main runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skua/classfile/class_file.h"

namespace skua::differential {

enum class Kind : std::uint8_t { Bytecode, Source };

struct Program {
    std::string module;
    std::vector<std::vector<std::uint8_t>> files;  // in the order in which they are defined
    std::string failure;                           // why there is none: a bug of generator or compiler
};

// bytecode_program.cpp: random valid functions, made without a compiler.
std::vector<classfile::ClassFile> generate_classes(std::uint64_t seed);
Program generate_bytecode(std::uint64_t seed);

// obscure.cpp: the same, but the linker can assume nothing about its registers.
Program obscured(const Program& program);

// source_program.cpp: random Skua, and what vmc's library makes of it.
std::string generate_source(std::uint64_t seed);
Program compile_source(const std::string& text, const std::string& module, const std::string& library);
std::string pack(const Program& program);
Program unpack(const std::string& text, const std::string& module);

inline std::string module_of(Kind kind, std::uint64_t seed) {
    return (kind == Kind::Bytecode ? "b" : "s") + std::to_string(seed);
}

}  // namespace skua::differential
