#include "opt/memory.h"

#include "run/runtime_entry.h"

namespace skua::jit {

bool clobbers_memory(const Node* n) {
    if (is_checkpoint(n->op)) return false;
    if (n->op == Op::CallRuntime) return static_cast<const RuntimeEntry*>(n->ptr)->clobbers;
    return info(n->op).call;
}

Partitions::Partitions(const Graph& graph) : of_node_(graph.node_count(), kConstant) {
    HashMap<std::uint64_t, std::uint32_t> numbers;
    for (auto& block : graph.blocks) {
        for (const Node* n : block->nodes) {
            if ((n->op != Op::Load && n->op != Op::Store) || n->mem.alias == Alias::Constant) continue;
            auto alias = static_cast<std::uint64_t>(n->mem.alias);
            std::uint64_t key = n->mem.key;
            if (n->mem.alias == Alias::Bytes) {  // in arrays of bytes, where elements are 1 byte long
                alias = static_cast<std::uint64_t>(Alias::Element);
                key = std::uint64_t{1} * 65536;
            }
            const auto [it, is_new] = numbers.try_emplace(key * 8 + alias, count_);
            if (is_new) ++count_;
            of_node_[n->id] = it->second;
        }
    }
}

Partitions::Set Partitions::written_by(const Block& block) const {
    Set set(count_);
    for (const Node* n : block.nodes) {
        if (n->op == Op::Store) set.add(of(n));
        if (clobbers_memory(n)) set.add_all();
    }
    return set;
}

Partitions::Set Partitions::written_by(const Loop& loop) const {
    Set set(count_);
    for (const Block* block : loop.blocks) set.add(written_by(*block));
    return set;
}

}  // namespace skua::jit
