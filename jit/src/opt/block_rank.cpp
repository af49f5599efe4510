#include "opt/block_rank.h"

#include <algorithm>

#include "opt/frequency.h"

namespace skua::jit {
namespace {

constexpr double kRare = 0.3;  // of the times that control comes to the branch

bool has_call(const Block* block) {
    return std::any_of(block->nodes.begin(), block->nodes.end(), is_real_call);
}

// A way aside begins here, if it has a call.
bool is_rare_way(const Block* block, const Vector<double>& frequency) {
    if (block->preds.size() != 1) return false;
    const Block* from = block->preds[0];
    return from->succs.size() == 2 && frequency[block->id] <= kRare * frequency[from->id];
}

}  // namespace

Vector<std::uint32_t> rank_blocks(const Vector<Block*>& order, const Vector<double>& frequency) {
    Vector<bool> calls(frequency.size(), false);  // the block or one that it dominates
    for (std::size_t i = order.size(); i-- > 0;) {
        const Block* block = order[i];
        if (!block->cold && has_call(block)) calls[block->id] = true;
        if (block->idom && calls[block->id]) calls[block->idom->id] = true;
    }
    Vector<std::uint32_t> rank(frequency.size(), 0);
    for (const Block* block : order) {
        if (!block->idom) continue;
        if (block->cold) {
            rank[block->id] = kColdRank;
            continue;
        }
        const std::uint32_t around = rank[block->idom->id];
        const bool aside = around != kColdRank && calls[block->id] && is_rare_way(block, frequency);
        rank[block->id] = around + (aside ? 1 : 0);
    }
    return rank;
}

}  // namespace skua::jit
