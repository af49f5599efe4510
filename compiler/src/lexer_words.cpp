// Names, keywords, and whether `<` opens type arguments.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utf8proc.h>

#include "lexer_impl.h"

namespace skua::compiler {

namespace {

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> t{};
    for (int c = 'a'; c <= 'z'; ++c) t[static_cast<std::size_t>(c)] = kLetter;
    for (int c = 'A'; c <= 'Z'; ++c) t[static_cast<std::size_t>(c)] = kLetter;
    for (std::size_t c = 0x80; c < 256; ++c) t[c] = kLetter;
    t['_'] = kLetter;
    for (int c = '0'; c <= '9'; ++c) t[static_cast<std::size_t>(c)] = kDigit | kHex;
    for (int c = 'a'; c <= 'f'; ++c) t[static_cast<std::size_t>(c)] |= kHex;
    for (int c = 'A'; c <= 'F'; ++c) t[static_cast<std::size_t>(c)] |= kHex;
    t[' '] = t['\t'] = t['\r'] = t['\n'] = kSpace;
    return t;
}

// Keywords in an open hash table that is built at compile time.
struct Keyword {
    std::string_view text;
    TokenKind kind = TokenKind::None;
};
constexpr std::size_t kKeywordSlots = 256;
constexpr std::size_t keyword_hash(std::string_view s) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    return (s.size() * 37 + at(0) * 7 + at(s.size() - 1) * 13 + at(s.size() / 2) * 31) % kKeywordSlots;
}
constexpr std::array<Keyword, kKeywordSlots> make_keywords() {
    std::array<Keyword, kKeywordSlots> table{};
    const auto add = [&](std::string_view text, TokenKind kind, int flags) {
        if ((flags & kTokenKeyword) == 0) return;
        std::size_t i = keyword_hash(text);
        while (!table[i].text.empty()) i = (i + 1) % kKeywordSlots;
        table[i] = {text, kind};
    };
#define SKUA_TOKEN(name, text, flags) add(text, TokenKind::name, flags);
#include "token_kinds.def"
    return table;
}
constexpr std::array<Keyword, kKeywordSlots> kKeywords = make_keywords();

TokenKind keyword(std::string_view text) {
    if (text.size() < 2 || text.size() > 9) return TokenKind::Name;
    for (std::size_t i = keyword_hash(text); !kKeywords[i].text.empty(); i = (i + 1) % kKeywordSlots)
        if (kKeywords[i].text == text) return kKeywords[i].kind;
    return TokenKind::Name;
}

const char* skip_spaces(const char* p) {
    while (*p == ' ' || *p == '\t') ++p;
    return p;
}

std::string_view word_at(const char* p) {
    const char* start = p;
    if (!is_class(*p, kLetter)) return {};
    while (is_class(*p, kLetter | kDigit)) ++p;
    return {start, static_cast<std::size_t>(p - start)};
}

bool is_modifier(TokenKind k) {
    using K = TokenKind;
    return k == K::Pub || k == K::Private || k == K::Override || k == K::Static || k == K::Open ||
           k == K::Abstract;
}

}  // namespace

constinit const std::array<std::uint8_t, 256> kCharClass = make_classes();

bool Lexer::statement_starts() const {
    const TokenKind last = previous();
    return last == TokenKind::None || last == TokenKind::Terminator || last == TokenKind::LBrace ||
           last == TokenKind::ArrowBrace;
}

// Is the brace that is open here that of an enum, where names of cases begin statements?
bool Lexer::in_enum_body() const {
    if (stack_.empty() || stack_.back().kind != Bracket::Brace) return false;
    for (std::size_t i = stack_.back().token; i-- > 0 && tokens_[i].kind != TokenKind::Terminator;)
        if (tokens_[i].kind == TokenKind::Enum) return true;
    return false;
}

