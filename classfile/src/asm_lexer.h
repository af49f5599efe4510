// Tokens of the text form, one line at a time. Private to classfile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "skua/classfile/result.h"

namespace skua::classfile {

enum class TokenKind : std::uint8_t {
    Word,    // names, mnemonics, directives, numbers, registers, labels
    String,  // text: the unescaped bytes
    Punct,   // one of , : ( ) [ ] < > ? ! / = & or the pairs :: -> .. !!
    End,     // of the line
};

struct Token {
    TokenKind kind = TokenKind::End;
    std::string text;
    std::uint32_t column = 0;  // 1-based, in bytes
};

// Splits text into lines and the current line into tokens, with one token of lookahead beyond the
// current one. The first error sticks: after it, every token is End and next_line() is false.
class AsmLexer {
public:
    AsmLexer(std::string_view text, std::string_view file_name) : text_(text), file_name_(file_name) {}

    // Moves to the next line that has tokens. False at the end of the text or after an error.
    bool next_line();
    [[nodiscard]] std::uint32_t line() const { return line_; }

    [[nodiscard]] const Token& token() const { return current_; }
    [[nodiscard]] const Token& lookahead() const { return ahead_; }
    void advance();

    [[nodiscard]] bool at_end() const { return current_.kind == TokenKind::End; }
    [[nodiscard]] bool is(std::string_view punct) const {
        return current_.kind == TokenKind::Punct && current_.text == punct;
    }
    [[nodiscard]] bool is_word(std::string_view word) const {
        return current_.kind == TokenKind::Word && current_.text == word;
    }
    bool accept(std::string_view punct);
    void expect(std::string_view punct);
    void expect_end();

    // Records "expected X, found Y" at the current token.
    void expected(std::string_view what);
    void fail(std::uint32_t line, std::uint32_t column, std::string message, std::string hint = {});
    [[nodiscard]] bool ok() const { return !failed_; }
    [[nodiscard]] const Diagnostic& error() const { return error_; }

private:
    Token scan();
    Token scan_string();
    Token scan_word();
    bool unescape(std::string& out);

    std::string_view text_;
    std::string file_name_;
    std::string_view rest_;  // of the current line
    std::size_t line_length_ = 0;
    std::uint32_t line_ = 0;
    Token current_, ahead_;
    bool failed_ = false;
    Diagnostic error_;
};

}  // namespace skua::classfile
