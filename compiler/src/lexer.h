// From source text to tokens.
//
// The lexer decides more than usual, so that the grammar needs one token of look-ahead: which
// line breaks end a statement, which `(` opens the parameters of a lambda, which `<` opens type
// arguments, which words are keywords. docs/language-grammar.md has the rules.
#pragma once

#include "arena.h"
#include "diagnostics.h"
#include "source.h"
#include "token.h"

namespace skua::compiler {

// Brackets, strings and interpolations open at one time.
inline constexpr std::size_t kMaxNesting = 256;

// Bytes of a name.
inline constexpr std::size_t kMaxName = 1000;

struct LexResult {
    TokenList list;
    bool complete = true;                    // false: the text was given up half-way (too deeply nested)
    bool whole = true;                       // false: something is not closed, so what follows it is a guess
    std::vector<std::uint32_t> errors;       // where errors were reported, ascending
    std::vector<std::string_view> reserved;  // reserved words that were used as names
};

// Reports what is wrong in the text to `sink`. The result's views are into the file and the
// arena, which must outlive it. The text must be valid UTF-8.
LexResult tokenize(const SourceFile& file, Arena& arena, DiagnosticSink& sink);

}  // namespace skua::compiler
