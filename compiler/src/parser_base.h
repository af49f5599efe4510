// The base class of the generated parser.
//
// ANTLR's own base class allocates a context object per rule, keeps all of them, and calls its
// error strategy at every step. Here the names that the generated code uses are defined
// anew, inline: contexts live in a stack, tokens come from an array, and what is matched is
// recorded in an EventList. Since every decision of the grammar needs one token (the build
// checks that), ANTLR's prediction machine is never asked, and its tables are not even built.
// Included by parse_grammar.cpp only: ANTLR's headers stay in one file.
#pragma once

#include <antlr4-runtime.h>
#include <new>
#include <type_traits>
#include <utility>

#include "parse_events.h"
#include "syntax_errors.h"

namespace skua::compiler {

// Deepest nesting of grammar rules: some ten for each bracket, and chains such as `else if`.
inline constexpr std::size_t kMaxRuleDepth = 6000;

// The tokens as ANTLR's runtime wants to see them. The generated code reads LA(1) only.
class TokenArrayStream final : public antlr4::TokenStream {
public:
    explicit TokenArrayStream(const std::vector<Token>& tokens)
        : tokens_(tokens.data()), count_(tokens.size()) {}

    std::size_t LA(ssize_t) override {
        const TokenKind kind = tokens_[at_].kind;
        return kind == TokenKind::EndOfFile ? EOF : static_cast<std::size_t>(kind);
    }
    void consume() override {
        if (at_ + 1 < count_) ++at_;
    }
    std::size_t index() override { return at_; }
    std::size_t size() override { return count_; }
    void seek(std::size_t index) override { at_ = index; }
    const Token& current() const { return tokens_[at_]; }
    const Token& token(std::size_t i) const { return tokens_[i]; }

    antlr4::Token* LT(ssize_t) override { return nullptr; }
    antlr4::Token* get(std::size_t) const override { return nullptr; }
    antlr4::TokenSource* getTokenSource() const override { return nullptr; }
    ssize_t mark() override { return 0; }
    void release(ssize_t) override {}
    std::string getSourceName() const override { return {}; }
    std::string getText(const antlr4::misc::Interval&) override { return {}; }
    std::string getText() override { return {}; }
    std::string getText(antlr4::RuleContext*) override { return {}; }
    std::string getText(antlr4::Token*, antlr4::Token*) override { return {}; }

private:
    const Token* tokens_;
    std::size_t count_;
    std::size_t at_ = 0;
};

struct SyntaxAbort {};  // thrown after an error was reported; the item rules of the grammar catch it
struct ParseStop {};    // thrown when there is no point in going on

class SkuaParserBase : public antlr4::Parser {
public:
    explicit SkuaParserBase(antlr4::TokenStream* input)
        : Parser(input),
          _input(static_cast<TokenArrayStream*>(input)),
          _errHandler(&strategy_),
          slots_(new Slot[kMaxRuleDepth]) {
        setBuildParseTree(false);
    }
    ~SkuaParserBase() override { delete[] slots_; }

    void set_output(const SourceFile& file, const LexResult& lexed, DiagnosticSink& sink, EventList& events) {
        file_ = &file;
        lexed_ = &lexed;
        sink_ = &sink;
        events_ = &events;
    }

protected:
    // -- what the generated code calls; every name hides one of antlr4::Parser

    struct RecognitionException {};
    struct NoViableAltException : RecognitionException {
        explicit NoViableAltException(SkuaParserBase*) {}
    };

    struct Strategy {
        void sync(SkuaParserBase*) {}
        void reportMatch(SkuaParserBase*) {}
        [[noreturn]] void recoverInline(SkuaParserBase* p) { p->fail(TokenKind::None); }
        [[noreturn]] void reportError(SkuaParserBase* p, const RecognitionException&) {
            p->fail(TokenKind::None);
        }
        void recover(SkuaParserBase*, const std::exception_ptr&) {}
    };

    struct Contexts {
        SkuaParserBase* parser;
        template <typename T>
        T* createInstance(antlr4::ParserRuleContext* parent, std::size_t state) {
            static_assert(sizeof(T) <= sizeof(Slot));
            if (parser->depth_ >= kMaxRuleDepth) parser->too_deep();
            return new (&parser->slots_[parser->depth_++]) T(parent, state);
        }
    };

    template <typename F>
    struct AtExit {
        F f;
        ~AtExit() { f(); }
    };
    template <typename F>
    static AtExit<F> finally(F f) {
        return {f};
    }