// Does the reserved word stand, or is it used, where only a name makes sense? It is read as one then, so
// that one error is all that comes of it. The word has been read: p_ is behind it.
bool Lexer::is_meant_as_name(TokenKind word) const {
    using K = TokenKind;
    const TokenKind before = newline_ ? K::None : previous();
    if (before == K::Class || before == K::Struct || before == K::Interface || before == K::Enum) return true;
    if (before == K::Fn) return true;
    switch (word) {  // words that stand by themselves
        case K::True:
        case K::False:
        case K::Null:
        case K::This:
        case K::Super:
        case K::Break:
        case K::Continue:
        case K::Return:
        case K::Else:
            return false;
        default:
            break;
    }
    const K last = previous();
    const char* q = skip_spaces(p_);
    const char n = *q;
    const bool ends = q >= end_ || (n == '/' && (q[1] == '/' || q[1] == '*')) || n == '\n' || n == '\r' ||
                      n == ';' || n == '}';
    const bool arrow = n == '=' && q[1] == '>';
    const bool assigned = n == '=' && q[1] != '=' && !arrow;
    // fn match(, class in {, let class =, for in in, import class = a.b
    if (!newline_) {
        switch (last) {
            case K::Let:
            case K::Var:
            case K::Use:
                return assigned || n == ':' || n == ',' || ends;
            case K::For:
                return word_at(q) == "in";
            case K::Import:
                return assigned || n == '.' || ends;
            case K::Get:
                return n == ':';
            case K::Catch:
                return n == '{' || n == ':';
            default:
                break;
        }
    }
    if (arrow) return true;  // a lambda's parameter, a pattern
    if (statement_starts())
        return word != K::Fn && !is_modifier(word) && word != K::Let && word != K::Var && in_enum_body() &&
               (ends || n == '(' || n == ',');
    if (ends && (last == K::Assign || last == K::Arrow))
        return word == K::In || word == K::Is || word == K::As;
    if ((token_flags(last) & kTokenEnds) != 0) return false;  // `x is`, `x as`, `} catch`
    // Nothing goes on like this after a keyword.
    if (n == ',' || n == ')' || n == ']') return true;
    if (n == ':') return !stack_.empty() && stack_.back().kind == Bracket::Paren;
    if (n == '.') return q[1] != '.' && word != K::Import;
    if (n == '>' || n == '&') return last == K::TypeOpen;
    if (n == '}') return !stack_.empty() && stack_.back().kind == Bracket::Interpolation;
    return assigned && last == K::Comma;
}

// Once for each word.
void Lexer::report_reserved(const char* start, std::string_view text) {
    for (std::string_view known : result_.reserved)
        if (known == text) return;
    result_.reserved.push_back(text);
    error(start, p_, fmt::format("`{}` is a reserved word and cannot be a name", text),
          "choose another name");
}

void Lexer::word() {
    using K = TokenKind;
    const char* start = p_;
    bool ascii = true;
    while (is_class(*p_, kLetter | kDigit)) ascii &= *p_++ >= 0;
    const std::string_view text(start, static_cast<std::size_t>(p_ - start));
    if (text.size() > kMaxName) error(start, p_, fmt::format("a name has at most {} bytes", kMaxName));
    if (!ascii) {
        p_ = start;
        check_identifier(text);
        return;
    }
    const K last = previous();
    if ((last == K::Dot || last == K::SafeDot) && !newline_)
        return emit(K::Name, start);  // a.match is a name
    K kind = keyword(text);
    if (kind == K::Name) {
        if (text == "r" && *p_ == '"') {
            p_ = start;
            return string(true);
        }
        kind = soft_keyword(text);
        if (kind == K::Name) kind = name_kind(p_);
        if (kind == K::Name) kind = foreign_keyword(start, text);
    } else if (is_meant_as_name(kind)) {
        report_reserved(start, text);
        kind = name_kind(p_);
    } else if (kind == K::As && *p_ == '?') {
        ++p_;
        kind = K::AsSafe;
    } else if (kind == K::Is) {
        const char* q = skip_spaces(p_);
        if (word_at(q) == "not") {
            p_ = q + 3;
            kind = K::IsNot;
        }
    } else if (kind == K::Return) {
        const char* q = skip_spaces(p_);
        const bool comment = q[0] == '/' && q[1] == '/';
        if (q >= end_ || comment || std::string_view("\n\r)]},;").find(*q) != std::string_view::npos)
            kind = K::ReturnBare;
    }
    emit(kind, start);
}

