#include "native/plugin_file.h"

#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native/native_error.h"
#include "skua/classfile/input_file.h"

namespace skua::vm {

namespace {

Diagnostic bad_file(const std::string& path, std::string_view what, std::string hint = {}) {
    return native_error("cannot load the plugin " + path + ": " + std::string(what), std::move(hint));
}

std::string machine_name(unsigned machine) {
    switch (machine) {
        case EM_386:
            return "x86 (32 bits)";
        case EM_X86_64:
            return "x86-64";
        case EM_ARM:
            return "ARM (32 bits)";
        case EM_AARCH64:
            return "aarch64";
        case EM_S390:
            return "s390x";
        case EM_PPC64:
            return "ppc64";
        case EM_RISCV:
            return "RISC-V";
        default:
            return "machine " + std::to_string(machine) + " of the ELF standard";
    }
}

constexpr unsigned kOwnMachine =
#if defined(__x86_64__)
    EM_X86_64;
#elif defined(__aarch64__)
    EM_AARCH64;
#elif defined(__s390x__)
    EM_S390;
#elif defined(__powerpc64__)
    EM_PPC64;
#elif defined(__riscv)
    EM_RISCV;
#else
    EM_NONE;  // the system's loader knows
#endif

constexpr unsigned char kOwnOrder = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

// A file that is no ELF: what it may be instead.
Diagnostic no_elf(const std::string& path, std::string_view start) {
    const auto begins = [&](std::string_view magic) { return start.starts_with(magic); };
    if (start.empty()) return bad_file(path, "the file is empty", "build the plugin again");
    if (begins("MZ")) return bad_file(path, "it is a library or program for Windows, not for Linux");
    if (begins("\xCF\xFA\xED\xFE") || begins("\xCA\xFE\xBA\xBE"))
        return bad_file(path, "it is a library for another system, not for Linux");
    if (begins("PK")) return bad_file(path, "it is an archive, not a shared library (ELF)");
    return bad_file(path, "it is no shared library (ELF)", "cc -shared -fPIC makes one");
}

// What the header and the list of segments say. Touching what the file lacks of these would end the process
// by a signal. Whatever else is wrong, the system's loader says itself.
Result<void> check_elf(const std::string& path, int fd) {
    struct stat info {};
    if (fstat(fd, &info) != 0) return bad_file(path, std::strerror(errno));
    if (S_ISDIR(info.st_mode)) return bad_file(path, "it is a folder");
    if (!S_ISREG(info.st_mode)) return bad_file(path, "it is not a regular file");
    ElfW(Ehdr) header{};
    const ssize_t n = pread(fd, &header, sizeof header, 0);
    if (n < 0) return bad_file(path, std::strerror(errno));
    const std::string_view start(reinterpret_cast<const char*>(&header), static_cast<std::size_t>(n));
    if (!start.starts_with(std::string_view(ELFMAG, SELFMAG))) return no_elf(path, start);
    const Diagnostic cut = bad_file(path, "the file is cut off", "copy or build it again");
    if (n != static_cast<ssize_t>(sizeof header)) return cut;
    const bool other_order = header.e_ident[EI_DATA] != kOwnOrder;
    const unsigned machine = other_order ? __builtin_bswap16(header.e_machine) : header.e_machine;
    if (kOwnMachine != EM_NONE &&
        (machine != kOwnMachine || other_order || header.e_ident[EI_CLASS] != ELFCLASS64))
        return bad_file(path,
                        "it was built for " + machine_name(machine) +
                            (other_order && machine == kOwnMachine ? " with the other order of bytes" : "") +
                            ", this machine is " + machine_name(kOwnMachine),
                        "build the plugin for this machine");
    if (header.e_type == ET_REL)
        return bad_file(path, "it is an object file, not a shared library",
                        "link it: cc -shared -o NAME.so NAME.o");
    if (header.e_type == ET_EXEC)
        return bad_file(path, "it is a program, not a shared library", "build it with -shared -fPIC");
    if (header.e_phentsize != sizeof(ElfW(Phdr))) return bad_file(path, "its list of segments is damaged");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        ElfW(Phdr) segment{};
        const std::uint64_t at = header.e_phoff + std::uint64_t{i} * sizeof segment;
        if (at > size || pread(fd, &segment, sizeof segment, static_cast<off_t>(at)) !=
                             static_cast<ssize_t>(sizeof segment))
            return cut;
        if (segment.p_type == PT_LOAD &&
            (segment.p_offset > size || segment.p_filesz > size - segment.p_offset))
            return cut;
    }
    return {};
}

Diagnostic refused_by_system(const std::string& path) {
    const char* text = dlerror();
    std::string why = text != nullptr ? text : "the system's loader does not say why";
    if (why.starts_with(path + ": ")) why.erase(0, path.size() + 2);
    std::string hint;
    if (why.starts_with("undefined symbol"))
        hint = "link the plugin with the library that has it; -Wl,--no-undefined finds this when it is built";
    else if (why.find("cannot open shared object file") != std::string::npos)
        hint =
            "install this library, which the plugin was linked with, or name its folder in LD_LIBRARY_PATH";
    return bad_file(path, why, std::move(hint));
}

}  // namespace

bool is_library_name(std::string_view name) {
    if (name.empty() || name.size() > 100 || name.front() == '.' || name.back() == '.') return false;
    for (std::size_t i = 0; i < name.size(); i++) {
        const char c = name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '_' || c == '-';
        if (!letter && (c != '.' || name[i - 1] == '.')) return false;
    }
    return true;
}

Result<PluginFile> open_plugin_file(const std::string& path) {
    const int fd = classfile::open_for_reading(path);
    if (fd < 0) return bad_file(path, std::strerror(errno));
    auto good = check_elf(path, fd);
    close(fd);
    if (!good) return std::move(good).error();
    PluginFile file;
    file.library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (file.library == nullptr) return refused_by_system(path);
    file.entry = reinterpret_cast<SkPluginEntry>(dlsym(file.library, "skua_plugin"));
    if (file.entry == nullptr)
        return native_error(
            path + " is not a Skua plugin: it does not export skua_plugin",
            "see SK_EXPORT in skua/native.h; in C++ the definition must see that header, which "
            "makes it extern \"C\"");
    return file;
}

}  // namespace skua::vm
