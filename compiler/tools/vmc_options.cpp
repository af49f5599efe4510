#include "vmc_options.h"

#include <cstdlib>
#include <cstring>
#include <unistd.h>

#include "vmc_run.h"

namespace skua::compiler {

void add_options(CLI::App& app, Settings& s, Command command) {
    app.set_help_flag("-h,--help", "Show this help and exit");
    app.add_option("--class-path", s.class_path, "Folders and archives of compiled modules, separated by ':'")
        ->type_name("PATH");
    app.add_option(
           "--archive-path", s.archive_path,
           "Folders of archives that a project depends on, separated by ':' (default: $SKUA_ARCHIVES, or "
           "the project's folder and archives/ in it)")
        ->type_name("PATH");
    app.add_option(
           "--plugin-path", s.plugin_path,
           "Folders of native plugins (NAME.so), separated by ':'. Declarations of natives are compared "
           "with the plugins, which are loaded for it by another process; to run them needs --allow=plugin")
        ->type_name("PATH")
        ->allow_extra_args(false);
    app.add_option("--source-root", s.compile.source_root,
                   "Folder from which module names count (default: the deepest one common to the files)")
        ->type_name("DIR");
    app.add_option("--std", s.library,
                   "The standard library's archive (default: ../lib/skua/std.ska from vmc)")
        ->type_name("FILE");
    if (command == Command::Compile || command == Command::Check)
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
    std::string kinds =
        "-Wno-NAME turns a warning off, -Wno-all all of them, -Werror makes errors of warnings; see below";
    app.add_option_function<std::vector<std::string>>(
           "-W",
           [&s](const std::vector<std::string>& flags) {
               for (const std::string& flag : flags)
                   if (const std::string wrong = s.compile.warnings.set(flag); !wrong.empty())
                       throw CLI::ValidationError("-W" + flag, wrong);
           },
           kinds)
        ->type_name("[no-]NAME")
        ->allow_extra_args(false);
}

void add_run_options(CLI::App& app, Settings& s) {
    static constexpr std::pair<const char*, const char*> kWithValue[] = {
        {"--max-heap", "Memory for objects, e.g. 512M"},
        {"--max-stack", "Memory for each thread's calls"},
        {"--max-instructions", "How many instructions may run"},
        {"--max-handles", "How many files, patterns and the like may be open at a time"},
        {"--max-threads", "How many threads may run"},
        {"--max-metadata", "Memory for classes and their linked code"},
        {"--jit", "off, on (what is hot is compiled to machine code) or force (everything is)"},
        {"--jit-threshold", "Calls and loop iterations until a function counts as hot"},
        {"--jit-cache", "Memory for machine code"},
        {"--jit-only", "Compile only functions whose name contains this"},
        {"--jit-registers", "Registers of each kind that are left to the compiler"},
    };
    static constexpr std::pair<const char*, const char*> kFlags[] = {
        {"--trace-hash", "A digest of what the program did, on standard error"},
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
    app.add_flag("--deterministic", s.deterministic,
                 "Clocks and random numbers that are the same each time; other ones: --deterministic=SEED")
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

void settle_options(Settings& s) {
    if (!s.deterministic.empty())
        s.run_options.push_back(s.deterministic == "true" ? "--deterministic"
                                                          : "--deterministic=" + s.deterministic);
    if (!s.print_ir.empty())
        s.run_options.push_back(s.print_ir == "true" ? "--print-ir" : "--print-ir=" + s.print_ir);
    for (std::size_t i = 0; i < s.class_path.size();) {
        const std::size_t colon = std::min(s.class_path.find(':', i), s.class_path.size());
        if (colon > i) s.compile.class_path.push_back(s.class_path.substr(i, colon - i));
        i = colon + 1;
    }
    if (!s.no_library)
        s.compile.library = s.library.empty() ? program_folder() + "/../lib/skua/std.ska" : s.library;
}

bool is_terminal(int fd) {
    const char* term = std::getenv("TERM");
    return ::isatty(fd) == 1 && term != nullptr && std::strcmp(term, "dumb") != 0;
}

bool use_color(const Settings& s, int fd) {
    if (s.color != "auto") return s.color == "always";
    const char* none = std::getenv("NO_COLOR");
    if (none != nullptr && *none != 0) return false;
    return is_terminal(fd);
}

}  // namespace skua::compiler
