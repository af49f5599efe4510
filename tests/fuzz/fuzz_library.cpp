// Bytes as the input of a parser of the standard library: the first byte says of which
// (library_targets.skua), the rest is what it gets. One machine for all, so that what runs is what a
// long-lived program runs.
//
// A parser may refuse its input with the error that it documents. Any other error, a wrong answer, or more
// instructions than a text of that length can be worth is a find.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "link/linker.h"
#include "native/native_registry.h"
#include "program_bytes.h"
#include "skua/classfile/check.h"
#include "skua/classfile/structure.h"
#include "skua/gc/heap.h"
#include "skua/native.h"
#include "skua/vm/vm.h"

#ifdef SKUA_FUZZ_MALLOC_HEAP
#include "malloc_heap.h"
#endif

using namespace skua;

#ifdef SKUA_GUEST_COVERAGE
extern "C" bool skua_guest_coverage;
#endif

namespace {

// A parser takes some hundred instructions for a byte; printing and reading again, in several ways, a few
// times that.
constexpr std::uint64_t kAtLeast = 20'000'000, kForByte = 50'000;
constexpr std::size_t kMostBytes = 16384;

struct Machine {
    vm::Vm vm;
    std::unique_ptr<vm::Thread, void (*)(vm::Thread*)> thread{nullptr, nullptr};
    vm::Function* run = nullptr;
    std::int64_t targets = 0;

    static vm::VmOptions options() {
        vm::VmOptions made;
        made.max_instructions = vm::kMaxInstructions;
        return made;
    }

    Machine() : vm(options()) {
        std::size_t count = 0;
        const SkPluginEntry* entries = skua_stdlib_plugins(&count);
        for (std::size_t i = 0; i < count; ++i)
            SKUA_CHECK(vm.natives().add_plugin(entries[i], "built in").ok());
        const char* library = std::getenv("SKUA_FUZZ_LIBRARY");
        SKUA_CHECK(vm.boot_loader().add_path(library ? library : SKUA_FUZZ_DEFAULT_LIBRARY).ok());
        SKUA_CHECK(vm.app_loader().add_path(SKUA_FUZZ_CLASSES).ok());
        thread = vm.attach_thread();
        SKUA_CHECK(thread != nullptr);
        vm::Slot result = 0;
        vm::Function* ask = function("targets");
        SKUA_CHECK(vm::invoke(*thread, *ask, {}, &result));
        targets = static_cast<std::int64_t>(result);
        run = function("run");
    }

    vm::Function* function(std::string_view name) {
        auto module = vm.app_loader().load("library_targets");
        SKUA_CHECK(module.ok());
        auto made = vm::function_of(vm, *(*module)->find_function(name), (*module)->self, {});
        SKUA_CHECK(made.ok());
        auto cls = vm::class_of(vm, (*module)->self);
        SKUA_CHECK(cls.ok() && vm::ensure_initialized(*thread, **cls));
        return *made;
    }
};

// The heap that never collects needs another machine from time to time.
Machine& machine() {
    static Machine* made = nullptr;
#ifdef SKUA_FUZZ_MALLOC_HEAP
    static int runs = 0;
    if (++runs % 400 == 0) {
        delete made;
        made = nullptr;
        gc::release_all();
    }
#endif
    if (made == nullptr) made = new Machine;
    return *made;
}

// A string of a program is UTF-8: what is not is taken for Latin-1.
std::string text_of_bytes(std::string_view bytes) {
    if (classfile::is_utf8(bytes)) return std::string(bytes);
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) text += static_cast<char>(0xC0 | byte >> 6);
        text += byte >= 0x80 ? static_cast<char>(0x80 | (byte & 0x3F)) : c;
    }
    return text;
}

