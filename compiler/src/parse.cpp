#include "parse.h"

#include <algorithm>

#include "lexer.h"
#include "parse_events.h"
#include "tree_builder.h"

namespace skua::compiler {
namespace {

// Does an import whose tokens from `first` to before `end` were left out end in `*`?
bool is_wildcard_import(const std::vector<Token>& tokens, std::uint32_t first, std::uint32_t end) {
    const auto has = [&](TokenKind kind) {
        return std::any_of(tokens.begin() + first, tokens.begin() + end,
                           [&](const Token& t) { return t.kind == kind; });
    };
    if (!has(TokenKind::Star)) return false;
    while (first > 0 &&
           (tokens[first - 1].kind == TokenKind::Name || tokens[first - 1].kind == TokenKind::Dot))
        --first;
    return has(TokenKind::Import) || (first > 0 && tokens[first - 1].kind == TokenKind::Import);
}

// Tells the module what its tree lacks.
void note_lost(const SourceFile& file, const std::vector<Token>& tokens, const EventList& events,
               Arena& arena, ast::Module& module) {
    std::vector<SourceRange> ranges;
    std::vector<std::string_view> names;
    for (const auto& [first, end] : events.skipped) {
        if (first >= end) continue;
        ranges.push_back({file.id(), tokens[first].start, tokens[end - 1].end});
        module.lost_wildcard = module.lost_wildcard || is_wildcard_import(tokens, first, end);
        for (std::uint32_t i = first; i < end; ++i) {
            const Token& t = tokens[i];
            if (t.kind == TokenKind::Name || t.kind == TokenKind::ArgName ||
                t.kind == TokenKind::LambdaName || t.kind == TokenKind::LabelName ||
                (token_flags(t.kind) & kTokenKeyword) != 0)
                names.push_back(file.text().substr(t.start, t.end - t.start));
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    module.lost = arena.copy(ranges);
    module.lost_names = arena.copy(names);
}

}  // namespace

ast::Module* parse_module(SourceFile& file, Arena& arena, DiagnosticSink& sink,
                          std::vector<Requirement>* requirements) {
    LexResult lexed = tokenize(file, arena, sink);
    if (requirements != nullptr)
        requirements->insert(requirements->end(), lexed.list.requirements.begin(),
                             lexed.list.requirements.end());
    EventList events;
    const bool parsed = lexed.complete && !sink.full();
    if (parsed) events = run_grammar(file, lexed, sink);
    ast::Module* module = TreeBuilder(file, lexed.list, events, arena, sink).read_module();
    module->whole = parsed && lexed.whole && !events.stopped && !sink.full();
    note_lost(file, lexed.list.tokens, events, arena, *module);
    return module;
}

}  // namespace skua::compiler
