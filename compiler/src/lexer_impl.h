// The lexer's state; private to lexer*.cpp.
//
// lexer.cpp has the main loop, statement ends and brackets; lexer_words.cpp names, keywords
// and type argument brackets; lexer_literals.cpp numbers and characters; lexer_strings.cpp strings.
#pragma once

#include <array>
#include <string>

#include "lexer.h"

namespace skua::compiler {

// How many braces of a file are not closed, or close nothing.
struct UnmatchedBraces {
    std::size_t missing = 0;
    std::size_t surplus = 0;
    [[nodiscard]] bool none() const { return missing + surplus == 0; }
};

class Lexer {
public:
    Lexer(const SourceFile& file, Arena& arena, DiagnosticSink& sink, UnmatchedBraces repair = {});
    LexResult run();
    [[nodiscard]] UnmatchedBraces unmatched() const { return unmatched_; }

private:
    enum class Bracket : std::uint8_t { Paren, Square, Brace, ImportBrace, Interpolation };

    struct Open {
        Bracket kind = Bracket::Paren;
        std::uint32_t token = 0;
        std::size_t indent = 0;  // of the line it stands on; only while braces are mended
    };

    struct Piece {  // undecoded text of a block string
        const char* start;
        const char* end;
        std::uint32_t string;  // index into strings
    };

    struct OpenString {
        std::uint32_t begin = 0;  // token StringBegin
        bool block = false;       // """
        bool raw = false;
        std::size_t first_piece = 0;
        const char* start = nullptr;
    };

    // -- lexer.cpp
    void skip_trivia();
    void block_comment();
    void line_comment();
    void requirements(std::string_view list);
    void end_line();
    bool continues_line() const;
    bool lacks_block() const;
    void lex_token();
    void punctuation();
    void less();
    void greater();
    void question();
    void open(Bracket kind, TokenKind token, int length);
    void close(Bracket kind, TokenKind token);
    void close_brace();
    void count_unmatched();
    void mend_braces();
    void insert_closer();
    bool reopen(std::size_t indent);
    std::size_t indent_of_line(const char* p) const;
    void drop_trailing_comma();
    void pop_to(std::size_t size);
    void fat_arrow();
    void emit(TokenKind kind, const char* start, std::uint32_t value = 0);
    void op(TokenKind kind, int length);
    bool step_operator();
    void terminator(const char* start, const char* end);
    void unknown_character();
    void stop();

    // -- lexer_words.cpp
    void word();
    TokenKind soft_keyword(std::string_view text) const;
    TokenKind name_kind(const char* after) const;
    bool statement_starts() const;
    bool is_meant_as_name(TokenKind keyword) const;
    void report_reserved(const char* start, std::string_view text);
    TokenKind foreign_keyword(const char* start, std::string_view text);
    bool in_enum_body() const;
    bool closes_brackets_here() const;
    const char* scan_type_arguments(const char* p, bool declaration) const;
    bool type_arguments_may_be_followed_by(const char* p) const;
    void check_identifier(std::string_view text);

    // -- lexer_literals.cpp
    void number();
    void character();
    bool escape(const char*& p, const char* end, std::string& out);

    // -- lexer_strings.cpp
    void string(bool raw);
    void string_text();  // goes on with the innermost open string
    void finish_string(const OpenString& s, const char* text_end);
    void interpolation_close();
    void format();
    void unterminated_string(const char* at, bool quiet);
    std::uint32_t decoded(const char* start, const char* end, bool raw);
    void decode_block(const OpenString& s, const char* text_end);
    void unindented(const Piece& piece, std::string_view indent, bool first, bool last, bool raw);

    // -- helpers
    std::uint32_t at(const char* p) const { return static_cast<std::uint32_t>(p - base_); }
    SourceRange range(const char* a, const char* b) const { return {file_id_, at(a), at(b)}; }
    SourceDiagnostic& error(const char* a, const char* b, std::string message, std::string suggestion = {});
    bool is(const char* text) const {  // what comes next
        const char* p = p_;
        while (*text != 0 && *p == *text) ++p, ++text;
        return *text == 0;
    }
    TokenKind previous() const { return tokens_.empty() ? TokenKind::None : tokens_.back().kind; }
    TokenKind before_previous() const {
        return tokens_.size() < 2 ? TokenKind::None : tokens_[tokens_.size() - 2].kind;
    }
    bool in_type_arguments() const { return p_ < type_end_; }
    std::uint32_t add_string(std::string_view text) {
        out_.strings.push_back(text);
        return static_cast<std::uint32_t>(out_.strings.size() - 1);
    }

    const SourceFile& file_;
    Arena& arena_;
    DiagnosticSink& sink_;
    LexResult result_;
    TokenList& out_;
    std::vector<Token>& tokens_;
    std::uint32_t file_id_;
    const char* base_;
    const char* p_;
    const char* end_;
    const char* type_end_ = nullptr;    // inside type arguments up to here
    const char* stray_line_ = nullptr;  // where an unexpected character was reported last
    bool cut_ = false;                  // a string of this line is not closed, nor what it swallowed
    bool newline_ = false;              // a line break since the last token
    bool space_ = true;                 // any white space or comment since the last token
    UnmatchedBraces unmatched_;
    UnmatchedBraces repair_;  // what indentation shall find the places of
    std::vector<Open> stack_;
    std::vector<OpenString> strings_;        // one for each open interpolation
    std::vector<Piece> pieces_;              // of open block strings
    std::vector<std::string_view> foreign_;  // keywords of other languages that were reported
    std::string doc_;
    bool has_doc_ = false;
    std::string module_doc_;
};

// Classes of ASCII characters; bytes of longer UTF-8 sequences count as letters.
enum CharClass : std::uint8_t { kSpace = 1, kLetter = 2, kDigit = 4, kHex = 8 };
extern const std::array<std::uint8_t, 256> kCharClass;
inline bool is_class(char c, std::uint8_t mask) {
    return (kCharClass[static_cast<unsigned char>(c)] & mask) != 0;
}

// Decodes one scalar value of valid UTF-8.
char32_t decode_utf8(const char*& p);
void append_utf8(std::string& out, char32_t c);

}  // namespace skua::compiler
