// The wording of syntax errors: what was expected at a place in the grammar, and what was found.
#pragma once

#include <span>

#include "parse_events.h"

namespace skua::compiler {

struct SyntaxError {
    std::uint32_t token = 0;               // where the parser stopped
    TokenKind expected = TokenKind::None;  // the one token that could come; None: see the rule
    std::span<const Rule> rules;           // the open rules, innermost last
    bool after_lost = false;               // the item before was given up, too
};

// Reports the error unless a lexical error before it on the same line explains it.
void report_syntax_error(const SourceFile& file, const LexResult& lexed, const SyntaxError& error,
                         DiagnosticSink& sink);

}  // namespace skua::compiler
