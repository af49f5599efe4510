// Compiling only what has changed: of `vmc FILES -o DIR`, the modules whose class files in DIR are what they
// would become again.
//
// A module is left alone if all of this is as it was: the compiler; its source; the set of modules in source
// form that it may look at and their interfaces (interface_hash.h); all that was asked of the class path; and
// its class files themselves. Modules with warnings are compiled each time, so that the warnings come each
// time.
//
// Sources are always read, parsed and declared: a module that is compiled sees the others as they are now.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "build_state.h"
#include "driver.h"
#include "import.h"

namespace skua::compiler {

struct ModuleStatus {
    std::string module;
    bool compiled = true;
    std::string reason;  // why it was compiled: "its source has changed"
};

class IncrementalBuild {
public:
    // `everything`: nothing is left alone.
    IncrementalBuild(std::string folder, bool everything)
        : folder_(std::move(folder)), everything_(everything) {}

    // Before analysis: decides which modules are left alone. `plugins`: what native declarations are compared
    // with, as a digest.
    void plan(std::span<ast::Module* const> modules, ClassPath& class_path, const WarningOptions& warnings,
              const std::string& plugins = {});
    [[nodiscard]] const std::unordered_set<const ast::Module*>& unchanged() const { return unchanged_; }
    [[nodiscard]] bool all_unchanged() const { return unchanged_.size() == status_.size(); }

    // After everything compiled, before the outputs are written: what there is to remember.
    void compiled(const Compilation& compilation, const ClassPath& class_path);
    // After that: removes class files of types that are gone, and writes the state. False: see failures.
    bool finish(Compilation& compilation);

    // In the order of the modules given.
    [[nodiscard]] std::span<const ModuleStatus> status() const { return status_; }

private:
    void load_state();
    [[nodiscard]] std::string why_compile(const std::string& name, const BuiltModule& now,
                                          std::span<const std::string> reached) const;
    [[nodiscard]] std::string path(const std::string& below) const {
        return folder_.empty() ? below : folder_ + "/" + below;
    }
    [[nodiscard]] bool is_intact(const BuiltFile& file) const;

    std::string folder_;
    bool everything_;
    BuildState state_;
    std::string state_text_;  // as it was read
    std::map<std::string, BuiltModule> now_;
    std::vector<BuiltFile> obsolete_;
    std::unordered_set<const ast::Module*> unchanged_;
    std::vector<ModuleStatus> status_;
};

}  // namespace skua::compiler
