#include "run/gdb_interface.h"

#include <cstring>
#include <elf.h>
#include <mutex>

// Names, layout and numbers are gdb's, which looks them up in the process.
extern "C" {
struct jit_code_entry {
    jit_code_entry* next_entry;
    jit_code_entry* prev_entry;
    const char* symfile_addr;
    std::uint64_t symfile_size;
};
enum jit_actions_t : std::uint32_t { JIT_NOACTION = 0, JIT_REGISTER_FN, JIT_UNREGISTER_FN };
struct jit_descriptor {
    std::uint32_t version;
    std::uint32_t action_flag;
    jit_code_entry* relevant_entry;
    jit_code_entry* first_entry;
};

// gdb sets a breakpoint here.
[[gnu::noinline, gnu::used]] void __jit_debug_register_code() {
    asm volatile("" ::: "memory");
}
[[gnu::used]] jit_descriptor __jit_debug_descriptor = {1, JIT_NOACTION, nullptr, nullptr};
}

namespace skua::jit {
namespace {

std::mutex& descriptor_lock() {
    static auto* lock = new std::mutex();
    return *lock;
}

// A string table; offset 0 is the empty string.
class Strings {
public:
    std::uint32_t add(std::string_view text) {
        const auto at = static_cast<std::uint32_t>(bytes.size());
        bytes.append(text);
        bytes.push_back('\0');
        return at;
    }
    std::string bytes = std::string(1, '\0');
};

enum Section : std::uint16_t { kNone, kText, kSymbols, kStrings, kSections };

}  // namespace

std::vector<std::uint8_t> symbol_file(const std::uint8_t* start, std::size_t size, std::string_view name) {
    const auto address = reinterpret_cast<Elf64_Addr>(start);
    Strings strings;
    Elf64_Sym symbols[2] = {};
    symbols[1].st_name = strings.add(name);
    symbols[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbols[1].st_shndx = kText;
    symbols[1].st_value = address;
    symbols[1].st_size = size;

    Elf64_Shdr sections[kSections] = {};
    // The code itself is not in the file, as .bss is not.
    sections[kText].sh_name = strings.add(".text");
    sections[kText].sh_type = SHT_NOBITS;
    sections[kText].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
    sections[kText].sh_addr = address;
    sections[kText].sh_size = size;
    sections[kText].sh_addralign = 1;
    sections[kSymbols].sh_name = strings.add(".symtab");
    sections[kSymbols].sh_type = SHT_SYMTAB;
    sections[kSymbols].sh_link = kStrings;
    sections[kSymbols].sh_info = 1;  // the first that is not local
    sections[kSymbols].sh_entsize = sizeof(Elf64_Sym);
    sections[kSymbols].sh_addralign = alignof(Elf64_Sym);
    sections[kSymbols].sh_size = sizeof symbols;
    sections[kStrings].sh_name = strings.add(".strtab");
    sections[kStrings].sh_type = SHT_STRTAB;
    sections[kStrings].sh_addralign = 1;
    sections[kStrings].sh_size = strings.bytes.size();
    sections[kSymbols].sh_offset = sizeof(Elf64_Ehdr) + sizeof sections;
    sections[kStrings].sh_offset = sections[kSymbols].sh_offset + sizeof symbols;

    Elf64_Ehdr header = {};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_shoff = sizeof(Elf64_Ehdr);
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = kSections;
    header.e_shstrndx = kStrings;

    std::vector<std::uint8_t> file(sections[kStrings].sh_offset + strings.bytes.size());
    std::memcpy(file.data(), &header, sizeof header);
    std::memcpy(file.data() + header.e_shoff, sections, sizeof sections);
    std::memcpy(file.data() + sections[kSymbols].sh_offset, symbols, sizeof symbols);
    std::memcpy(file.data() + sections[kStrings].sh_offset, strings.bytes.data(), strings.bytes.size());
    return file;
}

struct GdbSymbols::Entry {
    jit_code_entry link = {};
    std::vector<std::uint8_t> file;
};

GdbSymbols::GdbSymbols() = default;

GdbSymbols::~GdbSymbols() {
    std::lock_guard guard(descriptor_lock());
    for (auto& entry : entries_) {
        jit_code_entry& link = entry->link;
        (link.prev_entry ? link.prev_entry->next_entry : __jit_debug_descriptor.first_entry) =
            link.next_entry;
        if (link.next_entry) link.next_entry->prev_entry = link.prev_entry;
        __jit_debug_descriptor.relevant_entry = &link;
        __jit_debug_descriptor.action_flag = JIT_UNREGISTER_FN;
        __jit_debug_register_code();
    }
}

void GdbSymbols::add(const std::uint8_t* start, std::size_t size, std::string_view name) {
    entries_.push_back(std::make_unique<Entry>());
    Entry& entry = *entries_.back();
    entry.file = symbol_file(start, size, name);
    entry.link.symfile_addr = reinterpret_cast<const char*>(entry.file.data());
    entry.link.symfile_size = entry.file.size();
    std::lock_guard guard(descriptor_lock());
    entry.link.next_entry = __jit_debug_descriptor.first_entry;
    if (entry.link.next_entry) entry.link.next_entry->prev_entry = &entry.link;
    __jit_debug_descriptor.first_entry = &entry.link;
    __jit_debug_descriptor.relevant_entry = &entry.link;
    __jit_debug_descriptor.action_flag = JIT_REGISTER_FN;
    __jit_debug_register_code();
}

}  // namespace skua::jit
