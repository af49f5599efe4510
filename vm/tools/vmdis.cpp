// vmdis: shows class files as text, verifies them, and makes class files from text.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <unistd.h>
#include <vector>

#include "skua/classfile/archive.h"
#include "skua/classfile/assembler.h"
#include "skua/classfile/disassembler.h"
#include "skua/classfile/limits.h"
#include "skua/classfile/out_of_memory.h"
#include "skua/classfile/output_file.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/writer.h"
#include "skua/vm/loader.h"
#include "skua/vm/verifier.h"
#include "tool_files.h"

namespace {

using namespace skua;
using namespace skua::tools;

constexpr const char* kFooter = R"(Examples:
  vmdis build/classes/hello.skc                     show a class file as text
  vmdis app.ska                                     every class of an archive
  vmdis app.ska demo.Main                           one class of it
  vmdis --verify --class-path build/classes build/classes/hello.skc
  vmdis --assemble test.skasm -o build/classes      class files from text
  vmdis --assemble one.skasm -o one.skc             one class file

Exit codes: 0 done, 64 wrong command line, 65 a bad class file, archive or text, 66 an
input that cannot be read, 71 no memory from the system, 73 an output that cannot be
written, 74 standard output closed or full.)";

struct Options {
    std::string input;
    std::vector<std::string> classes;  // of an archive
    bool verify = false, offsets = false;
    bool assemble = false;
    std::string output;
    std::vector<std::string> class_path;
    std::string std_archive;
};

int fail(int code, const std::string& message) {
    std::fflush(stdout);
    std::fprintf(stderr, "vmdis: %s\n", message.c_str());
    return code;
}

int print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
        return kDone;
    return fail(kNotDelivered, "standard output: could not be written");
}

// One class file, wherever it came from.
struct Input {
    std::string name;  // for messages
    std::vector<std::uint8_t> bytes;
};

// The class files that the command line names. 0, or the exit code after a message.
int collect(const Options& options, std::vector<Input>& inputs) {
    std::vector<std::uint8_t> bytes;
    if (auto failure = read_file(options.input, std::uint64_t{1} << 31, bytes))
        return fail(failure->code, failure->message);
    if (!options.input.ends_with(".ska") && !(bytes.size() > 2 && bytes[0] == 'P' && bytes[1] == 'K')) {
        if (!options.classes.empty())
            return fail(kUsage, options.input + ": is no archive, so no class of it can be named");
        inputs.push_back({options.input, std::move(bytes)});
        return 0;
    }
    auto archive = classfile::Archive::from_bytes(std::move(bytes), options.input);
    if (!archive) return fail(kBadInput, one_line(archive.error()));
    std::vector<std::string> entries;
    for (const std::string& name : options.classes) {
        const std::string entry = (*archive)->has_entry(name) ? name : classfile::class_entry_name(name);
        if (!(*archive)->has_entry(entry)) return fail(kNoInput, options.input + ": has no class " + name);
        entries.push_back(entry);
    }
    if (options.classes.empty())
        for (const auto& entry : (*archive)->entries())
            if (entry.name.ends_with(".skc")) entries.emplace_back(entry.name);
    for (const std::string& entry : entries) {
        auto data = (*archive)->read_entry(entry);
        if (!data) return fail(kBadInput, one_line(data.error()));
        inputs.push_back({options.input + "!" + entry, {data->bytes().begin(), data->bytes().end()}});
    }
    return 0;
}

int show(const Options& options) {
    std::vector<Input> inputs;
    if (const int code = collect(options, inputs)) return code;
    classfile::DisassembleOptions form;
    form.offsets = options.offsets;
    bool first = true;
    for (const Input& input : inputs) {
        auto file = classfile::read(input.bytes, input.name);
        if (!file) return fail(kBadInput, one_line(file.error()));
        auto text = classfile::disassemble(*file, form);
        if (!text) {
            Diagnostic d = text.error();
            if (d.file.empty()) d.file = input.name;
            return fail(kBadInput, one_line(d));
        }
        if (!first) *text = "\n" + *text;
        if (inputs.size() > 1) *text = (first ? "; " : "\n; ") + input.name + "\n" + *text;
        first = false;
        if (const int code = print(*text)) return code;
    }
    return kDone;
}

std::string default_std_archive() {
    char path[4096];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    if (n <= 0) return {};
    const std::string text(path, static_cast<std::size_t>(n));
    return text.substr(0, text.rfind('/')) + "/../lib/skua/std.ska";
}

// Whoever verifies the library itself means these files, not those that vmdis finds beside itself.
bool is_of_library(const Input& input) {
    auto file = classfile::read(input.bytes, input.name);
    return file && file->str(file->name).starts_with("std.");
}

