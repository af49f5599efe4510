#include "syntax_errors.h"

#include <algorithm>
#include <fmt/format.h>

#include "syntax_hints.h"

namespace skua::compiler {
namespace {

class Reporter {
public:
    Reporter(const SourceFile& file, const LexResult& lexed, const SyntaxError& error, DiagnosticSink& sink)
        : file_(file), lexed_(lexed), tokens_(lexed.list.tokens), error_(error), sink_(sink) {
        // A terminator without text was put before `}` or the end of the file, or where brackets
        // were given up: what stands there in the source is what comes next.
        found_ = error.token;
        while (tokens_[found_].kind == TokenKind::Terminator &&
               tokens_[found_].start == tokens_[found_].end && found_ + 1 < tokens_.size())
            ++found_;
    }

    void run() {
        if (explained_by_lexical_error()) return;
        if (goes_on_with_what_was_lost()) return;
        if (special_case()) return;
        std::string what = expected();
        report(fmt::format("expected {}, found {}", what, found_text()));
    }

private:
    const Token& found() const { return tokens_[found_]; }
    TokenKind previous() const { return error_.token > 0 ? tokens_[error_.token - 1].kind : TokenKind::None; }
    Rule rule(std::size_t up = 0) const {
        return up < error_.rules.size() ? error_.rules[error_.rules.size() - 1 - up] : Rule::Module;
    }
    bool inside(Rule r, std::size_t levels) const {
        for (std::size_t i = 0; i < levels && i < error_.rules.size(); ++i)
            if (rule(i) == r) return true;
        return false;
    }

    std::string_view source(const Token& t) const { return file_.text().substr(t.start, t.end - t.start); }

    SourceRange range() const {
        const Token& t = found();
        std::uint32_t start = t.start;
        std::uint32_t end = t.end;
        if (t.kind == TokenKind::EndOfFile && error_.token > 0) {
            // Point behind the last thing written, not at an empty last line.
            for (std::size_t i = error_.token; i-- > 0;) {
                if (tokens_[i].start == tokens_[i].end || tokens_[i].kind == TokenKind::Terminator) continue;
                start = end = tokens_[i].end;
                break;
            }
        } else if (t.kind == TokenKind::StringBegin) {
            end = t.start + 1;
        }
        return {file_.id(), start, end};
    }

    std::string found_text() const {
        const Token& t = found();
        switch (t.kind) {
            case TokenKind::EndOfFile:
                return "the end of the file";
            case TokenKind::Terminator:
                return source(t) == ";" ? "`;`" : "the end of the line";
            case TokenKind::Name:
            case TokenKind::ArgName:
            case TokenKind::LambdaName:
            case TokenKind::LabelName:
            case TokenKind::Int:
            case TokenKind::Float:
                return fmt::format("`{}`", shortened(source(t)));
            case TokenKind::String:
            case TokenKind::StringBegin:
                return "a string";
            case TokenKind::StringText:
            case TokenKind::StringEnd:
                return "the rest of the string";
            case TokenKind::Char:
                return fmt::format("the character {}", shortened(source(t)));
            case TokenKind::Format:
                return "a format";
            default:
                return fmt::format("`{}`", token_text(t.kind));
        }
    }

    static std::string shortened(std::string_view s) {
        if (s.size() <= 40) return std::string(s);
        std::size_t n = 37;
        while ((s[n] & 0xC0) == 0x80) --n;
        return std::string(s.substr(0, n)) + "...";
    }

    SourceDiagnostic& report(std::string message, std::string suggestion = {}) {
        if (suggestion.empty()) suggestion = syntax_hint(file_.text(), tokens_, error_, found_);
        return sink_.error(range(), std::move(message), std::move(suggestion));
    }

    // Of statements that follow one another outside of functions, one is enough to say it; and where a `{` is
    // missing, so is that of the `}` after them.
    bool goes_on_with_what_was_lost() const {
        if (!error_.after_lost || rule() != Rule::StrayTop) return false;
        const std::string hint = syntax_hint(file_.text(), tokens_, error_, found_);
        return hint.empty() || hint.starts_with("statements stand inside");
    }

