// Tokens: what the lexer makes and the parser consumes.
//
// A TokenList is complete before parsing starts: openers and closers know their partners, and
// what a token is has been decided with all the look-ahead that the language needs, so that the
// grammar needs only one token of it (docs/language-grammar.md).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "source.h"

namespace skua::compiler {

enum TokenFlags : std::uint8_t {
    kTokenEnds = 1 << 0,     // a statement may end after such a token
    kTokenKeyword = 1 << 1,  // reserved word
};

enum class TokenKind : std::uint8_t {
    None,  // before the first token
#define SKUA_TOKEN(name, text, flags) name,
#include "token_kinds.def"
};

struct Token {
    TokenKind kind = TokenKind::None;
    bool glued = false;       // no white space between this token and the one before
    std::uint16_t depth = 0;  // open brackets around it; an opener and its closer have the same
    std::uint32_t start = 0;  // bytes [start, end) of the source
    std::uint32_t end = 0;    // a Terminator made before `}` or the end has start == end
    // Brackets: index of the partner, or kNoPartner. Char: the scalar value. Int, Float: index
    // into `numbers`. String, StringText, Format: index into `strings`.
    std::uint32_t value = 0;
};

inline constexpr std::uint32_t kNoPartner = 0xFFFFFFFF;

struct NumberLiteral {
    std::uint64_t magnitude = 0;
    double floating = 0;
    std::string_view suffix;  // without the underscore; empty if none
    bool decimal = true;
    bool valid = true;  // false: already reported
};

struct DocComment {
    std::uint32_t token = 0;  // the token it stands before
    std::string_view text;    // markers removed
};

// A capability named in a comment `//! requires: fs.read:data, env` before the first token.
struct Requirement {
    SourceRange range;
    std::string_view capability;
};

struct TokenList {
    std::vector<Token> tokens;  // ends with EndOfFile
    std::vector<NumberLiteral> numbers;
    std::vector<std::string_view> strings;
    std::vector<DocComment> docs;  // by token, ascending
    std::vector<Requirement> requirements;
    std::string_view module_doc;  // the other `//!` lines
};

// "fn", ")", "a name": for messages; keywords and punctuation as written.
[[nodiscard]] std::string_view token_text(TokenKind kind);
[[nodiscard]] std::uint8_t token_flags(TokenKind kind);

// Whether token_text is the token itself (to be put in quotes) and not a description.
[[nodiscard]] bool token_text_is_literal(TokenKind kind);

}  // namespace skua::compiler
