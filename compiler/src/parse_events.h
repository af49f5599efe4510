// What the parser leaves behind: a flat list of the rules it entered and the tokens it matched,
// in order. tree_builder.cpp reads it once from front to back.
//
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "diagnostics.h"
#include "lexer.h"

namespace skua::compiler {

enum class Rule : std::uint8_t {
#define SKUA_RULE(name) name,
#include "grammar_rules.def"
};

// One event is 32 bits: a token's index shifted left by two, or a rule's number with the tag Enter.
enum class EventTag : std::uint32_t { Token = 0, Enter = 1, Exit = 2, Error = 3 };

struct EventList {
    std::vector<std::uint32_t> events;
    // Tokens [first, end) that were skipped after an error, in order.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> skipped;
    bool stopped = false;  // parsing was given up

    void token(std::uint32_t index) { events.push_back(index << 2); }
    void enter(std::size_t rule) {
        events.push_back(static_cast<std::uint32_t>(rule) << 2 | static_cast<std::uint32_t>(EventTag::Enter));
    }
    void exit() { events.push_back(static_cast<std::uint32_t>(EventTag::Exit)); }
    // In place of what could not be understood; the first token that was skipped.
    void error(std::uint32_t index) {
        events.push_back(index << 2 | static_cast<std::uint32_t>(EventTag::Error));
    }
};

// Runs the generated parser over the tokens. Syntax errors go to `sink`.
EventList run_grammar(const SourceFile& file, const LexResult& lexed, DiagnosticSink& sink);

}  // namespace skua::compiler