    // A lexical error in this statement before this place: the syntax error is most likely its echo.
    bool explained_by_lexical_error() const {
        if (lexed_.errors.empty()) return false;
        // A string or comment that is not closed has swallowed what is missing at the end.
        if (!lexed_.whole && found().kind == TokenKind::EndOfFile) return true;
        std::size_t i = error_.token;
        const auto taken_for_name = [&](const Token& t) {
            return (token_flags(t.kind) & kTokenKeyword) != 0 &&
                   std::find(lexed_.reserved.begin(), lexed_.reserved.end(), source(t)) !=
                       lexed_.reserved.end();
        };
        if (taken_for_name(found())) return true;
        while (i > 0 && !(tokens_[i - 1].kind == TokenKind::Terminator &&
                          tokens_[i - 1].depth <= tokens_[error_.token].depth)) {
            const Token& t = tokens_[i - 1];
            // The block in which the statement stands is no part of it.
            if (closer_of(t.kind) == TokenKind::RBrace && (t.value == kNoPartner || t.value >= error_.token))
                break;
            --i;
            if (taken_for_name(tokens_[i])) return true;
        }
        const std::uint32_t from = tokens_[i].start;
        const std::uint32_t to = found().end;
        const std::uint32_t line_from = to == 0 ? 0 : file_.position(found().start).line;
        return std::any_of(lexed_.errors.begin(), lexed_.errors.end(), [&](std::uint32_t e) {
            return (e >= from && e <= to) || file_.position(e).line == line_from;
        });
    }

    // The innermost bracket that is open where the error is and wants this closer.
    const Token* enclosing_bracket(TokenKind closer) const {
        for (std::size_t i = error_.token; i-- > 0;) {
            const Token& t = tokens_[i];
            if (closer_of(t.kind) == closer && (t.value == kNoPartner || t.value >= error_.token)) return &t;
        }
        return nullptr;
    }

    static TokenKind closer_of(TokenKind k) {
        using K = TokenKind;
        switch (k) {
            case K::LParen:
            case K::LambdaParen:
                return K::RParen;
            case K::LBracket:
                return K::RBracket;
            case K::LBrace:
            case K::ArrowBrace:
                return K::RBrace;
            case K::InterpolationOpen:
                return K::InterpolationClose;
            default:
                return K::None;
        }
    }
    std::string place(const Token& t) const {
        const LineColumn p = file_.position(t.start);
        return fmt::format("{}:{}", p.line, p.column);
    }

    bool special_case() {
        using K = TokenKind;
        const K f = found().kind;
        if ((f == K::RParen || f == K::RBracket || f == K::RBrace) && found().value == kNoPartner) {
            const char* opener = f == K::RParen ? "(" : f == K::RBracket ? "[" : "{";
            report(fmt::format("`{}` without a `{}` before it", token_text(f), opener));
            return true;
        }
        if (f == K::Less && previous() == K::Name) {  // an expression would have taken it
            report("the `<` of these type arguments is not closed by a `>`");
            return true;
        }
        const bool name_wanted =
            error_.expected == K::Name || rule() == Rule::FunctionName || rule() == Rule::Param ||
            rule() == Rule::CtorParam || rule() == Rule::Binding ||
            (error_.expected == K::RParen && (rule() == Rule::FunctionDecl || rule() == Rule::EnumCase));
        const std::size_t next = std::min(found_ + 1, tokens_.size() - 1);
        const bool used_as_name = tokens_[next].kind == K::Colon || tokens_[next].kind == K::Assign ||
                                  tokens_[next].kind == K::LParen || error_.expected == K::Name;
        if (name_wanted && used_as_name && (token_flags(f) & kTokenKeyword) != 0) {
            report(fmt::format("expected {}, found `{}`", expected(), token_text(f)),
                   fmt::format("`{}` is a reserved word and cannot be a name", token_text(f)));
            return true;
        }
        switch (rule()) {
            case Rule::StrayTop:
                if (f == K::LBrace) {
                    report("expected a declaration, found `{`",
                           "a `{` stands on the line of what it belongs to");
                    return true;
                }
                break;
            case Rule::StrayMember:
                if (f == K::Class || f == K::Struct || f == K::Enum || f == K::Interface) {
                    report("types cannot be declared inside of types", "move it out to the module");
                    return true;
                }
                break;
            case Rule::StrayStatement:
                if (f == K::Else) {
                    report("`else` without an `if` before it");
                    return true;
                }
                if (f == K::Catch || f == K::Finally) {
                    report(fmt::format("`{}` without a `try` before it", token_text(f)));
                    return true;
                }
                if (f == K::Class || f == K::Struct || f == K::Enum || f == K::Interface || f == K::Import ||
                    f == K::Extend) {
                    report(fmt::format("`{}` cannot stand inside a function", token_text(f)),
                           "move it out to the module");
                    return true;
                }
                if (f == K::Pub || f == K::Private || f == K::Static || f == K::Override || f == K::Open) {
                    report(fmt::format("`{}` cannot stand inside a function", token_text(f)));
                    return true;
                }
                break;
            case Rule::Param:
                if (error_.expected == K::Colon && (f == K::Comma || f == K::RParen || f == K::Assign)) {
                    const std::string_view name = source(tokens_[error_.token - 1]);
                    static constexpr std::string_view kTypes[] = {"int", "float", "bool", "string", "char",
                                                                  "i8",  "i16",   "i32",  "i64",    "u8",
                                                                  "u16", "u32",   "u64",  "f32",    "f64"};
                    const bool type =
                        std::find(std::begin(kTypes), std::end(kTypes), name) != std::end(kTypes);
                    report(fmt::format("the parameter `{}` needs a {}", name, type ? "name" : "type"),
                           type ? fmt::format("write `value: {}`, for example", name)
                                : fmt::format("write `{}: int`, for example", name));
                    return true;
                }
                break;
            case Rule::Block:
                if (error_.expected == K::LBrace && f == K::Terminator && error_.token + 1 < tokens_.size() &&
                    tokens_[error_.token + 1].kind == K::LBrace) {
                    report("expected `{` before the end of the line", "put the `{` of the next line here");
                    return true;
                }
                break;
            case Rule::TopItem:
            case Rule::MemberItem:
                if (error_.expected == K::Terminator && f == K::LBrace) {
                    report(fmt::format("expected the end of the line, found {}", found_text()));
                    return true;
                }
                break;
            case Rule::Statement:
                if (error_.expected == K::Terminator && f == K::FatArrow && previous() == K::RParen) {
                    report("a lambda cannot begin here");
                    return true;
                }
                break;
            case Rule::Primary:
                if (f == K::RParen && previous() == K::LParen && tokens_[next].kind == K::Arrow) {
                    report("expected an expression after `(`, found `)`",
                           "a function value is written `() => ...`");
                    return true;
                }
                break;
            default:
                break;
        }
        return false;
    }

