#include "asm_lexer.h"

#include <cstring>

#include "skua/classfile/text_form.h"

namespace skua::classfile {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word_char(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&](std::uint32_t v) { out += static_cast<char>(static_cast<unsigned char>(v)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 63));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 63));
        put(0x80 | (c & 63));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 63));
        put(0x80 | ((c >> 6) & 63));
        put(0x80 | (c & 63));
    }
}

}  // namespace

bool AsmLexer::next_line() {
    while (!failed_ && !text_.empty()) {
        const std::size_t end = text_.find('\n');
        rest_ = text_.substr(0, end);
        text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
        if (!rest_.empty() && rest_.back() == '\r') rest_.remove_suffix(1);
        line_length_ = rest_.size();
        ++line_;
        ahead_ = scan();
        advance();
        if (failed_) return false;
        if (!at_end()) return true;
    }
    return false;
}

void AsmLexer::advance() {
    current_ = std::move(ahead_);
    ahead_ = scan();
    if (failed_) current_ = ahead_ = Token{};
}

bool AsmLexer::accept(std::string_view punct) {
    if (!is(punct)) return false;
    advance();
    return true;
}

void AsmLexer::expect(std::string_view punct) {
    if (!accept(punct)) expected("'" + std::string(punct) + "'");
}

void AsmLexer::expect_end() {
    if (!at_end()) expected("the end of the line");
}

void AsmLexer::expected(std::string_view what) {
    std::string found = "the end of the line";
    if (current_.kind == TokenKind::String)
        found = quoted(current_.text);
    else if (current_.kind != TokenKind::End)
        found = "'" + current_.text + "'";
    if (found.size() > 80) found = found.substr(0, 80) + "...";
    const auto end_column = static_cast<std::uint32_t>(line_length_ + 1);
    fail(line_, current_.kind == TokenKind::End ? end_column : current_.column,
         "expected " + std::string(what) + ", found " + found);
}

void AsmLexer::fail(std::uint32_t line, std::uint32_t column, std::string message, std::string hint) {
    if (!failed_) {
        failed_ = true;
        error_.file = file_name_ + ":" + std::to_string(line) + ":" + std::to_string(column);
        error_.message = std::move(message);
        error_.hint = std::move(hint);
    }
    current_ = ahead_ = Token{};
    rest_ = {};
}

Token AsmLexer::scan() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
    Token token;
    token.column = static_cast<std::uint32_t>(line_length_ - rest_.size() + 1);
    if (rest_.empty() || rest_[0] == ';') {
        rest_ = {};
        return token;
    }
    const char c = rest_[0];
    if (c == '"') return scan_string();
    const char next = rest_.size() > 1 ? rest_[1] : '\0';
    const bool dotted = c == '.' && next != '.';
    const bool negative = c == '-' && (is_digit(next) || next == 'i');
    if (is_word_char(c) || dotted || negative) return scan_word();
    token.kind = TokenKind::Punct;
    for (std::string_view pair : {"::", "->", "..", "!!"}) {
        if (rest_.substr(0, 2) != pair) continue;
        token.text = pair;
        rest_.remove_prefix(2);
        return token;
    }
    if (std::strchr(",:()[]<>?!/=&", c) == nullptr || c == '\0') {
        fail(line_, token.column, "unexpected character " + quoted(rest_.substr(0, 1)));
        return Token{};
    }
    token.text = c;
    rest_.remove_prefix(1);
    return token;
}

Token AsmLexer::scan_word() {
    Token token;
    token.kind = TokenKind::Word;
    token.column = static_cast<std::uint32_t>(line_length_ - rest_.size() + 1);
    const bool number = is_digit(rest_[0]) || rest_[0] == '-';
    std::size_t n = 1;
    for (; n < rest_.size(); ++n) {
        const char c = rest_[n];
        const char next = n + 1 < rest_.size() ? rest_[n + 1] : '\0';
        if (is_word_char(c)) continue;
        if (c == '.' && next != '.') continue;
        if (c == '-' && next != '>') continue;
        if (c == '+' && number && (rest_[n - 1] == 'e' || rest_[n - 1] == 'E')) continue;
        break;
    }
    token.text = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return token;
}

Token AsmLexer::scan_string() {
    Token token;
    token.kind = TokenKind::String;
    token.column = static_cast<std::uint32_t>(line_length_ - rest_.size() + 1);
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_[0] != '"') {
        if (rest_[0] == '\\') {
            if (!unescape(token.text)) return Token{};
        } else {
            token.text += rest_[0];
            rest_.remove_prefix(1);
        }
    }
    if (rest_.empty()) {
        fail(line_, token.column, "the string is not closed on its line");
        return Token{};
    }
    rest_.remove_prefix(1);
    return token;
}

bool AsmLexer::unescape(std::string& out) {
    const auto column = static_cast<std::uint32_t>(line_length_ - rest_.size() + 1);
    const char c = rest_.size() > 1 ? rest_[1] : '\0';
    static constexpr std::string_view codes = "nrt0\"\\";
    static constexpr char values[] = {'\n', '\r', '\t', '\0', '"', '\\'};
    if (const std::size_t i = codes.find(c); c != '\0' && i != std::string_view::npos) {
        out += values[i];
        rest_.remove_prefix(2);
        return true;
    }
    if (c == 'x' && rest_.size() >= 4 && hex_value(rest_[2]) >= 0 && hex_value(rest_[3]) >= 0) {
        out += static_cast<char>(hex_value(rest_[2]) * 16 + hex_value(rest_[3]));
        rest_.remove_prefix(4);
        return true;
    }
    const std::size_t close = rest_.find('}');
    if (c == 'u' && rest_.size() > 3 && rest_[2] == '{' && close != std::string_view::npos && close > 3 &&
        close <= 9) {
        std::uint32_t value = 0;
        bool good = true;
        for (std::size_t i = 3; i < close; ++i) {
            good = good && hex_value(rest_[i]) >= 0;
            value = value * 16 + static_cast<std::uint32_t>(hex_value(rest_[i]) & 15);
        }
        if (good && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF)) {
            append_utf8(out, value);
            rest_.remove_prefix(close + 1);
            return true;
        }
    }
    fail(line_, column, "unknown escape in a string",
         "\\n \\r \\t \\0 \\\" \\\\ \\xHH and \\u{H...} are the escapes");
    return false;
}

}  // namespace skua::classfile