// Words that are keywords only where nothing but their construct makes sense.
TokenKind Lexer::soft_keyword(std::string_view text) const {
    using K = TokenKind;
    switch (text.front()) {
        case 'a':
        case 'g':
        case 'i':
        case 'n':
        case 'o':
        case 't':
            break;
        default:
            return K::Name;
    }
    if (!statement_starts() && !is_modifier(previous()) && previous() != K::RParen) return K::Name;
    const char* q = skip_spaces(p_);
    if (text == "init") return *q == '{' ? K::Init : K::Name;
    if (text == "test") return *q == '"' ? K::Test : K::Name;
    if (text == "native") {
        if (*q != '(' || *skip_spaces(q + 1) != '"') return K::Name;
        // native("library") and then what a declaration goes on with
        const char* r = skip_spaces(q + 1) + 1;
        while (r < end_ && *r != '"' && *r != '\n') ++r;
        if (*r != '"' || *(r = skip_spaces(r + 1)) != ')') return K::Name;
        return word_at(skip_spaces(r + 1)).empty() ? K::Name : K::Native;
    }
    const std::string_view next = word_at(q);
    if (text == "get") {
        const K after = next.empty() ? K::None : keyword(next);
        const bool property = after == K::Name || (!next.empty() && *skip_spaces(q + next.size()) == ':');
        return property ? K::Get : K::Name;
    }
    if (text == "open" || text == "abstract") {
        const K after = next.empty() ? K::None : keyword(next);
        const bool declares = after == K::Class || after == K::Fn || after == K::Struct ||
                              after == K::Interface || after == K::Enum || after == K::Pub ||
                              after == K::Private || after == K::Override || after == K::Static ||
                              after == K::Let || after == K::Var || next == "get" || next == "open" ||
                              next == "abstract" || next == "native";
        if (declares) return text == "open" ? K::Open : K::Abstract;
    }
    return K::Name;
}

// A keyword of other languages, where a name makes no sense: reported once, and read as what is meant, so
// that whoever writes it sees the program's other errors, too.
TokenKind Lexer::foreign_keyword(const char* start, std::string_view text) {
    using K = TokenKind;
    struct Foreign {
        std::string_view theirs;
        TokenKind kind;
        std::string_view ours, hint;
    };
    static constexpr std::string_view kFn = "functions are declared with `fn`";
    static constexpr Foreign kForeign[] = {
        {"fun", K::Fn, "fn", kFn},
        {"func", K::Fn, "fn", kFn},
        {"function", K::Fn, "fn", kFn},
        {"def", K::Fn, "fn", kFn},
        {"val", K::Let, "let", ""},
        {"const", K::Let, "let", ""},
        {"public", K::Pub, "pub", "write `pub`; members are public unless they are `private`"},
    };
    const bool in_parentheses = !stack_.empty() && stack_.back().kind == Bracket::Paren &&
                                (previous() == K::LParen || previous() == K::Comma);
    if (!in_parentheses && !statement_starts() && !is_modifier(previous())) return K::Name;
    const char* q = skip_spaces(p_);
    const std::string_view next = word_at(q);
    if (next.empty()) return K::Name;
    const char* after = skip_spaces(q + next.size());
    for (const Foreign& f : kForeign) {
        if (f.theirs != text) continue;
        if (in_parentheses) {  // class Person(val name: string)
            if (f.kind != K::Let || *after != ':') return K::Name;
        } else if (f.kind == K::Fn) {
            // A function as here but for the word: with a body in braces, or behind `=`.
            const std::string_view line(after,
                                        static_cast<std::size_t>(std::find(after, end_, '\n') - after));
            if ((*after != '(' && *after != '<') || line.find_first_of("{=") == std::string_view::npos)
                return K::Name;
        } else if (f.kind == K::Let) {
            if ((*after != '=' || after[1] == '=') && *after != ':') return K::Name;
        } else {
            const K declared = keyword(next);
            if (declared != K::Class && declared != K::Interface && declared != K::Fn &&
                declared != K::Enum && declared != K::Struct && declared != K::Let && declared != K::Var &&
                declared != K::Static && next != "fun" && next != "func" && next != "function" &&
                next != "abstract" && next != "open")
                return K::Name;
        }
        if (std::find(foreign_.begin(), foreign_.end(), text) == foreign_.end()) {
            foreign_.push_back(text);
            error(start, p_, fmt::format("expected `{}`, found `{}`", f.ours, text),
                  f.hint.empty() ? fmt::format("write `{}`", f.ours) : std::string(f.hint));
        }
        return f.kind;
    }
    return K::Name;
}

