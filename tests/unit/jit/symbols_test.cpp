// What debuggers and profilers are told about compiled code.
#include <elf.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "run/gdb_interface.h"
#include "run/perf_map.h"

struct jit_code_entry {
    jit_code_entry *next_entry, *prev_entry;
    const char* symfile_addr;
    std::uint64_t symfile_size;
};
struct jit_descriptor {
    std::uint32_t version, action_flag;
    jit_code_entry *relevant_entry, *first_entry;
};
extern "C" jit_descriptor __jit_debug_descriptor;

namespace skua::jit {
namespace {

const std::uint8_t* address(std::uint64_t a) {
    return reinterpret_cast<const std::uint8_t*>(a);
}

template <typename T>
const T* at(const std::vector<std::uint8_t>& file, std::uint64_t offset, std::size_t count = 1) {
    REQUIRE(offset + count * sizeof(T) <= file.size());
    return reinterpret_cast<const T*>(file.data() + offset);
}

TEST_CASE("The symbol file is an ELF file with one function") {
    const auto file = symbol_file(address(0x7f0000001000), 321, "bank.Account.deposit");
    const auto* header = at<Elf64_Ehdr>(file, 0);
    REQUIRE(std::string(reinterpret_cast<const char*>(header->e_ident), 4) == ELFMAG);
    CHECK(header->e_machine == EM_X86_64);
    const auto* sections = at<Elf64_Shdr>(file, header->e_shoff, header->e_shnum);
    const auto text_of = [&](const Elf64_Shdr& table, std::uint32_t offset) {
        return std::string(at<char>(file, table.sh_offset + offset));
    };
    const Elf64_Shdr* symbols = nullptr;
    int text = 0;
    for (int i = 0; i < header->e_shnum; ++i) {
        if (sections[i].sh_type == SHT_SYMTAB) symbols = &sections[i];
        if (sections[i].sh_type == SHT_NOBITS) text = i;
    }
    REQUIRE(symbols != nullptr);
    CHECK(text_of(sections[header->e_shstrndx], sections[text].sh_name) == ".text");
    CHECK(sections[text].sh_addr == 0x7f0000001000);
    CHECK(sections[text].sh_size == 321);
    REQUIRE(symbols->sh_size == 2 * sizeof(Elf64_Sym));
    const Elf64_Sym symbol = at<Elf64_Sym>(file, symbols->sh_offset, 2)[1];
    CHECK(text_of(sections[symbols->sh_link], symbol.st_name) == "bank.Account.deposit");
    CHECK(symbol.st_value == 0x7f0000001000);
    CHECK(symbol.st_size == 321);
    CHECK(symbol.st_shndx == text);
    CHECK(ELF64_ST_TYPE(symbol.st_info) == STT_FUNC);
}

int listed() {
    int count = 0;
    const jit_code_entry* before = nullptr;
    for (auto* e = __jit_debug_descriptor.first_entry; e; e = e->next_entry, ++count) {
        CHECK(e->prev_entry == before);
        before = e;
    }
    return count;
}

TEST_CASE("The debugger's list holds what lives") {
    const int before = listed();
    {
        GdbSymbols one;
        one.add(address(0x1000), 10, "a");
        {
            GdbSymbols other;
            other.add(address(0x2000), 10, "b");
            one.add(address(0x3000), 10, "c");
            CHECK(listed() == before + 3);
        }
        CHECK(listed() == before + 2);
    }
    CHECK(listed() == before);
}

TEST_CASE("The map for perf has a line for each piece of code, and is nobody else's file") {
    const std::string path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
    const std::string victim = path + ".victim";
    std::ofstream(victim) << "precious";
    REQUIRE(symlink(victim.c_str(), path.c_str()) == 0);
    {
        PerfMap map;
        REQUIRE(map.open());
        map.add(address(0xABC0), 0x20, "a.b");
        map.add(address(0x7f0000001000), 1, "c loop at 3");
    }
    std::stringstream text, untouched;
    text << std::ifstream(path).rdbuf();
    untouched << std::ifstream(victim).rdbuf();
    CHECK(text.str() == "abc0 20 a.b\n7f0000001000 1 c loop at 3\n");
    CHECK(untouched.str() == "precious");
    unlink(path.c_str());
    unlink(victim.c_str());
}

}  // namespace
}  // namespace skua::jit