    // What could have come, in words.
    std::string expected() const {
        using K = TokenKind;
        const K e = error_.expected;
        if (e == K::RParen || e == K::RBracket || e == K::RBrace || e == K::InterpolationClose)
            return closer(e);
        if (e == K::Terminator) {
            // The statement is complete but an outer bracket was expected to close, or something is left
            // over.
            if (rule() == Rule::MatchArm || rule() == Rule::EnumItem) return "`,` or the end of the line";
            return previous() == K::RBrace ? "the end of the line after `}`" : "the end of the statement";
        }
        if (e == K::Name || e == K::ArgName) return name();
        if (e == K::LBrace) return body();
        if (e != K::None) {
            if (token_text_is_literal(e)) return fmt::format("`{}`", token_text(e)) + context_of(e);
            return std::string(token_text(e));
        }
        switch (rule()) {
            case Rule::StrayTop:
            case Rule::Declaration:
            case Rule::TopItem:
                return previous() == K::None || previous() == K::Terminator
                           ? "a declaration"
                           : fmt::format("a declaration after `{}`", token_text(previous()));
            case Rule::StrayMember:
            case Rule::Member:
            case Rule::MemberItem:
            case Rule::StrayEnumItem:
                return rule() == Rule::StrayEnumItem ? "a case or a member" : "a member";
            case Rule::StrayStatement:
            case Rule::Statement:
                return "a statement";
            case Rule::StrayArm:
            case Rule::Pattern:
            case Rule::SinglePattern:
            case Rule::PatternBound:
            case Rule::PatternPath:
            case Rule::Literal:
                return "a pattern";
            case Rule::EnumItem:
            case Rule::MatchArm:
                return "`,` or the end of the line";
            case Rule::Type:
            case Rule::NamedType:
                return "a type" + after();
            case Rule::FunctionName:
                return "the name of the function after `fn`";
            case Rule::Param:
            case Rule::CtorParam:
                return "a parameter" + after();
            case Rule::TypeParam:
                return "the name of a type parameter";
            case Rule::Binding:
            case Rule::BindingPart:
            case Rule::LambdaParam:
                return "a name" + after();
            case Rule::ImportTail:
                return "a name, `{` or `*` after `.`";
            case Rule::CatchClause:
                return "the name of the error, or `{`, after `catch`";
            case Rule::Loop:
                return "`while` or `for` after the label";
            case Rule::LetStatement:
                return "a name" + after();
            case Rule::VariableDecl:
                return "a name" + after();
            case Rule::IfExpr:
                return "`if` or `{` after `else`";
            case Rule::Postfix:
                return "the name of a member" + after();
            case Rule::FunctionBody:
                return "`=` or `{`";
            default:
                return "an expression" + after();
        }
    }

