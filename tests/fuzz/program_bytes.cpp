#include "program_bytes.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>

#include "skua/classfile/assembler.h"
#include "skua/classfile/structure.h"
#include "skua/classfile/writer.h"

namespace skua::fuzz {

namespace {

bool is_text(std::span<const std::uint8_t> input) {
    const auto shown = input.first(std::min<std::size_t>(input.size(), 200));
    return !input.empty() && std::all_of(shown.begin(), shown.end(), [](std::uint8_t c) {
        return c == '\n' || c == '\t' || (c >= ' ' && c < 0x7F);
    });
}

void assemble_into(std::vector<Bytes>& files, std::string_view text) {
    auto types = classfile::assemble(text, "fuzz.skasm");
    if (!types) return;
    for (const auto& type : *types)
        if (files.size() < kMostFiles && classfile::check_structure(type.file).ok())
            files.push_back(classfile::write(type.file));
}

}  // namespace

std::vector<Bytes> unpack_program(std::span<const std::uint8_t> input, const std::string& prelude) {
    std::vector<Bytes> files;
    if (is_text(input)) {
        assemble_into(files, prelude);
        assemble_into(files, {reinterpret_cast<const char*>(input.data()), input.size()});
        return files;
    }
    while (input.size() >= 4 && files.size() < kMostFiles) {
        const std::size_t length =
            input[0] | std::size_t{input[1]} << 8 | std::size_t{input[2]} << 16 | std::size_t{input[3]} << 24;
        input = input.subspan(4);
        const std::size_t taken = std::min(length, input.size());
        files.emplace_back(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(taken));
        input = input.subspan(taken);
    }
    return files;
}

Bytes pack_program(const std::vector<Bytes>& files) {
    Bytes out;
    for (const Bytes& file : files) {
        for (int shift = 0; shift < 32; shift += 8)
            out.push_back(static_cast<std::uint8_t>(file.size() >> shift));
        out.insert(out.end(), file.begin(), file.end());
    }
    return out;
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace skua::fuzz