int verify(const Options& options) {
    std::vector<Input> inputs;
    if (const int code = collect(options, inputs)) return code;
    vm::TypeTable types;
    vm::Loader boot(types, nullptr), app(types, &boot);
    const bool own_std = options.std_archive.empty();
    const std::string std_archive = own_std ? default_std_archive() : options.std_archive;
    // Without the library its classes count as missing, which the verifier allows for.
    if (!own_std || is_readable(std_archive))
        if (auto added = boot.add_path(std_archive); !added) return fail(kNoInput, one_line(added.error()));
    for (const std::string& path : options.class_path)
        if (auto added = app.add_path(path); !added)
            return fail(added.error().rule.empty() ? kNoInput : kBadInput, one_line(added.error()));

    // First everything is defined, so that the classes of one archive see each other.
    std::vector<vm::TypeDef*> defined;
    std::size_t errors = 0;
    for (const Input& input : inputs) {
        vm::Loader& loader = is_of_library(input) ? boot : app;
        auto type = loader.define(input.bytes, input.name);
        if (type) {
            defined.push_back(*type);
            continue;
        }
        errors++;
        fail(kBadInput, one_line(type.error()));
    }
    for (vm::TypeDef* type : defined)
        for (const Diagnostic& d : vm::verify_all(*type)) {
            errors++;
            fail(kBadInput, one_line(d));
        }
    if (errors > 0) return kBadInput;
    return print(options.input + ": " + std::to_string(defined.size()) +
                 (defined.size() == 1 ? " type" : " types") + " verified\n");
}

int assemble(const Options& options) {
    std::vector<std::uint8_t> bytes;
    if (auto failure = read_file(options.input, std::uint64_t{256} << 20, bytes))
        return fail(failure->code, failure->message);
    if (options.output.empty())
        return fail(kUsage, "--assemble needs -o: a folder, or a name that ends in .skc");
    auto types =
        classfile::assemble({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, options.input);
    if (!types) return fail(kBadInput, one_line(types.error()));
    const bool one_file = options.output.ends_with(".skc");
    if (one_file && types->size() != 1)
        return fail(kUsage, options.output + ": the text has " + std::to_string(types->size()) +
                                " types; name a folder with -o");
    // Everything is made before anything is written.
    std::vector<std::pair<std::string, std::vector<std::uint8_t>>> files;
    for (const auto& type : *types) {
        std::vector<std::uint8_t> content = classfile::write(type.file);
        // The assembler checks its grammar; reading back checks the rest.
        if (auto read = classfile::read(content, options.input + ":" + std::to_string(type.line)); !read)
            return fail(kBadInput, one_line(read.error()));
        files.emplace_back(
            one_file ? options.output
                     : options.output + "/" + classfile::class_entry_name(type.file.str(type.file.name)),
            std::move(content));
    }
    for (const auto& [path, content] : files)
        if (auto failure = write_file(path, content, !one_file)) return fail(failure->code, failure->message);
    return kDone;
}

}  // namespace

static int program(int argc, char** argv) {
    classfile::make_signals_write_errors();
    CLI::App app("Shows, verifies and assembles Skua class files.", "vmdis");
    app.set_version_flag("--version", "vmdis (Skua) " SKUA_VERSION, "Show the version and exit");
    app.set_help_flag("-h,--help", "Show this help and exit");
    app.footer(kFooter);
    Options options;
    app.add_option("FILE", options.input, "A class file or an archive; with --assemble, a text")->required();
    app.add_option("CLASS", options.classes, "Classes of the archive to show; all if none is named");
    auto* verify_flag =
        app.add_flag("--verify", options.verify, "Check everything in the file; print all errors");
    app.add_flag("--offsets", options.offsets, "Show each instruction's index and byte offset");
    app.add_flag("--assemble", options.assemble, "Make class files from text")->excludes(verify_flag);
    app.add_option("-o,--output", options.output, "With --assemble: a folder, or one class file")
        ->type_name("OUT");
    app.add_option("--class-path", options.class_path, "With --verify: folders and archives of other classes")
        ->type_name("PATH")
        ->delimiter(':')
        ->allow_extra_args(false);
    app.add_option("--std", options.std_archive, "The standard library's archive")->type_name("FILE");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() != 0)
            return fail(kUsage, std::string(error.what()) + "; 'vmdis --help' shows what can be said");
        const bool version = dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr;
        return print(version ? std::string(error.what()) + "\n" : app.help());
    }
    if (options.assemble) return assemble(options);
    return options.verify ? verify(options) : show(options);
}

int main(int argc, char** argv) {
    return classfile::run_program([&] { return program(argc, argv); });
}
