#include "parse.h"

#include <algorithm>

#include "lexer.h"
#include "parse_events.h"
#include "tree_builder.h"

namespace skua::compiler {
namespace {

// Tells the module what its tree lacks.
void note_lost(const SourceFile& file, const std::vector<Token>& tokens, const EventList& events,
               Arena& arena, ast::Module& module) {
    std::vector<SourceRange> ranges;
    std::vector<std::string_view> names;
    for (const auto& [first, end] : events.skipped) {
        if (first >= end) continue;
        ranges.push_back({file.id(), tokens[first].start, tokens[end - 1].end});
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
