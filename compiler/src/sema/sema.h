// Entry point of semantic analysis.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <unordered_set>

#include "arena.h"
#include "ast.h"
#include "diagnostics.h"
#include "progress.h"
#include "symbols.h"

namespace skua::compiler {

class ClassPath;  // import.h

// The modules of the library whose extensions are seen everywhere, without an import.
inline constexpr std::array<std::string_view, 7> kPreludeModules = {
    "std.core", "std.collections", "std.iter", "std.iterable", "std.sequences", "std.strings", "std.text"};

struct AnalyzeOptions {
    bool tests = false;  // keep `test` blocks for lowering (vmc test); they are checked in any case
    Progress progress;
    // Modules whose bodies are neither checked nor lowered, because they have not changed; null: none.
    const std::unordered_set<const ast::Module*>* unchanged = nullptr;

    [[nodiscard]] bool is_unchanged(const ast::Module* module) const {
        return unchanged != nullptr && unchanged->contains(module);
    }
};

// Checks the modules together (they may import one another in any order) and annotates their
// trees. Never fails otherwise than by reporting to `sink`. `arena` is the one the trees are in;
// it must outlive the Program.
Program analyze(std::span<ast::Module* const> modules, ClassPath& class_path, Arena& arena,
                DiagnosticSink& sink, const AnalyzeOptions& options = {});

}  // namespace skua::compiler
