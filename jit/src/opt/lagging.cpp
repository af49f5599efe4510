// The pass `lagging`: what a counter was one round ago, phi(a - step, counter) where counter = phi(a, counter
// + step), is counter - step. Rotation makes such phis of loops that test a counter they have already moved
// on.
#include <algorithm>

#include "opt/loops.h"
#include "opt/passes.h"

namespace skua::jit {

void lagging(Graph& graph) {
    for (const Loop& loop : find_loops(graph)) {
        Block* header = loop.header;
        if (header->preds.size() != 2 || loop.latches.size() != 1) continue;
        const std::uint32_t latch = header->preds[0] == loop.latches[0] ? 0 : 1;
        Vector<Node*> values;
        for (Node* phi : header->nodes) {
            if (phi->op != Op::Phi) break;
            Node* counter = phi->in(latch);
            const Node* start = phi->in(1 - latch);
            if (phi->type != Type::I64 || counter->op != Op::Phi || counter->block != header ||
                !start->is_const())
                continue;
            const Node* next = counter->in(latch);
            const Node* first = counter->in(1 - latch);
            if (next->op != Op::Add || next->in(0) != counter || !next->in(1)->is_const() ||
                !first->is_const())
                continue;
            const auto step = static_cast<std::uint64_t>(next->in(1)->imm);
            if (static_cast<std::uint64_t>(first->imm) - step != static_cast<std::uint64_t>(start->imm))
                continue;
            Node* back = graph.constant(Type::I64, static_cast<std::int64_t>(0 - step));
            Node* value = graph.new_node(Op::Add, Type::I64, {counter, back});
            value->block = header;
            phi->replaced_by = value;
            values.push_back(value);
        }
        const auto behind = std::find_if(header->nodes.begin(), header->nodes.end(),
                                         [](const Node* n) { return n->op != Op::Phi; });
        header->nodes.insert(behind, values.begin(), values.end());
    }
    graph.settle();
}

}  // namespace skua::jit
