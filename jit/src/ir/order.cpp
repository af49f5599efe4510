#include "ir/order.h"

#include <algorithm>
#include <queue>

namespace skua::jit {
namespace {

// Depth first, without recursion: graphs may be deep.
Vector<Block*> post_order(Graph& graph) {
    Vector<std::uint8_t> seen(graph.blocks.size(), 0);
    Vector<std::pair<Block*, std::size_t>> stack;
    Vector<Block*> out;
    stack.emplace_back(graph.entry(), 0);
    seen[graph.entry()->id] = 1;
    while (!stack.empty()) {
        auto& [block, next] = stack.back();
        if (next == block->succs.size()) {
            out.push_back(block);
            stack.pop_back();
            continue;
        }
        Block* succ = block->succs[next++];
        if (seen[succ->id]) continue;
        seen[succ->id] = 1;
        stack.emplace_back(succ, 0);
    }
    return out;
}

void number(const Vector<Block*>& order) {
    for (std::size_t i = 0; i < order.size(); ++i) order[i]->order = static_cast<std::uint32_t>(i);
}

}  // namespace

Vector<Block*> depth_first_order(Graph& graph) {
    auto order = post_order(graph);
    std::reverse(order.begin(), order.end());
    number(order);
    return order;
}

Vector<Block*> reverse_post_order(Graph& graph, Vector<Loop>* all_loops) {
    auto order = depth_first_order(graph);
    compute_dominators(order);
    auto loops = compute_loops(order);
    if (loops.empty()) return order;
    // A plain reverse post order may list a loop's exit before the rest of the loop. Emit a block when
    // all its forward predecessors are out, preferring blocks of the innermost open loop; cold ones last.
    Vector<std::uint32_t> waiting(graph.blocks.size(), 0);
    for (Block* block : order) {
        for (Block* pred : block->preds) {
            if (pred->order < block->order) ++waiting[block->id];
        }
    }
    const auto worse = [](const Block* a, const Block* b) {
        if (a->loop_depth != b->loop_depth) return a->loop_depth < b->loop_depth;
        return a->order > b->order;
    };
    // Guards make many exits, so many blocks may be ready.
    std::priority_queue<Block*, Vector<Block*>, decltype(worse)> ready(worse);
    ready.push(graph.entry());
    Vector<Block*> out;
    while (!ready.empty()) {
        Block* block = ready.top();
        ready.pop();
        out.push_back(block);
        for (Block* succ : block->succs) {
            if (succ->order > block->order && --waiting[succ->id] == 0) ready.push(succ);
        }
    }
    number(out);
    if (all_loops) *all_loops = std::move(loops);
    return out;
}

void compute_dominators(const Vector<Block*>& order) {
    for (Block* block : order) block->idom = nullptr;
    Block* entry = order.front();
    entry->idom = entry;
    bool changed = true;
    while (changed) {
        changed = false;
        for (Block* block : order) {
            if (block == entry) continue;
            Block* idom = nullptr;
            for (Block* pred : block->preds) {
                if (!pred->idom) continue;
                if (!idom) {
                    idom = pred;
                    continue;
                }
                Block* other = pred;
                while (idom != other) {
                    while (idom->order > other->order) idom = idom->idom;
                    while (other->order > idom->order) other = other->idom;
                }
            }
            if (idom != block->idom) {
                block->idom = idom;
                changed = true;
            }
        }
    }
    for (Block* block : order) block->dom_depth = block == entry ? 0 : block->idom->dom_depth + 1;
    entry->idom = nullptr;
}

bool dominates(const Block* a, const Block* b) {
    while (b && b->dom_depth > a->dom_depth) b = b->idom;
    return a == b;
}

Vector<Loop> compute_loops(const Vector<Block*>& order) {
    Vector<Loop> loops;
    for (Block* block : order) {
        block->loop = nullptr;
        block->loop_depth = 0;
    }
    Vector<Block*> latches;
    Vector<std::size_t> loop_of(order.size(), order.size());  // by a header's order: its index in loops
    Vector<const Block*> seen_for(order.size(), nullptr);  // by order: the header of the loop it is known in
    Vector<Block*> work;
    // Inner headers come later in the order: going backwards, inner loops are found first.
    for (std::size_t i = order.size(); i-- > 0;) {
        Block* header = order[i];
        latches.clear();
        for (Block* pred : header->preds) {
            if (pred->order >= header->order && dominates(header, pred)) latches.push_back(pred);
        }
        if (latches.empty()) continue;
        Loop loop{header, {header}, latches, nullptr};
        work = latches;
        seen_for[header->order] = header;
        while (!work.empty()) {
            Block* block = work.back();
            work.pop_back();
            if (seen_for[block->order] == header) continue;
            seen_for[block->order] = header;
            loop.blocks.push_back(block);
            for (Block* pred : block->preds) work.push_back(pred);
        }
        for (Block* block : loop.blocks) {
            ++block->loop_depth;
            if (!block->loop) block->loop = header;
            // Loops found before lie inside; the first one around them is the innermost.
            const std::size_t inner = loop_of[block->order];
            if (inner < loops.size() && !loops[inner].parent) loops[inner].parent = header;
        }
        loop_of[header->order] = loops.size();
        loops.push_back(std::move(loop));
    }
    return loops;
}

}  // namespace skua::jit
