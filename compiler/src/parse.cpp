#include "parse.h"

#include "lexer.h"
#include "parse_events.h"
#include "tree_builder.h"

namespace skua::compiler {

ast::Module* parse_module(SourceFile& file, Arena& arena, DiagnosticSink& sink,
                          std::vector<Requirement>* requirements) {
    LexResult lexed = tokenize(file, arena, sink);
    if (requirements != nullptr)
        requirements->insert(requirements->end(), lexed.list.requirements.begin(),
                             lexed.list.requirements.end());
    EventList events;
    if (lexed.complete && !sink.full()) events = run_grammar(file, lexed, sink);
    return TreeBuilder(file, lexed.list, events, arena, sink).read_module();
}

}  // namespace skua::compiler
