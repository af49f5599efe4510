#include "vmc_new.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skua/classfile/output_file.h"

namespace skua::compiler {
namespace {

struct NewFile {
    const char* path;
    const char* text;  // {0} is the project's name
};

constexpr std::array kFiles = {
    NewFile{"skua.toml", R"([project]
name = "{0}"
version = "0.1.0"
source = "src"
main = "main"
)"},
    NewFile{"src/main.skua", R"(//! The program that `vmc run` starts.
import greeting

fn main(args: [string]) {{
    let who = if args.len > 0 {{ args[0] }} else {{ "world" }}
    println(greeting.greet(who))
}}
)"},
    NewFile{"src/greeting.skua", R"(//! What {0} says.

/// A greeting for somebody. Example: `greet("Ann")   // "Hello, Ann!"`
pub fn greet(who: string): string = "Hello, ${{who}}!"
)"},
    NewFile{"src/greeting_test.skua", R"(//! Tests of the module greeting: `vmc test` runs them.
import greeting
import std.testing.{{assertEqual}}

test "a greeting names somebody" {{
    assertEqual(greeting.greet("Ann"), "Hello, Ann!")
}}
)"},
    NewFile{"README.md", R"(# {0}

    vmc run              run the program: src/main.skua
    vmc run . Ann        with an argument
    vmc test             run the tests: each `test "..." {{ ... }}` below src
    vmc check            report errors and warnings, write nothing
    vmc pack             one archive of it all: vmrun {0}-0.1.0.ska
    vmc -o out           compile to class files: vmrun --class-path out main
)"},
    NewFile{".gitignore", "/out\n/*.ska\n"},
};

bool is_project_name(std::string_view name) {
    if (name.empty() || name.size() > 100) return false;
    for (const char c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
              c == '-'))
            return false;
    return name[0] != '-';
}

Failure cannot_write(const std::string& path, int error) {
    return {kExitNoOutput, fmt::format("{}: cannot be made: {}", path, std::strerror(error))};
}

}  // namespace

std::optional<Failure> make_project(const std::string& given, std::string& message) {
    std::string path = given;
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const std::string name = path.substr(path.rfind('/') + 1);
    if (!is_project_name(name))
        return Failure{kExitUsage,
                       fmt::format("`{}` cannot be a project's name, which has letters, digits, `_` "
                                   "and `-`",
                                   name)};
    // mkdir refuses what exists, whatever it is.
    if (::mkdir(path.c_str(), 0777) != 0) {
        if (errno == EEXIST)
            return Failure{kExitNoOutput, path + ": exists already; choose another name or remove it"};
        return cannot_write(path, errno);
    }
    if (::mkdir((path + "/src").c_str(), 0777) != 0) return cannot_write(path + "/src", errno);
    for (const NewFile& file : kFiles) {
        const std::string text = fmt::format(fmt::runtime(file.text), name);
        const std::vector<std::uint8_t> bytes(text.begin(), text.end());
        auto staged = classfile::OutputFile::stage(path + "/" + file.path, bytes);
        if (!staged) return Failure{kExitNoOutput, staged.error().to_string()};
        if (auto done = staged->commit(); !done) return Failure{kExitNoOutput, done.error().to_string()};
    }
    message = fmt::format("made {0}\nnext: cd {0} && vmc run && vmc test\n", path);
    return std::nullopt;
}

}  // namespace skua::compiler
