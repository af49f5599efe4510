// From source text to a program, through vmc's own library.
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "diagnostics_render.h"
#include "driver.h"
#include "program.h"

namespace skua::differential {

Program compile_source(const std::string& text, const std::string& module, const std::string& library) {
    Program program;
    program.module = module;
    // The compiler reads files, so that a failure leaves the source behind.
    const std::string folder =
        "/tmp/differential_" + std::to_string(::getppid()) + "_" + std::to_string(::getpid());
    ::mkdir(folder.c_str(), 0700);
    const std::string path = folder + "/" + module + ".skua";
    std::ofstream(path, std::ios::binary) << text;
    compiler::CompileOptions options;
    options.files = {path};
    options.library = library;
    compiler::Compilation c(3);
    compiler::compile(options, c);
    if (!c.ok()) {
        program.failure =
            c.failures.empty() ? compiler::render(c.sink.all(), c.files, {}) : c.failures[0].message;
    } else {
        for (compiler::OutputFile& output : c.outputs) program.files.push_back(std::move(output.bytes));
    }
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
    return program;
}

// A program as bytes, to travel from the child that compiled it.
std::string pack(const Program& program) {
    if (!program.failure.empty()) return "failed " + program.failure;
    std::string text = "made";
    for (const auto& file : program.files) {
        const std::uint64_t size = file.size();
        text.append(reinterpret_cast<const char*>(&size), sizeof size);
        text.append(file.begin(), file.end());
    }
    return text;
}

Program unpack(const std::string& text, const std::string& module) {
    Program program;
    program.module = module;
    if (!text.starts_with("made")) {
        program.failure = text.starts_with("failed ") ? text.substr(7) : "the compiler " + text;
        return program;
    }
    for (std::size_t at = 4; at < text.size();) {
        std::uint64_t size = 0;
        text.copy(reinterpret_cast<char*>(&size), sizeof size, at);
        at += sizeof size;
        program.files.emplace_back(text.begin() + static_cast<std::ptrdiff_t>(at),
                                   text.begin() + static_cast<std::ptrdiff_t>(at + size));
        at += size;
    }
    return program;
}

}  // namespace skua::differential
