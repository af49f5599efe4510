#include "run_options.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>

#include "skua/vm/vm.h"

namespace skua::vmrun {

namespace {

void split_list(std::string_view list, char separator, std::vector<std::string>& out) {
    for (;;) {
        const std::size_t at = list.find(separator);
        if (const std::string_view part = list.substr(0, at); !part.empty()) out.emplace_back(part);
        if (at == std::string_view::npos) return;
        list.remove_prefix(at + 1);
    }
}

void split_path(std::string_view path, std::vector<std::string>& out) {
    split_list(path, ':', out);
}

// A name with dots is a module; what looks like a path or is a file is an archive.
bool is_archive_path(const std::string& target) {
    struct stat info {};
    return target.ends_with(".ska") || target.find('/') != std::string::npos ||
           (stat(target.c_str(), &info) == 0 && S_ISREG(info.st_mode));
}

constexpr std::size_t kMinHeap = 1u << 20, kMinStack = 64u << 10, kMinMetadata = 1u << 20;

// Takes an option with a value. Empty if all is well.
std::string set_option(RunOptions& options, std::string_view name, std::string_view value) {
    const std::string text(value);
    const auto size = [&](std::size_t& out, std::size_t least) -> std::string {
        out = parse_size(value);
        if (out >= least) return {};
        return std::string(name) + "=" + text + " is not a size of at least " + std::to_string(least >> 10) +
               "K; write for example " + std::string(name) + "=512M";
    };
    if (value.empty()) return std::string(name) + " needs a value";
    if (is_tier_option(name)) return set_tier_option(options.tier, name, value);
    if (name == "--class-path" || name == "-cp") return split_path(value, options.class_path), std::string();
    if (name == "--archive-path") return options.archive_path = text, std::string();
    if (name == "--lock") return options.lock_file = text, std::string();
    if (name == "--require-signature") return options.required_keys.push_back(text), std::string();
    if (name == "--allow") return options.allow.push_back(text), std::string();
    if (name == "--deny") return options.deny.push_back(text), std::string();
    if (name == "--plugin-path") return split_path(value, options.plugin_path), std::string();
    if (name == "--describe-plugin") return options.described_plugin = text, std::string();
    if (name == "--std") return options.std_archive = text, std::string();
    if (name == "--max-heap") return size(options.max_heap, kMinHeap);
    if (name == "--max-stack") return size(options.max_stack, kMinStack);
    if (name == "--max-metadata") return size(options.max_metadata, kMinMetadata);
    if (name == "--timeout") {
        options.timeout = parse_duration(value);
        return options.timeout != 0 ? std::string()
                                    : "--timeout=" + text + " is not a time; write for example --timeout=10s";
    }
    const auto count = [&](std::uint64_t& out, std::uint64_t most, const char* of_what) -> std::string {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
        if (error == std::errc{} && end == text.data() + text.size() && out > 0 && out <= most) return {};
        return std::string(name) + "=" + text + " is not a number of " + of_what + "; write for example " +
               std::string(name) + "=100";
    };
    if (name == "--entry") return options.entry = text, std::string();
    if (name == "--outcome-to") {
        std::uint64_t fd = 0;
        if (auto wrong = count(fd, 1 << 20, "an open file"); !wrong.empty()) return wrong;
        options.outcome_to = static_cast<int>(fd);
        return ::fcntl(options.outcome_to, F_GETFD) >= 0
                   ? std::string()
                   : "--outcome-to=" + text + " is not the number of an open file";
    }
    if (name == "--max-instructions")
        return count(options.max_instructions, vm::kMaxInstructions, "instructions");
    if (name == "--max-handles") return count(options.max_handles, UINT64_MAX, "handles");
    if (name == "--max-threads") return count(options.max_threads, UINT64_MAX, "threads");
    if (name == "--fail-allocation") return count(options.fail_allocation, UINT64_MAX, "an allocation");
    return count(options.gc_stress, UINT64_MAX, "allocations");  // --gc-stress
}

bool takes_value(std::string_view name) {
    for (const std::string_view known : {"--class-path",
                                         "-cp",
                                         "--archive-path",
                                         "--lock",
                                         "--require-signature",
                                         "--allow",
                                         "--deny",
                                         "--plugin-path",
                                         "--describe-plugin",
                                         "--std",
                                         "--max-heap",
                                         "--max-stack",
                                         "--max-instructions",
                                         "--max-metadata",
                                         "--max-handles",
                                         "--max-threads",
                                         "--timeout",
                                         "--fail-allocation",
                                         "--gc-stress",
                                         "--entry",
                                         "--outcome-to"})
        if (name == known) return true;
    return tier_option_takes_value(name);
}

}  // namespace

std::uint64_t parse_size(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return 0;
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit.ends_with("iB"))
        unit.remove_suffix(2);
    else if (unit.size() == 2 && unit.ends_with("B"))
        unit.remove_suffix(1);
    unsigned shift = 0;
    if (unit == "K" || unit == "k")
        shift = 10;
    else if (unit == "M" || unit == "m")
        shift = 20;
    else if (unit == "G" || unit == "g")
        shift = 30;
    else if (!unit.empty())
        return 0;
    if (value > (std::uint64_t{1} << 46) >> shift) return 0;
    return value << shift;
}

