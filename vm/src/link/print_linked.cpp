#include <cstdio>

#include "skua/vm/class.h"
#include "skua/vm/linked_code.h"

namespace skua::vm {
namespace {

struct OpText {
    const char* name;
    unsigned words;
    std::string_view format;
};
constexpr OpText kOpTexts[] = {
#define SKUA_LOP(Name, words, format, doc) {#Name, words, format},
#include "skua/vm/linked_ops.def"
#undef SKUA_LOP
};

}  // namespace

std::string print_linked(const LinkedBody& body) {
    std::string out =
        body.function->display_name + ": " + std::to_string(body.function->frame_slots.load()) + " slots\n";
    std::size_t position = 0;
    char line[160];
    for (std::size_t at = 0; at < body.code.size();) {
        const Instr& in = body.code[at];
        const OpText& row = kOpTexts[in.op];
        while (position < body.positions.size() && body.positions[position].word <= at) ++position;
        std::snprintf(line, sizeof line, "%5zu  %-14s a=%u b=%u c=%u", at, row.name, in.a, in.b, in.c);
        out += line;
        if (row.format.find('j') != std::string_view::npos) {
            out += " -> " + std::to_string(static_cast<std::int64_t>(at) + in.sc());
        } else if (row.format.find('J') != std::string_view::npos) {
            out += " -> " + std::to_string(static_cast<std::int64_t>(at) + in.imm32());
        } else if (row.format.find('i') != std::string_view::npos) {
            out += " imm=" + std::to_string(in.imm32());
        }
        if (static_cast<LOp>(in.op) == LOp::Call) {
            out += " " + static_cast<const Function*>(body.code[at + 1].pointer)->display_name;
        } else if (row.words > 1) {
            std::snprintf(line, sizeof line, " %#llx",
                          static_cast<unsigned long long>(body.code[at + 1].word));
            out += line;
        }
        if (position > 0) out += "   ; " + std::to_string(body.positions[position - 1].instruction);
        out += '\n';
        at += row.words;
    }
    for (const LinkedHandler& handler : body.handlers) {
        std::snprintf(line, sizeof line, "  handler [%u, %u) -> %u, error in slot %u\n", handler.start,
                      handler.end, handler.target, handler.slot);
        out += line;
    }
    return out;
}

}  // namespace skua::vm
