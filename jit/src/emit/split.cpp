// Register allocation: loops, and where intervals are cut.
#include <algorithm>

#include "emit/allocator.h"

namespace skua::jit {

void Allocator::find_loops() {
    block_loop_.assign(lir_.blocks.size(), -1);
    Vector<int> by_block_id(lir_.graph->blocks.size(), -1);
    for (std::size_t b = 0; b < lir_.blocks.size(); ++b) {
        const Block* block = lir_.blocks[b].block;
        if (block->loop != block) continue;
        by_block_id[block->id] = static_cast<int>(loops_.size());
        loops_.push_back({lir_.blocks[b].from(), lir_.blocks[b].to(), -1, lir_.blocks[b].rank});
    }
    // A block is in its loop and in those around it; a header's dominator tells the loop around.
    for (std::size_t b = 0; b < lir_.blocks.size(); ++b) {
        const Block* block = lir_.blocks[b].block;
        if (!block->loop) continue;
        block_loop_[b] = by_block_id[block->loop->id];
    }
    for (std::size_t b = 0; b < lir_.blocks.size(); ++b) {
        const Block* block = lir_.blocks[b].block;
        if (block->loop != block) continue;
        // The innermost loop of the nearest dominator that is one level further out.
        const Block* outer = block->idom;
        while (outer && outer->loop_depth >= block->loop_depth) outer = outer->idom;
        if (outer && outer->loop && outer->loop_depth == block->loop_depth - 1)
            loops_[static_cast<std::size_t>(by_block_id[block->id])].parent = by_block_id[outer->loop->id];
    }
    for (std::size_t b = 0; b < lir_.blocks.size(); ++b) {
        for (int l = block_loop_[b]; l >= 0; l = loops_[static_cast<std::size_t>(l)].parent) {
            LoopSpan& loop = loops_[static_cast<std::size_t>(l)];
            // What is rarer than the loop lies further behind.
            if (lir_.blocks[b].rank <= loop.rank) loop.to = std::max(loop.to, lir_.blocks[b].to());
        }
    }
}

std::size_t Allocator::block_at(std::uint32_t pos) const {
    auto it = std::upper_bound(lir_.blocks.begin(), lir_.blocks.end(), pos,
                               [](std::uint32_t p, const LirBlock& b) { return p < b.from(); });
    require(it != lir_.blocks.begin());
    return static_cast<std::size_t>(it - lir_.blocks.begin()) - 1;
}

Interval* Allocator::split(Interval& it, std::uint32_t pos) {
    require(pos > it.from() && pos < it.to() && pos % 4 == 0);
    auto rest = std::make_unique<Interval>();
    rest->v = it.v;
    rest->cls = it.cls;
    Vector<LiveRange> before;
    for (const LiveRange& r : it.ranges) {
        if (r.to <= pos) {
            before.push_back(r);
        } else if (r.from >= pos) {
            rest->ranges.push_back(r);
        } else {
            before.push_back({r.from, pos});
            rest->ranges.push_back({pos, r.to});
        }
    }
    it.ranges = std::move(before);
    auto first =
        std::find_if(it.uses.begin(), it.uses.end(), [pos](const UsePosition& u) { return u.pos >= pos; });
    rest->uses.assign(first, it.uses.end());
    it.uses.erase(first, it.uses.end());
    rest->next = std::move(it.next);
    it.next = std::move(rest);
    return it.next.get();
}

// Behind the last use before `pos`, where it is executed least.
Interval* Allocator::split_before(Interval& it, std::uint32_t pos) {
    std::uint32_t last = it.from();
    for (const UsePosition& u : it.uses) {
        if (u.pos < pos) last = std::max(last, u.pos);
    }
    const std::uint32_t earliest = (last & ~3u) + 4;
    return split(it, earliest < pos ? best_split(earliest, pos) : pos);
}

std::uint32_t Allocator::best_split(std::uint32_t lo, std::uint32_t hi) const {
    std::size_t b = block_at(hi);
    std::uint32_t best = hi;
    double cost = lir_.blocks[b].frequency;
    const LirBlock& first = lir_.blocks[block_at(lo)];
    for (;; --b) {
        const LirBlock& block = lir_.blocks[b];
        if (block.from() < lo) break;
        // At the start of a block the move is made on the edges into it; at a loop's header, outside.
        const bool header = block.block->loop == block.block;
        const double here = header ? block.frequency / 8 : block.frequency;
        if (here < cost) {
            cost = here;
            best = block.from();
        }
        if (b == 0) break;
    }
    // In front of the jump that ends the block of `lo`.
    if (first.frequency < cost && first.to() - 4 >= lo && first.to() - 4 < best) best = first.to() - 4;
    return best;
}

std::uint32_t Allocator::next_use(const Interval& it, std::uint32_t pos) const {
    const auto& all = positions_[intervals_.root(it.v)];
    auto next = std::lower_bound(all.begin(), all.end(), pos);
    std::uint32_t out = next == all.end() ? std::max(it.to(), pos + 1) : *next;
    for (int l = block_loop_[block_at(pos)]; l >= 0; l = loops_[static_cast<std::size_t>(l)].parent) {
        const LoopSpan& loop = loops_[static_cast<std::size_t>(l)];
        if (loop.to <= pos) continue;  // in a rare block of it
        if (out < loop.to) break;
        auto earlier = std::lower_bound(all.begin(), all.end(), loop.from);
        if (earlier != all.end() && *earlier < pos) return std::min(out, loop.to);
    }
    return out;
}

}  // namespace skua::jit
