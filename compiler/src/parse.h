// Entry point of the parser.
#pragma once

#include "arena.h"
#include "ast.h"
#include "diagnostics.h"
#include "source.h"

namespace skua::compiler {

// Never null; reports syntax errors to `sink` and goes on after them where it can. `file` and
// `arena` must outlive the tree.
ast::Module* parse_module(SourceFile& file, Arena& arena, DiagnosticSink& sink);

}  // namespace skua::compiler
