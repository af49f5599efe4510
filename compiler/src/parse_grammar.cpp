// The only file that sees ANTLR: compiles the generated parser into its own namespace and runs it.
#include "parse_events.h"
#include "parser_base.h"

// The generated parser builds the tables of ANTLR's prediction machine when the program starts.
// Nothing reads them (see parser_base.h), so they are not built: that is most of ANTLR's start-up.
namespace antlr4::atn {
struct NoTables {
    ATN deserialize(const std::vector<uint16_t>&) { return {}; }
};
}  // namespace antlr4::atn
#define ATNDeserializer NoTables

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
namespace {
using skua::compiler::SkuaParserBase;
using skua::compiler::SyntaxAbort;
#include "SkuaParser.cpp"
}  // namespace
#pragma GCC diagnostic pop
#undef ATNDeserializer

namespace skua::compiler {

#define SKUA_GRAMMAR_TOKENS_ONLY
#define SKUA_TOKEN(name, text, flags)                                              \
    static_assert(static_cast<std::size_t>(TokenKind::name) == ::SkuaParser::name, \
                  "compiler/grammar/SkuaTokens.tokens and token_kinds.def differ");
#include "token_kinds.def"

#define SKUA_RULE(name)                                                             \
    static_assert(static_cast<std::size_t>(Rule::name) == ::SkuaParser::Rule##name, \
                  "compiler/grammar/SkuaParser.g4 and grammar_rules.def differ");
#include "grammar_rules.def"

EventList run_grammar(const SourceFile& file, const LexResult& lexed, DiagnosticSink& sink) {
    EventList out;
    out.events.reserve(lexed.list.tokens.size() * 6);
    TokenArrayStream stream(lexed.list.tokens);
    ::SkuaParser parser(&stream);
    parser.set_output(file, lexed, sink, out);
    try {
        parser.module();
    } catch (const ParseStop&) {
        out.events.clear();
        out.stopped = true;
    } catch (const SyntaxAbort&) {
        out.events.clear();
        out.stopped = true;
    }
    return out;
}

}  // namespace skua::compiler
