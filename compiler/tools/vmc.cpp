// vmc: the Skua compiler's command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "diagnostics_render.h"
#include "driver.h"
#include "skua/classfile/output_file.h"
#include "vmc_run.h"

namespace {

using namespace skua::compiler;

constexpr const char* kFooter = R"(Commands:
  vmc FILE... -o DIR        compile to class files below DIR
  vmc check FILE...         only report errors
  vmc run FILE [ARG...]     compile in memory and run

A file's module name is its path below the source root: a/b.skua is module a.b.

Examples:
  vmc hello.skua -o out && vmrun --class-path out hello
  vmc src/app.skua src/app/*.skua -o out --class-path lib/json.ska
  vmc check --message-format=json main.skua
  vmc run wordfreq.skua book.txt

Exit codes: 0 done, 64 wrong command line, 65 errors in the source, 66 an input
is missing or cannot be read, 73 an output cannot be written, 74 standard output
closed or full; 'vmc run' ends with the code of the program that it runs.)";

constexpr const char* kRunFooter =
    R"(Modules that FILE imports are compiled with it if their files lie below the source
root (by default the folder of FILE). What FILE says it needs in lines such as

  //! requires: fs.read, env

is granted to it. Everything after FILE goes to the program.

Example: vmc run examples/wordfreq/wordfreq.skua book.txt)";

enum class Command { Compile, Check, Run };

struct Settings {
    CompileOptions compile;
    std::string output;
    std::string class_path;
    std::string library;
    bool no_library = false;
    std::string format = "text";
    std::string color = "auto";
    std::vector<std::string> args;
    std::vector<std::string> run_options;  // for vmrun, as they stand on its command line
    std::string print_ir;                  // a pass, or "true", which CLI11 makes of none; empty: not given
};

int complain(const Failure& failure) {
    std::fprintf(stderr, "vmc: %s\n", failure.message.c_str());
    return failure.exit_code;
}

int usage(const std::string& message) {
    return complain({kExitUsage, message + "; 'vmc --help' shows what can be said"});
}

int print(const std::string& text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (written && std::fflush(stdout) == 0) return kExitDone;
    return complain({kExitNotDelivered, "standard output: could not be written"});
}

void add_options(CLI::App& app, Settings& s, Command command) {
    app.set_help_flag("-h,--help", "Show this help and exit");
    app.add_option("--class-path", s.class_path, "Folders and archives of compiled modules, separated by ':'")
        ->type_name("PATH");
    app.add_option("--source-root", s.compile.source_root,
                   "Folder from which module names count (default: the deepest one common to the files)")
        ->type_name("DIR");
    app.add_option("--std", s.library,
                   "The standard library's archive (default: ../lib/skua/std.ska from vmc)")
        ->type_name("FILE");
    if (command != Command::Run)
        app.add_flag("--no-std", s.no_library, "Compile without the standard library (to compile it itself)");
    app.add_option("--max-errors", s.compile.max_errors, "Stop after so many errors; 0: never")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--message-format", s.format, "text, or json: one object a line")
        ->check(CLI::IsMember({"text", "json"}))
        ->type_name("FORMAT")
        ->capture_default_str();
    app.add_option("--color", s.color, "auto, always or never; NO_COLOR in the environment means never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->type_name("WHEN")
        ->capture_default_str();
}

// What `vmc run` hands to vmrun, which checks the values.
void add_run_options(CLI::App& app, Settings& s) {
    static constexpr std::pair<const char*, const char*> kWithValue[] = {
        {"--plugin-path", "Folders of native plugins, separated by ':'; needs --allow=plugin"},
        {"--max-heap", "Memory for objects, e.g. 512M"},
        {"--max-stack", "Memory for each thread's calls"},
        {"--max-instructions", "How many instructions may run"},
        {"--jit", "off, on (what is hot is compiled to machine code) or force (everything is)"},
        {"--jit-threshold", "Calls and loop iterations until a function counts as hot"},
        {"--jit-cache", "Memory for machine code"},
        {"--jit-only", "Compile only functions whose name contains this"},
        {"--jit-registers", "Registers of each kind that are left to the compiler"},
    };
    static constexpr std::pair<const char*, const char*> kFlags[] = {
        {"--jit-log", "A line on standard error for each compilation"},
        {"--jit-check-eliminated", "Test what the compiler proves, and end where it is wrong"},
        {"--print-asm", "Machine code, on standard error"},
        {"--perf-map", "Write /tmp/perf-PID.map for perf"},
    };
    static constexpr const char* kGroup = "How it runs; vmrun --help says more";
    auto& out = s.run_options;
    for (const auto& [name, meaning] : kWithValue)
        app.add_option_function<std::string>(
               name,
               [&out, option = name](const std::string& v) { out.push_back(std::string(option) + "=" + v); },
               meaning)
            ->type_name("VALUE")
            ->group(kGroup);
    for (const auto& [name, meaning] : kFlags)
        app.add_flag_callback(
               name, [&out, option = name] { out.emplace_back(option); }, meaning)
            ->group(kGroup);
    app.add_option_function<std::vector<std::string>>(
           "--allow",
           [&out](const std::vector<std::string>& grants) {
               for (const std::string& grant : grants) out.push_back("--allow=" + grant);
           },
           "Grant a capability beside those that FILE says it needs; may be given again")
        ->type_name("CAP[:SCOPE]")
        ->allow_extra_args(false)
        ->group(kGroup);
    app.add_flag("--print-ir", s.print_ir,
                 "The compiler's representation after each pass, or after one: --print-ir=PASS")
        ->group(kGroup);
}

bool use_color(const Settings& s) {
    if (s.color != "auto") return s.color == "always";
    const char* none = std::getenv("NO_COLOR");
    if (none != nullptr && *none != 0) return false;
    const char* term = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::strcmp(term, "dumb") != 0;
}

// All that went wrong, on standard error.
int report(const Compilation& c, const Settings& s) {
    RenderOptions options;
    options.format = s.format == "json" ? MessageFormat::Json : MessageFormat::Text;
    options.color = options.format == MessageFormat::Text && use_color(s);
    std::string text = render(c.sink.all(), c.files, options);
    for (const Failure& f : c.failures) text += fmt::format("vmc: {}\n", f.message);
    if (c.sink.full() && options.format == MessageFormat::Text)
        text +=
            fmt::format("vmc: stopped after {} errors; --max-errors=N shows more\n", c.sink.error_count());
    std::fwrite(text.data(), 1, text.size(), stderr);
    return c.exit_code();
}

int compile_command(Command command, Settings& s) {
    CompileOptions& options = s.compile;
    options.analyze_only = command == Command::Check;
    options.follow_imports = command == Command::Run;
    for (std::size_t i = 0; i < s.class_path.size();) {
        const std::size_t colon = std::min(s.class_path.find(':', i), s.class_path.size());
        if (colon > i) options.class_path.push_back(s.class_path.substr(i, colon - i));
        i = colon + 1;
    }
    if (!s.no_library)
        options.library = s.library.empty() ? program_folder() + "/../lib/skua/std.ska" : s.library;

    Compilation compilation(options.max_errors);
    compile(options, compilation);
    if (compilation.ok() && command == Command::Compile) write_outputs(s.output, compilation);
    const int code = report(compilation, s);
    if (code != kExitDone || command != Command::Run) return code;
    return complain(run_program(compilation, {s.library, options.class_path, s.run_options, s.args}));
}

// CLI11's own messages name no program and have exit codes of their own.
int parse_error(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return usage(error.what());
    if (dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr)
        return print(std::string(error.what()) + "\n");
    std::string text = app.help();
    const std::string usage_of_run = "Usage: vmc run [OPTIONS]";
    if (const std::size_t at = text.find(usage_of_run); at != std::string::npos)
        text.insert(at + usage_of_run.size(), " FILE [ARG...]");
    return print(text);
}

int run_command(int argc, char** argv) {
    Settings s;
    CLI::App app("Compiles a Skua program in memory and runs it.", "vmc run");
    add_options(app, s, Command::Run);
    add_run_options(app, s);
    app.footer(kRunFooter);
    app.prefix_command();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_error(app, error);
    }
    if (!s.print_ir.empty())
        s.run_options.push_back(s.print_ir == "true" ? "--print-ir" : "--print-ir=" + s.print_ir);
    std::vector<std::string> rest = app.remaining();
    if (!rest.empty() && rest[0] == "--")
        rest.erase(rest.begin());
    else if (!rest.empty() && rest[0].starts_with('-'))
        return usage("there is no option " + rest[0]);
    if (rest.empty()) return usage("run what? a source file is wanted");
    s.compile.files = {rest[0]};
    rest.erase(rest.begin());
    if (!rest.empty() && rest[0] == "--") rest.erase(rest.begin());
    s.args = std::move(rest);
    return compile_command(Command::Run, s);
}

int files_command(Command command, int argc, char** argv) {
    Settings s;
    CLI::App app("Compiles Skua source files to class files.",
                 command == Command::Check ? "vmc check" : "vmc");
    add_options(app, s, command);
    app.add_option("FILE", s.compile.files, "Source files (.skua)")->required();
    if (command == Command::Compile) {
        app.add_option("-o,--output", s.output, "Folder for the class files; it is made if need be")
            ->required()
            ->type_name("DIR");
        app.set_version_flag("--version", "vmc (Skua) " SKUA_VERSION, "Show the version and exit");
        app.footer(kFooter);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_error(app, error);
    }
    return compile_command(command, s);
}

}  // namespace

// A compiler allocates quickly and ends soon: taking memory from the kernel in small pages is half of
// the time that a large file takes. So the heap grows in large steps, of huge pages where there are any.
static void prepare_memory() {
    constexpr std::size_t kStep = 32u << 20;
    constexpr std::uintptr_t kHugePage = 2u << 20;
    ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    ::mallopt(M_TOP_PAD, kStep);
    void* first = std::malloc(1u << 20);  // more than is there: the first step is made now
    const auto start = (reinterpret_cast<std::uintptr_t>(first) + kHugePage - 1) & ~(kHugePage - 1);
    const auto end = reinterpret_cast<std::uintptr_t>(::sbrk(0)) & ~(kHugePage - 1);
    if (end > start && end - start <= 2 * kStep)
        ::madvise(reinterpret_cast<void*>(start), end - start, MADV_HUGEPAGE);
    std::free(first);
}

int main(int argc, char** argv) {
    prepare_memory();
    skua::classfile::make_signals_write_errors();
    try {
        const std::string_view first = argc > 1 ? argv[1] : "";
        if (first == "run") return run_command(argc - 1, argv + 1);
        if (first == "check") return files_command(Command::Check, argc - 1, argv + 1);
        if (!first.empty() && !first.starts_with('-') && first.find('.') == std::string_view::npos &&
            first.find('/') == std::string_view::npos)
            return usage(fmt::format("there is no command '{}' (and source files end in .skua)", first));
        for (int i = 2; i < argc; ++i)
            if (std::strcmp(argv[i], "run") == 0 || std::strcmp(argv[i], "check") == 0)
                return usage(fmt::format("the command comes first: vmc {} ...", argv[i]));
        return files_command(Command::Compile, argc, argv);
    } catch (const std::bad_alloc&) {
        return complain({kExitBadInput, "the compiler ran out of memory"});
    }
}
