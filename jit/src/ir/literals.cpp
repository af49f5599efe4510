#include "ir/literals.h"

#include "skua/vm/class.h"

namespace skua::jit {

bool is_literal(const Node* n) {
    return n->op == Op::Load && n->mem.alias == Alias::Constant && n->mem.key == 1 && n->input_count == 1 &&
           n->in(0)->is_const();
}

const vm::Object* literal_of(const Node* n) {
    return is_literal(n) ? *reinterpret_cast<const vm::Object* const*>(n->in(0)->imm) : nullptr;
}

std::optional<std::int64_t> literal_length(const Node* load, const Node* base) {
    constexpr std::int32_t kLength = sizeof(vm::Object);  // in front of the hash
    if (load->op != Op::Load || load->input_count != 1 || load->mem.alias != Alias::Constant ||
        load->mem.disp != kLength || load->mem.rep != MemRep::U32)
        return std::nullopt;
    const vm::Object* literal = literal_of(base);
    if (!literal || literal->cls->kind != vm::ClassKind::String) return std::nullopt;
    return static_cast<const vm::String*>(literal)->length;
}

}  // namespace skua::jit
