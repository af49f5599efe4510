// From source files to class files: what `vmc` does, without its command line.
//
// Nothing is written unless everything compiled. All failures are data: diagnostics with a place
// in a source, or a Failure without one (a missing file, a folder that cannot be written).
// docs/contracts.md has the exit codes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arena.h"
#include "diagnostics.h"
#include "parse.h"
#include "plugin_description.h"
#include "progress.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/class_file.h"
#include "source.h"

namespace skua::compiler {

inline constexpr int kExitDone = 0;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitBadInput = 65;
inline constexpr int kExitNoInput = 66;
inline constexpr int kExitNoOutput = 73;
inline constexpr int kExitNotDelivered = 74;

// Larger source files are refused.
inline constexpr std::size_t kMaxSourceSize = 16u << 20;

class IncrementalBuild;  // incremental.h

struct CompileOptions {
    std::vector<std::string> files;
    std::string source_root;              // empty: the deepest folder common to the files
    std::vector<std::string> class_path;  // folders and archives, first match wins
    std::string library;                  // std.ska; empty: none (when the library itself is compiled)
    std::size_t max_errors = 20;          // 0: no limit
    // Also compile modules that are imported and lie below the source root.
    bool follow_imports = false;
    bool analyze_only = false;
    WarningOptions warnings;
    Progress progress;
    IncrementalBuild* build = nullptr;     // if only what has changed is to be compiled
    std::vector<std::string> plugin_path;  // folders of plugins, which native declarations must fit
    std::vector<classfile::Dependency> plugin_needs;  // which versions of them the projects want
    DescribePlugin describe_plugin;                   // needed if there are any
    bool tests = false;  // compile `test` blocks too; otherwise they are only checked
};

// A failure without a place in a source: "FILE: what is wrong; what to do".
struct Failure {
    int exit_code = kExitNoInput;
    std::string message;
};

struct OutputFile {
    std::string path;  // below the output folder: "a/b/C.skc"
    std::vector<std::uint8_t> bytes;
    std::string module;
};

// A `test` block of one of the files that were named.
struct TestCase {
    std::string module, function;  // "a.b", "test$0"
    std::string name;              // as written
    SourceRange range;
};

struct Compilation {
    explicit Compilation(std::size_t max_errors) : sink(max_errors == 0 ? ~std::size_t{0} : max_errors) {}

    std::vector<std::unique_ptr<SourceFile>> files;  // by SourceRange::file
    Arena arena;
    DiagnosticSink sink;
    std::vector<Failure> failures;
    std::vector<OutputFile> outputs;
    std::vector<TestCase> tests;                 // if they were asked for, in the order of files and lines
    std::string main_module;                     // of the first file
    std::vector<std::string> capabilities;       // that the files say they need; sorted
    std::vector<classfile::Dependency> plugins;  // that the projects say they need

    [[nodiscard]] bool ok() const { return failures.empty() && !sink.has_errors(); }
    [[nodiscard]] int exit_code() const {
        if (sink.has_errors()) return kExitBadInput;
        return failures.empty() ? kExitDone : failures.front().exit_code;
    }
};

// Fills `out`; ok() tells.
void compile(const CompileOptions& options, Compilation& out);

// Writes the outputs below `folder`, making folders: first all under temporary names, then renamed.
// On a failure removes what it made and returns false.
bool write_outputs(const std::string& folder, Compilation& compilation);

// -- parts, for tests

// Reads a source file. False: failed or reported. Replaces what is not UTF-8 so that messages can show it.
struct LoadedText {
    std::string text;
    // Offset of the first bytes that are not UTF-8; npos if there are none.
    std::size_t bad = std::string::npos;
    std::uint8_t bad_byte = 0;
};
bool load_source(const std::string& path, LoadedText& out, Failure& failure);

// "a.b" of root/a/b.skua. Fails if a part is not a name.
bool module_name_of(const std::string& path, const std::string& root, std::string& name, Failure& failure);

// The path by the real place of its folder, without symbolic links and `..`; as it is if there is none.
std::string real_place(const std::string& path);

// Does the text of the path say that the file lies below the folder?
bool is_below(const std::string& path, const std::string& root);

// The deepest folder common to the files.
std::string common_folder(const std::vector<std::string>& files);

}  // namespace skua::compiler
