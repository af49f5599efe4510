// Entry point of the parser.
#pragma once

#include <vector>

#include "arena.h"
#include "ast.h"
#include "diagnostics.h"
#include "source.h"
#include "token.h"

namespace skua::compiler {

// Never null; reports syntax errors to `sink` and goes on after them where it can. `file` and
// `arena` must outlive the tree. The capabilities that the source says it needs are appended to
// `requirements` unless that is null; they are not checked.
ast::Module* parse_module(SourceFile& file, Arena& arena, DiagnosticSink& sink,
                          std::vector<Requirement>* requirements = nullptr);

}  // namespace skua::compiler
