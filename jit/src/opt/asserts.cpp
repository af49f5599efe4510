// Guards that passes have removed, put back as tests: for whoever wants to know whether the passes were
// right.
#include <algorithm>

#include "ir/guard_condition.h"
#include "opt/passes.h"
#include "run/runtime_table.h"

namespace skua::jit {
namespace {

Node* address(Graph& graph, const void* p) {
    return graph.constant(Type::I64, static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(p)));
}

// Splits the block at the Assert. Returns the block that goes on behind it.
Block* expand(Graph& graph, Block* block, Node* assert) {
    const auto& proof = *static_cast<const Proof*>(assert->ptr);
    Vector<Node*> test;
    const MakeNode make = [&](Op op, Type type, std::initializer_list<Node*> inputs) {
        Node* n = graph.new_node(op, type, inputs);
        n->block = block;
        test.push_back(n);
        return n;
    };
    Node* holds = guard_condition(graph, make, proof.guard, proof.type, assert->all(), proof.imm, proof.ptr);
    const std::initializer_list<Node*> told = {
        address(graph, assert->site->pc), graph.constant(Type::I64, static_cast<std::int64_t>(proof.guard)),
        address(graph, proof.pass)};

    Block* next = graph.new_block();
    Block* bad = graph.new_block();
    next->cold = block->cold;
    bad->cold = true;
    // Constants have moved it in the entry block, so it is looked for now.
    const auto at = std::find(block->nodes.begin(), block->nodes.end(), assert);
    for (auto it = at + 1; it != block->nodes.end(); ++it) graph.append(next, *it);
    block->nodes.erase(at, block->nodes.end());
    next->succs = std::move(block->succs);
    for (Block* succ : next->succs) std::replace(succ->preds.begin(), succ->preds.end(), block, next);

    block->nodes.insert(block->nodes.end(), test.begin(), test.end());
    graph.append(block, graph.new_node(Op::Branch, Type::Void, {holds}));
    block->succs = {next, bad};
    next->preds = bad->preds = {block};
    Node* call = graph.append(bad, graph.new_node(Op::CallRuntime, Type::I64, told));
    call->ptr = &kAssertFailed;
    call->site = assert->site;
    graph.append(bad, graph.new_node(Op::Unreachable, Type::Void));
    return next;
}

}  // namespace

void expand_asserts(Graph& graph) {
    Vector<Block*> blocks;
    for (auto& block : graph.blocks) blocks.push_back(block.get());
    for (Block* block : blocks) {
        for (;;) {
            const auto it = std::find_if(block->nodes.begin(), block->nodes.end(),
                                         [](const Node* n) { return n->op == Op::Assert; });
            if (it == block->nodes.end()) break;
            block = expand(graph, block, *it);
        }
    }
}

}  // namespace skua::jit