std::uint64_t parse_duration(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || !(value > 0)) return 0;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit == "ms")
        value *= 1e6;
    else if (unit == "s" || unit.empty())
        value *= 1e9;
    else if (unit == "m")
        value *= 60e9;
    else if (unit == "h")
        value *= 3600e9;
    else
        return 0;
    constexpr double kMost = 1e18;  // thirty years
    return value <= kMost ? std::max<std::uint64_t>(static_cast<std::uint64_t>(value), 1) : 0;
}

std::string parse_options(int argc, const char* const* argv, RunOptions& options) {
    int i = 1;
    for (; i < argc; i++) {
        const std::string_view arg = argv[i];
        if (arg == "--") {
            i++;
            break;
        }
        if (!arg.starts_with('-') || arg == "-") break;
        const std::size_t equals = arg.find('=');
        const std::string_view name = arg.substr(0, equals);
        if (takes_value(name)) {
            std::string_view value;
            if (equals != std::string_view::npos)
                value = arg.substr(equals + 1);
            else if (i + 1 < argc)
                value = argv[++i];
            if (std::string wrong = set_option(options, name, value); !wrong.empty()) return wrong;
            continue;
        }
        if (arg == "--allow-all")
            options.allow_all = true;
        else if (arg == "--show-capabilities")
            options.show_capabilities = true;
        else if (arg == "--show-capabilities=json")
            options.show_capabilities = options.as_json = true;
        else if (name == "--deterministic") {
            options.deterministic = true;
            const std::string_view seed = arg.substr(std::min(equals, arg.size() - 1) + 1);
            const auto [end, error] = std::from_chars(seed.data(), seed.data() + seed.size(), options.seed);
            if (equals != std::string_view::npos &&
                (error != std::errc{} || end != seed.data() + seed.size()))
                return "--deterministic=" + std::string(seed) +
                       " is not a seed; write a number, for example --deterministic=42";
        } else if (arg == "--isolate-plugins")
            options.isolated_plugins.emplace_back("*");
        else if (name == "--isolate-plugins") {
            const std::size_t before = options.isolated_plugins.size();
            split_list(arg.substr(equals + 1), ',', options.isolated_plugins);
            if (options.isolated_plugins.size() == before)
                return "--isolate-plugins= names no plugin; write for example --isolate-plugins=checksum";
        } else if (arg == "--trace-hash")
            options.trace_hash = true;
        else if (arg == "--gc-log")
            options.gc_log = true;
        else if (arg == "--print-linked")
            options.print_linked = true;
        else if (arg == "--help" || arg == "-h")
            options.help = true;
        else if (arg == "--version")
            options.version = true;
        else if (is_tier_option(name)) {
            const std::string_view value = arg.substr(std::min(equals, arg.size() - 1) + 1);
            if (std::string wrong = set_tier_option(options.tier, name, value); !wrong.empty()) return wrong;
        } else
            return "there is no option " + std::string(name) +
                   (equals != std::string_view::npos ? " with a value" : "");
        if (options.help || options.version) return {};
    }
    if (!options.described_plugin.empty()) return {};
    if (i >= argc) return "name a module or an archive to run";
    options.target = argv[i++];
    options.target_is_archive = is_archive_path(options.target);
    if (options.target_is_archive && !options.class_path.empty() && !options.target.ends_with(".ska")) {
        // `--class-path DIR name` with a file of that name lying about means the module.
        if (options.target.find('/') == std::string::npos) options.target_is_archive = false;
    }
    options.args.assign(argv + i, argv + argc);
    if (!options.target_is_archive && options.class_path.empty()) options.class_path.push_back(".");
    return {};
}

