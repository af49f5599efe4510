#include "emit/names.h"

namespace skua::jit {

std::string describe(const Inst& in) {
    if (!in.node) return "";
    std::string text = info(in.node->op).name;
    if (in.node->type != Type::Void) text += " v" + std::to_string(in.node->id);
    const char* separator = ": ";
    for (const Node* input : in.node->all()) {
        text += separator;
        text += input->is_const() && !is_float(input->type) ? std::to_string(input->imm)
                                                            : "v" + std::to_string(input->id);
        separator = " ";
    }
    return text;
}

}  // namespace skua::jit