    // " after `x`" for an operator or keyword before the place
    std::string after() const {
        using K = TokenKind;
        const K k = previous();
        if (k == K::None || k == K::Terminator || !token_text_is_literal(k)) return {};
        if ((token_flags(k) & kTokenKeyword) != 0 || (k >= K::Assign && k <= K::IsNot) || k == K::Comma ||
            k == K::Colon || k == K::Arrow || k == K::FatArrow || k == K::LParen || k == K::LBracket ||
            k == K::Dot || k == K::SafeDot)
            return fmt::format(" after `{}`", token_text(k));
        return {};
    }

    std::string context_of(TokenKind e) const {
        using K = TokenKind;
        if (e == K::In) return " and what to loop over";
        if (e == K::LParen && rule() == Rule::FunctionDecl) return " and the parameters of the function";
        if (e == K::FatArrow && rule() == Rule::MatchArm) return " after the pattern";
        if (e == K::Colon && (rule() == Rule::Param || rule() == Rule::PropertyDecl)) return " and a type";
        return {};
    }

    std::string name() const {
        switch (rule()) {
            case Rule::TypeDecl:
            case Rule::EnumDecl:
                return "the name of the type" + after();
            case Rule::PropertyDecl:
                return "the name of the property" + after();
            case Rule::ImportDecl:
            case Rule::ImportName:
                return "the name of a module" + after();
            case Rule::UseStatement:
            case Rule::VariableDecl:
                return "a name" + after();
            case Rule::NamedType:
                return "the name of a type" + after();
            default:
                return "a name" + after();
        }
    }

    std::string body() const {
        switch (rule(1)) {
            case Rule::IfExpr:
                return previous() == TokenKind::Else ? "`if` or `{` after `else`"
                                                     : "`{` and the body of the `if`";
            case Rule::WhileLoop:
                return "`{` and the body of the loop";
            case Rule::ForLoop:
                return "`{` and the body of the loop";
            case Rule::TryExpr:
                return previous() == TokenKind::Finally ? "`{` after `finally`" : "`{` after `try`";
            case Rule::CatchClause:
                return "`{` and the body of the `catch`";
            case Rule::TestDecl:
                return "`{` and the body of the test";
            default:
                break;
        }
        if (rule() == Rule::MatchExpr) return "`{` and the arms of the `match`";
        if (rule() == Rule::EnumBody) return "`{` and the cases of the enum";
        return "`{`";
    }

    std::string closer(TokenKind e) const {
        using K = TokenKind;
        const Token* open = enclosing_bracket(e);
        const char* text = e == K::RParen ? ")" : e == K::RBracket ? "]" : "}";
        if (open == nullptr) return fmt::format("`{}`", text);
        // Inside brackets that are closed later on, a comma is as likely to be what is missing.
        bool list = false;
        switch (rule()) {
            case Rule::CallArgs:
            case Rule::Primary:
            case Rule::FunctionDecl:
            case Rule::CtorParams:
            case Rule::Type:
            case Rule::LambdaHead:
            case Rule::Binding:
            case Rule::SinglePattern:
            case Rule::EnumCase:
                list = true;
                break;
            default:
                break;
        }
        const bool closed_later = open->value != kNoPartner && open->value > found_;
        const K before = previous();
        const bool after_item = before != open->kind;
        const char* comma = list && closed_later && after_item ? "`,` or " : "";
        const bool parameters =
            rule() == Rule::FunctionDecl || rule() == Rule::CtorParams || rule() == Rule::EnumCase;
        if (parameters && !after_item) comma = "a parameter or ";
        if (e == K::InterpolationClose) return "`}` at the end of the interpolation";
        return fmt::format("{}`{}` to close the `{}` opened at {}", comma, text, token_text(open->kind),
                           place(*open));
    }

    const SourceFile& file_;
    const LexResult& lexed_;
    const std::vector<Token>& tokens_;
    const SyntaxError& error_;
    DiagnosticSink& sink_;
    std::size_t found_ = 0;
};

}  // namespace

void report_syntax_error(const SourceFile& file, const LexResult& lexed, const SyntaxError& error,
                         DiagnosticSink& sink) {
    Reporter(file, lexed, error, sink).run();
}

}  // namespace skua::compiler