    void enterRule(antlr4::ParserRuleContext* context, std::size_t, std::size_t rule) final {
        _ctx = context;
        Slot& slot = slots_[depth_ - 1];
        slot.rule = static_cast<Rule>(rule);
        slot.first_event = static_cast<std::uint32_t>(events_->events.size());
        slot.first_token = static_cast<std::uint32_t>(_input->index());
        events_->enter(rule);
        if (rule == static_cast<std::size_t>(Rule::StrayTop) ||
            rule == static_cast<std::size_t>(Rule::StrayMember) ||
            rule == static_cast<std::size_t>(Rule::StrayEnumItem) ||
            rule == static_cast<std::size_t>(Rule::StrayStatement) ||
            rule == static_cast<std::size_t>(Rule::StrayArm))
            stray_ = true;
    }
    void exitRule() {
        events_->exit();
        antlr4::ParserRuleContext* done = _ctx;
        _ctx = static_cast<antlr4::ParserRuleContext*>(done->parent);
        done->~ParserRuleContext();
        --depth_;
    }
    void enterOuterAlt(antlr4::ParserRuleContext*, std::size_t) final {}
    void setState(std::size_t) {}
    std::size_t getState() const final { return 0; }

    antlr4::Token* consume() final {
        if (stray_) {
            stray_ = false;
            fail(TokenKind::None);
        }
        events_->token(static_cast<std::uint32_t>(_input->index()));
        _input->consume();
        return nullptr;
    }
    antlr4::Token* match(std::size_t type) final {
        if (_input->LA(1) != type) [[unlikely]]
            fail(type == EOF ? TokenKind::EndOfFile : static_cast<TokenKind>(type));
        events_->token(static_cast<std::uint32_t>(_input->index()));
        _input->consume();
        return nullptr;
    }

    // Called in the handlers of the item rules: drops what the item has recorded and skips to the end
    // of the item.
    void recover() {
        const Slot& slot = slots_[depth_ - 1];
        events_->events.resize(slot.first_event + 1);
        events_->error(slot.first_token);
        if (sink_->full()) throw ParseStop();
        skip_to_end_of_item(_input->token(slot.first_token).depth);
        events_->skipped.push_back({slot.first_token, static_cast<std::uint32_t>(_input->index())});
    }

    // The same for a parameter, of which the next comma or the closing parenthesis is the end. Where there is
    // none, the whole declaration is given up.
    void recover_parameter() {
        const Slot& slot = slots_[depth_ - 1];
        if (sink_->full()) throw ParseStop();
        const std::uint16_t depth = _input->token(slot.first_token).depth;
        std::size_t end = _input->index();
        for (;; ++end) {
            const Token& t = _input->token(end);
            if (t.depth == depth && t.kind == TokenKind::Comma) break;
            if (t.depth < depth && t.kind == TokenKind::RParen && t.value != kNoPartner) break;
            if (t.depth < depth || t.kind == TokenKind::EndOfFile) throw SyntaxAbort();
        }
        events_->events.resize(slot.first_event + 1);
        events_->error(slot.first_token);
        _input->seek(end);
        events_->skipped.push_back({slot.first_token, static_cast<std::uint32_t>(end)});
    }

    void skip_to_end_of_item(std::uint16_t depth) {
        // Closers that close nothing are reported once in a row.
        while (is_closer(_input->current()) && _input->current().value == kNoPartner) _input->consume();
        for (;;) {
            const Token& t = _input->current();
            if (t.kind == TokenKind::EndOfFile) return;
            if (t.kind == TokenKind::RBrace && t.depth < depth) return;
            if (t.kind == TokenKind::Terminator && t.depth <= depth) {
                if (t.depth == depth) _input->consume();
                return;
            }
            _input->consume();
        }
    }

    TokenArrayStream* _input;  // hides Parser::_input: calls to it are direct
    Strategy* _errHandler;
    Contexts _tracker{this};

private:
    struct Slot {
        alignas(16) std::byte context[160];
        Rule rule;
        std::uint32_t first_event;
        std::uint32_t first_token;
    };

    static bool is_closer(const Token& t) {
        return t.kind == TokenKind::RParen || t.kind == TokenKind::RBracket || t.kind == TokenKind::RBrace;
    }

    [[noreturn]] void fail(TokenKind expected) {
        std::vector<Rule> rules;
        rules.reserve(depth_);
        for (std::size_t i = 0; i < depth_; ++i) rules.push_back(slots_[i].rule);
        std::uint32_t item = static_cast<std::uint32_t>(_input->index());
        for (std::size_t i = depth_; i-- > 0;) {
            if (slots_[i].rule != Rule::TopItem) continue;
            item = slots_[i].first_token;
            break;
        }
        const bool after_lost = !events_->skipped.empty() && events_->skipped.back().second == item;
        report_syntax_error(*file_, *lexed_,
                            {static_cast<std::uint32_t>(_input->index()), expected, rules, after_lost},
                            *sink_);
        throw SyntaxAbort();
    }

    [[noreturn]] void too_deep() {
        const Token& t = _input->current();
        sink_->error({file_->id(), t.start, t.end}, "the program is nested too deeply here",
                     "move inner parts to functions or variables of their own");
        throw ParseStop();
    }

    Strategy strategy_;
    Slot* slots_;
    std::size_t depth_ = 0;
    bool stray_ = false;
    const SourceFile* file_ = nullptr;
    const LexResult* lexed_ = nullptr;
    DiagnosticSink* sink_ = nullptr;
    EventList* events_ = nullptr;
};

}  // namespace skua::compiler
