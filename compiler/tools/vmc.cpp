// vmc: the Skua compiler's command line.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "diagnostics_render.h"
#include "driver.h"
#include "incremental.h"
#include "skua/classfile/out_of_memory.h"
#include "skua/classfile/output_file.h"
#include "vmc_bindgen.h"
#include "vmc_new.h"
#include "vmc_options.h"
#include "vmc_pack.h"
#include "vmc_packages.h"
#include "vmc_plugin.h"
#include "vmc_progress.h"
#include "vmc_project.h"
#include "vmc_run.h"
#include "vmc_test.h"

namespace {

using namespace skua::compiler;

constexpr const char* kFooter = R"(Commands:
  vmc FILE... -o DIR        compile to class files below DIR
  vmc check [FILE...]       only report errors and warnings
  vmc run FILE [ARG...]     compile in memory and run
  vmc test [FILE...]        run the `test` blocks
  vmc new NAME              make a project: a folder with a program and a test
  vmc new --plugin NAME     make the project of a native plugin, in C++ or C
  vmc pack [FOLDER]         compile a project into an archive (.ska)
  vmc bindgen PLUGIN.so     write the Skua side of a native plugin
  vmc COMMAND --help        says more of each

A file's module name is its path below the source root: a/b.skua is module a.b.
Instead of a file, a folder may be named: all source files below it or, if it has a
skua.toml, those of the project. Without any, it is the project of the current folder.

Examples:
  vmc hello.skua -o out && vmrun --class-path out hello
  vmc src/app.skua src/app/*.skua -o out --class-path lib/json.ska
  vmc check --message-format=json main.skua
  vmc run wordfreq.skua book.txt
  vmc test src --filter=parser

Exit codes: 0 done, 1 a test failed, 64 wrong command line, 65 errors in the
source, 66 an input is missing or cannot be read, 71 no memory, 73 an output cannot be
written, 74 standard output closed or full; 'vmc run' ends with the code of the
program that it runs.)";

constexpr const char* kRunFooter =
    R"(Modules that FILE imports are compiled with it if their files lie below the source
root (by default the folder of FILE). FILE may be a folder with a project: its main
module is run; without FILE, that of the current folder. What the sources say they
need in lines such as

  //! requires: fs.read, env

is granted to them. Everything after FILE goes to the program.

Example: vmc run examples/wordfreq/wordfreq.skua book.txt)";

constexpr const char* kTestFooter =
    R"(Runs each `test "name" { ... }` of the files by itself: it fails if an error leaves it,
if the program ends in it, or if its time is over. Without FILE, the tests of the
project in the current folder are run. Grants are as with 'vmc run'.

On standard output: each test that failed, with the file and line and both sides of
what was compared, and a summary. With --message-format=json, one object a line:
"event" is "test" (name, module, file, line, outcome "passed" or "failed", seconds and,
if it failed, message, error, trace; output if it printed something) or "summary"
(passed, failed, seconds).

Exit codes: 0 all passed, 1 a test failed, 64 wrong command line, 65 errors in the
source, 66 an input or a test of that name is missing.

Example: vmc test src --filter=parser --jobs=1)";

constexpr const char* kPackFooter =
    R"(skua.toml says what the archive is:

  [project]
  name = "report"                   version = "1.2.0"
  main = "main"                     (without it and src/main.skua: a library)
  capabilities = ["fs.read:data"]   (beside those of the sources' //! requires:)

  [dependencies]
  json = "^1.2"

Dependencies are archives named NAME.ska or NAME-*.ska on --class-path or in the folders of
--archive-path. Which were chosen is written to skua.lock beside skua.toml; while that file is
there, the same are taken again, byte for byte. The same sources give the same archive, on every
machine, in every folder, on every day.

Example: vmc pack && vmrun report-1.2.0.ska)";

constexpr const char* kBindgenFooter =
    R"(What the plugin says of itself beside its table of natives (skua/describe.h) becomes names of
parameters, doc comments and classes. What cannot be declared is left out, and named on
standard error.

Exit codes: 0 done, 64 wrong command line, 65 not a plugin, or --check found a
difference, 66 there is no such file, 73 the output cannot be written.

Example: vmc bindgen build/checksum.so -o src/checksum.skua)";

std::string warnings_help() {
    std::string text = "Warnings (-Wno-NAME turns one off):\n";
    for (const WarningInfo& info : warning_infos())
        text += fmt::format("  {:<24}  {}\n", info.name, info.meaning);
    return text;
}

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

// All that went wrong, on standard error.
int report(const Compilation& c, const Settings& s) {
    RenderOptions options;
    options.format = s.format == "json" ? MessageFormat::Json : MessageFormat::Text;
    options.color = options.format == MessageFormat::Text && use_color(s, STDERR_FILENO);
    std::string text = render(c.sink.all(), c.files, options);
    for (const Failure& f : c.failures) text += fmt::format("vmc: {}\n", f.message);
    if (c.sink.full() && options.format == MessageFormat::Text)
        text +=
            fmt::format("vmc: stopped after {} errors; --max-errors=N shows more\n", c.sink.error_count());
    std::fwrite(text.data(), 1, text.size(), stderr);
    return c.exit_code();
}

// CLI11's own messages name no program and have exit codes of their own.
int parse_error(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return usage(error.what());
    if (dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr)
        return print(std::string(error.what()) + "\n");
    std::string text = app.help();
    const std::string usage_of_run = "Usage: vmc run [OPTIONS]";
    if (const std::size_t at = text.find(usage_of_run); at != std::string::npos)
        text.insert(at + usage_of_run.size(), " [FILE [ARG...]]");
    return print(text);
}

// Compiles; on a terminal, what takes long says where it stands.
void compile_shown(Settings& s, Compilation& compilation) {
    ProgressLine line;
    if (s.format != "json" && is_terminal(STDERR_FILENO))
        s.compile.progress = [&line](std::string_view what, std::string_view name, std::size_t number,
                                     std::size_t of) { line.show(what, name, number, of); };
    compile(s.compile, compilation);
    s.compile.progress = {};
}

int run_command(int argc, char** argv) {
    Settings s;
    CLI::App app("Compiles a Skua program in memory and runs it.", "vmc run");
    add_options(app, s, Command::Run);
    add_run_options(app, s);
    app.add_option_function<std::string>(  // `vmc test` has one of its own
        "--timeout", [&s](const std::string& time) { s.run_options.push_back("--timeout=" + time); },
        "How long it may run, e.g. 10s");
    app.footer(std::string(kRunFooter) + "\n\n" + warnings_help());
    app.prefix_command();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_error(app, error);
    }
    std::vector<std::string> rest = app.remaining();
    if (!rest.empty() && rest[0] == "--")
        rest.erase(rest.begin());
    else if (!rest.empty() && rest[0].starts_with('-'))
        return usage("there is no option " + rest[0]);
    if (rest.empty()) {
        Failure failure;
        std::optional<Project> project;
        if (!load_project(".", project, failure)) return complain(failure);
        if (!project)
            return usage(
                "run what? a source file is wanted, as there is no project (skua.toml) in this folder");
        rest.emplace_back(".");
    }
    s.compile.files = {rest[0]};
    rest.erase(rest.begin());
    if (!rest.empty() && rest[0] == "--") rest.erase(rest.begin());
    s.args = std::move(rest);
    settle_options(s);
    s.compile.follow_imports = true;
    std::vector<Project> projects;
    if (Failure failure; !find_main_file(s.compile, projects, failure) ||
                         !add_packages(s.compile, projects, {s.archive_path}, nullptr, failure))
        return complain(failure);
    settle_plugins(s, projects, true);

    Compilation compilation(s.compile.max_errors);
    compile_shown(s, compilation);
    if (const int code = report(compilation, s); code != kExitDone) return code;
    add_capabilities(projects, compilation);
    return complain(run_program(compilation, {s.library, s.compile.class_path, s.run_options, s.args}));
}

int test_command(int argc, char** argv) {
    Settings s;
    TestRequest request;
    CLI::App app("Compiles Skua programs in memory and runs their tests.", "vmc test");
    add_options(app, s, Command::Test);
    app.add_option("FILE", s.compile.files, "Source files (.skua) and folders");
    app.add_option("--filter", request.filter,
                   "Only tests with this in their name, or in that of their module")
        ->type_name("TEXT");
    app.add_option("--jobs", request.jobs, "Tests that run at a time; 0: as many as there are processors")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--timeout", request.timeout, "Seconds after which a test is ended and has failed")
        ->check(CLI::Range(0.001, 1e6))
        ->type_name("SECONDS")
        ->capture_default_str();
    app.add_flag("--list", request.list, "Name the tests and run none");
    app.add_flag("--verbose", request.verbose, "A line for each test that passes, too");
    add_run_options(app, s);
    app.footer(std::string(kTestFooter) + "\n\n" + warnings_help());
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_error(app, error);
    }
    settle_options(s);
    s.compile.follow_imports = true;
    s.compile.tests = true;
    std::vector<Project> projects;
    if (Failure failure; !expand_sources(s.compile, projects, failure) ||
                         !add_packages(s.compile, projects, {s.archive_path}, nullptr, failure))
        return complain(failure);
    settle_plugins(s, projects, true);

    Compilation compilation(s.compile.max_errors);
    compile_shown(s, compilation);
    if (const int code = report(compilation, s); code != kExitDone) return code;
    add_capabilities(projects, compilation);
    request.run = {s.library, s.compile.class_path, s.run_options, {}};
    request.json = s.format == "json";
    request.color = !request.json && use_color(s, STDOUT_FILENO);
    request.progress = !request.json && is_terminal(STDOUT_FILENO);
    return run_tests(compilation, request);
}

void tell_what_was_compiled(const IncrementalBuild& build) {
    std::string text;
    for (const ModuleStatus& m : build.status())
        text += m.compiled ? fmt::format("vmc: {}: compiled: {}\n", m.module, m.reason)
                           : fmt::format("vmc: {}: unchanged\n", m.module);
    std::fwrite(text.data(), 1, text.size(), stderr);
}

int files_command(Command command, int argc, char** argv) {
    Settings s;
    CLI::App app("Compiles Skua source files to class files.",
                 command == Command::Check ? "vmc check" : "vmc");
    add_options(app, s, command);
    app.add_option("FILE", s.compile.files, "Source files (.skua) and folders");
    std::string footer = warnings_help();
    bool everything = false, verbose = false;
    if (command == Command::Compile) {
        app.add_flag("--force", everything, "Compile everything, also what has not changed");
        app.add_flag("--verbose", verbose, "Name on standard error what was compiled, and why");
        app.add_option("-o,--output", s.output, "Folder for the class files; it is made if need be")
            ->required()
            ->type_name("DIR");
        app.set_version_flag("--version", "vmc (Skua) " SKUA_VERSION, "Show the version and exit");
        footer += "\n" + std::string(kFooter);
    }
    app.footer(footer);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_error(app, error);
    }
    settle_options(s);
    s.compile.analyze_only = command == Command::Check;
    s.compile.follow_imports = s.compile.analyze_only;  // as `vmc run` would
    std::vector<Project> projects;
    if (Failure failure; !expand_sources(s.compile, projects, failure) ||
                         !add_packages(s.compile, projects, {s.archive_path}, nullptr, failure))
        return complain(failure);
    settle_plugins(s, projects, false);

    Compilation compilation(s.compile.max_errors);
    IncrementalBuild build(s.output, everything);
    if (command == Command::Compile) s.compile.build = &build;
    compile_shown(s, compilation);
    if (compilation.ok() && command == Command::Compile && !build.all_unchanged() &&
        write_outputs(s.output, compilation))
        build.finish(compilation);
    if (verbose && compilation.ok()) tell_what_was_compiled(build);
    return report(compilation, s);
}

int pack_command(int argc, char** argv) {
    Settings s;
    PackRequest request;
    std::string folder = ".";
    CLI::App app("Compiles a project and packs it into an archive.", "vmc pack");
    add_options(app, s, Command::Pack);
    app.add_option("FOLDER", folder, "The project: a folder with skua.toml (default: the current one)");
    app.add_option("-o,--output", request.output, "The archive (default: NAME-VERSION.ska in FOLDER)")
        ->type_name("FILE");
    app.add_flag("--store", request.store,
                 "Do not compress: larger, loads faster, independent of zlib's version");
    app.add_flag("--update", request.update,
                 "Choose the newest dependencies that fit and write skua.lock anew");
    app.footer(std::string(kPackFooter) + "\n\n" + warnings_help());
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_error(app, error);
    }
    settle_options(s);
    Failure failure;
    std::optional<Project> project;
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
    if (!load_project(folder, project, failure)) return complain(failure);
    if (!project)
        return complain({kExitNoInput, folder + ": has no project (skua.toml); 'vmc new' makes one"});
    if (!check_packable(*project, failure)) return complain(failure);
    s.compile.files = {folder};
    std::vector<Project> projects;
    std::vector<skua::classfile::Package> packages;
    if (!expand_sources(s.compile, projects, failure) ||
        !add_packages(s.compile, projects, {s.archive_path, request.update}, &packages, failure))
        return complain(failure);
    settle_plugins(s, projects, false);

    Compilation compilation(s.compile.max_errors);
    compile_shown(s, compilation);
    if (const int code = report(compilation, s); code != kExitDone) return code;
    add_capabilities(projects, compilation);
    std::string message;
    if (!pack_project(*project, compilation, packages, request, message, failure)) return complain(failure);
    return print(message);
}

int new_command(int argc, char** argv) {
    std::string name;
    CLI::App app("Makes a project: a folder with skua.toml, a program, a test and a README.", "vmc new");
    app.set_help_flag("-h,--help", "Show this help and exit");
    app.add_option("NAME", name, "The folder to make; its last part is the project's name")->required();
    bool plugin = false;
    std::string language = "c++";
    app.add_flag("--plugin", plugin,
                 "A native plugin: its source, its Skua module, a test, builds by CMake and make");
    app.add_option("--language", language, "What the plugin is written in: c++ or c")
        ->check(CLI::IsMember({"c++", "c"}))
        ->type_name("LANGUAGE")
        ->capture_default_str();
    app.footer(
        "Examples:\n  vmc new greeter && cd greeter && vmc run && vmc test\n"
        "  vmc new --plugin fastsum && cd fastsum && cmake --workflow --preset default");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_error(app, error);
    }
    std::string message;
    if (const auto failure =
            plugin ? make_plugin_project(name, language, message) : make_project(name, message))
        return complain(*failure);
    return print(message);
}

int bindgen_command(int argc, char** argv) {
    BindgenRequest request;
    CLI::App app("Writes the Skua side of a native plugin: its natives, documentation and types.",
                 "vmc bindgen");
    app.set_help_flag("-h,--help", "Show this help and exit");
    app.add_option("PLUGIN", request.plugin, "The plugin's file (NAME.so); it is loaded by another process")
        ->required();
    app.add_option("-o,--output", request.output,
                   "A file (.skua), or a folder for the files of all modules; without it, standard output")
        ->type_name("PATH");
    app.add_flag("--check", request.check, "Write nothing: is the output what would be written?");
    app.add_flag("--force", request.force, "Also write over files that vmc bindgen has not made");
    app.footer(kBindgenFooter);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_error(app, error);
    }
    if (request.check && request.output.empty()) return usage("--check compares with what -o names");
    std::string text, notes;
    const auto failure = generate(request, text, notes);
    std::fwrite(notes.data(), 1, notes.size(), stderr);
    if (failure) return complain(*failure);
    return print(text);
}

constexpr struct {
    std::string_view name;
    int (*run)(int, char**);
} kCommands[] = {
    {"run", run_command},
    {"test", test_command},
    {"new", new_command},
    {"pack", pack_command},
    {"bindgen", bindgen_command},
    {"check", [](int argc, char** argv) { return files_command(Command::Check, argc, argv); }},
};

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
    return skua::classfile::run_program([&]() -> int {
        const std::string_view first = argc > 1 ? argv[1] : "";
        for (const auto& command : kCommands)
            if (first == command.name) return command.run(argc - 1, argv + 1);
        std::error_code ignored;
        if (!first.empty() && !first.starts_with('-') && first.find('.') == std::string_view::npos &&
            first.find('/') == std::string_view::npos && !std::filesystem::is_directory(first, ignored))
            return usage(fmt::format("there is no command '{}' (and source files end in .skua)", first));
        for (int i = 2; i < argc; ++i)
            for (const auto& command : kCommands)
                if (argv[i] == command.name && !std::string_view(argv[i - 1]).starts_with("-o") &&
                    std::string_view(argv[i - 1]) != "--output")
                    return usage(fmt::format("the command comes first: vmc {} ...", argv[i]));
        return files_command(Command::Compile, argc, argv);
    });
}
