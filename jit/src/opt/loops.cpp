#include "opt/loops.h"

#include <algorithm>

namespace skua::jit {

Vector<Loop> find_loops(Graph& graph) {
    const auto order = depth_first_order(graph);
    compute_dominators(order);
    return compute_loops(order);
}

Block* find_preheader(const Loop& loop) {
    Block* outside = nullptr;
    for (Block* pred : loop.header->preds) {
        if (std::find(loop.latches.begin(), loop.latches.end(), pred) != loop.latches.end()) continue;
        if (outside) return nullptr;
        outside = pred;
    }
    return outside;
}

Block* make_preheader(Graph& graph, const Loop& loop) {
    if (Block* known = find_preheader(loop)) return known;
    return merge_preds(graph, loop.header, loop.latches);
}

Block* merge_preds(Graph& graph, Block* header, const Vector<Block*>& kept_preds) {
    Block* before = graph.new_block();
    Vector<Block*> kept;
    Vector<bool> is_kept;
    for (Block* pred : header->preds) {
        is_kept.push_back(std::find(kept_preds.begin(), kept_preds.end(), pred) != kept_preds.end());
        if (is_kept.back()) {
            kept.push_back(pred);
            continue;
        }
        before->preds.push_back(pred);
        *std::find(pred->succs.begin(), pred->succs.end(), header) = before;
    }
    for (Node* phi : header->nodes) {
        if (phi->op != Op::Phi) break;
        Node* merged = graph.append(before, graph.new_node(Op::Phi, phi->type));
        std::uint32_t count = 0;
        for (std::uint32_t i = 0; i < phi->input_count; ++i) {
            if (is_kept[i]) {
                phi->inputs[count++] = phi->inputs[i];
            } else {
                graph.add_input(merged, phi->inputs[i]);
            }
        }
        phi->input_count = count;
        graph.add_input(phi, merged);
    }
    kept.push_back(before);
    header->preds = kept;
    graph.append(before, graph.new_node(Op::Jump, Type::Void));
    before->succs.push_back(header);
    return before;
}

// On-stack replacement enters a loop in the middle of those around it, so that its header, which all ways
// pass, becomes the header of them all. The edges from around the loop are those that do not poll.
void separate_loops(Graph& graph) {
    if (!graph.osr) return;
    for (const Loop& loop : find_loops(graph)) {
        Vector<Block*> own;
        for (Block* latch : loop.latches) {
            const bool polls = std::any_of(latch->nodes.begin(), latch->nodes.end(),
                                           [](const Node* n) { return n->op == Op::Poll; });
            if (polls) own.push_back(latch);
        }
        if (own.empty() || own.size() == loop.latches.size()) continue;
        merge_preds(graph, loop.header, own);
        return;  // only the loop that is entered has this
    }
}

}  // namespace skua::jit
