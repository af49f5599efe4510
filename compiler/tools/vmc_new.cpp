#include "vmc_new.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin_description.h"
#include "skua/classfile/output_file.h"
#include "vmc_new_plugin.h"

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

namespace {

// Makes the folder and the files. `name` is the last part of the path.
template <typename MakeFiles>
std::optional<Failure> make_files(const std::string& given, std::string& path, const MakeFiles& files_of) {
    path = given;
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const std::string name = path.substr(path.rfind('/') + 1);
    std::vector<TemplateFile> files;
    if (auto failure = files_of(name, files)) return failure;
    // mkdir refuses what exists, whatever it is.
    if (::mkdir(path.c_str(), 0777) != 0) {
        if (errno == EEXIST)
            return Failure{kExitNoOutput, path + ": exists already; choose another name or remove it"};
        return cannot_write(path, errno);
    }
    for (const TemplateFile& file : files) {
        const std::string whole = path + "/" + file.path;
        if (const std::string folder = whole.substr(0, whole.rfind('/'));
            ::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
            return cannot_write(folder, errno);
        const std::vector<std::uint8_t> bytes(file.text.begin(), file.text.end());
        auto staged = classfile::OutputFile::stage(whole, bytes);
        if (!staged) return Failure{kExitNoOutput, staged.error().to_string()};
        if (auto done = staged->commit(); !done) return Failure{kExitNoOutput, done.error().to_string()};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Failure> make_project(const std::string& given, std::string& message) {
    const auto files_of = [](const std::string& name,
                             std::vector<TemplateFile>& out) -> std::optional<Failure> {
        if (!is_project_name(name))
            return Failure{kExitUsage,
                           fmt::format("`{}` cannot be a project's name, which has letters, digits, `_` "
                                       "and `-`",
                                       name)};
        for (const NewFile& file : kFiles)
            out.push_back({file.path, fmt::format(fmt::runtime(file.text), name)});
        return std::nullopt;
    };
    std::string path;
    if (auto failure = make_files(given, path, files_of)) return failure;
    message = fmt::format("made {0}\nnext: cd {0} && vmc run && vmc test\n", path);
    return std::nullopt;
}

std::optional<Failure> make_plugin_project(const std::string& given, const std::string& language,
                                           std::string& message) {
    const auto files_of = [&](const std::string& name,
                              std::vector<TemplateFile>& out) -> std::optional<Failure> {
        // It is also the name of a module, and of a target of CMake's, which keeps some for itself.
        if (!is_project_name(name) || !is_plain_name(name) || name == "test" || name == "all" ||
            name == "skua" || name == "std" || name == "bindings")
            return Failure{
                kExitUsage,
                fmt::format("`{}` cannot be a plugin's name, which is also that of its module: letters, "
                            "digits and `_`, no keyword, and not test, all, skua, std or bindings",
                            name)};
        out = plugin_project(name, language == "c" ? PluginLanguage::C : PluginLanguage::Cpp);
        return std::nullopt;
    };
    std::string path;
    if (auto failure = make_files(given, path, files_of)) return failure;
    message = fmt::format(
        "made {0}\nnext: cd {0} && cmake --workflow --preset default\n"
        "or, without CMake: cd {0} && make test\n",
        path);
    return std::nullopt;
}

}  // namespace skua::compiler
