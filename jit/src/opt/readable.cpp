#include "opt/readable.h"

#include "ir/order.h"
#include "opt/facts.h"
#include "opt/memory.h"

namespace skua::jit {

Accesses::Accesses(const Graph& graph) : first_(graph.node_count(), 0), all_(1) {
    for (const auto& block : graph.blocks) {
        for (const Node* n : block->nodes) {
            if ((n->op != Op::Load && n->op != Op::Store) || has_index(n) || n->in(0)->is_const()) continue;
            all_.push_back({n, first_[n->in(0)->id]});
            first_[n->in(0)->id] = static_cast<std::uint32_t>(all_.size() - 1);
        }
    }
}

bool Accesses::done_before(const Node* load, const Block* block) const {
    for (std::uint32_t i = first_[load->in(0)->id]; i; i = all_[i].next) {
        const Node* n = all_[i].access;
        if (n->mem.disp == load->mem.disp && mem_size(n->mem.rep) == mem_size(load->mem.rep) &&
            dominates(n->block, block))
            return true;
    }
    return false;
}

// Readable wherever its inputs are. An object may be of another class than the access says where that was not
// tested yet, but no object has less than 16 bytes.
bool is_readable(const Node* load, const Block* block, bool always, const Accesses& accesses) {
    const Node* base = load->in(0);
    if (base->is_const()) return load->input_count == 1;
    if (load->input_count == 1 && accesses.done_before(load, block)) return true;
    if (!is_not_null(base)) return false;
    if (load->input_count == 1) {
        if (always && load->mem.alias == Alias::Field) return true;
        return load->mem.disp >= 0 &&
               load->mem.disp + static_cast<std::int32_t>(mem_size(load->mem.rep)) <= 16;
    }
    const Node* index = load->in(1);
    return index->op == Op::BoundsCheck && is_length_load(index->in(1)) && index->in(1)->in(0) == base &&
           (load->mem.alias == Alias::Element || load->mem.alias == Alias::Constant) &&
           load->mem.disp >= 16 && load->mem.disp < 16 + static_cast<std::int32_t>(load->mem.stride);
}

}  // namespace skua::jit
