// The pass `rotate`: while (c) { body } becomes if (c) { do { body } while (c) }, by a copy of the header in
// front of the loop. Then the body is executed whenever the loop is entered, which is what makes hoisting
// out of it legal; and an iteration has one jump less.
#include <algorithm>

#include "opt/cfg.h"
#include "opt/loops.h"
#include "opt/passes.h"
#include "opt/ssa_repair.h"

namespace skua::jit {
namespace {

constexpr std::size_t kMaxHeaderNodes = 30;
constexpr int kMaxRotations = 200;  // per graph: each looks at all of its nodes

bool leaves(const InLoop& inside, const Block* block) {
    return std::any_of(block->succs.begin(), block->succs.end(),
                       [&](const Block* s) { return !inside.has(s); });
}

// Whether the loop ends in a test already.
bool tests_at_end(const InLoop& inside, const Loop& loop) {
    if (loop.latches.size() != 1) return false;
    const Block* block = loop.latches[0];
    while (block != loop.header && block->preds.size() == 1 && !leaves(inside, block) &&
           std::all_of(block->nodes.begin(), block->nodes.end(),
                       [](const Node* n) { return n->op == Op::Poll || n->op == Op::Jump; })) {
        block = block->preds[0];
    }
    return leaves(inside, block);  // perhaps the header itself, if it is all of the body
}

bool wants_rotation(const InLoop& inside, const Loop& loop) {
    const Block* header = loop.header;
    if (header->terminator()->op != Op::Branch || header->nodes.size() > kMaxHeaderNodes) return false;
    if (inside.has(header->succs[0]) == inside.has(header->succs[1])) return false;
    if (header->succs[0] == header || header->succs[1] == header) return false;
    for (const Node* n : header->nodes) {
        if (n->op == Op::Call || n->op == Op::CallVirtual || n->op == Op::CallIndirect ||
            n->op == Op::CallClosure || info(n->op).allocates)
            return false;
    }
    return !tests_at_end(inside, loop);
}

void rotate_loop(Graph& graph, const Loop& loop) {
    Block* header = loop.header;
    Block* before = make_preheader(graph, loop);
    const Clone clone = clone_blocks(graph, {header});
    Block* test = clone.blocks[header->id];

    // The way in leads to the copy, whose phis are what comes in.
    const auto way_in = static_cast<std::uint32_t>(
        std::find(header->preds.begin(), header->preds.end(), before) - header->preds.begin());
    for (const Node* phi : header->nodes) {
        if (phi->op != Op::Phi) break;
        clone.nodes[phi->id]->replaced_by = phi->in(way_in);
    }
    remove_pred(before, header);
    before->succs[0] = test;
    test->preds.push_back(before);

    repair_uses(graph, clone, {header});
    graph.settle();
    for (Block* from : {header, test}) {
        for (Block* to : Vector<Block*>(from->succs)) {
            if (to->preds.size() > 1) split_edge(graph, from, to);
        }
    }
}

}  // namespace

void rotate(Graph& graph) {
    Vector<bool> done;
    int rotations = 0;
    for (bool rotated = true; rotated && rotations < kMaxRotations;) {
        rotated = false;
        // What is known of the loops around one that was rotated is no longer true.
        Vector<bool> changed(graph.blocks.size(), false);
        for (const Loop& loop : find_loops(graph)) {
            done.resize(graph.blocks.size(), false);
            if (done[loop.header->id] || rotations == kMaxRotations) continue;
            if (std::any_of(loop.blocks.begin(), loop.blocks.end(),
                            [&](const Block* block) { return changed[block->id]; }))
                continue;
            if (!wants_rotation(InLoop(graph, loop), loop)) continue;
            done[loop.header->id] = true;
            for (const Block* block : loop.blocks) changed[block->id] = true;
            rotate_loop(graph, loop);
            rotated = true;
            ++rotations;
        }
    }
    if (merge_blocks(graph)) {
        graph.drop_unreachable();
        graph.settle();
    }
}

}  // namespace skua::jit