// What the formats are made of, so that mutants get past their first characters.
constexpr std::string_view kPieces[] = {"{\"a\":",
                                        "}",
                                        "[",
                                        "]",
                                        "[[",
                                        "]]",
                                        ",",
                                        ":",
                                        "null",
                                        "true",
                                        "-0",
                                        "1e400",
                                        "\\u",
                                        "\\ud800",
                                        "\"\"\"",
                                        "'''",
                                        "\\",
                                        "\"",
                                        "'",
                                        "=",
                                        "#",
                                        "\n",
                                        "\r\n",
                                        "\t",
                                        "inf",
                                        "nan",
                                        "0x",
                                        "0b1",
                                        "_",
                                        "e-308",
                                        "1_000",
                                        "T",
                                        "Z",
                                        "+01:00",
                                        "-12:34",
                                        "24:00:00",
                                        ".123456789",
                                        "2024-02-29",
                                        "9999-12-31",
                                        "-999999",
                                        "+999999",
                                        "W53-7",
                                        "%Y",
                                        "%m",
                                        "%d",
                                        "%H",
                                        "%j",
                                        "%z",
                                        "%p",
                                        "%I",
                                        "%f",
                                        "%%",
                                        "(",
                                        ")",
                                        "(?P<n>",
                                        "(?i)",
                                        "|",
                                        "*",
                                        "+?",
                                        "{2,5}",
                                        "{1000}",
                                        "[^a-z]",
                                        "\\b",
                                        "\\pL",
                                        "\\Q",
                                        "^",
                                        "$",
                                        "$1",
                                        "${",
                                        "$<a>",
                                        "--",
                                        "--level=",
                                        "-l",
                                        "--kind",
                                        "--no-",
                                        "9223372036854775807",
                                        "-9223372036854775808",
                                        "18446744073709551616",
                                        "P1DT2H",
                                        "1h30m",
                                        "ms",
                                        "\xC3\xA9",
                                        "\xF0\x9F\x91\xA8",
                                        "\xE2\x80\x8D",
                                        "\xCC\x81",
                                        "\xEF\xBB\xBF",
                                        "\xE0\xA4\x95",
                                        "/",
                                        "../",
                                        "//",
                                        "\x1f\x8b\x08",
                                        "\x78\x9c",
                                        "====",
                                        "+/",
                                        "-_",
                                        ">10",
                                        "08x",
                                        ".3f",
                                        ",d",
                                        "%"};

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    std::mt19937 random(seed);
    if (size < 1 || random() % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
    for (std::size_t n = 1 + random() % 3; n > 0; --n) {
        const std::string_view piece = kPieces[random() % std::size(kPieces)];
        // In front of something, or in place of as many bytes; not in place of the parser's number.
        const std::size_t at = 1 + random() % size;
        const bool over = random() % 3 == 0 && at + piece.size() <= size;
        if (!over && size + piece.size() > max_size) break;
        if (!over) {
            std::memmove(data + at + piece.size(), data + at, size - at);
            size += piece.size();
        }
        std::memcpy(data + at, piece.data(), piece.size());
    }
    return size;
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    gc::Options heap;
    heap.max_heap = 512u << 20;
    SKUA_CHECK(gc::initialize(heap));
#ifdef SKUA_FUZZ_MALLOC_HEAP
    gc::remember_objects();
#endif
    (void)machine();
#ifdef SKUA_GUEST_COVERAGE
    skua_guest_coverage = true;
#endif
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1 || size > kMostBytes) return 0;
    Machine& m = machine();
    const std::int64_t which = data[0] % m.targets;
    const std::string text = text_of_bytes({reinterpret_cast<const char*>(data + 1), size - 1});
    m.vm.instructions().restart(kAtLeast + kForByte * size, m.thread->fuel);
    vm::String* string = vm::new_string(*m.thread, text);
    vm::Class* cls = vm::array_class_of(*m.thread, m.vm.types().simple(vm::TypeKind::U8));
    SKUA_CHECK(string != nullptr && cls != nullptr);
    vm::Array* bytes = vm::new_array(*m.thread, *cls, static_cast<std::int64_t>(size - 1));
    SKUA_CHECK(bytes != nullptr);
    std::copy(data + 1, data + size, bytes->elements<std::uint8_t>());
    const vm::Slot args[] = {static_cast<vm::Slot>(which), reinterpret_cast<vm::Slot>(string),
                             reinterpret_cast<vm::Slot>(bytes)};
    if (vm::invoke(*m.thread, *m.run, args, nullptr)) return 0;
    m.vm.instructions().restart(vm::kMaxInstructions, m.thread->fuel);
    std::fprintf(stderr, "target %lld: %s\n", static_cast<long long>(which),
                 vm::describe_error(*m.thread, m.thread->pending).c_str());
    std::abort();
}
