// Bytes as a source file: whatever it says, the compiler answers with class files or with errors that have
// words and a place, in bounded time; and what it compiles without an error, the verifier accepts.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include "diagnostics_render.h"
#include "driver.h"
#include "skua/classfile/check.h"
#include "skua/vm/loader.h"
#include "skua/vm/verifier.h"

using namespace skua;
using namespace skua::compiler;

namespace {

[[noreturn]] void find(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::abort();
}

std::string path;     // in memory: /dev/shm is no disk
std::string library;  // std.ska

void check_messages(Compilation& c) {
    const std::string text =
        render(c.sink.all(), c.files, {}) + render(c.sink.all(), c.files, {MessageFormat::Json, false});
    if (text.size() > 200'000) find("more than 200 kB of messages");
    for (const SourceDiagnostic& d : c.sink.all()) {
        if (d.message.empty()) find("a message without words");
        if (d.range.file >= c.files.size() || d.range.end > c.files[d.range.file]->text().size() ||
            d.range.start > d.range.end)
            find("a message outside the source: " + d.message);
    }
    if (!c.failures.empty()) find("a failure without a place: " + c.failures[0].message);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    path = "/dev/shm/skua_fuzz_" + std::to_string(::getpid()) + ".skua";
    const char* given = std::getenv("SKUA_FUZZ_LIBRARY");
    library = given ? given : SKUA_FUZZ_DEFAULT_LIBRARY;
    std::atexit([] { ::unlink(path.c_str()); });
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    SKUA_CHECK(file != nullptr && std::fwrite(data, 1, size, file) == size && std::fclose(file) == 0);
    CompileOptions options;
    options.files = {path};
    options.library = library;
    Compilation c(20);
    compile(options, c);
    check_messages(c);
    if (!c.ok()) return 0;
    vm::TypeTable types;
    vm::Loader loader(types, nullptr);
    SKUA_CHECK(loader.add_path(library).ok());
    std::vector<vm::TypeDef*> defined;
    for (const OutputFile& output : c.outputs) {
        auto type = loader.define(output.bytes, output.path);
        if (!type) find("rejected: " + type.error().to_string());
        defined.push_back(*type);
    }
    for (vm::TypeDef* type : defined)
        for (const Diagnostic& d : vm::verify_all(*type)) find("rejected: " + d.to_string());
    return 0;
}
