#include "opt/loops.h"

#include <algorithm>

namespace skua::jit {

std::vector<Loop> find_loops(Graph& graph) {
    const auto order = reverse_post_order(graph);
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
    Block* header = loop.header;
    Block* before = graph.new_block();
    std::vector<Block*> kept;
    std::vector<bool> is_latch;
    for (Block* pred : header->preds) {
        const bool latch = std::find(loop.latches.begin(), loop.latches.end(), pred) != loop.latches.end();
        is_latch.push_back(latch);
        if (latch) {
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
            if (is_latch[i]) {
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

}  // namespace skua::jit