// A plain name: is it an argument's name, or a label?
TokenKind Lexer::name_kind(const char* after) const {
    const char* q = skip_spaces(after);
    if (*q != ':') return TokenKind::Name;
    if (!stack_.empty() && stack_.back().kind == Bracket::Paren && !in_type_arguments())
        return TokenKind::ArgName;
    if (statement_starts()) {
        const std::string_view next = word_at(skip_spaces(q + 1));
        if (next == "while" || next == "for") return TokenKind::LabelName;
    }
    return TokenKind::Name;
}

// At the start of a line inside brackets: does a statement begin here that shows that the brackets
// were never closed?
bool Lexer::closes_brackets_here() const {
    using K = TokenKind;
    const std::string_view text = word_at(p_);
    if (text.empty()) return false;
    const K last = previous();
    const bool item = last == K::Comma || last == K::LParen || last == K::LBracket;
    switch (keyword(text)) {
        case K::Fn:
        case K::Class:
        case K::Struct:
        case K::Interface:
        case K::Enum:
        case K::Import:
        case K::Extend:
        case K::While:
        case K::For:
        case K::Use:
            return true;
        case K::Let:
        case K::Var:
        case K::Pub:
        case K::Private:
        case K::Static:
        case K::Override:
            return !item;  // parameters of a class may begin so
        default:
            return false;
    }
}

// `p` is at `<`. If a list of types up to the matching `>` follows, and after it something that can
// come after type arguments, returns the position after that `>`; else null. A declaration's
// list may have bounds and may be followed by anything.
const char* Lexer::scan_type_arguments(const char* p, bool declaration) const {
    constexpr int kMaxSteps = 1000;  // keeps a line of many `<` from taking quadratic time
    std::string nest;
    bool operand = false;
    for (int step = 0; step < kMaxSteps; ++step) {
        const char c = *p;
        if (is_class(c, kLetter)) {
            if (operand) return nullptr;
            while (is_class(*p, kLetter | kDigit)) ++p;
            operand = true;
            continue;
        }
        switch (c) {
            case ' ':
            case '\t':
            case '\r':
            case '\n':
                break;
            case '/':
                if (p[1] != '/') return nullptr;
                while (*p != 0 && *p != '\n') ++p;
                continue;
            case '<':
            case '(':
            case '[':
                if (c == '<' ? (!operand && !nest.empty()) : operand) return nullptr;
                if (nest.size() >= kMaxNesting) return nullptr;
                nest += c;
                operand = false;
                break;
            case '>':
            case ')':
            case ']': {
                const char opener = c == '>' ? '<' : c == ')' ? '(' : '[';
                if (nest.empty() || nest.back() != opener) return nullptr;
                if (!operand && c != ')' && !declaration) return nullptr;
                nest.pop_back();
                operand = true;
                if (nest.empty())
                    return declaration || type_arguments_may_be_followed_by(p + 1) ? p + 1 : nullptr;
                break;
            }
            case '-':
                if (p[1] != '>') return nullptr;
                ++p;
                operand = false;
                break;
            case ',':
            case '.':
                operand = false;
                break;
            case '?':
                break;
            case ':':
            case '&':
            case '+':
                if (!declaration) return nullptr;
                operand = false;
                break;
            default:
                return nullptr;
        }
        ++p;
    }
    return nullptr;
}

