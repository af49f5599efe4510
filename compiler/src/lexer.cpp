#include "lexer.h"

#include <fmt/format.h>

#include "lexer_impl.h"

namespace skua::compiler {

namespace {

constexpr std::uint8_t kFlags[] = {
    0,
#define SKUA_TOKEN(name, text, flags) (flags),
#include "token_kinds.def"
};

constexpr std::string_view kTexts[] = {
    "",
#define SKUA_TOKEN(name, text, flags) text,
#include "token_kinds.def"
};

}  // namespace

std::string_view token_text(TokenKind kind) {
    return kTexts[static_cast<std::size_t>(kind)];
}
std::uint8_t token_flags(TokenKind kind) {
    return kFlags[static_cast<std::size_t>(kind)];
}

bool token_text_is_literal(TokenKind kind) {
    return kind > TokenKind::Terminator && kind < TokenKind::EndOfFile;
}

LexResult tokenize(const SourceFile& file, Arena& arena, DiagnosticSink& sink) {
    DiagnosticSink found(~std::size_t{0});
    Lexer lexer(file, arena, found);
    LexResult result = lexer.run();
    const UnmatchedBraces unmatched = lexer.unmatched();
    if (result.whole && result.complete && !unmatched.none()) {
        Lexer again(file, arena, sink, unmatched);
        result = again.run();
        result.whole = result.whole && again.unmatched().none();
        return result;
    }
    for (const SourceDiagnostic& d : found.all()) sink.error(d.range, d.message, d.suggestion);
    return result;
}

Lexer::Lexer(const SourceFile& file, Arena& arena, DiagnosticSink& sink, UnmatchedBraces repair)
    : file_(file),
      arena_(arena),
      sink_(sink),
      out_(result_.list),
      tokens_(result_.list.tokens),
      file_id_(file.id()),
      base_(file.text().data()),
      p_(base_),
      end_(base_ + file.text().size()),
      repair_(repair) {
    tokens_.reserve(file.text().size() / 4 + 16);
}

SourceDiagnostic& Lexer::error(const char* a, const char* b, std::string message, std::string suggestion) {
    result_.errors.push_back(at(a));
    return sink_.error(range(a, b), std::move(message), std::move(suggestion));
}

LexResult Lexer::run() {
    if (file_.text().starts_with("\xEF\xBB\xBF")) p_ += 3;
    for (;;) {
        skip_trivia();
        if ((newline_ || p_ >= end_) && !repair_.none()) mend_braces();
        if (newline_) end_line();
        if (p_ >= end_) break;
        lex_token();
    }
    count_unmatched();
    if (result_.complete) pop_to(0);
    const TokenKind last = previous();
    if (last != TokenKind::None && last != TokenKind::Terminator && last != TokenKind::LBrace &&
        last != TokenKind::ArrowBrace)
        terminator(p_, p_);
    space_ = true;
    emit(TokenKind::EndOfFile, p_);
    if (!module_doc_.empty()) out_.module_doc = arena_.text(module_doc_);
    return std::move(result_);
}

void Lexer::stop() {
    result_.complete = false;
    p_ = end_;
}

// ---- white space, comments and statement ends ---------------------------------------------------

void Lexer::skip_trivia() {
    newline_ = false;
    space_ = false;
    for (;;) {
        const char c = *p_;
        if (c == '\n') {
            newline_ = true;
        } else if (c == '/' && p_[1] == '/') {
            line_comment();
            space_ = true;
            continue;
        } else if (c == '/' && p_[1] == '*') {
            block_comment();
            space_ = true;
            continue;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            return;
        }
        ++p_;
        space_ = true;
    }
}

void Lexer::line_comment() {
    const char* start = p_;
    while (p_ < end_ && *p_ != '\n') ++p_;
    std::string_view text(start, static_cast<std::size_t>(p_ - start));
    if (text.ends_with('\r')) text.remove_suffix(1);
    const bool is_doc = text.starts_with("///") && !text.starts_with("////");
    const bool is_directive = text.starts_with("//!") && tokens_.empty();
    if (!is_doc && !is_directive) return;
    std::string_view body = text.substr(3);
    if (body.starts_with(' ')) body.remove_prefix(1);
    if (is_doc) {
        if (has_doc_) doc_ += '\n';
        doc_ += body;
        has_doc_ = true;
        return;
    }
    constexpr std::string_view kRequires = "requires:";
    if (body.starts_with(kRequires)) return requirements(body.substr(kRequires.size()));
    if (!module_doc_.empty()) module_doc_ += '\n';
    module_doc_ += body;
}

// The rest of `//! requires: fs.read:data, env`.
void Lexer::requirements(std::string_view list) {
    while (!list.empty()) {
        const std::size_t cut = list.find_first_of(", \t");
        const std::string_view item = list.substr(0, cut);
        list = cut == std::string_view::npos ? std::string_view() : list.substr(cut + 1);
        if (item.empty()) continue;
        out_.requirements.push_back({range(item.data(), item.data() + item.size()), item});
    }
}

void Lexer::block_comment() {
    const char* start = p_;
    p_ += 2;
    for (int depth = 1; depth > 0;) {
        if (p_ >= end_) {
            error(start, start + 2, "this comment is not closed", "close it with `*/`; comments nest");
            result_.whole = false;
            return;
        }
        if (*p_ == '\n') newline_ = true;
        if (p_[0] == '/' && p_[1] == '*') {
            ++depth;
            p_ += 2;
        } else if (p_[0] == '*' && p_[1] == '/') {
            --depth;
            p_ += 2;
        } else {
            ++p_;
        }
    }
    if (start[2] != '*' || p_ - start < 6) return;
    // A doc comment: each line without its leading white space and `*`.
    std::string_view body(start + 3, static_cast<std::size_t>(p_ - start - 5));
    std::string text;
    while (!body.empty()) {
        std::size_t eol = body.find('\n');
        std::string_view line = body.substr(0, eol);
        body = eol == std::string_view::npos ? std::string_view() : body.substr(eol + 1);
        while (!line.empty() && is_class(line.front(), kSpace)) line.remove_prefix(1);
        if (line.starts_with('*')) line.remove_prefix(1);
        if (line.starts_with(' ')) line.remove_prefix(1);
        while (!line.empty() && is_class(line.back(), kSpace)) line.remove_suffix(1);
        if (!text.empty()) text += '\n';
        text += line;
    }
    while (text.ends_with('\n')) text.pop_back();
    doc_ = std::move(text);
    has_doc_ = true;
}

// Whether the line that begins here goes on with the statement before it.
bool Lexer::continues_line() const {
    const auto word_is = [&](std::string_view w) {
        return static_cast<std::size_t>(end_ - p_) >= w.size() && std::string_view(p_, w.size()) == w &&
               !is_class(p_[w.size()], kLetter | kDigit);
    };
    switch (*p_) {
        case '.':
            return p_[1] != '.';
        case '?':
            return p_[1] == '.' || p_[1] == '?';
        case ':':  // supertypes, or a type
            return true;
        case '&':
            return p_[1] == '&';
        case '|':
            return p_[1] == '|';
        case 'e':
            return word_is("else");
        case 'c':
            return word_is("catch");
        case 'f':
            return word_is("finally");
        default:
            return false;
    }
}

// Is the last token part of a head - `if x`, `fn f()`, `class A` - whose block has not begun?
bool Lexer::lacks_block() const {
    using K = TokenKind;
    const std::size_t depth = stack_.size();
    for (std::size_t i = tokens_.size(); i-- > 0;) {
        const Token& t = tokens_[i];
        if (t.depth > depth) continue;
        switch (t.kind) {
            case K::If:
            case K::Else:
            case K::While:
            case K::For:
            case K::Match:
            case K::Try:
            case K::Catch:
            case K::Finally:
            case K::Fn:
            case K::Class:
            case K::Struct:
            case K::Interface:
            case K::Enum:
            case K::Extend:
            case K::Init:
            case K::Test:
                return true;
            case K::Terminator:
            case K::LBrace:
            case K::ArrowBrace:
            case K::RBrace:
            case K::Assign:
            case K::FatArrow:
                return false;
            default:
                break;
        }
        if (t.depth < depth) return false;
    }
    return false;
}

// A line break stands between the last token and what comes next: does it end a statement?
void Lexer::end_line() {
    if (in_type_arguments()) return;
    bool given_up = false;
    if (!stack_.empty()) {
        // An interpolation in a string of one line cannot go on in the next one.
        for (std::size_t i = stack_.size(); i-- > 0 && stack_[i].kind != Bracket::Brace;) {
            if (stack_[i].kind != Bracket::Interpolation || strings_.back().block) continue;
            unterminated_string(p_, false);
            break;
        }
        if (!stack_.empty() && stack_.back().kind != Bracket::Brace) {
            if (p_ < end_ && !closes_brackets_here() && !cut_) return;
            std::size_t i = stack_.size();
            while (i > 0 && stack_[i - 1].kind != Bracket::Brace) --i;
            pop_to(i);
            given_up = true;
        }
    }
    cut_ = false;
    const TokenKind last = previous();
    if (p_ < end_ && *p_ == '{' && lacks_block()) {
        error(p_, p_ + 1, "this `{` stands on the line of what it belongs to",
              "put it at the end of the line before");
        return;
    }
    bool ends = (token_flags(last) & kTokenEnds) != 0;
    if (last == TokenKind::Star) ends = before_previous() == TokenKind::Dot;  // import a.*
    // `let x =` and then a line that begins with `let`: something is missing, but not that line.
    if (!ends && last >= TokenKind::Dot && last <= TokenKind::IsNot) ends = closes_brackets_here();
    if (!ends || continues_line()) return;
    const char* here = base_ + tokens_.back().end;
    // What is reported as the end of the line has a place of its own, also before a comment.
    const char* q = here;
    while (*q == ' ' || *q == '\t') ++q;
    const bool visible =
        !given_up && (*q == '\n' || *q == '\r' || (q[0] == '/' && (q[1] == '/' || q[1] == '*')));
    terminator(here, visible ? here + 1 : here);
}

void Lexer::terminator(const char* start, const char* end) {
    Token t;
    t.kind = TokenKind::Terminator;
    t.depth = static_cast<std::uint16_t>(stack_.size());
    t.start = at(start);
    t.end = at(end);
    tokens_.push_back(t);
}

void Lexer::emit(TokenKind kind, const char* start, std::uint32_t value) {
    if (has_doc_) {
        out_.docs.push_back({static_cast<std::uint32_t>(tokens_.size()), arena_.text(doc_)});
        doc_.clear();
        has_doc_ = false;
    }
    Token t;
    t.kind = kind;
    t.glued = !space_;
    t.depth = static_cast<std::uint16_t>(stack_.size());
    t.start = at(start);
    t.end = at(p_);
    t.value = value;
    tokens_.push_back(t);
}

// `i++`, `--i`: reported, and left out. `x - -1` and `x--1` are what they look like.
bool Lexer::step_operator() {
    const char* after = p_ + 2;
    if (p_[1] != *p_ || *after == '=') return false;
    const char* q = after;
    while (*q == ' ' || *q == '\t') ++q;
    const bool last = q >= end_ || std::string_view("\n\r)]};,{").find(*q) != std::string_view::npos ||
                      (q[0] == '/' && q[1] == '/');
    const bool postfix = last && !space_ && (token_flags(previous()) & kTokenEnds) != 0;
    const bool prefix = statement_starts() && is_class(*after, kLetter);
    if (!postfix && !prefix) return false;
    error(p_, after, fmt::format("there is no operator `{0}{0}`", *p_), fmt::format("write `i {}= 1`", *p_));
    p_ = after;
    return true;
}

void Lexer::op(TokenKind kind, int length) {
    const char* start = p_;
    p_ += length;
    emit(kind, start);
}

// ---- tokens -----------------------------------------------------------------------------------------

void Lexer::lex_token() {
    const char c = *p_;
    if (is_class(c, kLetter)) return word();
    if (is_class(c, kDigit)) return number();
    if (c == '"') return string(false);
    if (c == '\'') return character();
    punctuation();
}

void Lexer::punctuation() {
    using K = TokenKind;
    const char n = p_[1];
    switch (*p_) {
        case '(':
            return open(Bracket::Paren, K::LParen, 1);
        case '[':
            return open(Bracket::Square, K::LBracket, 1);
        case '{':
            if (previous() == K::Dot) return open(Bracket::ImportBrace, K::LBrace, 1);
            return open(Bracket::Brace, previous() == K::FatArrow ? K::ArrowBrace : K::LBrace, 1);
        case ')':
            return close(Bracket::Paren, K::RParen);
        case ']':
            return close(Bracket::Square, K::RBracket);
        case '}':
            return close_brace();
        case ',':
            return op(K::Comma, 1);
        case ';': {
            const bool in_list = !stack_.empty() && stack_.back().kind != Bracket::Brace;
            const K last = previous();
            const char* start = p_++;
            if (in_list ||
                (last != K::Terminator && last != K::LBrace && last != K::ArrowBrace && last != K::None))
                terminator(start, p_);
            return;
        }
        case ':':
            if (!stack_.empty() && stack_.back().kind == Bracket::Interpolation) return format();
            return op(K::Colon, 1);
        case '.':
            if (n == '.')
                return p_[2] == '.'   ? op(K::Ellipsis, 3)
                       : p_[2] == '=' ? op(K::RangeInclusive, 3)
                                      : op(K::RangeExclusive, 2);
            return op(K::Dot, 1);
        case '?':
            return question();
        case '=':
            if (n == '>') return fat_arrow();
            if (n == '=') return p_[2] == '=' ? op(K::Same, 3) : op(K::Equal, 2);
            return op(K::Assign, 1);
        case '!':
            if (n == '=') return p_[2] == '=' ? op(K::NotSame, 3) : op(K::NotEqual, 2);
            if (n == '!' && !space_ && (token_flags(previous()) & kTokenEnds) != 0) return op(K::BangBang, 2);
            return op(K::Bang, 1);
        case '+':
            if (step_operator()) return;
            return n == '=' ? op(K::PlusAssign, 2) : op(K::Plus, 1);
        case '-':
            if (step_operator()) return;
            return n == '=' ? op(K::MinusAssign, 2) : n == '>' ? op(K::Arrow, 2) : op(K::Minus, 1);
        case '*':
            return n == '=' ? op(K::StarAssign, 2) : op(K::Star, 1);
        case '/':
            return n == '=' ? op(K::SlashAssign, 2) : op(K::Slash, 1);
        case '%':
            return n == '=' ? op(K::PercentAssign, 2) : op(K::Percent, 1);
        case '&':
            return n == '&' ? op(K::AndAnd, 2) : n == '=' ? op(K::AndAssign, 2) : op(K::Amp, 1);
        case '|':
            return n == '|' ? op(K::OrOr, 2) : n == '=' ? op(K::OrAssign, 2) : op(K::Pipe, 1);
        case '^':
            return n == '=' ? op(K::XorAssign, 2) : op(K::Caret, 1);
        case '~':
            return op(K::Tilde, 1);
        case '<':
            return less();
        case '>':
            return greater();
        default:
            return unknown_character();
    }
}

void Lexer::less() {
    using K = TokenKind;
    if (in_type_arguments()) return op(K::TypeOpen, 1);
    const K last = previous();
    const K before = before_previous();
    const bool declares = last == K::Extend ||
                          (last == K::Name && (before == K::Fn || before == K::Class || before == K::Struct ||
                                               before == K::Interface || before == K::Enum));
    if (declares || ((last == K::Name || last == K::Super) && !space_ && p_[1] != '<' && p_[1] != '=')) {
        if (const char* end = scan_type_arguments(p_, declares); end != nullptr) type_end_ = end;
        if (declares || in_type_arguments()) return op(K::TypeOpen, 1);
    }
    if (p_[1] == '<') return p_[2] == '=' ? op(K::ShlAssign, 3) : op(K::Shl, 2);
    return p_[1] == '=' ? op(K::LessEqual, 2) : op(K::Less, 1);
}

void Lexer::greater() {
    using K = TokenKind;
    if (in_type_arguments()) return op(K::TypeClose, 1);
    if (is(">>>=")) return op(K::UShrAssign, 4);
    if (is(">>>")) return op(K::UShr, 3);
    if (is(">>=")) return op(K::ShrAssign, 3);
    if (is(">>")) return op(K::Shr, 2);
    return p_[1] == '=' ? op(K::GreaterEqual, 2) : op(K::Greater, 1);
}

void Lexer::question() {
    using K = TokenKind;
    if (in_type_arguments()) return op(K::Question, 1);
    if (p_[1] == '.' && p_[2] != '.') return op(K::SafeDot, 2);
    if (p_[1] != '?') return op(K::Question, 1);
    if (p_[2] == '=' && p_[3] != '=') return op(K::CoalesceAssign, 3);
    // `T??` is a type if it is written without a space and nothing follows that could be an operand.
    bool type = !space_ && previous() != K::RParen;
    if (type) {
        const char* q = p_ + 2;
        while (*q == ' ' || *q == '\t') ++q;
        type = q >= end_ || std::string_view(")>,=]{}?;\n\r").find(*q) != std::string_view::npos;
    }
    if (type) return op(K::Question, 1);
    op(K::Coalesce, 2);
}

// ---- brackets -----------------------------------------------------------------------------------------

void Lexer::open(Bracket kind, TokenKind token, int length) {
    if (stack_.size() >= kMaxNesting) {
        error(p_, p_ + length, fmt::format("brackets are nested more than {} deep", kMaxNesting),
              "move inner parts to functions or variables of their own");
        return stop();
    }
    const char* start = p_;
    p_ += length;
    emit(token, start, kNoPartner);
    stack_.push_back({kind, static_cast<std::uint32_t>(tokens_.size() - 1), 0});
    if (!repair_.none()) stack_.back().indent = indent_of_line(start);
}

// Forgets brackets that were never closed (the parser reports them).
void Lexer::pop_to(std::size_t size) {
    while (stack_.size() > size) {
        if (stack_.back().kind == Bracket::Interpolation) strings_.pop_back();
        stack_.pop_back();
    }
}

// f(a, b,) is f(a, b)
void Lexer::drop_trailing_comma() {
    using K = TokenKind;
    if (previous() != K::Comma) return;
    const K before = before_previous();
    if (before == K::Comma || before == K::LParen || before == K::LBracket || before == K::LBrace) return;
    tokens_.pop_back();
}

void Lexer::close(Bracket kind, TokenKind token) {
    std::size_t i = stack_.size();
    while (i > 0 && stack_[i - 1].kind != kind && stack_[i - 1].kind != Bracket::Brace &&
           stack_[i - 1].kind != Bracket::Interpolation)
        --i;
    const char* start = p_++;
    if (i == 0 || stack_[i - 1].kind != kind) {
        const bool other = !stack_.empty() &&
                           (stack_.back().kind == Bracket::Paren || stack_.back().kind == Bracket::Square);
        if (!other) return emit(token, start, kNoPartner);
        // [1, 2) - the wrong one of the two
        const bool square = stack_.back().kind == Bracket::Square;
        const LineColumn opener = file_.position(tokens_[stack_.back().token].start);
        error(start, p_,
              fmt::format("expected `{}` to close the `{}` opened at {}:{}, found `{}`", square ? "]" : ")",
                          square ? "[" : "(", opener.line, opener.column, square ? ")" : "]"));
        token = square ? TokenKind::RBracket : TokenKind::RParen;
        i = stack_.size();
    }
    drop_trailing_comma();
    const std::uint32_t partner = stack_[i - 1].token;
    const bool matched = i == stack_.size();
    pop_to(i - 1);
    if (matched) tokens_[partner].value = static_cast<std::uint32_t>(tokens_.size());
    emit(token, start, partner);
}

void Lexer::close_brace() {
    if (!stack_.empty() && stack_.back().kind == Bracket::Interpolation) return interpolation_close();
    std::size_t i = stack_.size();
    while (i > 0 && stack_[i - 1].kind != Bracket::Brace && stack_[i - 1].kind != Bracket::ImportBrace &&
           stack_[i - 1].kind != Bracket::Interpolation)
        --i;
    if (i > 0 && stack_[i - 1].kind == Bracket::Interpolation) {
        pop_to(i);
        return interpolation_close();
    }
    const bool matched = i > 0 && i == stack_.size();
    if (i > 0) pop_to(i);
    drop_trailing_comma();
    const TokenKind last = previous();
    const bool import = i > 0 && stack_[i - 1].kind == Bracket::ImportBrace;
    if (i > 0 && !import && last != TokenKind::LBrace && last != TokenKind::ArrowBrace &&
        last != TokenKind::Terminator && last != TokenKind::None)
        terminator(p_, p_);
    const char* start = p_++;
    if (i == 0) return emit(TokenKind::RBrace, start, kNoPartner);
    const std::uint32_t partner = stack_[i - 1].token;
    pop_to(i - 1);
    if (matched) tokens_[partner].value = static_cast<std::uint32_t>(tokens_.size());
    emit(TokenKind::RBrace, start, partner);
}

// ---- braces that are missing or too many ------------------------------------------------------------
//
// Where braces do not match, the end of the file is where that shows, and seldom where it happened. So the
// text is read again, and this time indentation tells: what stands no deeper than the line of an
// open `{`, and does not close it, shows that its `}` is missing; a `}` deeper than the line of its `{` is
// one too many. No more is mended than is wrong.

void Lexer::count_unmatched() {
    for (const Token& t : tokens_) {
        if (t.kind == TokenKind::LBrace || t.kind == TokenKind::ArrowBrace) ++unmatched_.missing;
        if (t.kind != TokenKind::RBrace) continue;
        if (t.value == kNoPartner)
            ++unmatched_.surplus;
        else
            --unmatched_.missing;
    }
}

std::size_t Lexer::indent_of_line(const char* p) const {
    while (p > base_ && p[-1] != '\n') --p;
    std::size_t width = 0;
    for (; *p == ' ' || *p == '\t'; ++p) width = *p == '\t' ? (width / 4 + 1) * 4 : width + 1;
    return width;
}

// At the first token of a line, or at the end of the file.
void Lexer::mend_braces() {
    const std::size_t indent = p_ < end_ ? indent_of_line(p_) : 0;
    const bool closes = p_ < end_ && *p_ == '}';
    const auto innermost = [&] {
        std::size_t i = stack_.size();
        while (i > 0 && stack_[i - 1].kind != Bracket::Brace) {
            if (stack_[i - 1].kind == Bracket::Interpolation || stack_[i - 1].kind == Bracket::ImportBrace)
                return std::size_t{0};
            --i;
        }
        return i;
    };
    if (!closes && (continues_line() || *p_ == ')' || *p_ == ']' || *p_ == '{')) return;
    if (repair_.surplus > 0 && p_ < end_ && reopen(indent)) return;
    for (std::size_t i = innermost(); i > 0 && repair_.missing > 0; i = innermost()) {
        const bool open_behind = closes ? stack_[i - 1].indent > indent : stack_[i - 1].indent >= indent;
        if (!open_behind) break;
        const Token& opener = tokens_[stack_[i - 1].token];
        const LineColumn at_opener = file_.position(opener.start);
        const char* first = p_ < end_ ? p_ : base_ + tokens_.back().end;
        error(first, p_ < end_ ? p_ + 1 : first,
              fmt::format("expected `}}` to close the `{{` opened at {}:{}{}", at_opener.line,
                          at_opener.column, p_ < end_ ? "" : ", found the end of the file"),
              p_ < end_ ? "judging by the indentation, a `}` is missing before this line" : "");
        pop_to(i);
        insert_closer();
        --repair_.missing;
    }
    const std::size_t i = innermost();
    if (closes && repair_.surplus > 0 && i > 0 && stack_[i - 1].indent < indent) {
        error(p_, p_ + 1, "`}` without a `{` before it",
              "judging by the indentation, this is the one that is too many");
        ++p_;
        --repair_.surplus;
        skip_trivia();
        newline_ = true;
    }
}

// If a `}` of the line before closed a block that this line is indented into, that `}` is one too many: it is
// left out, and reading goes on behind it.
bool Lexer::reopen(std::size_t indent) {
    if (tokens_.empty() || !strings_.empty()) return false;
    const char* line = base_ + tokens_.back().end;
    while (line > base_ && line[-1] != '\n') --line;
    std::size_t k = tokens_.size();
    while (k > 0 && base_ + tokens_[k - 1].start >= line) --k;
    const char* first = line + std::string_view(line).find_first_not_of(" \t");
    std::uint32_t partner = kNoPartner;
    for (; k < tokens_.size() && partner == kNoPartner; ++k) {
        const Token& t = tokens_[k];
        if (t.kind != TokenKind::RBrace || t.start == t.end || t.value == kNoPartner) continue;
        const char* opener = base_ + tokens_[t.value].start;
        if (base_ + t.start != first && opener < line && indent_of_line(opener) < indent) partner = t.value;
    }
    if (partner == kNoPartner) return false;
    --k;
    const char* here = base_ + tokens_[k].start;
    tokens_.resize(k);
    while (!out_.docs.empty() && out_.docs.back().token >= k) out_.docs.pop_back();
    doc_.clear();
    has_doc_ = false;
    // What was open there is open again.
    tokens_[partner].value = kNoPartner;
    pop_to(std::min<std::size_t>(stack_.size(), tokens_[partner].depth));
    for (std::uint32_t i = partner; i < k; ++i) {
        const Token& t = tokens_[i];
        if (t.value != kNoPartner) continue;
        if (t.kind == TokenKind::LBrace || t.kind == TokenKind::ArrowBrace)
            stack_.push_back({Bracket::Brace, i, indent_of_line(base_ + t.start)});
        else if (t.kind == TokenKind::LParen || t.kind == TokenKind::LambdaParen)
            stack_.push_back({Bracket::Paren, i, 0});
        else if (t.kind == TokenKind::LBracket)
            stack_.push_back({Bracket::Square, i, 0});
    }
    error(here, here + 1, "`}` without a `{` before it",
          "judging by the indentation, this is the one that is too many");
    --repair_.surplus;
    p_ = here + 1;
    newline_ = false;
    return true;
}

// Closes the innermost brace where the last token ends.
void Lexer::insert_closer() {
    const char* here = base_ + tokens_.back().end;
    const TokenKind last = previous();
    if (last != TokenKind::LBrace && last != TokenKind::ArrowBrace && last != TokenKind::Terminator)
        terminator(here, here);
    const std::uint32_t partner = stack_.back().token;
    stack_.pop_back();
    Token t;
    t.kind = TokenKind::RBrace;
    t.depth = static_cast<std::uint16_t>(stack_.size());
    t.start = t.end = at(here);
    t.value = partner;
    tokens_[partner].value = static_cast<std::uint32_t>(tokens_.size());
    tokens_.push_back(t);
}

// Where an expression (or a pattern) can begin: a name or parenthesis there that is followed by
// `=>` is the head of a lambda (or the pattern of a match arm).
static bool expression_begins_after(TokenKind k) {
    using K = TokenKind;
    switch (k) {
        case K::None:
        case K::Terminator:
        case K::LBrace:
        case K::ArrowBrace:
        case K::LParen:
        case K::LambdaParen:
        case K::LBracket:
        case K::Comma:
        case K::Colon:
        case K::FatArrow:
        case K::Coalesce:
        case K::Return:
        case K::Throw:
        case K::InterpolationOpen:
        case K::Else:
            return true;
        default:
            return k >= K::Assign && k <= K::CoalesceAssign;
    }
}

void Lexer::fat_arrow() {
    if (previous() == TokenKind::RParen) {
        const std::uint32_t opener = tokens_.back().value;
        if (opener != kNoPartner && tokens_[opener].kind == TokenKind::LParen &&
            expression_begins_after(opener == 0 ? TokenKind::None : tokens_[opener - 1].kind))
            tokens_[opener].kind = TokenKind::LambdaParen;
    } else if (previous() == TokenKind::Name && expression_begins_after(before_previous())) {
        tokens_.back().kind = TokenKind::LambdaName;
    }
    op(TokenKind::FatArrow, 2);
}

void Lexer::unknown_character() {
    const char* start = p_;
    if (*p_ == 0) {
        ++p_;
        error(start, p_, "a NUL byte in the source", "is this a text file?");
        return;
    }
    const char c = *p_;
    ++p_;
    std::string suggestion;
    if (c == '@' || c == '#') suggestion = "Skua has no attributes or preprocessor; comments begin with `//`";
    if (c == '`') suggestion = "strings are written in double quotes";
    if (c == '$') suggestion = "`${...}` is for use inside strings";
    const bool printable = c > ' ' && c < 0x7F;
    // Where there is one in a line, more are likely: a picture, or text that is no program.
    const char* line = start;
    while (line > base_ && line[-1] != '\n') --line;
    space_ = true;
    if (!result_.errors.empty() && result_.errors.back() >= at(line) && stray_line_ == line) return;
    stray_line_ = line;
    error(start, p_,
          printable ? fmt::format("unexpected character `{}`", c)
                    : fmt::format("unexpected control character U+{:04X}", static_cast<unsigned char>(c)),
          std::move(suggestion));
    space_ = true;
}

}  // namespace skua::compiler
