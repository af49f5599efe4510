// Suggestions for syntax errors: what people write who know another language, and what to write here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parse_events.h"
#include "syntax_errors.h"

namespace skua::compiler {

// A suggestion for an error at tokens[found]; empty if none comes to mind. `found` differs from
// error.token where the parser met a statement end that the lexer had made.
std::string syntax_hint(std::string_view source, const std::vector<Token>& tokens, const SyntaxError& error,
                        std::size_t found);

}  // namespace skua::compiler
