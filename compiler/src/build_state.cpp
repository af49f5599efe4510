#include "build_state.h"

#include <algorithm>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <link.h>

#include "skua/classfile/archive.h"

namespace skua::compiler {
namespace {

constexpr std::string_view kHeader = "skua-build 1";

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return out;
}

// Lines of words; the first word says what the others are.
std::vector<std::string_view> words_of_line(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

// Below the output folder, whatever somebody has written into the file: what is named is looked at and may be
// removed.
bool is_class_file_path(std::string_view path) {
    return path.ends_with(".skc") && classfile::is_entry_name(path);
}

// The build ID that the linker has computed from the whole program; empty if there is none.
std::string build_id() {
    std::string id;
    const auto look = [](dl_phdr_info* info, std::size_t, void* data) {
        for (int i = 0; i < info->dlpi_phnum; ++i) {
            const auto& header = info->dlpi_phdr[i];
            if (header.p_type != PT_NOTE) continue;
            const char* at = reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr);
            const char* end = at + header.p_memsz;
            while (at + sizeof(ElfW(Nhdr)) <= end) {
                const auto* note = reinterpret_cast<const ElfW(Nhdr)*>(at);
                const char* name = at + sizeof *note;
                const char* bytes = name + ((note->n_namesz + 3) & ~3u);
                if (note->n_type == NT_GNU_BUILD_ID &&
                    std::string_view(name, note->n_namesz) == std::string_view("GNU\0", 4))
                    *static_cast<std::string*>(data) = hex({bytes, note->n_descsz});
                at = bytes + ((note->n_descsz + 3) & ~3u);
            }
        }
        return 1;  // the program itself comes first
    };
    ::dl_iterate_phdr(look, &id);
    return id;
}

}  // namespace

std::string hex_digest(std::string_view bytes) {
    return classfile::hex(
        classfile::sha256({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
}

std::string compiler_identity() {
    if (std::string id = build_id(); !id.empty()) return id;
    std::ifstream program("/proc/self/exe", std::ios::binary);
    return hex_digest(std::string(std::istreambuf_iterator<char>(program), {}));
}

std::string BuildState::to_text() const {
    std::string out(kHeader);
    out += '\n';
    const auto line = [&](std::initializer_list<std::string_view> words) {
        bool first = true;
        for (const std::string_view word : words) {
            if (!first) out += ' ';
            first = false;
            out += word;
        }
        out += '\n';
    };
    line({"compiler", compiler});
    line({"warnings", warnings});
    if (!plugins.empty()) line({"plugins", plugins});
    for (const auto& [name, answer] : lookups) line({"lookup", name, answer});
    for (const auto& [name, module] : modules) {
        line({"module", name, module.source, module.interface, module.reaches});
        for (const BuiltFile& file : module.outputs) line({"output", file.path, file.digest});
    }
    return out + "end " + hex_digest(out) + "\n";
}

BuildState BuildState::parse(std::string_view text) {
    const std::size_t end = text.rfind("end ");
    if (end == std::string_view::npos || text.substr(end) != "end " + hex_digest(text.substr(0, end)) + "\n")
        return {};
    BuildState state;
    BuiltModule* module = nullptr;
    text = text.substr(0, end);
    while (!text.empty()) {
        const std::size_t line_end = std::min(text.find('\n'), text.size());
        const std::vector<std::string_view> words = words_of_line(text.substr(0, line_end));
        text.remove_prefix(std::min(line_end + 1, text.size()));
        const std::string_view kind = words.empty() ? std::string_view() : words[0];
        if (kind == "compiler" && words.size() == 2)
            state.compiler = words[1];
        else if (kind == "warnings" && words.size() == 2)
            state.warnings = words[1];
        else if (kind == "plugins" && words.size() == 2)
            state.plugins = words[1];
        else if (kind == "lookup" && words.size() == 3)
            state.lookups.emplace(words[1], words[2]);
        else if (kind == "module" && words.size() == 5) {
            module = &state.modules[std::string(words[1])];
            module->source = words[2];
            module->interface = words[3];
            module->reaches = words[4];
        } else if (kind == "output" && words.size() == 3 && module != nullptr && is_class_file_path(words[1]))
            module->outputs.push_back({std::string(words[1]), std::string(words[2])});
        else if (kind != "skua-build")
            return {};  // of another version
    }
    return state;
}

}  // namespace skua::compiler