bool Lexer::type_arguments_may_be_followed_by(const char* p) const {
    p = skip_spaces(p);
    if (p >= end_) return true;
    if (is_class(*p, kLetter)) {
        const std::string_view w = word_at(p);
        return w == "is" || w == "as" || w == "in" || w == "else";
    }
    if (*p == '/') return p[1] == '/' || p[1] == '*';
    if (*p == '!') return p[1] == '=' || p[1] == '!';
    return std::string_view("()]}:;,.?={|&^\r\n>").find(*p) != std::string_view::npos;
}

// ---- names outside ASCII -----------------------------------------------------------------------------

char32_t decode_utf8(const char*& p) {
    const auto b = [&](int i) { return static_cast<char32_t>(static_cast<unsigned char>(p[i])); };
    char32_t c = b(0);
    if (c < 0x80) {
        p += 1;
    } else if (c < 0xE0) {
        c = (c & 0x1F) << 6 | (b(1) & 0x3F);
        p += 2;
    } else if (c < 0xF0) {
        c = (c & 0x0F) << 12 | (b(1) & 0x3F) << 6 | (b(2) & 0x3F);
        p += 3;
    } else {
        c = (c & 0x07) << 18 | (b(1) & 0x3F) << 12 | (b(2) & 0x3F) << 6 | (b(3) & 0x3F);
        p += 4;
    }
    return c;
}

void append_utf8(std::string& out, char32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | c >> 6);
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | c >> 12);
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | c >> 18);
        out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

// A word with characters outside ASCII begins at p_: letters, marks and digits of any script make a
// name, in normal form C; anything else is reported.
void Lexer::check_identifier(std::string_view text) {
    const char* start = p_;
    const char* limit = p_ + text.size();
    while (p_ < limit) {
        const char* here = p_;
        const char32_t c = decode_utf8(p_);
        if (c < 0x80) continue;
        const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
        const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
        const bool more =
            here > start && category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_NL;
        if (letter || more) continue;
        if (here > start) {  // the name ends before it
            p_ = here;
            break;
        }
        std::string suggestion;
        if (c == 0x201C || c == 0x201D || c == 0xAB || c == 0xBB)
            suggestion = "strings are written in straight quotes: \"";
        if (c == 0x2018 || c == 0x2019) suggestion = "characters are written in straight quotes: '";
        if (c == 0x2013 || c == 0x2014 || c == 0x2212) suggestion = "the minus sign is `-`";
        static constexpr std::pair<char32_t, std::string_view> kOperators[] = {
            {0xD7, "*"},    {0xF7, "/"},    {0x2260, "!="}, {0x2264, "<="}, {0x2265, ">="}, {0x2192, "->"},
            {0x21D2, "=>"}, {0x2227, "&&"}, {0x2228, "||"}, {0xAC, "!"},    {0x2026, ".."}, {0x22C5, "*"}};
        for (const auto& [sign, ours] : kOperators)
            if (c == sign) suggestion = fmt::format("write `{}`", ours);
        if (c == 0xA0 || c == 0x200B || c == 0xFEFF || category == UTF8PROC_CATEGORY_ZS)
            suggestion = "replace it by an ordinary space";
        const bool visible = category != UTF8PROC_CATEGORY_ZS && category != UTF8PROC_CATEGORY_CF &&
                             category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CN &&
                             category != UTF8PROC_CATEGORY_CO;
        error(here, p_,
              visible ? fmt::format("unexpected character `{}` (U+{:04X})",
                                    std::string_view(here, static_cast<std::size_t>(p_ - here)),
                                    static_cast<std::uint32_t>(c))
                      : fmt::format("unexpected invisible character U+{:04X}", static_cast<std::uint32_t>(c)),
              std::move(suggestion));
        space_ = true;
        return;
    }
    utf8proc_uint8_t* normal = nullptr;
    const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(start), p_ - start, &normal,
                                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (length >= 0 &&
        std::string_view(reinterpret_cast<const char*>(normal), static_cast<std::size_t>(length)) !=
            std::string_view(start, static_cast<std::size_t>(p_ - start)))
        error(start, p_,
              "this name is not in Unicode normal form C, so that another spelling of it would look the same",
              fmt::format("write it as `{}`", reinterpret_cast<const char*>(normal)));
    std::free(normal);
    emit(name_kind(p_), start);
}

}  // namespace skua::compiler
