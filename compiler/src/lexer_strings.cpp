// Strings: escapes, interpolation, raw strings, block strings.
//
// A string without `${` is one String token. Otherwise it is StringBegin, then for each part
// StringText or InterpolationOpen ... Format? InterpolationClose, then StringEnd; the tokens between are
// made by the main loop, which comes back here at the closing brace.
#include <algorithm>
#include <fmt/format.h>

#include "lexer_impl.h"

namespace skua::compiler {

namespace {

bool blank(const char* a, const char* b) {
    return std::all_of(a, b, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
}

}  // namespace

void Lexer::string(bool raw) {
    OpenString s;
    s.start = p_;
    s.raw = raw;
    if (raw) ++p_;
    s.block = is("\"\"\"");
    p_ += s.block ? 3 : 1;
    s.first_piece = pieces_.size();
    s.begin = kNoPartner;  // no StringBegin yet
    strings_.push_back(s);
    string_text();
}

// Reads text of the innermost string up to `${` or the end of the string.
void Lexer::string_text() {
    OpenString& s = strings_.back();
    const char* text = p_;
    for (;;) {
        const char c = *p_;
        if (c == '"' && (!s.block || is("\"\"\""))) break;
        if (p_ >= end_ || (c == '\n' && !s.block)) {
            const char* line_end = p_ > text && p_[-1] == '\r' ? p_ - 1 : p_;
            // In an interpolation of another string of one line, that string is not closed either.
            unterminated_string(line_end, strings_.size() > 1 && !strings_[strings_.size() - 2].block);
            return;
        }
        if (c == '$' && p_[1] == '{' && !s.raw) {
            const char* here = p_;
            if (s.begin == kNoPartner) {
                p_ = s.start + (s.block ? 3 : 1);
                s.begin = static_cast<std::uint32_t>(tokens_.size());
                emit(TokenKind::StringBegin, s.start);
                space_ = false;
            }
            p_ = here;
            if (here > text || s.block) {
                const std::uint32_t index = s.block ? add_string({}) : decoded(text, here, s.raw);
                if (s.block) pieces_.push_back({text, here, index});
                if (here > text) emit(TokenKind::StringText, text, index);
            }
            open(Bracket::Interpolation, TokenKind::InterpolationOpen, 2);
            return;
        }
        if (c == '\\' && !s.raw && p_ + 1 < end_ && p_[1] != '\n') ++p_;
        ++p_;
    }
    const char* text_end = p_;
    p_ += s.block ? 3 : 1;
    const OpenString done = s;
    std::uint32_t index = 0;
    if (done.block) {
        index = add_string({});
        pieces_.push_back({text, text_end, index});
        decode_block(done, text_end);
        pieces_.resize(done.first_piece);
    } else if (text_end > text || done.begin == kNoPartner) {
        index = decoded(text, text_end, done.raw);
    }
    strings_.pop_back();
    if (done.begin == kNoPartner) return emit(TokenKind::String, done.start, index);
    const char* string_end = p_;
    if (text_end > text) {
        p_ = text_end;
        emit(TokenKind::StringText, text, index);
        p_ = string_end;
    }
    emit(TokenKind::StringEnd, text_end);
}

void Lexer::interpolation_close() {
    const std::uint32_t partner = stack_.back().token;
    stack_.pop_back();
    const char* start = p_++;
    tokens_[partner].value = static_cast<std::uint32_t>(tokens_.size());
    emit(TokenKind::InterpolationClose, start, partner);
    space_ = false;
    string_text();
}

// After `:` in an interpolation: everything up to the brace.
void Lexer::format() {
    const char* start = ++p_;
    while (p_ < end_ && *p_ != '}' && *p_ != '\n' && *p_ != '"') ++p_;
    emit(TokenKind::Format, start, add_string({start, static_cast<std::size_t>(p_ - start)}));
}

// Reports the innermost string as not closed, and goes on as if it had been closed at `at`.
void Lexer::unterminated_string(const char* at, bool quiet) {
    const OpenString s = strings_.back();
    cut_ = !s.block;
    if (!quiet) {
        const char* line_end = s.start;
        while (line_end < at && *line_end != '\n') ++line_end;
        if (s.block) result_.whole = false;
        error(s.start, line_end, "this string is not closed",
              s.block ? "close it with \"\"\""
                      : "close it with \" on the same line; text of several lines is written in \"\"\"");
    }
    pieces_.resize(s.first_piece);
    if (s.begin == kNoPartner) {
        strings_.pop_back();
        p_ = at;
        return emit(TokenKind::String, s.start, add_string({}));
    }
    // Close the interpolation that is open in it, if it is, and what is open inside of that.
    std::size_t i = stack_.size();
    while (i > 0 && stack_[i - 1].kind != Bracket::Interpolation) --i;
    const bool inside = i > 0 && stack_[i - 1].token > s.begin;
    if (inside) {
        const std::uint32_t partner = stack_[i - 1].token;
        stack_.resize(i - 1);
        const char* here = p_;
        p_ = at;
        emit(TokenKind::InterpolationClose, at, partner);
        p_ = here;
    } else {
        p_ = at;
    }
    strings_.pop_back();
    const char* here = p_;
    p_ = at;
    emit(TokenKind::StringEnd, at);
    p_ = here;
}

// The text with its escapes decoded: a view into the source if there are none.
std::uint32_t Lexer::decoded(const char* start, const char* end, bool raw) {
    const std::string_view text(start, static_cast<std::size_t>(end - start));
    if (raw || text.find('\\') == std::string_view::npos) return add_string(text);
    std::string out;
    out.reserve(text.size());
    for (const char* p = start; p < end;) {
        if (*p == '\\')
            escape(p, end, out);
        else
            out += *p++;
    }
    return add_string(arena_.text(out));
}

// A block string of several lines begins on the line after the quotes and ends on the line before
// the closing ones; the white space before these is removed from every line.
void Lexer::decode_block(const OpenString& s, const char* text_end) {
    const char* text_start = s.start + (s.raw ? 4 : 3);
    const std::span<Piece> pieces(pieces_.data() + s.first_piece, pieces_.size() - s.first_piece);
    const char* first_eol = std::find(text_start, text_end, '\n');
    if (first_eol == text_end) {  // all on one line
        for (const Piece& piece : pieces)
            out_.strings[piece.string] = out_.strings[decoded(piece.start, piece.end, s.raw)];
        return;
    }
    const char* last_line = text_end;
    while (last_line[-1] != '\n') --last_line;
    if (!blank(text_start, first_eol)) {
        error(text_start, first_eol,
              "the text of a string of several lines begins on the line after the quotes");
        return;
    }
    if (last_line <= pieces.back().start || !blank(last_line, text_end)) {
        error(text_end, text_end + 3,
              "the quotes that close a string of several lines stand on a line of their own",
              "the white space before them is removed from every line");
        return;
    }
    const std::string_view indent(last_line, static_cast<std::size_t>(text_end - last_line));
    for (std::size_t i = 0; i < pieces.size(); ++i)
        unindented(pieces[i], indent, i == 0, i + 1 == pieces.size(), s.raw);
}

void Lexer::unindented(const Piece& piece, std::string_view indent, bool first, bool last, bool raw) {
    const char* p = piece.start;
    const char* end = piece.end;
    if (first) p = std::find(p, end, '\n') + 1;
    if (last) {
        while (end[-1] != '\n') --end;
        --end;  // the line break before the closing quotes is not part of the text
        if (end > p && end[-1] == '\r') --end;
    }
    std::string out;
    bool line_starts = first;
    bool reported = false;
    while (p < end) {
        if (line_starts) {
            line_starts = false;
            const char* eol = std::find(p, end, '\n');
            const std::string_view line(p, static_cast<std::size_t>(eol - p));
            if (line.starts_with(indent)) {
                p += indent.size();
            } else if (blank(p, eol) && (eol < end || last)) {
                p = eol;
            } else {
                if (!reported)
                    error(p, p + std::min<std::size_t>(line.size(), 1),
                          "this line of the string is indented less than the closing quotes",
                          "begin every line with the same white space as the closing quotes");
                reported = true;
            }
            continue;
        }
        if (*p == '\n') {
            if (out.ends_with('\r')) out.pop_back();
            out += '\n';
            ++p;
            line_starts = true;
        } else if (*p == '\\' && !raw) {
            escape(p, end, out);
        } else {
            out += *p++;
        }
    }
    out_.strings[piece.string] = arena_.text(out);
}

}  // namespace skua::compiler
