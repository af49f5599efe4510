// Names of compiled functions for gdb, by its JIT compilation interface (the gdb manual, chapter "JIT
// Compilation Interface"): each piece of code is an ELF file in memory with one symbol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace skua::jit {

// An ELF file that says that `name` lies at [start, start + size).
std::vector<std::uint8_t> symbol_file(const std::uint8_t* start, std::size_t size, std::string_view name);

// What one code cache has told the debugger; taken back at the end. One thread at a time.
class GdbSymbols {
public:
    GdbSymbols();
    ~GdbSymbols();
    GdbSymbols(const GdbSymbols&) = delete;
    GdbSymbols& operator=(const GdbSymbols&) = delete;

    void add(const std::uint8_t* start, std::size_t size, std::string_view name);

private:
    struct Entry;
    std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace skua::jit