std::string help_text() {
    return std::string(R"(Runs a Skua program.

Usage: vmrun [OPTION...] --class-path PATH MODULE [ARG...]
       vmrun [OPTION...] ARCHIVE.ska [ARG...]

What to run:
  --class-path PATH     folders and archives of class files, separated by ':'
                        (repeatable; default: the current folder)
  --archive-path PATH   folders of archives that the program's depends on, separated by ':'
                        (default: $SKUA_ARCHIVES, or the folder of ARCHIVE and
                        archives/ in it)
  --lock FILE           their versions and digests (default: skua.lock beside ARCHIVE, if it
                        is this program's)
  --require-signature KEY  run only what KEY has signed: the program, the class path and all
                        dependencies. KEY: a public key or a file of one (repeatable: any
                        of the keys)
  --std FILE            the standard library's archive (default: ../lib/skua/std.ska
                        beside this program)
  --entry FUNCTION      a function of MODULE without parameters and result, in place of main
  --outcome-to FD       tell the open file of this number how it ended: "returned", or the
                        uncaught error, which is then not printed. What 'vmc test' reads

What it may reach (nothing but standard streams, arguments and clock by default):
  --allow CAP[:SCOPE]   grant a capability (repeatable): fs.read, fs.write, fs (both),
                        env, net, process, plugin, random. SCOPE: a file or folder,
                        a variable, host[:port], a program, a plugin. A folder does not
                        include /proc and /dev: name them, or a file there
  --allow ARCHIVE/CAP[:SCOPE]  let an archive of the class path have what the program has;
                        */CAP lets all of them
  --allow-all           grant everything, to program and archives
  --deny [ARCHIVE/]CAP[:SCOPE]  take away what is granted otherwise; clock, stdin, stdout, stderr
                        and args, too
  --show-capabilities[=json]  what the program and its archives say they need and what these
                        options grant; runs nothing
  --plugin-path PATH    folders of native plugins (NAME.so); needs --allow=plugin. Behind them,
                        plugins/ beside ARCHIVE, and ../lib/skua/plugins from this program
  --describe-plugin FILE  what a plugin says of itself, as text for programs; loads it and
                        runs nothing else
  --isolate-plugins[=NAME,...]  run them, or those of these names, each in a process of its own: one that
                        crashes is a PluginError of the program (docs/isolation.md)

Limits and memory:
  --max-heap SIZE       of objects, e.g. 512M (default: 3/4 of the machine's memory)
  --max-stack SIZE      of each thread's calls (default: 8M). If it is given, they are counted:
                        the stack is full at the same call on every machine, in every mode of
                        --jit; compiled code then takes up to 1.6 times as long
  --max-instructions N  of the class files' code that may run; the program ends at the same place
                        on every machine and in every mode of --jit
  --timeout TIME        of running, e.g. 500ms, 10s, 2m
  --max-handles N       files, patterns, streams and the like open at a time
  --max-threads N       attached to the machine at a time
  --max-metadata SIZE   of loaded classes, instantiated generics and their linked code
                        (default: 1G)
                        A program that reaches one of these limits ends with a LimitError that
                        it cannot catch, and the exit code 70. A heap or stack that is full is an
                        error that it can catch
  --gc-log              a line on standard error for each collection
  --print-linked        the linked code of each function, on standard error, when it is first called
  --gc-stress N         collect at every Nth allocation (for testing)
  --fail-allocation N   the Nth allocation fails as if the heap were full (for testing)

Doing the same each time:
  --deterministic[=SEED]
                        the clock moves by what the program does, random numbers come from SEED (0),
                        and nothing depends on addresses or on the machine
  --trace-hash          at the end, on standard error, a digest of what the program did

)") + std::string(tier_help_text()) +
           R"(
  -h, --help            show this help and exit
  --version             show the version and exit

Examples:
  vmrun --class-path build/classes hello World
  vmrun --allow=fs.read:data wordfreq.ska data/book.txt
  vmrun --max-heap=64M --gc-log app.ska
  vmrun --require-signature=release.pub app.ska

Options come before MODULE or ARCHIVE; what follows belongs to the program.

Exit codes: what main returned (0 if nothing), 64 wrong command line, 65 a bad class
file or archive or no main, 66 a missing or unreadable input, 70 an uncaught error
or a limit reached, 71 no memory from the system, 74 standard output closed or full.
)";
}

}  // namespace skua::vmrun
