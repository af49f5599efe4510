// The archives and folders of a program, onto the machine's class path: those that the command line names,
// the program's own, and those that they depend on (docs/packages.md). All of it before any code runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "packages/class_path_archives.h"
#include "run_options.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/packages.h"
#include "skua/vm/vm.h"
#include "tool_files.h"

namespace skua::vmrun {

// A file that can be read and is bad, or one that cannot be read?
int input_code(const Diagnostic& diagnostic);

class ProgramArchives {
public:
    ProgramArchives(vm::Vm& machine, const RunOptions& options)
        : machine_(machine), options_(options), archives_(machine) {}

    // The keys of --require-signature.
    std::optional<tools::Failure> read_keys();
    // Refuses what lacks a signature that is required.
    [[nodiscard]] Result<> check_signature(const classfile::Archive& archive) const {
        return archives_.check_signature(archive);
    }
    [[nodiscard]] bool signatures_required() const { return archives_.signatures_required(); }
    // A folder or archive of --class-path.
    std::optional<tools::Failure> add_class_path(const std::string& path);
    // The program's archive; the module that it starts.
    std::optional<tools::Failure> add_program(const std::string& path, std::string& module);
    // What all of these depend on, and where their plugins are looked for.
    std::optional<tools::Failure> add_dependencies();
    // Are the plugins there that manifests name? What is in them is known when they are loaded.
    [[nodiscard]] std::optional<tools::Failure> check_plugins() const;

private:
    std::optional<tools::Failure> add_archive(const std::string& path, bool from_class_path);
    std::optional<tools::Failure> find_lock(std::optional<classfile::LockFile>& lock) const;

    vm::Vm& machine_;
    const RunOptions& options_;
    vm::ClassPathArchives archives_;
    std::optional<classfile::Package> program_;
};

}  // namespace skua::vmrun
